"""A Prometheus endpoint with the series that stand for facts to what an exporter tells of a power protection."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema

from audit.contract import CannotSee, Page, Reason, World, probe, say
from audit.model.address import Url
from audit.model.exposition import LARGEST, Exposition, Selector, instant, parse_selector
from audit.model.facts import PowerState, Unseen
from audit.model.item import Secret, SecretRef, Text, unmarked
from audit.model.technology import PowerProtection
from audit.model.unfit import Unexpected
from audit.model.units import Duration

PowerFact = Literal[
    "on-line", "on-battery", "low-battery", "replace-battery", "bypass", "overload", "charge", "runtime", "load",
    "temperature", "battery-date", "logins",
]  # fmt: skip
"""The first six 1 or 0; `charge` and `load` per cent, `runtime` seconds, `temperature` degrees Celsius,
`battery-date` seconds since 1970, `logins` how many machines would be told to shut down."""
_FLAGS: Final = (
    ("on-line", "OL"), ("on-battery", "OB"), ("low-battery", "LB"), ("replace-battery", "RB"), ("bypass", "BYPASS"),
    ("overload", "OVER"),
)  # fmt: skip
_LONGEST: Final = 1e10


def parse_facts(written: object) -> object:
    """A mapping that tells at least whether the load stands on the mains."""
    facts = unmarked(written) if isinstance(written, dict) else written
    if isinstance(facts, dict) and not {"on-line", "on-battery"} & set(facts):
        raise Unexpected(say("a series for `on-line` or `on-battery`"), ", ".join(map(repr, facts)) or "nothing")
    return facts


class PrometheusPower(PowerProtection, kind="prometheus"):
    """A power protection that an exporter of Prometheus tells of, for what Haechi cannot read itself.

    `facts` names the series of each fact, such as `on-battery: 'ups_on_battery{ups="a"}'`.
    """

    url: Url
    facts: Annotated[
        dict[PowerFact, Annotated[Selector, BeforeValidator(parse_selector)]],
        BeforeValidator(parse_facts),
        WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "object"]}}),
    ]
    token: SecretRef | None = None
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.ref


@probe()
async def report(protection: PrometheusPower, world: World) -> PowerState:
    """Read the endpoint, choose the series."""
    secrets: dict[str, Secret] = {"authorization": protection.token} if protection.token is not None else {}
    page = Page(protection.url, status=(200,), authority=protection.authority, secrets=secrets, largest=LARGEST)
    answer = await world.http.read(page, protection.timeout)
    now = world.clock.now() + (answer.clock_offset or timedelta(0))
    told = Exposition.served(protection.url, answer.status, answer.body)

    def figure(name: PowerFact) -> float:
        return told.fresh(protection.facts[name], now)

    # A flag that cannot be read leaves the whole state unknown: without it a bad state would look like a good one.
    flags = tuple(sign for name, sign in _FLAGS if name in protection.facts and figure(name))
    if "on-line" not in protection.facts and "OB" not in flags:
        flags = ("OL", *flags)
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    for name in protection.facts.keys() - dict(_FLAGS).keys():
        field = name.replace("-", "_")
        try:
            facts[field] = _typed(name, figure(name))
        except CannotSee as gap:
            absent[field] = Unseen.of(gap)
    return PowerState(flags=flags, absent=absent, **facts)


def _typed(name: PowerFact, value: float) -> Any:
    if name == "runtime":
        if not 0 <= value <= _LONGEST:
            raise CannotSee(Reason.INCOMPLETE, say("{number} is no number of seconds", number=f"{value:g}"))
        return timedelta(seconds=value)
    if name == "battery-date":
        return instant(value).date()
    return int(value) if name == "logins" else value

"""The text of a HAProxy configuration becomes how a backend checks its servers, whether anything leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import CannotSee, Reason, say
from audit.model.failover import Patience

_SECTIONS: Final = frozenset((
    "backend", "cache", "crt-list", "crt-store", "defaults", "dynamic-update", "fcgi-app", "frontend", "global",
    "http-errors", "listen", "log-forward", "log-profile", "mailers", "peers", "program", "resolvers", "ring",
    "traces", "userlist",
))  # fmt: skip
_WORD: Final = re.compile(r"""(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\#])+|\#.*""")
_TIME: Final = re.compile(r"(\d{1,12})(us|ms|s|m|h|d)?")
_SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1e-3}
)
_EVERY: Final = 2.0
_FALL: Final = 3
_MOST: Final = 20_000


@dataclass(slots=True)
class Section:
    """One section with its lines, as words; what its `defaults` hold stands before them."""

    kind: str
    name: str
    lines: list[Sequence[str]] = field(default_factory=list)

    def last(self, word: str) -> Sequence[str]:
        return next((line for line in reversed(self.lines) if line[0] == word), ())


@dataclass(frozen=True, slots=True)
class Plan:
    """What the configuration says of a backend."""

    patience: Patience | None
    """None where no server is checked."""
    led: bool | None
    """Whether something sends people to it; None where a rule names it by what only a request tells."""


def plan(texts: Sequence[str], backend: str) -> Plan:
    """What the files of one HAProxy say of a backend. CannotSee where they know no such backend."""
    found = list(_sections("\n".join(texts)))
    own = next((one for one in found if one.kind in ("backend", "listen") and one.name == backend), None)
    if own is None:
        raise CannotSee(Reason.INCOMPLETE, say("the configuration of HAProxy has no backend {name}", name=backend))
    return Plan(_patience(own), _led(found, own))


def _sections(text: str) -> Iterator[Section]:
    named: dict[str, Section] = {}
    given = Section("defaults", "")
    here: Section | None = None
    for number, line in enumerate(text.splitlines()):
        words = [_plain(word) for word in _WORD.findall(line) if not word.startswith("#")]
        if number > _MOST:
            raise CannotSee(Reason.INCOMPLETE, say("the configuration of HAProxy is too long"))
        if not words:
            continue
        if words[0] in _SECTIONS:
            base = named.get(words[3]) if words[2:3] == ["from"] and len(words) > 3 else None
            here = Section(words[0], words[1] if len(words) > 1 else "")
            if here.kind == "defaults":
                given = named[here.name] = here
            elif here.kind in ("frontend", "backend", "listen"):
                here.lines += (base or given).lines
            yield here
        elif here is not None:
            here.lines.append(words)


def _plain(word: str) -> str:
    return re.sub(r"""\\(.)|["']""", r"\1", word)


def _patience(own: Section) -> Patience | None:
    """How long the slowest check of a server takes to call a dead one dead."""
    usual: dict[str, str] = {}
    waits: list[float] = []
    for line in own.lines:
        if line[0] == "default-server":
            usual |= _figures(line[1:])
        elif line[0] in ("server", "server-template") and "disabled" not in line:
            figures = usual | _figures(line[2:])
            if "check" in figures:
                every = _seconds(figures.get("inter"), _EVERY)
                fall = int(figures["fall"]) if figures.get("fall", "").isdigit() else _FALL
                # The first check that fails makes the next ones come as `fastinter` says.
                waits.append(every + (fall - 1) * _seconds(figures.get("fastinter"), every))
    longest = max(waits, default=0.0)
    return Patience(time=timedelta(seconds=min(longest, 1e9)), by="inter x fall") if longest else None


def _figures(words: Sequence[str]) -> dict[str, str]:
    found = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name in ("inter", "fastinter", "fall")}
    if "check" in words:
        found["check"] = "on"
    return found


def _seconds(text: str | None, usual: float) -> float:
    match = _TIME.fullmatch(text or "")
    return usual if match is None else int(match[1]) * _SECONDS[match[2] or ""]


def _led(found: Sequence[Section], own: Section) -> bool | None:
    """Whether a door that is open sends people there."""
    blind = False
    for one in found:
        if one.kind not in ("frontend", "listen") or one.last("disabled"):
            continue
        if one.kind == "listen" and one.name == own.name:
            return True
        names = [line[1] for line in one.lines if line[0] in ("use_backend", "default_backend") and len(line) > 1]
        if own.name in names:
            return True
        blind = blind or any("%[" in name for name in names)
    return None if blind else False

"""The name of a past incident to what the checks say of its estate as of the day before."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from audit.app import hands
from audit.app.crew import observe
from audit.app.judging import LONGEST, judge_in_time
from audit.app.past import PROVEN
from audit.app.stored import whole
from audit.catalogue import Catalogue, discover
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.evidence import Finding, Observation, Selection
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.plan import DOCUMENT
from audit.model.verdict import Level, Verdict
from audit.plan import plan as make_plan

TWIN: Final = "-repaired"
"""Behind the name of an incident: the same estate with what was demanded afterwards done."""
DEADLINE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened, with the instant at which its estate is judged: the end of the day before."""

    name: str
    at: datetime
    what: Message


INCIDENTS: Final = (
    Incident(
        "nirs-2025",
        datetime.fromisoformat("2025-09-25T23:59:00+09:00"),
        say("battery fire in the computer centre of NIRS in Daejeon, 26 September 2025"),
    ),
    Incident(
        "nirs-network-2023",
        datetime.fromisoformat("2023-11-16T23:59:00+09:00"),
        say("outage of the administrative network of NIRS, 17 November 2023"),
    ),
    Incident(
        "sk-cc-2022",
        datetime.fromisoformat("2022-10-14T23:59:00+09:00"),
        say("battery fire in the SK C&C data centre in Pangyo, 15 October 2022"),
    ),
    Incident(
        "ovh-2021",
        datetime.fromisoformat("2021-03-09T23:59:00+01:00"),
        say("fire in the OVH data centre SBG2 in Strasbourg, 10 March 2021"),
    ),
    Incident(
        "retail-fund-2025",
        datetime.fromisoformat("2025-12-01T23:59:00+09:00"),
        say("guarantees for retailers stalled when one contributor left, 2025"),
    ),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a check must say of one thing on the day before."""

    control: str
    check: str
    subject: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Line:
    """One expectation with what was found; None where the estate has no such thing."""

    expected: Expected
    found: Finding | None

    @property
    def right(self) -> bool:
        return self.found is not None and self.found.verdict is self.expected.verdict


@dataclass(frozen=True, slots=True)
class Replayed:
    """One estate judged as of the day before."""

    name: str
    incident: Incident
    path: Path
    estate: Estate
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    """Everything that the expected checks said, of whatever subject."""

    @property
    def right(self) -> bool:
        return bool(self.lines) and all(line.right for line in self.lines)


def names() -> tuple[str, ...]:
    """Every estate that can be replayed, each incident before its repaired twin."""
    return tuple(name for one in INCIDENTS for name in (one.name, one.name + TWIN))


def folder(name: str) -> Path:
    """Where the estate of that name is shipped; Stop(USAGE) for a name that nothing has."""
    if name not in names():
        close = get_close_matches(name, names(), 1)
        hint = say("did you mean {close}?", close=repr(close[0])) if close else say("`haechi replay` lists them")
        raise Stop(Exit.USAGE, say("nothing that can be replayed is called {name}", name=repr(name[:80])), hint)
    return Path(str(files("inventories") / "replay" / name))


def replay(
    name: str, path: Path | None = None, catalogue: Catalogue | None = None, longest: timedelta = LONGEST
) -> Replayed:
    """Judge an estate as of the day before, touching nothing but its own folder.

    Its documents and signatures are looked at as they lie there, what was seen of it in its time stands in `seen.json`,
    everything else was never looked at. `path` is a changed copy of the folder, for tests. Stop(INVALID) for a broken
    inventory.
    """
    incident = next((one for one in INCIDENTS if name in (one.name, one.name + TWIN)), None)
    where = path or folder(name)
    if incident is None:
        raise Stop(Exit.USAGE, say("nothing that can be replayed is called {name}", name=repr(name[:80])))
    known = catalogue or discover()
    wanted = expected(where)
    estate = whole(load(where, known))
    checks = tuple(dict.fromkeys(one.check for one in wanted if one.check in known.checks))
    plan = make_plan(estate, known, Selection(checks=checks))
    plan = replace(plan, tasks=tuple(task for task in plan.tasks if task.probe == DOCUMENT))
    seen: dict[str, Observation] = {}

    def keep(observation: Observation | None) -> None:
        if observation is not None:
            seen[observation.subject] = observation

    if plan.tasks:
        observe(plan, known, partial(hands, estate), DEADLINE, keep)
    seen |= recorded(where)
    found = judge_in_time(plan, known, seen, incident.at, longest=longest)
    of = {(one.check, one.subject): one for one in found}
    lines = tuple(Line(one, of.get((one.check, one.subject))) for one in wanted)
    return Replayed(name, incident, where, estate, lines, found)


def expected(where: Path) -> tuple[Expected, ...]:
    """What `expect.csv` in the folder of an estate says."""
    rows = csv.DictReader((where / "expect.csv").read_text("utf-8").splitlines())
    return tuple(Expected(row["control"], row["check"], row["subject"], Verdict(row["verdict"])) for row in rows)


def recorded(where: Path) -> Mapping[str, Observation]:
    """What `seen.json` in the folder of an estate says was seen in its time, by subject; nothing where it is not."""
    file = where / "seen.json"
    if not file.is_file():
        return MappingProxyType({})
    rows = json.loads(file.read_text("utf-8"))["seen"]
    return MappingProxyType({row["subject"]: _observation(row) for row in rows})


def _observation(row: Mapping[str, Any]) -> Observation:
    return Observation(
        subject=row["subject"],
        probe=row["probe"],
        at=datetime.fromisoformat(row["at"]),
        took=timedelta(0),
        seen=PROVEN[row["probe"]].model_validate({**row["facts"], "level": Level.DRILLED}),
        source=row["source"],
    )

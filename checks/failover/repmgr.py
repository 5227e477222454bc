"""A PostgreSQL cluster of repmgr as the inventory words it becomes whether its standby would take over now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Verbs, World, probe, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Role, Voter
from audit.model.item import Text
from audit.model.technology import Failover
from audit.model.units import Duration
from checks.failover.repmgr_words import Daemon, address, automatic, daemons, patience, switches, wanted

VERBS: Final = Verbs(
    commands=(
        "repmgr --config-file=* cluster show --csv",
        "repmgr --config-file=* cluster show",
        "repmgr --config-file=* cluster event --all --csv",
        "repmgr --config-file=* service status --csv",
    ),
    environment=("PGTZ",),
)
_UTC: Final[Mapping[str, str]] = MappingProxyType({"PGTZ": "UTC"})
"""repmgr writes the dates of events as the session has them, without a zone."""
_LONGEST: Final = 65_536
_DEGRADED: Final = 25
"""ERR_NODE_STATUS: what is said of the nodes stands on the other channel alone."""
_ROW: Final = re.compile(r"\s*(\d{1,9}),(-?\d{1,3}),(-?\d{1,3})\s*")
_NODE: Final = re.compile(r'(?:node|standby|primary|witness)\s+"([^"]{1,63})"\s+\(ID:\s*(\d{1,9})\)')
_TABLE: Final = re.compile(
    r"\s*(\d{1,9})\s*\|\s*(\S{1,63})\s*\|\s*(\w{1,20})\s*\|\s*([^|]{0,60}?)\s*\|\s*([^|]{0,80}?)\s*\|"
    r"\s*([^|]{0,80}?)\s*\|[^|]{0,20}\|[^|]{0,20}(?:\|(.*))?"
)
_DOWN: Final = "repmgr calls it"
_SAID: Final = re.compile(r"\s*(?:WARNING|ERROR|FATAL|-|DETAIL):?\s+(.*)")
_ROLES: Final[Mapping[str, Role]] = {"primary": "primary", "standby": "standby", "witness": "witness"}


class Repmgr(Failover, kind="repmgr"):
    """A cluster that repmgr (5 or newer) switches over, by its settings on this machine; `config` is that file.

    repmgr runs as no administrator: haechi has to run as the user of the database. Its table of nodes calls a standby
    running that is attached to nothing: its exit code and what it says beside the table decide. How far a standby is
    behind it does not tell: add a failover of kind `postgresql` for that. Ran with repmgr 5.3.3.
    """

    config: Text
    timeout: Duration = timedelta(seconds=15)

    @property
    def host(self) -> str:
        return "localhost"


@probe(deadline=75, verbs=VERBS)
async def standing(switch: Repmgr, world: World) -> FailoverState:
    path = world.root / switch.config

    async def asked(*words: str) -> Output:
        argv = ("repmgr", f"--config-file={path}", *words)
        return await world.command.run(argv, switch.timeout, {}, environment=_UTC)

    brief, table = await asked("cluster", "show", "--csv"), await asked("cluster", "show")
    found = state(brief, table)
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    try:
        facts["switches"], facts["last_switch"] = switches(await asked("cluster", "event", "--all", "--csv"))
    except CannotSee as gap:
        absent |= {"switches": Unseen.of(gap), "last_switch": Unseen.of(gap)}
    try:
        running = daemons(await asked("service", "status", "--csv"))
        settings = (await world.files.head(str(path), _LONGEST)).decode("utf-8", "replace")
        facts |= _deciding(found, running, settings)
    except CannotSee as gap:
        absent |= {name: Unseen.of(gap) for name in ("automatic", "paused", "voters", "needed")}
    trouble = (*found.trouble, *facts.pop("idle", ()))
    return FailoverState(members=found.members, trouble=trouble, absent=absent, tool="repmgr", **facts)


def _deciding(found: FailoverState, running: Mapping[str, Daemon], settings: str) -> dict[str, Any]:
    """Whether it switches without a person; only then who decides together, a witness among them."""
    standbys = [one for one in running.values() if one.role == "standby"]
    by_itself = automatic(running, settings)
    facts: dict[str, Any] = {} if by_itself is None else {"automatic": by_itself}
    if wanted(settings):
        why = "is set to promote by itself, yet its repmgrd does not run"
        facts["idle"] = tuple(f"{one.name} {why}" for one in standbys if one.runs is False)
    if None not in (pauses := [one.paused for one in standbys]) and pauses:
        facts["paused"] = any(pauses)
    if not by_itself:
        return facts
    facts["patience"] = patience(settings)
    voters = tuple(Voter(name=one.name, up=one.usable or _DOWN not in one.detail, address=one.address, zone=one.zone)
                   for one in found.members)  # fmt: skip
    # A standby that is alone with its primary promotes itself where both bear the same location.
    alone = len(voters) == 2 and len({one.zone for one in found.members}) == 1
    needed = 1 if alone else len(voters) // 2 + 1
    return {**facts, "voters": voters, "needed": needed, "quorum": sum(one.up is True for one in voters) >= needed}


def state(brief: Output, table: Output) -> FailoverState:
    """What `cluster show` prints in both forms, on both channels, with its exit codes, to facts."""
    rows = [found for line in brief.out.splitlines() if (found := _ROW.fullmatch(line))]
    named = [found for line in table.out.splitlines() if (found := _TABLE.match(line))]
    if not rows or not named:
        raise _refused(brief, table)
    for output in (brief, table):
        if output.code not in (0, _DEGRADED):
            raise _refused(brief, table)
    trouble = _said(brief, table)
    degraded = brief.code == _DEGRADED or table.code == _DEGRADED
    if degraded and not trouble:
        trouble = [f"repmgr ended with {_DEGRADED}"]
    down = {found[1] for found in rows if found[2] != "0" or found[3] not in ("0", "1")}
    members: list[Member] = []
    for found in named:
        number, name, word, status, upstream, location, conninfo = found.groups()
        role: Role = _ROLES.get(word, "unknown")
        # The first that a sentence names is the one that it speaks of.
        against = [text for text in trouble if (node := _NODE.search(text)) is not None and node[2] == number]
        why = ""
        if number in down or "running" not in status or re.search(r"[!?]", status):
            why = f"{_DOWN} {status or '-'}"
        elif re.search(r"[!?]", upstream):
            why = f"it is not attached to its upstream {upstream.strip('!? ')}"
        elif against:
            why = against[0]
        members.append(
            Member(
                name=name, role=role, usable=not why, detail=why[:200], address=address(conninfo or ""),
                zone="" if location == "default" else location,
            )
        )  # fmt: skip
    return FailoverState(members=tuple(members), trouble=tuple(trouble[:10]), tool="repmgr")


def _said(brief: Output, table: Output) -> list[str]:
    """Warnings of both runs, each once."""
    found: dict[str, None] = {}
    for output in (brief, table):
        for line in output.err.splitlines():
            said = _SAID.match(line)
            if said and said[1].strip() and "following issues were detected" not in said[1]:
                found[said[1].strip()[:200]] = None
    return list(found)


def _refused(*outputs: Output) -> CannotSee:
    """Why repmgr told nothing."""
    lines: Sequence[str] = [line.strip() for output in outputs for line in output.err.splitlines() if line.strip()]
    text = " ".join(lines)
    known: tuple[tuple[str, Reason], ...] = (
        ("cannot be run as root", Reason.DENIED),
        ("ermission denied", Reason.DENIED),
        ("could not connect", Reason.UNREACHABLE),
        ("connection to database failed", Reason.UNREACHABLE),
        ("onnection refused", Reason.UNREACHABLE),
    )
    reason = next((reason for words, reason in known if words in text), Reason.INCOMPLETE)
    line = next((line for line in lines if line.startswith(("ERROR", "FATAL"))), lines[0] if lines else "-")
    values: dict[str, Any] = {"code": outputs[0].code, "error": line[:200]}
    return CannotSee(reason, say("repmgr told nothing (code {code}): {error}", **values))

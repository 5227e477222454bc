"""What repmgr prints of its events, its daemons, its nodes becomes values to rely on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Output, Reason, say
from audit.model.failover import Patience, Switch

_EVENT: Final = re.compile(
    r"\d{1,9},([^,]{0,63}),(standby_promote|repmgrd_failover_promote),t,(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:,.*)?"
)
_NONE: Final = "no matching events found"
_DAEMON: Final = re.compile(r"(\d{1,9}),([^,]{0,63}),(\w{1,20}),(-?\d),(-?\d),(-?\d{1,9}),(-?\d),[^,]*,[^,]*,[^,]*")
_PAIR: Final = re.compile(r"(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))")
_URI: Final = re.compile(r"postgres(?:ql)?://(?:[^@/]*@)?(\[[^\]]+\]|[^:/?,\s]+)")
_COUNT: Final = r"""^\s*{}\s*=?\s*['"]?(\d{{1,6}})\b"""
_AUTOMATIC: Final = re.compile(r"""^\s*failover\s*=?\s*['"]?(\w+)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Daemon:
    """The repmgrd of one node."""

    name: str
    role: str
    runs: bool | None
    paused: bool | None


def switches(events: Output) -> tuple[int, Switch]:
    """How often a standby was made primary, with the last time; the session writes its dates in UTC."""
    found: list[tuple[datetime, str, str]] = []
    for line in events.out.splitlines():
        told = _EVENT.fullmatch(line.strip())
        if told:
            try:
                at = datetime.fromisoformat(told[3]).replace(tzinfo=UTC)
            except ValueError:
                continue
            found.append((at, told[2], told[1]))
    lines = [line for line in events.out.splitlines() if line.strip()]
    if events.code != 0 or not (lines or _NONE in events.err):
        raise CannotSee(Reason.INCOMPLETE, say("repmgr tells no events (code {code})", code=str(events.code)))
    if not found:
        return 0, Switch(at=None, source="repmgr cluster event")
    # A daemon that promotes by the command of repmgr leaves one event of each kind.
    names = [event for _, event, _ in found]
    count = max(names.count("standby_promote"), names.count("repmgrd_failover_promote"))
    at, _, node = max(found)
    return count, Switch(at=at, source="repmgr cluster event", detail=f"to {node}")


def daemons(status: Output) -> Mapping[str, Daemon]:
    """The repmgrd of each node, by the node's number."""
    found = [told for line in status.out.splitlines() if (told := _DAEMON.fullmatch(line.strip()))]
    if status.code != 0 or not found:
        raise CannotSee(
            Reason.INCOMPLETE, say("repmgr does not tell of its daemons (code {code})", code=str(status.code))
        )
    return {told[1]: Daemon(told[2], told[3], _flag(told[5]), _flag(told[7])) for told in found}


def wanted(settings: str) -> bool:
    """Whether the settings of a node let its repmgrd promote; without a word they do not."""
    written = _AUTOMATIC.findall(settings)
    return bool(written) and written[-1].lower() == "automatic"


def patience(settings: str) -> Patience:
    """For how long a repmgrd tries to reach its primary again, as its settings say, or as they are without a word."""
    attempts, interval = (
        int(found[-1]) if (found := re.findall(_COUNT.format(name), settings, re.MULTILINE)) else usual
        for name, usual in (("reconnect_attempts", 6), ("reconnect_interval", 10))
    )
    return Patience(time=timedelta(seconds=attempts * interval), by="reconnect_attempts x reconnect_interval")


def automatic(found: Mapping[str, Daemon], settings: str) -> bool | None:
    """Whether a standby would be promoted without a person; None where a daemon cannot be seen."""
    runs = [one.runs for one in found.values() if one.role == "standby"]
    if not runs or False in runs or not wanted(settings):
        return False
    return None if None in runs else True


def address(conninfo: str) -> str:
    """The host in a connection string, and nothing else of it."""
    uri = _URI.match(conninfo.strip())
    if uri:
        return uri[1].strip("[]")[:200]
    pairs = {key: quoted or plain for key, quoted, plain in _PAIR.findall(conninfo)}
    return str(pairs.get("host") or pairs.get("hostaddr") or "")[:200]


def _flag(text: str) -> bool | None:
    return {"0": False, "1": True}.get(text)

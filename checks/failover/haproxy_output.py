"""What HAProxy prints of a backend, of its servers, of itself becomes the facts of a failover."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.failover import FailoverState, Member, Role, Switch
from checks.failover.haproxy_config import Plan

Row = Mapping[str, str]
_MOST: Final = 500
_WIDEST: Final = 300
_NEEDED: Final = frozenset(("pxname", "svname", "status", "weight", "act", "bck", "check_status", "lastchg"))
_NOT_YET: Final = ("", "INI", "UNK")
_BY_HAND: Final = ("MAINT", "DRAIN")


def rows(text: str, backend: str) -> tuple[Row, ...]:
    """The lines of `show stat` about a backend and its servers, by the names in its first line."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first.startswith("# "):
        raise _refused(first)
    try:
        table = list(csv.reader([first.removeprefix("# "), *(line for line in lines[1:] if line.strip())]))
    except csv.Error as broken:
        raise _refused(str(broken)) from broken
    names = table[0]
    if not _NEEDED.issubset(names):
        missing = ", ".join(sorted(_NEEDED.difference(names)))
        raise CannotSee(Reason.INCOMPLETE, say("the statistics of HAProxy lack: {names}", names=missing))
    found = [dict(zip(names, cells, strict=False)) for cells in table[1:]]
    own = tuple(row for row in found if row.get("pxname") == backend and row.get("svname") != "FRONTEND")
    if not own:
        raise CannotSee(Reason.INCOMPLETE, say("HAProxy has no backend {name}", name=backend))
    if len(own) > _MOST:
        raise CannotSee(Reason.INCOMPLETE, say("{name} has more than {most} servers", name=backend, most=_MOST))
    if any(not _NEEDED.issubset(row) for row in own):
        raise CannotSee(Reason.INCOMPLETE, say("a line of the statistics of HAProxy is cut off"))
    return own


def addresses(text: str, backend: str) -> Mapping[str, str]:
    """The address of each server of a backend as `show servers state` tells it."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or lines[0].strip() != "1" or not lines[1].startswith("# "):
        raise _refused(lines[0] if lines else "")
    names = lines[1].removeprefix("# ").split(" ")
    found = [dict(zip(names, line.split(" "), strict=False)) for line in lines[2:]]
    return {
        row["srv_name"]: row["srv_addr"][:_WIDEST]
        for row in found
        if row.get("be_name") == backend and "srv_name" in row and row.get("srv_addr", "-") != "-"
    }


def doors(text: str, backend: str) -> Mapping[str, str]:
    """Address with port of each server of a backend, where `show servers state` tells both."""
    lines = [line for line in text.splitlines() if line.strip()]
    names = lines[1].removeprefix("# ").split(" ") if len(lines) > 1 else []
    found = [dict(zip(names, line.split(" "), strict=False)) for line in lines[2:]]
    return {
        row["srv_name"]: f"{row['srv_addr']}:{row['srv_port']}"
        for row in found
        if row.get("be_name") == backend and "srv_name" in row
        and row.get("srv_addr", "-") != "-" and row.get("srv_port", "0") not in ("0", "-")
    }  # fmt: skip


def figures(text: str) -> Mapping[str, str]:
    """The lines `Name: value` of `show info`."""
    pairs = dict(line.partition(": ")[::2] for line in text.splitlines() if ": " in line)
    if pairs.get("Name") != "HAProxy" and "Version" not in pairs:
        raise _refused(next((line for line in text.splitlines() if line.strip()), ""))
    return pairs


def facts(
    found: Sequence[Row],
    places: Mapping[str, str],
    info: Mapping[str, str],
    now: datetime,
    *,
    doors: Mapping[str, str] = MappingProxyType({}),
    written: Plan | None = None,
) -> FailoverState:
    """A backend with its servers to facts; those behind one door are one server under several names."""
    servers = [row for row in found if row["svname"] != "BACKEND"]
    whole = next((row for row in found if row["svname"] == "BACKEND"), None)
    first = {doors[row["svname"]]: row["svname"] for row in reversed(servers) if row["svname"] in doors}
    members = tuple(_member(row, places, first.get(doors.get(row["svname"], ""), row["svname"])) for row in servers)
    trouble: list[str] = []
    if whole is not None and not whole["status"].startswith("UP"):
        trouble.append(f"the backend is {whole['status'][:40]}")
    if info.get("Stopping", "0") != "0":
        trouble.append("this HAProxy is about to end")
    unchecked = [row["svname"] for row in servers if row["status"] == "no check"]
    if unchecked:
        names = ", ".join(unchecked)[:_WIDEST]
        trouble.append(f"without a health check HAProxy sends people to a dead server: {names}")
    if written is not None and written.led is False:
        trouble.append("nothing in the configuration sends anybody to the backend")
    state: dict[str, Any] = {"automatic": not unchecked}
    if written is not None and written.patience is not None:
        state["patience"] = written.patience
    ready = FailoverState(members=members).ready
    young = [row for row in servers if _young(row)]
    if young and not ready and not trouble:
        # A server counts as UP from the start of HAProxy to its first check.
        says = say("{server} has not been checked since HAProxy started", server=young[0]["svname"])
        raise CannotSee(Reason.INCOMPLETE, says)
    state["paused"] = not ready and any(row["status"].startswith(_BY_HAND) for row in servers)
    downs = [row.get("chkdown", "") for row in servers]
    if any(_number(count) is not None for count in downs):
        state["switches"] = sum(_number(count) or 0 for count in downs)
    state["last_switch"] = _last(servers, now)
    version = info.get("Version", "")[:40]
    return FailoverState(
        members=members, trouble=tuple(trouble), tool=f"HAProxy {version}".strip(), replicates=False, **state
    )


def _member(row: Row, places: Mapping[str, str], first: str) -> Member:
    name = row["svname"][:_WIDEST]
    role: Role = "standby" if row["bck"] == "1" else "serving"
    why = _against(row) or (f"it is {first} under another name" if first != row["svname"] else "")
    # Only a socket with more rights than `user` shows addresses in the statistics.
    shown = row.get("addr", "").rpartition(":")[0]
    return Member(
        name=name, role=role, usable=not why, detail=why[:200], address=places.get(row["svname"], shown)[:_WIDEST]
    )


def _against(row: Row) -> str:
    """Why nobody would be sent to a server; empty where people would."""
    status, last = row["status"], " ".join(row.get("last_chk", "").split())[:80]
    if status == "no check":
        return "no health check is configured for it"
    if status.startswith(_BY_HAND):
        return f"it was taken out of service ({status[:40]})"
    if status != "UP":
        check = row["check_status"].removeprefix("* ")[:20]
        return " ".join(word for word in (f"HAProxy calls it {status[:40]}", check and f"({check})", last) if word)
    if _young(row):
        return "it has not been checked since HAProxy started"
    if row["weight"] == "0":
        return "its weight of 0 keeps everybody away"
    return ""


def _young(row: Row) -> bool:
    """Whether it is called UP without a check that said so, its own, that of an agent, or of the one it tracks."""
    if row["status"] != "UP" or row.get("tracked") or row.get("agent_status", "") not in _NOT_YET:
        return False
    return row["check_status"].removeprefix("* ") in _NOT_YET


def _last(servers: Sequence[Row], now: datetime) -> Switch:
    """When a standby served last. That one of several servers was down proves no switch to another place."""
    source = "HAProxy lastsess"
    served = [
        (seconds, row["svname"])
        for row in servers
        if row["bck"] == "1"
        and (seconds := _number(row.get("lastsess", ""))) is not None
        and _number(row.get("stot", ""))
    ]
    if served and min(served)[0] < 1_000_000_000:
        seconds, name = min(served)
        return Switch(at=now - timedelta(seconds=seconds), source=source, detail=f"{name} served"[:200])
    changes = [
        (seconds, row)
        for row in servers
        if (seconds := _number(row["lastchg"])) is not None and _number(row.get("chkdown", ""))
    ]
    if not changes:
        return Switch(at=None, source=source, detail="no server went down since HAProxy started")
    seconds, row = min(changes, key=lambda change: change[0])
    return Switch(at=None, source=source, detail=f"{row['svname']} is {row['status']} for {seconds} s"[:200])


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def _refused(line: str) -> CannotSee:
    text = " ".join(line.split())[:120]
    reason = Reason.DENIED if "permission denied" in text.lower() else Reason.INCOMPLETE
    if text.startswith(("No such proxy", "Can't find backend")):
        return CannotSee(reason, say("HAProxy has no such backend: {error}", error=text))
    return CannotSee(reason, say("HAProxy does not answer as it does: {error}", error=text or "-"))

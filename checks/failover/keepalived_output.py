"""What nodes of keepalived tell by file or SNMP becomes the facts of a failover."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Patience, Role, Switch
from audit.model.json_values import loaded

_MIB: Final = "1.3.6.1.4.1.9586.100.5."
VERSION: Final = _MIB + "1.1.0"
INSTANCES: Final = _MIB + "2.3.1"
_NAME, _VRID, _STATE, _VIPS, _INTERVAL, _PROTOCOL = (2, 3, 4, 9, 12, 30)
_STATES: Final[Mapping[int, str]] = {0: "INIT", 1: "BACKUP", 2: "MASTER", 3: "FAULT"}
_LATER: Final[Mapping[int, str]] = {4: "UNKNOWN", 5: "SHUTDOWN", 6: "DELETED"}
_ADDRESS: Final = re.compile(r"([0-9a-fA-F:.]{2,45})(?:/\d{1,3})?(?:\s|$)")
_MOST: Final = 200
_MISSED: Final = 3
"""Advertisements that a router waits for before it takes over."""
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Router:
    """One node of an instance."""

    state: str
    """INIT, BACKUP, MASTER, FAULT, or the word of the MIB for what is none of these."""
    holds: bool
    """Whether it says that it has the addresses."""
    addresses: tuple[str, ...] = ()
    changed: datetime | None = None
    """Its last change of state."""
    taken: int | None = None
    """How often it became master since it was started."""
    version: str = ""
    settings: Mapping[str, str] | None = None
    interval: float | None = None
    """Seconds from one advertisement to the next."""


def of_file(content: bytes, instance: str) -> Router:
    """The JSON that keepalived writes, which holds every instance."""
    written = loaded(content, say("the file of keepalived cannot be read"))
    if isinstance(written, dict):
        # Newer versions write instances beside other parts.
        written = written.get("vrrp")
    entries = [entry for entry in written if isinstance(entry, dict)] if isinstance(written, list) else []
    found = [entry for entry in entries if _part(entry, "data").get("iname") == instance]
    if len(found) != 1:
        raise _unnamed(instance)
    data, stats = _part(found[0], "data"), _part(found[0], "stats")
    state = data.get("state")
    if not isinstance(state, int) or isinstance(state, bool) or state not in _STATES:
        raise CannotSee(Reason.INCOMPLETE, say("keepalived is in a state that is not known: {state}",
                                               state=str(state)[:40]))  # fmt: skip
    vips = data.get("vips")
    lines = [line for line in vips if isinstance(line, str)] if isinstance(vips, list) else []
    settings = {
        name: str(value)[:_MOST]
        for name, key in (("virtual_router_id", "vrid"), ("advert_int", "adver_int"), ("vrrp_version", "version"))
        if isinstance(value := data.get(key), int | float) and not isinstance(value, bool)
    }
    interval = data.get("adver_int")
    addresses = tuple(sorted(match[1] for line in lines[:100] if (match := _ADDRESS.match(line))))
    if addresses:
        settings["virtual_ipaddress"] = ", ".join(addresses)[:_MOST]
    count = stats.get("become_master")
    return Router(
        _STATES[state], data.get("vipset") is True, addresses, _moment(data.get("last_transition")),
        count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None, settings=settings,
        interval=interval if isinstance(interval, int | float) and 0 < interval < _DAY else None,
    )  # fmt: skip


def of_mib(table: Mapping[str, int | str], version: int | str | None, instance: str) -> Router:
    """The table of instances of KEEPALIVED-MIB."""
    names = [oid for oid, value in table.items() if oid.startswith(f"{INSTANCES}.{_NAME}.") and value == instance]
    if len(names) != 1:
        raise _unnamed(instance)
    index = names[0].removeprefix(f"{INSTANCES}.{_NAME}.")

    def cell(column: int) -> int | None:
        value = table.get(f"{INSTANCES}.{column}.{index}")
        return value if isinstance(value, int) else None

    state = cell(_STATE)
    word = {**_STATES, **_LATER}.get(-1 if state is None else state)
    if word is None:
        raise CannotSee(Reason.INCOMPLETE, say("keepalived is in a state that is not known: {state}", state=state))
    settings = {
        name: str(value)
        for name, column in (("virtual_router_id", _VRID), ("advert_int", _INTERVAL), ("vrrp_version", _PROTOCOL))
        if (value := cell(column)) is not None
    }
    found = re.search(r"\d+(?:\.\d+){1,3}", version) if isinstance(version, str) else None
    # Version 3 of VRRP counts hundredths of a second.
    interval = (cell(_INTERVAL) or 0) / (100 if cell(_PROTOCOL) == 3 else 1)
    return Router(
        word, cell(_VIPS) == 1, version=found[0] if found else "", settings=settings,
        interval=interval if 0 < interval < _DAY else None,
    )  # fmt: skip


def held(router: Router, output: Output) -> Router:
    """The same node, believed only as far as this machine really has the addresses."""
    untold = say("`ip addr` does not tell the addresses of this machine")
    links = loaded(output.out, untold) if output.code == 0 else None
    if not isinstance(links, list):
        raise CannotSee(Reason.INCOMPLETE, untold)
    own = {
        str(part.get("local"))
        for link in links
        if isinstance(link, dict)
        for part in link.get("addr_info") or ()
        if isinstance(part, dict)
    }
    if not router.addresses:
        return router
    return replace(router, holds=all(address in own for address in router.addresses))


def facts(seen: Mapping[str, Router | CannotSee], places: Mapping[str, str]) -> FailoverState:
    """All nodes of an instance to facts. CannotSee where what nobody could ask decides it."""
    routers = {name: router for name, router in seen.items() if isinstance(router, Router)}
    gaps = [gap for gap in seen.values() if isinstance(gap, CannotSee)]
    if not routers:
        raise CannotSee(gaps[0].reason, gaps[0].says)
    masters = [name for name, router in routers.items() if router.state == "MASTER"]
    torn = f"split brain: {' and '.join(masters)} are master at the same time"[:_MOST] if len(masters) > 1 else ""
    members = tuple(_member(name, one, places.get(name, ""), torn) for name, one in seen.items())
    trouble: list[str] = []
    if torn:
        trouble.append(torn)
    elif not masters and not gaps:
        trouble.append("no node is master: nobody has the address")
    trouble += [f"{name} is master without the address"[:_MOST] for name in masters if not routers[name].holds]
    trouble += [f"{name} has the address and is no master"[:_MOST]
                for name, router in routers.items() if router.holds and router.state != "MASTER"]  # fmt: skip
    if gaps and not trouble and (not masters or not any(one.usable and one.role == "standby" for one in members)):
        raise CannotSee(gaps[0].reason, gaps[0].says)
    state: dict[str, Any] = {"automatic": True, "paused": False}
    absent: dict[str, Unseen] = {}
    known = [router.interval for router in routers.values() if router.interval is not None]
    if known:
        state["patience"] = Patience(time=timedelta(seconds=_MISSED * max(known)), by="3 x advert_int")
    counts = [router.taken for router in routers.values()]
    if not gaps and all(count is not None for count in counts):
        # The first time that a node became master after the start of all was no switch.
        state["switches"] = max(0, sum(count or 0 for count in counts) - 1)
        at = routers[masters[0]].changed if len(masters) == 1 and state["switches"] else None
        state["last_switch"] = Switch(at=at, source="keepalived last_transition")
    else:
        gap = CannotSee(Reason.INCOMPLETE, say("only the files of all nodes together tell of switches"))
        absent["switches"] = absent["last_switch"] = Unseen.of(gap)
    return FailoverState(
        members=members, trouble=tuple(trouble), absent=absent, tool="keepalived", replicates=False, **state
    )


def _member(name: str, one: Router | CannotSee, address: str, torn: str) -> Member:
    if isinstance(one, CannotSee):
        return Member(name=name, role="unknown", usable=False, detail=f"it cannot be asked: {one}"[:_MOST],
                      address=address)  # fmt: skip
    role: Role = "primary" if one.state == "MASTER" else "standby"
    why = torn if role == "primary" else ""
    if role == "primary" and not one.holds:
        why = "it is master without the address"
    elif one.state not in ("MASTER", "BACKUP"):
        why = f"keepalived is in state {one.state}"
    return Member(
        name=name, role=role, usable=not why, detail=why, address=address, version=one.version,
        settings=dict(one.settings or {}),
    )  # fmt: skip


def _part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = entry.get(name)
    return found if isinstance(found, dict) else {}


def _moment(value: object) -> datetime | None:
    """Seconds since 1970 between 1990 and 2200; None for anything else."""
    if not isinstance(value, int | float) or not 631152000 < value < 7258118400:
        return None
    return datetime.fromtimestamp(value, UTC)


def _unnamed(instance: str) -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("keepalived does not tell of an instance {name}", name=instance))

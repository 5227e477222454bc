"""What each server of a zone said becomes the one state of the zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import dns.name
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.SOA import SOA
from dns.rrset import RRset

from audit.model.facts import NameServer, Sample, Unseen
from audit.model.message import say
from audit.model.naming import ZoneServer, ZoneState
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import NameDoor
from audit.world.chain import vouched
from audit.world.fault import Fault
from audit.world.transfer import Held, Records
from audit.world.zone import in_order

_AHEAD: Final = 1 << 31
_SHOWN: Final = 20
_OF_THE_ZONE: Final = (
    "zone", "primary", "serial", "soa_expire", "refresh", "retry", "minimum", "authoritative", "ttl", "lifetime",
    "signed", "signatures_end", "servers",
)  # fmt: skip


@dataclass(slots=True)
class Told:
    """What one address of one server said so far."""

    door: NameDoor
    address: str
    soa: SOA | None = None
    names: tuple[str, ...] = ()
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lifetimes: list[timedelta] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    keys: RRset | None = None
    """Those that it shows."""
    fits: tuple[bool | None, ...] = ()
    """Whether each of its signatures was made with one of them."""
    servers: tuple[NameServer, ...] | CannotSee | None = None
    held: Held | CannotSee | None = None
    """All of the zone, where it was asked for."""
    fault: Fault | None = None
    unseen: CannotSee | None = None
    took: float = 0.0

    @property
    def server(self) -> ZoneServer:
        name, trouble = self.door.name or self.door.host, self.fault.detail or self.fault.failure if self.fault else ""
        return ZoneServer(
            name=name, address=self.address, port=self.door.port, serial=self.soa.serial if self.soa else None,
            names=self.names, answers=self.answers, trouble=trouble,
            unseen=Unseen.of(self.unseen) if self.unseen is not None else None,
        )  # fmt: skip

    @property
    def sample(self) -> Sample:
        failure, detail = (self.fault.failure, self.fault.detail) if self.fault else (None, "")
        return Sample(address=self.address, failure=failure, detail=detail, phases={"total": round(self.took, 6)})


def plainly(name: dns.name.Name) -> str:
    """A name in small letters without its last dot."""
    return name.to_text(omit_final_dot=True).lower()


def newer(one: int, other: int) -> bool:
    """Whether a serial number stands behind another one in the order of RFC 1982."""
    return one != other and (one - other) % (1 << 32) < _AHEAD


def state(zone: str, told: Sequence[Told], good: Sequence[Told], above: dict[str, Any]) -> ZoneState:
    """What all of them said, as one state."""
    known: dict[str, Any] = {key: value for key, value in above.items() if key != "absent"}
    anchors = known.pop("vouches", ())
    absent: dict[str, Unseen] = dict(above.get("absent", {}))
    seen = tuple(one.sample for one in told if one.unseen is None)
    blind = next((one.unseen for one in told if one.unseen is not None), None)
    if blind is None or any(sample.failure for sample in seen):
        known["samples"] = seen
    else:
        known["partial"], absent["samples"] = seen, Unseen.of(blind)
    if not good:
        first = next(one for one in told if one.unseen is None)
        why = first.server.trouble or "-"
        gap = CannotSee(Reason.INCOMPLETE, say("no server of {zone} serves it: {why}", zone=zone, why=why))
        absent.update({fact: Unseen.of(gap) for fact in _OF_THE_ZONE})
    else:
        newest = good[0]
        for one in good[1:]:
            if one.soa is not None and newest.soa is not None and newer(one.soa.serial, newest.soa.serial):
                newest = one
        if newest.soa is not None:
            soas = [one.soa for one in good if one.soa is not None]
            known |= {
                "zone": zone.lower().removesuffix("."), "primary": plainly(newest.soa.mname),
                "serial": newest.soa.serial, "soa_expire": timedelta(seconds=min(soa.expire for soa in soas)),
                "refresh": timedelta(seconds=newest.soa.refresh), "retry": timedelta(seconds=newest.soa.retry),
                "minimum": timedelta(seconds=newest.soa.minimum), "authoritative": True,
            }  # fmt: skip
        lifetimes = [lifetime for one in good for lifetime in one.lifetimes]
        if lifetimes:
            known["ttl"], known["lifetime"] = min(lifetimes), max(lifetimes)
        known["signed"] = any(one.keys for one in good)
        _chain(good, anchors, known)
        ends = [end for one in good for end in one.ends]
        if ends:
            known["signatures_end"] = datetime.fromtimestamp(min(ends), UTC)
        elif known["signed"]:
            absent["signatures_end"] = Unseen.of(
                CannotSee(Reason.INCOMPLETE, say("the zone has keys, and its servers give no signatures"))
            )
        if isinstance(newest.servers, CannotSee):
            absent["servers"] = Unseen.of(newest.servers)
        elif newest.servers is not None:
            known["servers"] = newest.servers
        _compare(good, known, absent)
    addresses = in_order({address for one in good for found in one.answers.values() for address in found})
    return ZoneState(asked=tuple(one.server for one in told), addresses=addresses, absent=absent, **known)


def _chain(good: Sequence[Told], anchors: Sequence[DS], known: dict[str, Any]) -> None:
    """Note whether signatures fit the keys of each server, the keys what the zone above says."""
    made = [fit for one in good for fit in one.fits if fit is not None]
    if made:
        known["fitting"] = all(made)
    if anchors:
        held = [vouched(one.keys.name, one.keys, anchors) for one in good if one.keys is not None]
        if held and None not in held:
            known["vouched"] = all(held)


def _compare(good: Sequence[Told], known: dict[str, Any], absent: dict[str, Unseen]) -> None:
    """Note under which names the servers differ that handed over all of the newest version."""
    gap = next((one.held for one in good if isinstance(one.held, CannotSee)), None)
    whole = {
        f"{one.door.name or one.door.host} ({one.address})": one.held.names
        for one in good
        if isinstance(one.held, Held) and one.held.serial == known.get("serial")
    }
    if len(whole) < 2:
        if gap is not None:
            absent |= {fact: Unseen.of(gap) for fact in ("unlike", "compared")}
        return
    unlike: dict[str, list[str]] = {}
    names = sorted({name for held in whole.values() for name in held})
    none: Records = frozenset()
    for name in names:
        each = {server: held.get(name, none) for server, held in whole.items()}
        if len(set(each.values())) > 1:
            (most, _), *_ = Counter(each.values()).most_common(1)
            for server, held in each.items():
                if held != most:
                    unlike.setdefault(server, []).append(name)
    known["unlike"] = {server: tuple(found[:_SHOWN]) for server, found in unlike.items()}
    known["compared"] = len(names)

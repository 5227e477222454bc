"""Silent changes of systems as an inventory writes them: second places, needs, promises, owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.analysis.mutants.change import Change, Drop, Put
from audit.analysis.mutants.sight import Kind, Sight
from audit.model.message import say
from audit.model.needs import AnyOf, KOf

LONG: Final = "60d"


def _standby_cut(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if len(system.failover) == 1:
            way = system.failover[0]
            yield Change(way.ref, say("{it} is gone", it=way.ref), (Drop(way.place),), about=(system.ref,))


def _standby_home(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        for way in system.failover:
            if len(system.at) == 1 and sight.elsewhere(way.to, system.at[0]):
                says = say("{it} leads to {home}, the place that is lost", it=way.ref, home=system.at[0])
                yield Change(way.ref, says, (Put(way.place, ("to",), system.at[0]),), about=(way.ref, system.ref))


def _standby_cold(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        for way in system.failover:
            if way.mode in ("active-active", "hot", "warm") and len(system.failover) == 1 == len(system.at):
                says = say("{it} is no more than a backup", it=way.ref)
                yield Change(way.ref, says, (Put(way.place, ("mode",), "backup-only"),), about=(system.ref, way.ref))


def _standby_small(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        for way in system.failover:
            if way.capacity is not None and way.capacity > 0.1:
                says = say("{it} carries a twentieth of the load", it=way.ref)
                yield Change(way.ref, says, (Put(way.place, ("capacity",), "0.05"),), about=(system.ref, way.ref))


def _witness(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        for way in system.failover:
            if way.witness is not None and system.at and sight.elsewhere(way.witness, system.at[0]):
                says = say("what decides for {it} stands in {home}", it=way.ref, home=system.at[0])
                yield Change(way.ref, says, (Put(way.place, ("witness",), system.at[0]),))


def _one_place(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if len(system.at) > 1:
            says = say("{it} runs in {at} alone", it=system.ref, at=system.at[0])
            yield Change(system.ref, says, (Put(system.place, ("at",), [system.at[0]]),))


def _group_of_one(sight: Sight) -> Iterator[Change]:
    """Of the grades that bear no single point: a lower one may have it."""
    for system in (one for one in sight.systems if one.grade <= 2):
        for place, need in enumerate(system.needs):
            members = need.any if isinstance(need, AnyOf) else need.of if isinstance(need, KOf) else ()
            if len(members) > 1 and isinstance(members[0], str):
                says = say("{it} needs {one}; nothing else will do", it=system.ref, one=members[0])
                yield Change(system.ref, says, (Put(system.place, ("needs", place), members[0]),))


def _lower_need(sight: Sight) -> Iterator[Change]:
    lower = [one for one in sight.systems if one.grade >= 3]
    for system in sight.systems:
        other = next((one for one in lower if one.ref not in sight.graph.falls([system.ref])), None)
        if system.grade == 1 and other is not None and system.needs:
            says = say("{it} leans on {other}, of grade {grade}", it=system.ref, other=other.ref, grade=other.grade)
            yield Change(system.ref, says, (Put(system.place, ("needs", len(system.needs)), other.ref),))


def _circle(sight: Sight) -> Iterator[Change]:
    known = {one.ref: one for one in sight.systems}
    for system in sight.systems:
        for ref in system.recovers_with:
            other = known.get(ref)
            if other is not None and system.ref not in other.recovers_with:
                says = say("{other} comes back only with {it}, which comes back only with {other}", other=ref,
                           it=system.ref)  # fmt: skip
                value = [*other.recovers_with, system.ref]
                yield Change(ref, says, (Put(other.place, ("recovers-with",), value),), about=(ref, system.ref))
        for need in system.needs:
            other = known.get(need) if isinstance(need, str) else None
            if other is not None and system.ref not in other.recovers_with:
                says = say("{other} comes back only with {it}, which needs {other}", other=other.ref, it=system.ref)
                value = [*other.recovers_with, system.ref]
                yield Change(other.ref, says, (Put(other.place, ("recovers-with",), value),),
                             about=(other.ref, system.ref))  # fmt: skip


def _slow_need(sight: Sight) -> Iterator[Change]:
    known = {one.ref: one for one in sight.systems}
    for system in sight.systems:
        for need in system.needs:
            other = known.get(need) if isinstance(need, str) else None
            if other is not None and other.rto is not None:
                says = say("{other} promises to be back in {long}; {it} needs it", other=other.ref, it=system.ref,
                           long=LONG)  # fmt: skip
                yield Change(other.ref, says, (Put(other.place, ("rto",), LONG),), about=(system.ref, other.ref))


def _loose(key: str, sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if (system.rto if key == "rto" else system.rpo) is not None:
            says = say("{it} promises {key} {long}", it=system.ref, key=key, long=LONG)
            yield Change(system.ref, says, (Put(system.place, (key,), LONG),))


def _rto(sight: Sight) -> Iterator[Change]:
    return _loose("rto", sight)


def _rpo(sight: Sight) -> Iterator[Change]:
    return _loose("rpo", sight)


def _no_promise(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if system.rto is not None:
            yield Change(system.ref, say("nobody promises a recovery time for {it}", it=system.ref),
                         (Put(system.place, ("rto",), None),))  # fmt: skip


def _no_owner(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if system.owner is not None:
            yield Change(system.ref, say("nobody answers for {it}", it=system.ref),
                         (Put(system.place, ("owner",), None),))  # fmt: skip


def _old_confirmation(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if system.confirmed is not None:
            says = say("the needs of {it} were gone through ten years ago", it=system.ref)
            yield Change(system.ref, says, (Put(system.place, ("confirmed", "on"), sight.ago(3650)),))


def _with_primary(sight: Sight) -> Iterator[Change]:
    for system in sight.systems:
        if len(system.at) == 1 and system.recovers_with and system.at[0] not in system.recovers_with:
            says = say("what brings {it} back lies in {at}, where it runs", it=system.ref, at=system.at[0])
            yield Change(system.ref, says, (Put(system.place, ("recovers-with",), [system.at[0]]),))


def _graded_down(sight: Sight) -> Iterator[Change]:
    """Whoever lowers a grade lowers every demand; what leans on the system still has its own."""
    for system in sight.systems:
        leaning = [
            one.ref for one in sight.systems if one.grade == system.grade and system.ref in one.needs and one != system
        ]
        if system.grade < 4 and leaning:
            says = say("{it} is graded 4 instead of {grade}", it=system.ref, grade=system.grade)
            yield Change(system.ref, says, (Put(system.place, ("grade",), "4"),), about=tuple(leaning))


KINDS: Final = (
    Kind("standby-cut", say("takes the only failover away"), _standby_cut, ("failover.mode", "failover.layers")),
    Kind("standby-into-primary", say("moves a standby into the place that is lost"), _standby_home,
         ("failover.shared-nothing", "failover.mode")),
    Kind("standby-demoted", say("makes a standby a mere backup"), _standby_cold, ("failover.mode",)),
    Kind("standby-shrunk", say("makes a standby too small"), _standby_small, ("failover.capacity",)),
    Kind("witness-into-primary", say("moves the third voter into the first place"), _witness, ("failover.witness",)),
    Kind("instance-cut", say("leaves one instance of several"), _one_place,
         ("availability.redundancy", "availability.single-point")),
    Kind("needs-one", say("leaves one member of a group of needs"), _group_of_one, ("availability.single-point",)),
    Kind("need-of-lower-grade", say("lets grade 1 lean on grade 3"), _lower_need, ("dependency.tier-inversion",)),
    Kind("recovery-circle", say("lets two systems wait for each other"), _circle, ("dependency.circular-recovery",)),
    Kind("dependency-slower", say("raises the recovery time of what is needed"), _slow_need,
         ("dependency.recovery-time", "operations.targets-fit-grade")),
    Kind("rto-raised", say("promises a longer recovery time"), _rto, ("operations.targets-fit-grade",)),
    Kind("rpo-raised", say("promises an older recovery point"), _rpo, ("operations.targets-fit-grade",)),
    Kind("promise-removed", say("takes a promise back"), _no_promise, ("operations.targets",)),
    Kind("owner-removed", say("takes the owner of a system away"), _no_owner, ("operations.owner",)),
    Kind("confirmation-aged", say("ages the confirmation of what a system needs"), _old_confirmation,
         ("dependency.confirmed",)),
    Kind("way-back-into-primary", say("puts what brings a system back where it runs"), _with_primary,
         ("failover.control-plane",)),
    Kind("grade-lowered", say("lowers the grade of what others of its grade need"), _graded_down,
         ("dependency.tier-inversion",)),
)  # fmt: skip

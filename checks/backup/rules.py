"""What the inventory says of copies becomes rulings on whether the data survives its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Looks, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import Data
from audit.model.facts import Facts
from audit.model.message import Message
from audit.model.technology import Copy
from checks.backup.places import elsewhere, gap, home
from checks.backup.samples import LEDGER, NIGHTLY, STREAMING, ledger, restic

_AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_LOCKED: Final = BackupState(
    points=(RestorePoint(id="5517", start=_AT),),
    clock=_AT,
    lock="compliance",
    immutable_until=_AT + timedelta(days=30),
)


@check(
    "backup.exists",
    control="BKP-01",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9", "CIS 11.2", "CSF PR.DS-11", "ISO/IEC 27002 8.13", "ISMS-P 2.9.3"),
    least="declared",
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER),
        Example(Verdict.FAIL, ledger(), LEDGER),
        Example(Verdict.FAIL, ledger(STREAMING), LEDGER),
    ),
)
def data_has_a_backup(data: Subject[Data]) -> Ruling:
    """The data set has at least one copy that is kept outside the system that stores it and can go back in time.

    Why: 858 TB of work of 125,000 officials had no copy at all, and nothing of it came back. A replica is no backup:
    it repeats a deletion within seconds.

    Fix: set up a backup of the data set to another machine, best in another site, then add it under `copies:`.
    """
    item = data.item
    outside = [copy for copy in item.copies if copy.at != item.at or copy.at in data.graph.site_of]
    kept = [copy.id for copy in outside if not copy.replica]
    if kept:
        says = say("{data} has backups: {copies}", data=data.ref, copies=", ".join(kept))
    elif outside:
        names = ", ".join(copy.id for copy in outside)
        says = say("{data} has replicas only ({copies}); a deletion reaches them at once", data=data.ref, copies=names)
    elif item.copies:
        says = say("{data} has no copy outside {store}, the platform that stores it", data=data.ref, store=item.at)
    else:
        says = say("{data} has no copy at all", data=data.ref)
    return ruling(
        bool(kept), measured=", ".join(kept) or "none", required=say("at least one backup"), says=says, key="copies"
    )


@check(
    "backup.offsite",
    control="BKP-02",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-6(1)", "NIST SP 800-53r5 CP-9(5)", "CIS 11.4", "CSF PR.DS-11", "ISMS-P 2.9.3"),
    least="declared",
    limits={
        "separate": ("site", "site", "site", "compartment"),
        "distance": ("50 km", "30 km", "0 m", "0 m"),
    },
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: daejeon/room-1")), LEDGER),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: sejong")), LEDGER),
        Example(Verdict.PASS, ledger(restic("nightly", "at: daejeon/room-2"), grade=4), LEDGER),
        Example(Verdict.UNKNOWN, ledger(restic("nightly", "at: nowhere")), LEDGER, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, ledger(restic("nightly"), rest="size: 2 TB"), LEDGER, reason=Reason.INCOMPLETE),
    ),
)
def a_copy_stands_elsewhere(data: Subject[Data], limits: Limits) -> Ruling:
    """At least one copy shares no room, building or power feed with the data and stands far enough away.

    Why: customers of a burnt data centre lost site and backup in one night, because both stood in one building.

    Fix: send one more copy to a site of another building and power feed at the distance that the finding names, then
    write that site as its `at:`.
    """
    separate, distance = limits.word("separate"), limits.length("distance")
    required = _required(separate, distance)
    if not data.item.copies:
        says = say("{data} has no copy at all, so none stands elsewhere", data=data.ref)
        return ruling(False, measured="none", required=required, says=says, key="copies")
    unknown = None
    passed = None
    for place in home(data):
        gaps = [gap(data.graph, place, copy, separate=separate, distance=distance) for copy in data.item.copies]
        good = next((one for one in gaps if one.apart), None)
        doubt = next((one for one in gaps if one.apart is None), None)
        if good is None and doubt is None:
            near = "; ".join(one.short for one in gaps[:5])
            says = say(
                "no copy of {data} is safe from a loss of {place}; each copy with what both share, or the distance: "
                "{near}",
                data=data.ref,
                place=place,
                near=near,
            )
            return ruling(False, measured=near, required=required, says=says, key="copies")
        passed = good if good is not None else passed
        unknown = doubt if good is None else unknown
    if unknown is not None or passed is None:
        raise CannotSee(Reason.INCOMPLETE, unknown.why if unknown is not None else say("no place could be compared"))
    measured = passed.copy.at if passed.km is None else f"{passed.copy.at}, {passed.km:.0f} km"
    return ruling(True, measured=measured, required=required, says=passed.why, key="copies")


def _required(separate: str, distance: float) -> Message:
    if separate == "compartment":
        return say("a copy in another fire compartment")
    if not distance:
        return say("a copy in another site on another power feed")
    return say("a copy in another site on another power feed, {km} km away or more", km=f"{distance / 1000:g}")


@check(
    "backup.three-two-one",
    control="BKP-03",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-9(1)", "CIS 11.2", "CIS 11.5"),
    least="declared",
    limits={
        "copies": ("3", "3", "3", "2"),
        "media": ("2", "2", "2", "1"),
        "elsewhere": ("1", "1", "1", "1"),
        "locked": ("1", "1", "0", "0"),
    },
    examples=(
        Example(
            Verdict.PASS,
            ledger(restic("nightly"), restic("vault", "at: sejong, media: tape")),
            LEDGER,
            others={NIGHTLY: _LOCKED},
            at=_AT,
        ),
        Example(
            Verdict.PASS,
            ledger(restic("nightly"), restic("vault", "at: sejong, media: tape, offline: true")),
            LEDGER,
        ),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER),
        Example(Verdict.PASS, ledger(restic("nightly"), grade=4), LEDGER),
    ),
)
def three_copies_two_media_one_elsewhere(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """The data exists three times, on two kinds of media, once in another site, once where nobody can change it.

    Why: one cause takes copies that resemble each other: one faulty firmware, one stolen password, one fire.

    Fix: add the copy that the finding counts as missing; a tape in a vault of another site counts as medium, as place
    and as locked at once.
    """
    copies = data.item.copies
    counted = {
        "copies": 1 + len(copies),
        "media": len({"disk", *(copy.media for copy in copies)}),
        "elsewhere": elsewhere(data.graph, home(data), copies) if copies else 0,
        "locked": sum(_locked(copy, looks) is True for copy in copies),
    }
    needed = {name: int(limits.number(name)) for name in counted}
    short = {name for name, least in needed.items() if counted[name] < least}
    dark = [copy for copy in copies if _locked(copy, looks) is None]
    if short == {"locked"} and counted["locked"] + len(dark) >= needed["locked"]:
        looks.of(dark[0].ref, Facts)  # says why it was not seen
    met = not short
    figures = {name: str(count) for name, count in counted.items()}
    if met:
        says = say(
            "{data} has copies {copies} with the original, media {media}, in another site {elsewhere}, "
            "locked or offline {locked}",
            data=data.ref,
            **figures,
        )
    else:
        says = say(
            "{data} has too few copies, or copies that one cause takes together: copies {copies} with the original, "
            "media {media}, in another site {elsewhere}, locked or offline {locked}",
            data=data.ref,
            **figures,
        )
    measured = say("copies {copies}, media {media}, in another site {elsewhere}, locked {locked}", **figures)
    required = say("at least copies {copies}, media {media}, in another site {elsewhere}, locked {locked}", **needed)
    return ruling(met, measured=measured, required=required, says=says, key="copies")


def _locked(copy: Copy, looks: Looks) -> bool | None:
    """Whether nobody can change it: what a look saw goes before what is declared; None where neither tells."""
    seen = looks.seen[copy.ref].seen if copy.ref in looks.seen else None
    if not isinstance(seen, BackupState):
        declared = copy.offline or bool(copy.immutable)
        return None if not declared and seen is None and not copy.replica else declared
    if copy.offline and not seen.online:
        return True
    if seen.has("append_only") and seen.append_only:
        return True
    return seen.lock == "compliance" if seen.has("lock") else bool(copy.immutable)

"""Measured restores, or declared rates, become a ruling on whether the data can be read back in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Looks, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import RestoreState, drilled
from audit.model.estate import Data
from audit.model.restoring import RestoreTime, restoring, waiting
from audit.model.technology import Copy
from audit.model.units import bytes_text, plain
from checks.backup.samples import LEDGER, NIGHTLY, ledger, restic, restored

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
COLD: Final = BackupState(points=(RestorePoint(id="5517", start=AT),), clock=AT, waits=timedelta(hours=12))
DECLARED: Final = "at: busan, restore-rate: 1 GB/s"


@check(
    "backup.restore-time",
    control="BKP-07",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-10", "NIST SP 800-53r5 CP-6(2)", "CSF RC.RP-02"),
    least="declared",
    limits={"times": ("1", "1", "1", "2"), "credit": ("50 %", "50 %", "50 %", "50 %")},
    examples=(
        Example(
            Verdict.PASS, ledger(restic("nightly")), LEDGER, others={drilled(NIGHTLY): restored(AT, minutes=20)}, at=AT
        ),
        Example(Verdict.PASS, ledger(restic("nightly", DECLARED), rest="at: daejeon, size: 2 TB"), LEDGER),
        Example(
            Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={drilled(NIGHTLY): restored(AT, minutes=200)}, at=AT
        ),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly", DECLARED)),
            LEDGER,
            others={drilled(NIGHTLY): restored(AT, share=0.05, sampled_of=20 * 10**9)},
            at=AT,
        ),
        Example(Verdict.FAIL, ledger(restic("nightly", DECLARED), rest="at: daejeon, size: 858 TB"), LEDGER),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={NIGHTLY: COLD}, at=AT),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly")),
            LEDGER,
            others={drilled(NIGHTLY): restored(AT, minutes=20), NIGHTLY: COLD},
            at=AT,
        ),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), LEDGER, reason=Reason.INCOMPLETE),
    ),
)
def restore_fits_the_recovery_time(data: Subject[Data], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """The data is read back within the promised recovery time, as a drill measured, else at half of the declared rate.

    What lies in cold storage is waited for first: that counts too.

    Why: 858 TB at 1 GB a second take 9.9 days on the wire alone, whatever the plan promises; a rate that no drill has
    measured is worth half.

    Fix: measure a restore with `haechi drill restore ESTATE SUBJECT`, keep a copy that is read back faster, split the
    data by urgency, or promise a recovery time that the wire can carry.
    """
    copies = data.item.copies
    most = data.rto * limits.number("times")
    if not copies:
        says = say("{data} has no copy to restore it from", data=data.ref)
        return ruling(False, measured=say("no copy"), required=most, says=says, key="copies")
    credit = limits.number("credit") / 100
    known: list[tuple[Copy, RestoreTime]] = []
    soonest = (timedelta.max, copies[0])
    expired: RestoreState | None = None
    for copy in copies:
        drill = looks.restored(copy.ref)
        if drill is not None and drill.expires < at:
            drill, expired = None, drill
        found = looks.seen.get(copy.ref)
        seen = found.seen if found is not None else None
        time = restoring(copy, _sized(data.item), drill, credit, seen)
        if time is not None:
            known.append((copy, time))
        soonest = min(soonest, (waiting(seen), copy), key=lambda pair: pair[0])
    if not known and soonest[0] > most:
        return _ruled(data, soonest[1], RestoreTime(soonest[0], "declared", 0, 0.0, soonest[0]), most, limits)
    if not known and expired is not None:
        date = f"{expired.ended:%Y-%m-%d}"
        raise CannotSee(Reason.STALE, say("{copy} was last restored on {date}", copy=expired.copy_ref, date=date))
    if not known:
        says = say(
            "nobody measured a restore of {data}, and the inventory does not say how large it is or how fast it can be "
            "read back; add `size:` and `restore-rate:`",
            data=data.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    copy, time = min(known, key=lambda pair: pair[1].took)
    return _ruled(data, copy, time, most, limits)


def _sized(item: Data) -> Data:
    """The data with the largest size that any of its copies declares, where it declares none itself."""
    if item.size is not None:
        return item
    size = max((copy.size or 0 for copy in item.copies), default=0)
    return item.model_copy(update={"size": size}) if size else item


def _ruled(data: Subject[Data], copy: Copy, time: RestoreTime, most: timedelta, limits: Limits) -> Ruling:
    met = time.took <= most
    figures = {
        "data": data.ref,
        "copy": copy.id,
        "size": bytes_text(time.size),
        "rate": f"{bytes_text(int(time.rate))}/s",
        "credit": limits.word("credit"),
        "time": plain(time.took),
        "most": plain(most),
    }
    figures["waits"] = plain(time.waits)
    if time.waits == time.took:
        says = say(
            "{copy} gives out its first byte after {waits}, as it lies in cold storage, but only {most} are allowed",
            **figures,
        )
    elif time.waits and met:
        says = say(
            "{size} of {data} take {time}, of which {waits} pass before {copy} gives out its first byte; {most} are "
            "allowed",
            **figures,
        )
    elif time.waits:
        says = say(
            "{size} of {data} take {time}, of which {waits} pass before {copy} gives out its first byte, but only "
            "{most} are allowed",
            **figures,
        )
    elif time.basis == "declared" and met:
        says = say("{size} of {data} at {credit} of {rate} take {time}; {most} are allowed", **figures)
    elif time.basis == "declared":
        says = say("{size} of {data} at {credit} of {rate} take {time}, but only {most} are allowed", **figures)
    elif time.basis == "drilled" and met:
        says = say("a drill restored {size} of {data} from {copy} in {time}; {most} are allowed", **figures)
    elif time.basis == "drilled":
        says = say("a drill restored {size} of {data} from {copy} in {time}, but only {most} are allowed", **figures)
    elif met:
        says = say("reckoned up from a drill, {size} of {data} from {copy} take {time}; {most} are allowed", **figures)
    else:
        says = say(
            "reckoned up from a drill, {size} of {data} from {copy} take {time}, but only {most} are allowed", **figures
        )
    return ruling(met, measured=time.took, required=most, says=says, key="size")

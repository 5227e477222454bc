"""The points of a copy with the log between them become rulings on holes: now, and in the last weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.backup import Attempt, BackupState, Gap, RestorePoint, worst_of
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"), rest="at: daejeon/room-1", grade=3)
HOURLY: Final = ledger(restic("nightly", "at: busan, every: 1h"), grade=3)

SELDOM: Final = ledger(restic("nightly", "at: busan, every: 2d"), grade=3)
HOLE: Final = Gap(after="000000010000000000000003", before="000000010000000000000005", missing=1)


def _made(*hours: float, **more: Any) -> BackupState:
    points = tuple(RestorePoint(id=f"p{hour:g}", start=AT - timedelta(hours=hour)) for hour in hours)
    return BackupState.model_validate({"points": points, "clock": AT, **more})


def _runs(failed: int) -> tuple[Attempt, ...]:
    """One run an hour for four days, the last few of which failed."""
    return tuple(Attempt(start=AT - timedelta(hours=hour), ok=hour > failed) for hour in range(99, 0, -1))


@check(
    "backup.log-unbroken",
    control="BKP-04",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-10(2)", "CSF PR.DS-11"),
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_made(5, reach=AT, gaps=()), at=AT),
        Example(
            Verdict.FAIL,
            ESTATE,
            NIGHTLY,
            seen=_made(5, reach=AT, gaps=(HOLE,)),
            at=AT,
        ),
        Example(Verdict.NOT_APPLICABLE, ESTATE, NIGHTLY, seen=_made(5), at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_made(5, reach=AT), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def no_piece_of_the_log_is_missing(copy: Subject[Copy], seen: BackupState) -> Ruling:
    """No piece is missing in the log that brings a backup forward, since the oldest point that is kept.

    Why: with one segment gone, a restore ends there without an error, the server opens, and all that came later is
    silently lost; the tool's own status stays good.

    Fix: make a new full backup at once, so that something whole stands behind the hole, then find out what removed the
    segment.
    """
    if not seen.has("gaps") and not seen.has("reach") and seen.absent.keys().isdisjoint(("gaps", "reach")):
        raise NotApplicable(say("{copy} keeps no log between its points", copy=copy.ref))
    gaps = seen.gaps
    required = say("no gap")
    if not gaps:
        says = say("the log of {copy} has no gap since its oldest complete point", copy=copy.ref)
        return ruling(True, measured=say("no gap"), required=required, says=says)
    missing = sum(gap.missing for gap in gaps)
    says = say(
        "the log of {copy} has a gap behind {after}: {missing} missing before {before}; gaps in all {count}",
        copy=copy.ref,
        after=gaps[0].after[:60],
        before=gaps[0].before[:60],
        missing=gaps[0].missing,
        count=len(gaps),
    )
    return ruling(False, measured=say("missing: {count}", count=missing), required=required, says=says)


@check(
    "backup.worst-age",
    control="BKP-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-6(2)", "CIS 11.2"),
    limits={"window": ("30d", "30d", "30d", "30d"), "times": ("1", "1", "1", "1")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_made(50, 27, 4), at=AT),
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_made(90, 60, 4, reach=AT, gaps=()), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_made(90, 70, 4), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_made(4, reach=AT, gaps=(), paced=None), at=AT),
        Example(Verdict.FAIL, SELDOM, NIGHTLY, seen=_made(52, 4), at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_made(52, 4), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def points_were_never_too_far_apart(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """At no instant of the last weeks would a loss have cost more work than is promised.

    Why: just before a backup is finished, the newest usable one is as old as the start of the one before it; a job
    that runs as often as the promise never keeps it.

    Fix: run the job more often than the promise asks, and look for the runs that failed or were left out.
    """
    window, most = limits.duration("window"), copy.rpo * limits.number("times")
    points = seen.usable
    if not points:
        says = say("{copy} holds no complete backup", copy=copy.ref)
        return ruling(False, measured=say("no complete backup"), required=most, says=says)
    since = seen.clock - window
    told = seen.has("attempts") and bool(seen.attempts)
    if told:
        # The tool's own records know of points that a rule has forgotten since; before the first of them nobody does.
        since, points = max(since, min(run.start for run in seen.attempts)), _with_attempts(points, seen)
    worst = worst_of(points, since, seen.clock) or timedelta(0)
    now = max(seen.age or timedelta(0), timedelta(0))
    if seen.has("gaps") and not seen.gaps and seen.has("reach"):
        if seen.has("paced") and (seen.paced is None or seen.paced > most):
            return _unpaced(copy, seen.paced, most)
        worst = now
    figures = {"copy": copy.ref, "worst": plain(worst), "most": plain(most), "days": str(window.days)}
    if worst <= most:
        # Nothing that is kept tells of the time before its first point.
        figures["date"] = plain(max(since, points[0].start))
        says = say("since {date} a loss would have cost at most {worst} in {copy}; {most} are promised", **figures)
        return ruling(True, measured=worst, required=most, says=says)
    every = copy.item.every
    if now > most or told or _denser_before(points, since, most) or (every is not None and every > most):
        says = say(
            "a loss in the last {days} days could have cost {worst} in {copy}, but only {most} are promised", **figures
        )
        return ruling(False, measured=worst, required=most, says=says)
    says = say(
        "points in {copy} lie {worst} apart; whether backups were missing or were forgotten by a rule cannot be told",
        **figures,
    )
    raise CannotSee(Reason.INCOMPLETE, says)


def _unpaced(copy: Subject[Copy], paced: timedelta | None, most: timedelta) -> Ruling:
    """What a log costs whose last piece waits until it is full."""
    if paced is None:
        says = say(
            "nothing makes a quiet original hand its log on to {copy}: its last piece may wait for ever", copy=copy.ref
        )
        return ruling(False, measured=say("no limit"), required=most, says=says)
    says = say(
        "a quiet original hands its log on to {copy} after {paced} only; {most} are promised",
        copy=copy.ref,
        paced=plain(paced),
        most=plain(most),
    )
    return ruling(False, measured=paced, required=most, says=says)


def _with_attempts(points: tuple[RestorePoint, ...], seen: BackupState) -> tuple[RestorePoint, ...]:
    """The points with those that were made and forgotten again."""
    starts = {point.start for point in points}
    made = [RestorePoint(id="", start=run.start) for run in seen.attempts if run.ok and run.start not in starts]
    return tuple(sorted((*points, *made), key=lambda point: point.start))


def _denser_before(points: tuple[RestorePoint, ...], since: datetime, most: timedelta) -> bool:
    """Whether points lie closer before a hole than in it: no rule that forgets keeps more of the older ones."""
    close = False
    for earlier, later in pairwise(points):
        apart = (later.end or later.start) - earlier.start
        if apart > most and close and later.start >= since:
            return True
        close = close or apart <= most
    return False


@check(
    "backup.success-rate",
    control="BKP-05",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(1)", "ISO/IEC 27002 8.13", "ISMS-P 2.9.3"),
    limits={
        "rate": ("99 %", "98 %", "95 %", "90 %"),
        "run": ("1", "-", "-", "-"),
        "window": ("30d", "30d", "30d", "30d"),
    },
    examples=(
        Example(
            Verdict.PASS,
            HOURLY,
            NIGHTLY,
            seen=_made(1, attempts=_runs(0)),
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            HOURLY,
            NIGHTLY,
            seen=_made(1, attempts=_runs(9)),
            at=AT,
        ),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_made(1), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def runs_of_the_job_succeed(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """Of the runs of the backup job that were due in the last weeks, as many succeeded as the grade needs.

    Why: a job that fails now and then is repaired by nobody, until the one night on which it was needed.

    Fix: read the log of the runs that failed; have every failed run reported, and every run that did not begin.
    """
    rate, window = limits.number("rate") / 100, limits.duration("window")
    since = seen.clock - window
    every = copy.item.every
    if seen.has("attempts") or every is None:
        if every is None and not seen.has("attempts") and _untold(seen):
            says = say("neither the look nor the inventory tells how often {copy} is made; add `every:`", copy=copy.ref)
            raise CannotSee(Reason.INCOMPLETE, says)
        runs = [attempt.ok for attempt in seen.attempts if since <= attempt.start <= seen.clock]
        first = min((attempt.start for attempt in seen.attempts if attempt.start >= since), default=since)
        due = max(len(runs), _due(first, seen.clock, every))
    else:
        recent = [point for point in seen.points if since <= point.start <= seen.clock]
        first = max(since, min((point.start for point in recent), default=since))
        runs = [point.complete for point in recent]
        due = max(len(runs), _due(first, seen.clock, every))
        if due and sum(runs) / due < rate and all(runs) and not _missed(seen, every):
            says = say(
                "{copy} holds {count} points of {due}; whether the others were never made or were forgotten by a rule "
                "cannot be told",
                copy=copy.ref,
                count=sum(runs),
                due=due,
            )
            raise CannotSee(Reason.INCOMPLETE, says)
    return _rated(copy, limits, runs, due, rate)


def _rated(copy: Subject[Copy], limits: Limits, runs: list[bool], due: int, rate: float) -> Ruling:
    if not due:
        raise CannotSee(Reason.INCOMPLETE, say("no run of {copy} is recorded in this time", copy=copy.ref))
    share, longest, row = sum(runs) / due, 0, 0
    for good in runs:
        row = 0 if good else row + 1
        longest = max(longest, row)
    allowed = limits.values["run"]
    in_row = allowed != "-" and longest > limits.number("run")
    figures = {"copy": copy.ref, "good": str(sum(runs)), "due": str(due), "row": str(longest)}
    required = say("at least {share} of the runs", share=limits.word("rate"))
    measured = say("{good} of {due} runs", **figures)
    if in_row:
        says = say("{row} runs of {copy} failed in a row", **figures)
    elif share < rate:
        says = say("only {good} of {due} runs of {copy} succeeded", **figures)
    else:
        says = say("{good} of {due} runs of {copy} succeeded", **figures)
    return ruling(share >= rate and not in_row, measured=measured, required=required, says=says)


def _due(first: datetime, now: datetime, every: timedelta | None) -> int:
    """How many runs were due: one that is not over yet is not missed."""
    return int((now - first) / every) if every else 0


def _untold(seen: BackupState) -> bool:
    """Whether the tool keeps no record of its runs: nobody can mend that, but `every:` does instead."""
    return "attempts" not in seen.absent or seen.absent["attempts"].reason is Reason.INCOMPLETE


def _missed(seen: BackupState, every: timedelta) -> bool:
    newest = max((point.start for point in seen.points), default=None)
    return newest is None or seen.clock - newest > 2 * every

"""A system without a failover, whose data is restored, to whether its promise can be kept as a drill measured it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit.model.drilling import RestoreState, drilled
from audit.model.verdict import Level, Verdict
from checks.failover.samples import guarantee
from tests.checks.judging import AT, catalogue, scene

FAR = "kibo/guarantee/book/far"
TEXT = (
    guarantee(
        "grade: 3, at: [daejeon/room-1], rebuild: 5h, data: [{id: book, size: 1 GB, copies: "
        "[{id: far, kind: files, at: busan/room-1, path: '/x/*'}]}]"
    )
    .replace("{id: room-1}", "{id: room-1, rebuild: 2h}")
    .replace("{id: daejeon, operator: nirs", "{id: daejeon, rebuild: 9h, operator: nirs")
)


def drill(hours: float, left: timedelta) -> RestoreState:
    return RestoreState(
        level=Level.DRILLED, id="d", copy_ref=FAR, point="p", point_start=None, started=AT, ended=AT, expires=AT + left,
        parts=(), bytes=10**9, files=None, share=1.0, integrity=4, checks=(), rto=timedelta(hours=hours),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "left", "verdict"),
    [
        (1.0, timedelta(days=9), Verdict.PASS),
        (90.0, timedelta(days=9), Verdict.FAIL),
        (1.0, timedelta(days=-1), Verdict.UNKNOWN),
    ],
)
def test_a_measured_restore_settles_it_while_it_counts(hours: float, left: timedelta, verdict: Verdict) -> None:
    here, check = scene(TEXT), catalogue().checks["failover.recovery-time"]
    assert here.judge(check, "kibo/guarantee", {}).verdict is Verdict.UNKNOWN
    finding = here.judge(check, "kibo/guarantee", {drilled(FAR): drill(hours, left)})
    assert (finding.verdict, finding.level) == (verdict, Level.DECLARED)

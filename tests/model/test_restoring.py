"""What is known of a copy to how long its restore takes, cold storage included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import Data
from audit.model.restoring import restoring
from audit.model.technology import Copy

AT = datetime(2026, 9, 1, tzinfo=UTC)
POINT = (RestorePoint(id="1", start=AT),)


def test_what_is_waited_for_comes_on_top() -> None:
    copy = Copy.model_validate({"id": "c", "kind": "copy", "at": "busan", "restore-rate": "1 MB/s"})
    data = Data.model_validate({"id": "d", "size": "1800 MB"})
    cold = BackupState(points=POINT, clock=AT, waits=timedelta(hours=12))
    for seen, hours in ((cold, 13), (BackupState(points=POINT, clock=AT), 1), (None, 1)):
        time = restoring(copy, data, None, seen=seen)
        assert time is not None
        assert (time.took, time.waits) == (timedelta(hours=hours), timedelta(hours=hours - 1))
    assert restoring(copy, data, None, 0.0, cold) is None

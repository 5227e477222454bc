"""A drill in, what a person reads of it out."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.app.drilling import Drilled
from audit.cli.drilled import tell_one
from audit.model.drilling import Checked, Promise
from checks.backup.samples import restored

AT = datetime(2026, 9, 1, tzinfo=UTC)


def test_a_promise_that_was_not_kept_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    checks = (Checked(name="files", held=True), Checked(name="canary", held=False, detail="it is empty"))
    state = restored(AT, checks=checks).model_copy(update={"rpo": timedelta(minutes=20), "rto": timedelta(minutes=5)})
    promise = Promise(rpo=timedelta(minutes=15), rto=timedelta(hours=2))
    tell_one(Drilled(state.copy_ref, state, promise=promise, zone="UTC"), "en")
    lines = capsys.readouterr().out.splitlines()
    assert "  ✗ RPO measured 20m, promised 15m" in lines
    assert "  RTO measured 5m, promised 2h" in lines
    assert "  ✓ files" in lines
    assert "  ✗ canary  it is empty" in lines

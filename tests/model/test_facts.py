"""Facts that were established, facts that were not, in; values or reasons out."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.facts import ABSENT, Facts, NameState, PowerState, Reading, Sample, SensorState, ServiceState, Unseen
from audit.model.failover import Member
from audit.model.verdict import CannotSee, Reason

AT = datetime(2026, 9, 1, tzinfo=UTC)
DENIED = Unseen(reason=Reason.DENIED, template="no {what}", values={"what": "right"})
POINT = RestorePoint(id="a", start=AT)


def test_touching_an_absent_fact_says_why() -> None:
    state = BackupState(points=(), clock=AT, absent={"size": DENIED})
    with pytest.raises(CannotSee) as denied:
        _ = state.size
    assert (denied.value.reason, str(denied.value.says)) == (Reason.DENIED, "no right")
    with pytest.raises(CannotSee) as incomplete:
        _ = state.immutable_until
    assert incomplete.value.reason == Reason.INCOMPLETE
    assert "immutable until" in str(incomplete.value.says)
    assert not state.has("size")
    assert state.has("points")


@pytest.mark.parametrize(
    "state",
    [
        BackupState(points=(POINT,), clock=AT, errors=("pack",), integrity=2, immutable_until=AT),
        BackupState(points=(), clock=AT, absent={"errors": DENIED}),
        ServiceState(samples=(Sample(address="192.0.2.4", phases={"total": 0.1}),), clock_offset=timedelta(seconds=2)),
        ServiceState(partial=(Sample(address="192.0.2.4"),)),
        NameState(samples=(), addresses=("192.0.2.4",), ttl=timedelta(seconds=60)),
        ReplicaState(attached=True, bytes_behind=7, replay_age=timedelta(milliseconds=1500)),
        PowerState(flags=("OL",), charge=97.5, runtime=timedelta(minutes=21)),
        SensorState(readings=(Reading(name="t", quantity="temperature", value=21.5, unit="C"),), flat=False),
    ],
    ids=lambda state: type(state).__name__,
)
def test_what_is_stored_is_read_back(state: Facts) -> None:
    text = json.dumps(state.plain())
    again = type(state).model_validate(json.loads(text))
    assert again == state
    assert again.plain() == state.plain()
    assert again.level == state.level
    assert "ABSENT" not in text


def test_facts_do_not_change() -> None:
    with pytest.raises(ValidationError):
        POINT.id = "b"  # type: ignore[misc]
    assert repr(ABSENT) == "ABSENT"


def test_the_newest_point_is_complete() -> None:
    older = RestorePoint(id="older", start=AT - timedelta(days=1))
    state = BackupState(points=(RestorePoint(id="cut", start=AT, complete=False), older), clock=AT)
    assert state.newest == older
    assert [point.id for point in state.usable] == ["older"]
    assert BackupState(points=(), clock=AT).newest is None


def test_trouble_is_looked_at_again() -> None:
    assert ServiceState(samples=(Sample(address="a", failure="refused"),)).troubled()
    assert not ServiceState(samples=(Sample(address="a"),)).troubled()
    assert ReplicaState(attached=False).troubled()
    assert not ReplicaState(attached=True).troubled()
    assert not BackupState(points=(), clock=AT).troubled()


@pytest.mark.parametrize("strange", [float("nan"), float("inf"), float("-inf")])
def test_no_figure_compares_with_nothing(strange: float) -> None:
    """A limit that such a figure is held against would be kept."""
    for made in (
        lambda: Reading(name="cell 1", quantity="temperature", value=strange),
        lambda: PowerState(flags=("OL",), load=strange),
        lambda: Member(name="n2", role="standby", usable=True, lag_seconds=strange),
    ):
        with pytest.raises(ValidationError):
            made()

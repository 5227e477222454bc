"""Estates with what was seen of their copies in, what is left after each kind of loss out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.drilling import Checked, RestoreState, drilled
from audit.model.estate import Data, System
from audit.model.evidence import Observation
from audit.model.facts import Facts, Unseen
from audit.model.fate import Scenario
from audit.model.graph import Graph
from audit.model.subject import Looks
from audit.model.survival import SCENARIOS, Outcome, outcome, survival
from audit.model.verdict import Level, Reason
from tests.model.estates import estate_of

AT = datetime(2026, 9, 1, tzinfo=UTC)
REF = "kibo/ledger/books"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SITES = """
suppliers: [{id: cloud-a}, {id: cloud-b}]
sites:
  - {id: daejeon, operator: cloud-a, rooms: [{id: r1}, {id: r2}]}
  - {id: busan, operator: cloud-b, rooms: [{id: r1}]}
  - {id: gwangju}
"""


def estate(*copies: str, at: str = "daejeon/r1", more: str = "") -> str:
    written = ", ".join(copies)
    system = "{id: ledger, grade: 1, at: [" + at + "], data: [{id: books, copies: [" + written + "]}]}"
    return SITES + "institutions: [{id: kibo, systems: [" + system + more + "]}]\n"


def restic(name: str, rest: str) -> str:
    return "{id: " + name + ", kind: restic, repository: /srv, password: {env: P}, " + rest + "}"


def standby(rest: str) -> str:
    return "{id: standby, kind: postgresql-standby, primary: {env: P}, standby: {env: S}, " + rest + "}"


def held(age: timedelta, **more: Any) -> BackupState:
    point = RestorePoint(id="p", start=AT - age)
    return BackupState.model_validate({"points": (point,), "clock": AT, "encrypted": False, **more})


FOLLOWS = ReplicaState(attached=True, paused=False, bytes_behind=0, same_cluster=True)
BLIND = Unseen(reason=Reason.DENIED, template="it is dark")


def looks(seen: dict[str, Facts | Unseen]) -> Looks:
    found = {}
    for name, facts in seen.items():
        ref = f"{REF}/{name}"
        dark = isinstance(facts, Unseen)
        found[ref] = Observation(ref, "x", AT, MINUTE, None if dark else facts, facts if dark else None)  # type: ignore[arg-type]
    return Looks(found)


def after(scenario: Scenario, text: str, **seen: Facts | Unseen) -> Outcome:
    whole = estate_of(text)
    system, data = whole.index["kibo/ledger"], whole.index[REF]
    assert isinstance(system, System)
    assert isinstance(data, Data)
    return outcome(scenario, data, system, Graph(whole), looks(dict(seen)))


def span(found: Outcome) -> tuple[timedelta | None, timedelta | None]:
    return found.least, found.most


def test_a_replica_saves_from_a_fire_and_not_from_a_mistake() -> None:
    text = estate(standby("at: busan"), restic("nightly", "at: daejeon/r2"))
    points = tuple(RestorePoint(id=str(day), start=AT - day * DAY) for day in (2, 1))
    seen: dict[str, Facts | Unseen] = {"standby": FOLLOWS, "nightly": held(DAY, points=points)}
    assert span(after("site-loss", text, **seen)) == (timedelta(0), timedelta(0))
    assert span(after("operator-error", text, **seen)) == (DAY, DAY)
    assert span(after("ransomware", text, **seen)) == (None, None)


def test_what_stands_in_the_same_place_may_be_the_same_machine() -> None:
    seen = {"nightly": held(DAY)}
    assert span(after("host-loss", estate(restic("nightly", "at: daejeon/r1")), **seen)) == (DAY, None)
    assert span(after("host-loss", estate(restic("nightly", "at: daejeon")), **seen)) == (DAY, None)
    assert span(after("host-loss", estate(restic("nightly", "at: daejeon/r2")), **seen)) == (DAY, DAY)


def test_a_copy_on_the_same_platform_falls_with_it() -> None:
    platform = ", {id: farm, grade: 1, at: [daejeon/r1]}, {id: nas, grade: 1, at: [daejeon/r1]}"
    seen = {"nightly": held(DAY)}
    beside = estate(restic("nightly", "at: nas"), at="farm", more=platform)
    inside = estate(restic("nightly", "at: farm"), at="farm", more=platform)
    assert after("host-loss", beside, **seen).survivors == (f"{REF}/nightly",)
    found = after("host-loss", inside, **seen)
    assert (found.hit, span(found)) == ("kibo/farm", (None, None))


def test_the_worst_of_several_sites_counts() -> None:
    text = estate(restic("nightly", "at: busan"), restic("weekly", "at: daejeon/r2"), at="daejeon/r1, busan")
    found = after("site-loss", text, nightly=held(HOUR), weekly=held(DAY))
    assert (found.hit, span(found)) == ("busan", (DAY, DAY))


@pytest.mark.parametrize(
    ("rest", "facts", "expected"),
    [
        ("at: busan", {"encrypted": False}, (HOUR, HOUR)),
        ("at: busan", {"encrypted": True, "key": "client"}, (None, None)),
        ("at: busan, keys-at: daejeon/r2", {"encrypted": True, "key": "client"}, (None, None)),
        ("at: busan, keys-at: busan", {"encrypted": True, "key": "client"}, (HOUR, HOUR)),
        ("at: busan", {"encrypted": True, "key": "outside"}, (HOUR, HOUR)),
        ("at: busan", {"encrypted": True, "key": "copy"}, (HOUR, None)),
        ("at: busan", {"encrypted": True}, (HOUR, None)),
    ],
)
def test_keys_burn_with_the_site(rest: str, facts: dict[str, Any], expected: tuple[Any, Any]) -> None:
    assert span(after("site-loss", estate(restic("nightly", rest)), nightly=held(HOUR, **facts))) == expected


@pytest.mark.parametrize(
    ("rest", "facts", "expected"),
    [
        ("", {"lock": "compliance", "immutable_until": AT + DAY}, (HOUR, HOUR)),
        ("", {"lock": "compliance", "immutable_until": AT}, (None, None)),
        ("", {"lock": "compliance"}, (HOUR, None)),
        ("", {"lock": "governance", "immutable_until": AT + DAY}, (None, None)),
        (", immutable: 30d", {"lock": "none"}, (None, None)),
        (", immutable: 30d", {}, (HOUR, None)),
        (", offline: true, media: tape", {}, (HOUR, None)),
        ("", {"append_only": True}, (HOUR, None)),
        (", writer: a, deleters: [a]", {"append_only": True}, (None, None)),
        (", deleters: []", {}, (HOUR, None)),
        ("", {}, (None, None)),
        ("", {"absent": {"lock": BLIND}}, (HOUR, None)),
    ],
)
def test_only_what_was_seen_to_be_locked_outlives_an_administrator(
    rest: str, facts: dict[str, Any], expected: tuple[Any, Any]
) -> None:
    text = estate(restic("nightly", "at: busan" + rest))
    assert span(after("ransomware", text, nightly=held(HOUR, **facts))) == expected


def test_a_lock_lies_on_the_point_and_not_on_the_log_behind_it() -> None:
    seen = held(DAY, reach=AT, gaps=(), lock="compliance", immutable_until=AT + DAY)
    text = estate(restic("nightly", "at: busan"))
    assert span(after("operator-error", text, nightly=seen)) == (timedelta(0), timedelta(0))
    assert span(after("ransomware", text, nightly=seen)) == (DAY, DAY)


def test_a_supplier_takes_all_that_it_keeps() -> None:
    seen = {"nightly": held(HOUR)}
    assert span(after("supplier-loss", estate(restic("nightly", "at: busan")), **seen)) == (HOUR, HOUR)
    assert span(after("supplier-loss", estate(restic("nightly", "at: gwangju")), **seen)) == (HOUR, HOUR)
    assert span(after("supplier-loss", estate(restic("nightly", "at: daejeon/r2")), **seen)) == (None, None)
    hired = estate(restic("nightly", "at: busan, supplier: cloud-a"))
    assert span(after("supplier-loss", hired, **seen)) == (None, None)
    own = estate(restic("nightly", "at: busan"), at="gwangju")
    assert after("supplier-loss", own, **seen).kind == "exempt"


def test_what_the_backup_system_holds_is_lost_with_it() -> None:
    server = ", {id: server, grade: 1, at: [busan]}"
    seen = {"nightly": held(HOUR)}
    on_it = estate(restic("nightly", "at: server, via: server"), more=server)
    beside = estate(restic("nightly", "at: gwangju, via: server"), more=server)
    assert span(after("system-loss", on_it, **seen)) == (None, None)
    assert span(after("system-loss", beside, **seen)) == (HOUR, HOUR)


def test_what_was_not_seen_is_not_known_with_its_reason() -> None:
    found = after("site-loss", estate(restic("nightly", "at: busan")), nightly=BLIND)
    assert (span(found), found.reason, str(found.why)) == ((timedelta(0), None), Reason.DENIED, "it is dark")


def test_a_point_from_the_future_is_no_age() -> None:
    found = after("site-loss", estate(restic("nightly", "at: busan")), nightly=held(-HOUR))
    assert (found.most, found.reason) == (None, Reason.CONTRADICTED)


@pytest.mark.parametrize(
    "state",
    [BackupState(points=(), clock=AT), BackupState(points=(RestorePoint(id="p", start=AT, complete=False),), clock=AT)],
)
def test_a_store_without_a_complete_point_saves_nothing(state: BackupState) -> None:
    text = estate(restic("nightly", "at: busan"))
    for scenario in SCENARIOS:
        assert span(after(scenario, text, nightly=state)) == (None, None)


def test_a_cut_off_replica_is_no_certain_copy() -> None:
    cut = ReplicaState(attached=False, detail="no receiver")
    assert span(after("site-loss", estate(standby("at: busan")), standby=cut)) == (timedelta(0), None)
    other = ReplicaState(attached=True, same_cluster=False)
    assert span(after("site-loss", estate(standby("at: busan")), standby=other)) == (None, None)


def test_damage_that_was_seen_leaves_no_certainty() -> None:
    text = estate(restic("nightly", "at: busan"))
    assert span(after("site-loss", text, nightly=held(HOUR, errors=("pack",)))) == (HOUR, None)


def test_a_place_that_nobody_wrote_is_not_lost_by_guess() -> None:
    text = estate(restic("nightly", "at: busan"), at="").replace("at: [], ", "")
    found = after("site-loss", text, nightly=held(HOUR))
    assert (found.kind, found.reason) == ("untold", Reason.INCOMPLETE)


def test_one_more_copy_never_makes_it_worse() -> None:
    base = restic("nightly", "at: busan")
    more = [restic("more", f"at: {place}") for place in ("daejeon/r1", "daejeon/r2", "busan", "gwangju")]
    states: list[Facts | Unseen] = [held(MINUTE), held(DAY), held(HOUR, encrypted=True, key="client"), BLIND]
    for scenario in SCENARIOS:
        before = after(scenario, estate(base), nightly=held(HOUR))
        for copy in more:
            for state in states:
                now = after(scenario, estate(base, copy), nightly=held(HOUR), more=state)
                for old, new in zip(span(before), span(now), strict=True):
                    assert old is None or (new is not None and new <= old), (scenario, copy, state)


def drill(**more: Any) -> RestoreState:
    record = {
        "id": "d", "copy_ref": f"{REF}/nightly", "point": "p", "point_start": AT, "started": AT, "ended": AT,
        "expires": AT + DAY, "parts": (), "bytes": 10**9, "files": 1, "share": 1.0, "integrity": 5,
        "checks": (Checked(name="canary", held=True),), "rto": 10 * MINUTE, "level": Level.DRILLED,
    }  # fmt: skip
    return RestoreState.model_validate(record | more)


@pytest.mark.parametrize(
    ("rest", "record", "expected"),
    [
        ("", {}, (10 * MINUTE, "drilled")),
        ("", {"share": 0.1, "sampled_of": 10**10}, (100 * MINUTE, "estimated")),
        ("size: 6 GB, ", {}, (60 * MINUTE, "estimated")),
        ("size: 6 MB, ", {}, (10 * MINUTE, "drilled")),
    ],
)
def test_times_are_measured_then_reckoned_up_then_declared(rest: str, record: dict[str, Any], expected: object) -> None:
    found = drilled_once(rest, record)
    assert found.restore is not None
    assert (found.restore.took, found.restore.basis) == expected


def test_what_failed_to_come_back_is_no_certain_copy() -> None:
    found = drilled_once("", {"trouble": "no"})
    assert (found.least, found.most, found.restore) == (HOUR, None, None)


def drilled_once(rest: str, record: dict[str, Any]) -> Outcome:
    """What the loss of the site leaves of a copy that was drilled."""
    text = estate(restic("nightly", "at: busan, restore-rate: 1 GB/s"))
    whole = estate_of(text.replace("id: books, ", f"id: books, {rest}"))
    system, data = whole.index["kibo/ledger"], whole.index[REF]
    assert isinstance(system, System)
    assert isinstance(data, Data)
    ref = drilled(f"{REF}/nightly")
    seen = {**looks({"nightly": held(HOUR)}).seen, ref: Observation(ref, "x", AT, MINUTE, drill(**record))}
    return survival(data, system, Graph(whole), Looks(seen))[1]

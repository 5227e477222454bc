"""Work on what other things stand on in; whether all that it endangers counts as safe out."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.model.backup import BackupState, RestorePoint
from audit.model.evidence import Finding, Observation
from audit.model.facts import Facts, Unseen
from audit.model.failover import FailoverState, Member, Voter
from audit.model.subject import Looks
from audit.model.verdict import CannotSee, Reason, Verdict
from tests.checks.judging import catalogue, observed, scene

AT = datetime(2026, 9, 1, tzinfo=UTC)
COPY, OTHER, SWITCH = "k/s/ledger/nightly", "k/s/ledger/second", "k/s/away"
READY = FailoverState(
    members=(Member(name="a", role="primary", usable=True), Member(name="b", role="standby", usable=True))
)
LOST = FailoverState(members=READY.members, trouble=("split",))
DARK = Unseen(reason=Reason.UNREACHABLE, template="it is dark")


SENTINEL = "kind: sentinel, host: 127.0.0.1, group: g"
PLACED = f"{SENTINEL}, members: [{{name: a, at: d/hall}}, {{name: b, at: b}}]"
BESIDE = "k/s/beside"


def work(*places: str, grade: int = 1, kind: str = "battery", switch: str = PLACED,
         to: str = "b", more: str = "") -> str:  # fmt: skip
    names = ("nightly", "second")
    copies = ", ".join(
        f"{{id: {name}, kind: restic, at: {place}, repository: /srv, password: {{env: P}}}}"
        for name, place in zip(names, places, strict=False)
    )
    failover = f"failover: [{{id: away, to: {to}, mode: hot, {switch}}}], " if switch else ""
    return (
        "sites: [{id: d, rooms: [{id: hall, kind: it, compartment: c}, {id: cells, compartment: c}, {id: vault, "
        "compartment: v}], batteries: [{id: string, room: cells}]}, {id: b, rooms: [{id: hall}]}]\n"
        f"institutions: [{{id: k, systems: [{{id: s, grade: {grade}, rpo: 1h, at: [d/hall], {failover}data: "
        f"[{{id: ledger, at: d/hall, copies: [{copies}]}}]}}{more}]}}]\n"
        f"permits: [{{id: job, kind: {kind}, on: [string], from: '2026-09-01T01:00+00:00', to: "
        "'2026-09-01T09:00+00:00'}]\n"
    )


def backed(hours: float, **more: object) -> BackupState:
    point = RestorePoint(id="1", start=AT - timedelta(hours=hours))
    return BackupState.model_validate({"points": (point,), "clock": AT, **more})


def judged(text: str, **seen: Facts | Unseen) -> Finding:
    names = {"copy": COPY, "other": OTHER, "switch": SWITCH}
    facts = {names[name]: state for name, state in seen.items()}
    return scene(text).judge(catalogue().checks["facility.permit-backups"], "job", facts, AT)


@pytest.mark.parametrize(
    ("text", "seen", "verdict", "word"),
    [
        (work("b"), {"copy": backed(0.5), "switch": READY}, "pass", "safe elsewhere"),
        (work("d/vault"), {"copy": backed(0.5), "switch": READY}, "pass", "safe elsewhere"),
        (work("d"), {"copy": backed(0.5), "switch": READY}, "fail", "out of the danger"),
        (work("d/cells"), {"copy": backed(0.5), "switch": READY}, "fail", "out of the danger"),
        (work(), {"switch": READY}, "fail", "out of the danger"),
        (work("b"), {"copy": backed(2), "switch": READY}, "fail", "1h are promised"),
        (work("b", "b"), {"copy": backed(2), "other": backed(0.2), "switch": READY}, "pass", "safe"),
        (work("b", "b"), {"copy": backed(2), "other": DARK, "switch": READY}, "unknown", "dark"),
        (work("b"), {"copy": backed(0.5, errors=("torn",)), "switch": READY}, "fail", "nothing whole"),
        (work("b"), {"copy": backed(-3), "switch": READY}, "unknown", "ahead of the clock"),
        (work("b"), {"copy": BackupState(points=(), clock=AT), "switch": READY}, "fail", "nothing whole"),
        (work("b"), {"copy": backed(0.5), "switch": LOST}, "fail", "split"),
        (work("b"), {"copy": backed(0.5), "switch": DARK}, "unknown", "dark"),
        (work("b", to="d/vault"), {"copy": backed(0.5), "switch": READY}, "fail", "into the danger"),
        (work("b", switch=""), {"copy": backed(0.5)}, "fail", "nothing takes over"),
        (work("b", switch="", grade=3), {"copy": backed(0.5)}, "pass", "safe"),
        (work("b", switch="kind: declared"), {"copy": backed(0.5)}, "unknown", "not looked at"),
        (work("b", more=", {id: lost, grade: 1}"), {"copy": backed(0.5), "switch": READY}, "unknown", "add `at:`"),
        (work("b", grade=4), {"copy": backed(900), "switch": LOST}, "not-applicable", "nothing"),
    ],
)
def test_safe_elsewhere(text: str, seen: dict[str, Facts | Unseen], verdict: str, word: str) -> None:
    finding = judged(text, **seen)
    assert (finding.verdict, word in str(finding.says)) == (verdict, True), finding.says


def test_a_look_of_yesterday_does_not_open_the_work() -> None:
    place, check = scene(work("b")), catalogue().checks["facility.permit-backups"]
    looks: dict[str, Observation] = {
        COPY: observed(COPY, backed(0.5), AT - timedelta(hours=25)),
        SWITCH: observed(SWITCH, READY, AT),
    }
    rule = check.rule
    subject = place.subjects["job"]
    with pytest.raises(CannotSee) as gap:
        rule(permit=subject, looks=Looks(looks), at=AT, limits=subject.limits(check.id))
    assert gap.value.reason is Reason.STALE


def test_a_standby_that_burns_too_takes_over_nothing() -> None:
    """What is ready stands in the hall itself, wherever the failover is said to lead."""
    found = judged(work("b", switch=PLACED.replace("at: b}", "at: d/hall}")), copy=backed(0.5), switch=READY)
    assert (found.verdict, "could take over" in str(found.says)) == (Verdict.FAIL, True), found.says


def test_what_leads_elsewhere_has_nothing_taken_over() -> None:
    turned = PLACED.replace("at: b}", "at: X}").replace("at: d/hall}", "at: b}").replace("at: X}", "at: d/hall}")
    found = judged(work("b", switch=turned), copy=backed(0.5), switch=READY)
    assert found.verdict is Verdict.PASS, found.says


def test_a_standby_of_unknown_place_is_no_go_yet() -> None:
    found = judged(work("b", switch=SENTINEL), copy=backed(0.5), switch=READY)
    assert (found.verdict, "add `members:`" in str(found.says)) == (Verdict.UNKNOWN, True), found.says


def test_voters_that_burn_too_decide_nothing() -> None:
    voters = tuple(Voter(name=name, up=True) for name in ("a", "v", "b"))
    placed = PLACED.replace("[", "[{name: v, at: d/hall}, ")
    found = judged(work("b", switch=placed), copy=backed(0.5), switch=READY.model_copy(update={"voters": voters}))
    assert (found.verdict, "nobody could decide" in str(found.says)) == (Verdict.FAIL, True), found.says


def test_a_sound_load_balancer_stands_in_for_no_database() -> None:
    other = "{id: beside, to: b, mode: hot, kind: etcd, urls: ['http://127.0.0.1:1'], members: "
    placed = "[{name: a, at: d/hall}, {name: b, at: b}]}, "
    both = work("b").replace("failover: [", f"failover: [{other}{placed}")
    facts: dict[str, Facts | Unseen] = {COPY: backed(0.5), SWITCH: LOST, BESIDE: READY}
    found = scene(both).judge(catalogue().checks["facility.permit-backups"], "job", facts, AT)
    assert (found.verdict, "split" in str(found.says)) == (Verdict.FAIL, True), found.says


def test_data_that_the_inventory_does_not_name_is_not_taken_for_safe() -> None:
    before, rest = work("b").split("data: ", 1)
    text = before + "}]}]\npermits: " + rest.split("\npermits: ", 1)[1]
    found = judged(text, switch=READY)
    assert (found.verdict, "add `data:`" in str(found.says)) == (Verdict.UNKNOWN, True), found.says


def test_work_at_a_system_without_a_room_is_told() -> None:
    assert judged(work("b", kind="other"), copy=backed(0.5), switch=READY).verdict is Verdict.PASS

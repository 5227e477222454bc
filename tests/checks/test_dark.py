"""Worlds that answer nothing, inventories that say nothing in; no pass comes out of any rule."""

import re

import pytest

from audit.contract import Check
from audit.model.facts import Unseen
from audit.model.verdict import Level, Reason, Verdict
from tests.checks.judging import Scene, catalogue, scene
from tests.checks.test_rules import CHECKS, EXAMPLES, name

LOOKING = tuple(check for check in CHECKS if {"facts", "looks", "claim"} & set(check.wants.values()))
SILENT = tuple(check for check in CHECKS if check not in LOOKING)
REASONS = tuple(reason for reason in Reason if reason is not Reason.CRASHED)

REQUIRED_ONLY = """
sites:
  - id: daejeon
    rooms: [{id: room-1}]
    batteries: [{id: ups-b, room: room-1}]
    power-protection: [{id: ups-1, kind: nut, host: 127.0.0.1, ups: one}]
    equipment: [{id: l4}]
  - id: empty
suppliers: [{id: nirs}]
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        endpoints:
          - {id: web, kind: http, url: "https://guarantee.kibo.example/"}
          - {id: names, kind: zone, name: kibo.example, servers: [{host: 127.0.0.1}]}
        failover: [{id: switch, kind: declared, to: empty, mode: backup-only}]
        data:
          - id: ledger
            copies: [{id: nightly, kind: restic, at: daejeon, repository: /srv, password: {env: P}}]
          - {id: bare}
      - {id: bare, grade: 1}
  - {id: nobody}
programmes: [{id: retail}]
permits: [{id: move, kind: other, on: [ups-b], from: "2026-09-01T00:00+09:00", to: "2026-09-02T00:00+09:00"}]
contributors: [{id: coupang, contribution: 1e9 KRW, commitment: verbal}]
"""
ON_PAPER = {
    "backup.immutable",  # no look sees a tape in a vault
    "backup.three-two-one",  # nor that there is a second one
    "backup.restore-time",  # a declared rate is worth half where no drill has measured one
    "failover.recovery-time",  # nor is there a look at how long people take to decide
    "failover.witness",  # nor at who else has a vote
    "operations.earlier-findings",  # nor at what an earlier audit demanded, where no register was kept
}
"""Rules that may rest on what the inventory declares, at that level, where no look could prove it."""
SAYS_SOMETHING = {
    # The mode is a required key; at grade 4 the required word `backup-only` is what the grade asks for.
    ("failover.mode", "kibo/guarantee", 4),
    # A copy has to say where it stands, so that a data set with a copy says that it has one.
    ("backup.exists", "kibo/guarantee/ledger", 1),
    ("backup.exists", "kibo/guarantee/ledger", 2),
    ("backup.exists", "kibo/guarantee/ledger", 3),
    ("backup.exists", "kibo/guarantee/ledger", 4),
    # Everything that is written was read.
    ("security.no-secrets", "estate", 1),
    ("security.no-secrets", "estate", 2),
    ("security.no-secrets", "estate", 3),
    ("security.no-secrets", "estate", 4),
}


def judged(check: Check, inside: Scene) -> list[str]:
    """Every subject that the rule applies to."""
    return [ref for ref, subject in inside.subjects.items() if isinstance(subject.item, check.subject)]


@pytest.mark.parametrize("reason", REASONS)
def test_nothing_passes_where_every_look_is_blind(reason: Reason) -> None:
    unseen = Unseen(reason=reason, template="it is dark")
    tried = 0
    for inside in dict.fromkeys(example.inventory for _, example in EXAMPLES):
        place = scene(re.sub(r"(?s)evidence: \[.*?\]\n", "", inside))
        for check in LOOKING:
            for ref in judged(check, place):
                finding = place.judge(check, ref, dict.fromkeys(place.subjects, unseen))
                passed = finding.verdict == Verdict.PASS
                assert not passed or (check.id in ON_PAPER and finding.level == Level.DECLARED), (check.id, ref)
                tried += finding.verdict == Verdict.UNKNOWN
    assert tried > 50


@pytest.mark.parametrize("check", LOOKING, ids=name)
def test_a_missing_look_is_unknown(check: Check) -> None:
    example = next(one for one in check.examples if one.verdict == Verdict.PASS)
    place = scene(re.sub(r"(?s)evidence: \[.*?\]\n", "", example.inventory))
    finding = place.judge(check, example.on, {}, example.at)
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
@pytest.mark.parametrize("check", SILENT, ids=name)
def test_nothing_passes_on_required_keys_alone(check: Check, grade: int) -> None:
    place = scene(re.sub(r"grade: \d", f"grade: {grade}", REQUIRED_ONLY))
    subjects = judged(check, place)
    assert subjects, "the estate has nothing that the rule applies to"
    for ref in subjects:
        finding = place.judge(check, ref, {})
        passed = finding.verdict == Verdict.PASS
        assert passed == ((check.id, ref, grade) in SAYS_SOMETHING), finding.says


def test_the_bare_estate_holds_every_kind_of_subject() -> None:
    kinds = {type(subject.item) for subject in scene(REQUIRED_ONLY).subjects.values()}
    for check in CHECKS:
        if check.facts is None:
            assert any(issubclass(kind, check.subject) for kind in kinds), check.id


def test_an_empty_estate_is_judged() -> None:
    place = scene("{}")
    for check in catalogue().checks.values():
        for ref in judged(check, place):
            assert place.judge(check, ref, {}).verdict != Verdict.PASS

"""Pieces of evidence and waivers, in date and past it, against the findings that must come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audit.contract import (
    Reason,
    Verdict,
    ruling,
    say,
)
from audit.model.evidence import Observation
from audit.model.facts import Unseen
from audit.model.waivers import Waivers
from tests.gates import (
    BY,
    FILE,
    SHA,
    blind,
    document,
    drill,
    evidence,
    found,
    knock,
    paper,
    rule,
    sight,
    system_text,
)
from tests.small import catalogue, planned

CASES: dict[str, tuple[str, dict[str, Observation], str, str]] = {
    "none": (system_text(), {}, "unknown", "incomplete"),
    "stated": (evidence(paper(BY)), {}, "pass", ""),
    "nobody stands for it": (evidence(paper("says: we did")), {}, "unknown", "incomplete"),
    "its document is there": (evidence(paper(FILE)), document(), "pass", ""),
    "its document is there, upper case": (evidence(paper(FILE)), document(SHA.upper()), "pass", ""),
    "its document was changed": (evidence(paper(FILE)), document("b" * 64), "unknown", "contradicted"),
    "its document was not looked at": (evidence(paper(FILE)), {}, "unknown", "incomplete"),
    "its document is gone": (
        evidence(paper(FILE)),
        {"evidence:d": sight(None, "evidence:d", Unseen(reason=Reason.UNREACHABLE, template="gone"))},
        "unknown",
        "unreachable",
    ),
    "expired": (evidence(paper(BY, expires="2026-08-31")), {}, "unknown", "stale"),
    "expires today": (evidence(paper(BY, expires="2026-09-01")), {}, "pass", ""),
    "from the future": (evidence(paper(BY, collected="2026-09-02")), {}, "unknown", "contradicted"),
    "an old one and a new one": (
        evidence(paper(BY, name="old", expires="2026-08-01"), paper(BY, name="new")),
        {},
        "pass",
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_claims(case: str) -> None:
    text, seen, verdict, reason = CASES[case]
    finding = found(drill, text, seen)
    assert (finding.verdict, finding.reason or "") == (verdict, reason)


def test_the_latest_claim_counts() -> None:
    finding = found(drill, evidence(paper(BY, name="a", collected="2026-08-01"), paper(BY, name="b")))
    assert finding.measured == "a"


def waiver(on: str, expires: str = "2026-12-31") -> str:
    people = "requested-by: a, approved-by: b"
    return system_text(f"waivers: [{{check: order.asked, on: {on}, reason: known, {people}, expires: {expires}}}]")


FAILS = rule(lambda system: ruling(False, measured=1, required=2))


@pytest.mark.parametrize(
    ("text", "waived"),
    [
        (waiver("guarantee"), "known"),
        (waiver("kibo"), "known"),
        (waiver("all"), "known"),
        (waiver("guarantee", "2026-09-01"), "known"),
        (waiver("guarantee", "2026-08-31"), None),
    ],
)
def test_waivers_lie_over_and_change_nothing(text: str, waived: str | None) -> None:
    finding = found(FAILS, text)
    assert finding.verdict is Verdict.FAIL
    assert finding.waiver == waived


def test_a_waiver_holds_to_the_end_of_its_day_in_the_estate() -> None:
    last = datetime(2026, 9, 1, 14, 59, 59, tzinfo=UTC)  # one second before midnight in Seoul
    text = waiver("guarantee", "2026-09-01")
    assert found(FAILS, text, at=last).waiver == "known"
    assert found(FAILS, text, at=last + timedelta(seconds=1)).waiver is None
    known = catalogue(checks=[FAILS], probes=[knock])
    plan = planned(text, known)
    assert Waivers(plan.estate, last).expired(plan.pairs) == ()
    assert Waivers(plan.estate, last + timedelta(seconds=1)).expired(plan.pairs) == plan.estate.waivers


def test_a_pass_is_not_waived() -> None:
    assert found(rule(lambda system: ruling(True, measured=1, required=1)), waiver("guarantee")).waiver is None
    assert found(rule(blind(Reason.STALE, say("old"))), waiver("guarantee")).waiver == "known"

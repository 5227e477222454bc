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
from audit.model.facts import DocumentState, Unseen
from audit.model.verdict import Level
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
    signature,
    system_text,
)
from tests.small import catalogue, planned

CASES: dict[str, tuple[str, dict[str, Observation], str, str]] = {
    "none": (system_text(), {}, "unknown", "incomplete"),
    "stated": (evidence(paper(BY)), {}, "unknown", "incomplete"),
    "signed": (evidence(paper(BY)), signature(), "pass", ""),
    "signed by hand of nobody": (evidence(paper("says: we did")), signature(), "unknown", "incomplete"),
    "nobody stands for it": (evidence(paper("says: we did")), {}, "unknown", "incomplete"),
    "its statement was changed": (evidence(paper(BY)), signature("tampered"), "fail", ""),
    "its statement was changed since the look": (
        evidence(paper(BY)),
        signature(statement="0" * 64),
        "unknown",
        "incomplete",
    ),
    "its document is not signed": (evidence(paper(FILE)), document(signature=None), "unknown", "incomplete"),
    "its signature does not cover the document": (
        evidence(paper(f"{BY}, file: d.pdf")),
        document(),
        "unknown",
        "incomplete",
    ),
    "there is no program to verify it": (
        evidence(paper(f"{BY}, signature: d.sig")),
        {
            "evidence:d": sight(
                DocumentState(absent={"signature": Unseen(reason=Reason.NO_TOOL, template="none")}), "evidence:d"
            )
        },
        "unknown",
        "no-tool",
    ),
    "the owner signed": (
        evidence(paper(BY)).replace("rto: 1h", "owner: {name: An Auditor}"),
        signature(),
        "unknown",
        "incomplete",
    ),
    "its document is there": (evidence(paper(FILE)), document(), "pass", ""),
    "its document is there, upper case": (evidence(paper(FILE)), document(SHA.upper()), "pass", ""),
    "its document was changed": (evidence(paper(FILE)), document("b" * 64), "fail", ""),
    "its document was not looked at": (evidence(paper(FILE)), {}, "unknown", "incomplete"),
    "its document is gone": (
        evidence(paper(FILE)),
        {"evidence:d": sight(None, "evidence:d", Unseen(reason=Reason.UNREACHABLE, template="gone"))},
        "unknown",
        "unreachable",
    ),
    "expired": (evidence(paper(BY, expires="2026-08-31")), {}, "unknown", "stale"),
    "expires today": (evidence(paper(BY, expires="2026-09-01")), signature(), "pass", ""),
    "from the future": (evidence(paper(BY, collected="2026-09-02")), {}, "unknown", "contradicted"),
    "an old one and a new one": (
        evidence(paper(BY, name="old", expires="2026-08-01"), paper(BY, name="new")),
        signature(name="new"),
        "pass",
        "",
    ),
    "an old one was changed, a new one is good": (
        evidence(paper(BY, name="old", collected="2026-05-01"), paper(BY, name="new")),
        {**signature("tampered", "old"), **signature(name="new")},
        "pass",
        "",
    ),
    "a new one was changed, an old one is good": (
        evidence(paper(BY, name="old", collected="2026-05-01"), paper(BY, name="new")),
        {**signature(name="old"), **signature("tampered", "new")},
        "fail",
        "",
    ),
    "a new one is not signed, an old one is": (
        evidence(paper(BY, name="old", collected="2026-05-01"), paper(BY, name="new")),
        signature(name="old"),
        "pass",
        "",
    ),
    "who signed states something else elsewhere": (
        evidence(paper(f"{BY}, says: yes"), paper(f"{BY}, says: no", name="other")),
        signature(),
        "unknown",
        "incomplete",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_claims(case: str) -> None:
    text, seen, verdict, reason = CASES[case]
    finding = found(drill, text, seen)
    assert (finding.verdict, finding.reason or "") == (verdict, reason)


def test_the_latest_claim_counts() -> None:
    papers = evidence(paper(BY, name="a", collected="2026-08-01"), paper(BY, name="b"))
    assert found(drill, papers).measured == "a"
    assert found(drill, papers, signature(name="b")).measured == "b", "a signed one goes before a later one"
    assert found(drill, papers, {**signature(name="a"), **signature(name="b")}).measured == "a"


STATES: dict[str, str] = {
    "unreadable": "d.sig is no signature of OpenSSH; sign d again with `haechi attest`",
    "missing": "d is not signed yet: d.sig is not there; sign it with `haechi attest`",
    "wrong-namespace": "d.sig was signed, or its key is listed, for another purpose than evidence; "
    "sign d with `haechi attest`",
    "wrong-signer": "d is signed with the key of an auditor, not of Lee; write `signer:`, or let Lee sign",
    "unknown-signer": "d is signed with a key that the list of signers does not know (SHA256:k)",
    "key-expired": "the key of Lee was no longer valid on 2026-06-01; let d be signed with a valid one",
    "key-not-yet": "the key of Lee was not valid yet on 2026-06-01, when d was signed for",
    "key-refused": "the list of signers does not let the key of Lee sign d on 2026-06-01",
    "no-signers": "d is not signed by anybody who counts: no signers are listed; add `signers:` under `estate:`",
}


@pytest.mark.parametrize("state", STATES)
def test_a_signature_that_does_not_count_leaves_a_statement_declared(state: str) -> None:
    finding = found(drill, evidence(paper(f"{BY}, signature: d.sig")), signature(state, signer="Lee"))
    assert (finding.verdict, finding.reason, finding.level) == (Verdict.UNKNOWN, Reason.INCOMPLETE, Level.DECLARED)
    assert str(finding.says) == STATES[state]


def test_who_answers_for_it_may_sign_where_little_hangs_on_that() -> None:
    owned = evidence(paper(BY)).replace("rto: 1h", "owner: {name: An Auditor}")
    assert found(drill, owned, signature()).verdict is Verdict.UNKNOWN
    assert found(drill, owned.replace("grade: 1", "grade: 3"), signature()).verdict is Verdict.PASS


def test_a_forgery_is_found_by_looking_at_it() -> None:
    finding = found(drill, evidence(paper(FILE)), document("b" * 64))
    assert (finding.level, finding.observation is None) == (Level.OBSERVED, False)
    assert str(finding.measured) == "sha256 bbbbbbbbbbbb..."


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

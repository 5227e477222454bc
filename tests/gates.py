"""Gates that open, rules about them: an answer in, the finding that the judge makes of it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from audit.contract import (
    CannotSee,
    Check,
    Claim,
    Looks,
    Subject,
    World,
    check,
    probe,
    ruling,
)
from audit.judge import judge
from audit.model.estate import System
from audit.model.evidence import Finding, Observation, Ruling
from audit.model.facts import DocumentState, Facts, Sample, ServiceState, Signature, Unseen
from audit.model.technology import Endpoint
from tests.small import catalogue, planned

AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
WELL = ServiceState(samples=(Sample(address="127.0.0.1"),))


class Gate(Endpoint, kind="gate"):
    """Something that opens."""


@probe()
async def knock(gate: Gate, world: World) -> ServiceState:
    raise NotImplementedError


def rule(answer: Callable[[Subject[System]], Any], **words: Any) -> Check:
    """A rule over systems that answers as it is told."""

    def about(system: Subject[System]) -> Ruling:
        """A question.

        Why: w.
        Fix: f.
        """
        found: Ruling = answer(system)
        return found

    chosen = {"control": "OPS-02", "method": "F", "severity": "critical", "least": "declared", **words}
    return check("order.asked", **chosen)(about)


def system_text(more: str = "", *, grade: int = 1) -> str:
    return f"""
estate: {{id: all, timezone: Asia/Seoul}}
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: {grade}
        rto: 1h
        endpoints: [{{id: web, kind: gate}}]
{more}
"""


def found(one: Check, text: str = "", seen: dict[str, Observation] | None = None, at: datetime = AT) -> Finding:
    """The only finding of a rule."""
    known = catalogue(checks=[one], probes=[knock])
    findings = judge(planned(text or system_text(), known), known, seen or {}, at)
    assert len(findings) == 1
    return findings[0]


def sight(facts: Facts | None, subject: str = "kibo/guarantee/web", unseen: Unseen | None = None) -> Observation:
    return Observation(subject, "knock", AT, timedelta(seconds=1), facts, unseen)


@check("gate.opens", control="AVL-01", method="A", severity="high")
def opens(gate: Subject[Endpoint], seen: ServiceState) -> Ruling:
    """It opens.

    Why: w.
    Fix: f.
    """
    return ruling(not seen.troubled(), measured=seen.clock_offset if seen.has("clock_offset") else "-", required="0")


@check("gate.clock", control="AVL-01", method="A", severity="high")
def clock(gate: Subject[Endpoint], seen: ServiceState) -> Ruling:
    """It knows the time.

    Why: w.
    Fix: f.
    """
    return ruling(seen.clock_offset < timedelta(1), measured=seen.clock_offset, required="1d")


@check("gate.all", control="AVL-01", method="A", severity="high")
def every(system: Subject[System], looks: Looks) -> Ruling:
    """All of them open.

    Why: w.
    Fix: f.
    """
    states = [looks.of(one.ref, ServiceState) for one in system.item.endpoints]
    return ruling(not any(state.troubled() for state in states), measured=len(states), required="all")


@check("order.drill", control="DRF-04", method="H", severity="critical", least="attested")
def drill(system: Subject[System], claim: Claim) -> Ruling:
    """It was drilled.

    Why: w.
    Fix: f.
    """
    return ruling(True, measured=claim.evidence.id, required="any")


def blind(reason: Any, says: Any) -> Callable[[Subject[System]], Ruling]:
    def answer(system: Subject[System]) -> Ruling:
        raise CannotSee(reason, says)

    return answer


SHA = "a" * 64


def paper(more: str = "", *, name: str = "d", collected: str = "2026-06-01", expires: str = "2027-06-01") -> str:
    return (
        f"  - {{id: {name}, check: order.drill, on: guarantee, collected: {collected}, expires: {expires}, {more}}}\n"
    )


def evidence(*papers: str) -> str:
    return system_text("evidence:\n" + "".join(papers))


GOOD = Signature(state="good", signer="an auditor", key="SHA256:k", names=("an auditor",))


def document(sha: str = SHA, signature: Signature | None = GOOD) -> dict[str, Observation]:
    """The look at a document, with what verifying the signature under its statement told."""
    facts: dict[str, Any] = {"sha256": sha, "size": 5} | ({"signature": signature} if signature is not None else {})
    return {"evidence:d": sight(DocumentState(**facts), "evidence:d")}


def signature(state: Any = "good", name: str = "d", **more: Any) -> dict[str, Observation]:
    """The look at a statement without a document."""
    told = GOOD.model_copy(update={"state": state, **more})
    return {f"evidence:{name}": sight(DocumentState(signature=told), f"evidence:{name}")}


BY = "by: an auditor"
FILE = f"{BY}, file: d.pdf, sha256: {SHA}"

"""What a supplier promises by contract becomes a ruling on whether that is as much as is promised with its help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
    signed,
)
from audit.model.estate import Supplier, System
from audit.model.needs import Grace, Need, SumOf, members, parts
from audit.model.signed_paper import attested, who
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_SIGNED: Final = MappingProxyType({"evidence:contract": signed("Lee Law")})
_GOOD: Final = "rto: 1h, contract-ends: 2027-12-31"


def _leaning(promise: str, need: str = "telecom", paper: str = "") -> str:
    return (
        f"suppliers: [{{id: telecom{promise and ', ' + promise}}}]\n"
        f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: 1, rto: 2h, needs: [{need}]}}]}}]\n" + paper
    )


_PAPER: Final = (
    "evidence: [{id: contract, check: dependency.supplier-promise, on: telecom, by: Lee Law, collected: 2026-03-01, "
    "expires: 2027-03-01, says: section 7 of the contract promises one hour with a penalty; annex 2 plans the exit}]\n"
)


@check(
    "dependency.supplier-promise",
    control="DEP-09",
    method="F",
    severity="high",
    answers=(
        "NIST SP 800-53r5 SA-9", "NIST SP 800-53r5 SR-6", "NIST SP 800-53r5 CP-7(3)", "DORA 30", "CSF GV.SC-05",
        "CSF GV.SC-08",
    ),
    least="declared",
    limits={"times": ("1", "1", "-", "-")},
    examples=(
        Example(Verdict.PASS, _leaning(_GOOD, paper=_PAPER), "telecom", others=_SIGNED, at=AT),
        Example(Verdict.FAIL, _leaning("rto: 4h, contract-ends: 2027-12-31"), "telecom", at=AT),
        Example(Verdict.FAIL, _leaning("rto: 1h, contract-ends: 2026-06-30"), "telecom", at=AT),
        Example(
            Verdict.PASS, _leaning("rto: 4h, contract-ends: 2027-12-31", "{on: telecom, grace: 3h}", _PAPER), "telecom",
            others=_SIGNED, at=AT,
        ),
        Example(Verdict.UNKNOWN, _leaning(""), "telecom", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _leaning(_GOOD), "telecom", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _leaning("rto: 1h", paper=_PAPER), "telecom", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, "suppliers: [{id: telecom}]\n"
                "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n", "telecom", at=AT),
    ),
)  # fmt: skip
def supplier_promises_as_much(supplier: Subject[Supplier], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The contract promises the supplier back within the recovery time of every system that stops with it.

    Why: a customer who had paid for a backup learned from the judgement that nothing of what he needed was promised.

    Fix: agree on the shorter time with a penalty and an exit plan, write `rto:` and `contract-ends:`, have somebody of
    the own house sign what the contract says; or give the systems a second supplier.
    """
    times = limits.number("times")
    strictest = _strictest(supplier)
    if strictest is None:
        raise NotApplicable(say("no system stops when {supplier} is lost alone", supplier=supplier.ref))
    wanted, system = strictest
    item, today = supplier.item, supplier.today(at)
    figures = {
        "supplier": supplier.ref,
        "system": system,
        "wanted": plain(wanted * times),
        "rto": plain(item.rto) if item.rto is not None else "-",
        "date": plain(item.contract_ends) if item.contract_ends is not None else "-",
    }
    required = f"<= {figures['wanted']}"
    if item.contract_ends is not None and item.contract_ends < today:
        says = say("the contract with {supplier} ended on {date}; {system} leans on it", **figures)
        return ruling(False, measured=say("ended on {date}", **figures), required=required, says=says,
                      key="contract-ends")  # fmt: skip
    if item.rto is not None and item.rto > wanted * times:
        says = say("{supplier} promises to be back within {rto}, but {system} has {wanted} for that", **figures)
        return ruling(False, measured=item.rto, required=required, says=says, key="rto")
    if item.rto is None or item.contract_ends is None:
        says = say("the inventory does not say what {supplier} promises until when; add `rto:` and `contract-ends:`",
                   **figures)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    claim = attested(claims, supplier.ref)
    says = say("{supplier} promises to be back within {rto}, {system} has {wanted}; {by} signed what the contract says",
               **figures, by=who(claim)["by"])  # fmt: skip
    return ruling(True, measured=item.rto, required=required, says=says, key="rto")


def _strictest(supplier: Subject[Supplier]) -> tuple[timedelta, str] | None:
    """The shortest time for which a system that stops with the supplier can wait for it; the system's name."""
    found: list[tuple[timedelta, str]] = []
    for ref in supplier.graph.falls((supplier.ref,)):
        item = supplier.estate.index.get(ref)
        if isinstance(item, System):
            own = item.rto if item.rto is not None else supplier.around.policy.targets[item.grade].rto
            borne = min((_grace(need, supplier.ref) for need in item.needs if supplier.ref in members(need)),
                        default=timedelta(0))  # fmt: skip
            found.append((own + borne, ref))
    return min(found, default=None)


def _grace(need: Need, ref: str) -> timedelta:
    """How long a need bears the loss of a supplier that it names."""
    if isinstance(need, Grace):
        return need.grace + _grace(need.on, ref)
    if isinstance(need, str | SumOf):
        return timedelta(0)
    return min((_grace(one, ref) for one in parts(need) if ref in members(one)), default=timedelta(0))

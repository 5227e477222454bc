"""Silent changes of people, papers, suppliers, money as an inventory writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from audit.analysis.mutants.change import Change, Drop, Edit, Look, Put
from audit.analysis.mutants.sight import Kind, Sight
from audit.model.estate import Evidence
from audit.model.facts import DocumentState, Facts
from audit.model.message import Message, say
from audit.model.needs import SumOf


def _evidence(sight: Sight) -> Iterator[Evidence]:
    """Every piece that stands alone for its check, which passed by it."""
    for one in sight.estate.evidence:
        found = sight.findings.get((one.check, one.on))
        alone = not any((two.check, two.on) == (one.check, one.on) and two is not one for two in sight.estate.evidence)
        if alone and found is not None and found.verdict == "pass":
            yield one


def _paper(one: Evidence, says: Message, edits: tuple[Edit, ...], look: Look | None = None) -> Change:
    looks = {one.ref: look} if look is not None else {}
    return Change(one.ref, says.filled(it=one.id), edits, looks, about=(one.on,))


def _expired(sight: Sight) -> Iterator[Change]:
    for one in _evidence(sight):
        yield _paper(one, say("{it} expired yesterday"), (Put(one.place, ("expires",), sight.ago(1)),))


def _prolonged(sight: Sight) -> Iterator[Change]:
    for one in _evidence(sight):
        later = one.expires.replace(year=one.expires.year + 1, day=1).isoformat()
        yield _paper(one, say("{it} was prolonged by a year after it had been signed"),
                     (Put(one.place, ("expires",), later),))  # fmt: skip


def _reworded(sight: Sight) -> Iterator[Change]:
    for one in _evidence(sight):
        if one.says is not None:
            yield _paper(one, say("{it} says something else than what was signed"),
                         (Put(one.place, ("says",), "All is well."),))  # fmt: skip


def _gone(sight: Sight) -> Iterator[Change]:
    for one in _evidence(sight):
        yield _paper(one, say("{it} is gone"), (Drop(one.place),))


def _unsigned(sight: Sight) -> Iterator[Change]:
    for one in _evidence(sight):
        if one.signature is not None and one.ref in sight.seen:
            yield _paper(one, say("nobody signed {it}"), (Put(one.place, ("signature",), None),), _no_signature)


def _no_signature(seen: Facts) -> Facts | None:
    if not isinstance(seen, DocumentState) or not seen.has("sha256"):
        return None
    return DocumentState(level=seen.level, sha256=seen.sha256, size=seen.size)


def _altered(sight: Sight) -> Iterator[Change]:
    for one in _evidence(sight):
        if one.sha256 is not None and one.ref in sight.seen:
            yield _paper(one, say("the document of {it} is another one"), (), _other_sum)


def _other_sum(seen: Facts) -> Facts:
    return seen.model_copy(update={"sha256": "0" * 64})


def _nobody(sight: Sight) -> Iterator[Change]:
    for institution in sight.estate.institutions:
        if institution.accountable is not None:
            says = say("nobody answers for {it}", it=institution.ref)
            yield Change(institution.ref, says, (Put(institution.place, ("accountable",), None),))


def _alone(sight: Sight) -> Iterator[Change]:
    for institution in sight.estate.institutions:
        for role in institution.roles:
            users = tuple(one.ref for one in sight.systems if role.ref in one.recovers_with)
            if len(role.people) > 1:
                says = say("{name} alone can do what {it} do", it=role.ref, name=role.people[0].name)
                edits = tuple(Put(role.place, ("people", 1), None) for _ in role.people[1:])
                yield Change(role.ref, says, edits, about=(role.ref, *users))


def _contract(sight: Sight) -> Iterator[Change]:
    for supplier in sight.estate.suppliers:
        if supplier.contract_ends is not None and supplier.contract_ends >= sight.today:
            says = say("the contract with {it} is over", it=supplier.ref)
            yield Change(supplier.ref, says, (Put(supplier.place, ("contract-ends",), sight.ago(30)),))


def _slow_supplier(sight: Sight) -> Iterator[Change]:
    for supplier in sight.estate.suppliers:
        if supplier.rto is not None:
            says = say("{it} promises to be back in two months", it=supplier.ref)
            yield Change(supplier.ref, says, (Put(supplier.place, ("rto",), "60d"),))


def _leaves(sight: Sight) -> Iterator[Change]:
    for programme in sight.estate.programmes:
        paying = {ref for need in programme.needs if isinstance(need, SumOf) for ref in need.of}
        for one in sight.estate.contributors:
            if one.ref in paying:
                says = say("{it} pays nothing", it=one.ref)
                yield Change(one.ref, says, (Put(one.place, ("contribution",), "0 KRW"),), about=(programme.ref,))


def _verbal(sight: Sight) -> Iterator[Change]:
    for change in _leaves(sight):
        one = next(one for one in sight.estate.contributors if one.ref == change.subject)
        if one.commitment in ("signed", "paid"):
            says = say("{it} promised by word of mouth", it=one.ref)
            yield replace(change, says=says, edits=(Put(one.place, ("commitment",), "verbal"),))


def _one_way(sight: Sight) -> Iterator[Change]:
    for programme in sight.estate.programmes:
        other = next((one for one in programme.intake if not one.needs and len(programme.intake) > 1), None)
        first = next((one for one in programme.intake if one.needs), None)
        if other is not None and first is not None and all(isinstance(need, str) for need in first.needs):
            says = say("{it} leads through the same system as the other way in", it=other.ref)
            yield Change(other.ref, says, (Put(other.place, ("needs",), list(first.needs)),), about=(programme.ref,))


def _unfunded(sight: Sight) -> Iterator[Change]:
    for line in sight.estate.budget:
        says = say("nothing of {it} was granted", it=line.ref)
        yield Change(line.ref, says, (Put(line.place, ("funded",), "0 KRW"),), about=line.of)


def _reopened(sight: Sight) -> Iterator[Change]:
    for one in sight.estate.earlier_findings:
        if one.closed is not None:
            says = say("{it}, a demand of an earlier audit, is open again", it=one.ref)
            yield Change(
                one.ref,
                says,
                (Put(one.place, ("closed",), None),),
                about=(one.on or sight.estate.ref, sight.estate.ref),
            )


def _no_calendar(sight: Sight) -> Iterator[Change]:
    if sight.estate.calendar:
        edits = tuple(Drop(one.place) for one in sight.estate.calendar)
        yield Change(sight.estate.ref, say("the calendar names no busy days"), edits)


KINDS: Final = (
    Kind("evidence-expired", say("lets a piece of evidence expire"), _expired, ()),
    Kind("evidence-prolonged", say("prolongs a piece of evidence after it was signed"), _prolonged, ()),
    Kind("evidence-reworded", say("changes what somebody signed"), _reworded, ()),
    Kind("evidence-deleted", say("deletes a piece of evidence"), _gone, ()),
    Kind("evidence-unsigned", say("takes the signature off a piece of evidence"), _unsigned, ()),
    Kind("document-altered", say("changes a document of evidence"), _altered, ()),
    Kind("accountable-removed", say("takes away who answers for an institution"), _nobody,
         ("operations.accountable",)),
    Kind("role-of-one", say("leaves one person who knows how"), _alone, ("dependency.two-people",)),
    Kind("contract-ended", say("ends the contract with a supplier"), _contract, ("dependency.supplier-promise",)),
    Kind("supplier-slower", say("loosens the promise of a supplier"), _slow_supplier,
         ("dependency.supplier-promise",)),
    Kind("contributor-leaves", say("takes the money of a contributor"), _leaves,
         ("funding.drop-out", "funding.concentration")),
    Kind("contribution-unsigned", say("makes a signed contribution a promise by word of mouth"), _verbal,
         ("funding.signed",)),
    Kind("ways-joined", say("leads two ways of applying through one system"), _one_way, ("funding.two-ways",)),
    Kind("budget-cut", say("takes the money for recovery"), _unfunded, ("funding.budget",)),
    Kind("earlier-finding-reopened", say("opens a demand of an earlier audit again"), _reopened,
         ("operations.earlier-findings",)),
    Kind("calendar-emptied", say("empties the calendar"), _no_calendar, ("peak.calendar",)),
)  # fmt: skip

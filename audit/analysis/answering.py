"""A dossier to the answer book of its run: questions, findings, evidence, persons, plans, money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from audit.analysis.answering_questions import QUESTIONS, Question
from audit.model.answer import Answer, AnswerBook, Control, Link, Paid, Standing
from audit.model.dossier import Dossier
from audit.model.estate import Institution, System
from audit.model.evidence import Finding
from audit.model.facility import Site
from audit.model.message import Message, say
from audit.model.money import BudgetLine
from audit.model.register import Action
from audit.model.verdict import Severity, Verdict

_GRAVE: Final = tuple(Severity)
_FIRST: Final[Mapping[Verdict, int]] = MappingProxyType(
    {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.PASS: 2, Verdict.NOT_APPLICABLE: 3}
)


def answered(dossier: Dossier) -> AnswerBook:
    """The whole book."""
    chain = _Chain(dossier)
    by_check: dict[str, list[Finding]] = defaultdict(list)
    for finding in dossier.findings:
        by_check[finding.check].append(finding)
    return AnswerBook(
        run=dossier.run.id,
        root=dossier.run.root,
        answers=tuple(_answer(question, dossier, by_check, chain) for question in QUESTIONS),
        controls=tuple(_controls(dossier, chain)),
        unanswered=tuple(_unanswered(dossier, chain)),
    )


class _Chain:
    """What leads from a finding to evidence, person, plan, money; reckoned once for all findings."""

    def __init__(self, dossier: Dossier) -> None:
        estate = dossier.estate
        self._index = estate.index
        self._names = estate.named
        self._actions: Mapping[str, Action] = {action.id: action for action in dossier.actions}
        self._papers: dict[tuple[str, str], list[str]] = defaultdict(list)
        for paper in estate.evidence:
            self._papers[paper.check, paper.on].append(
                f"sha256:{paper.sha256.lower()}" if paper.sha256 is not None else paper.ref
            )
        self._money: dict[str, list[BudgetLine]] = defaultdict(list)
        for line in estate.budget:
            for ref in line.of:
                self._money[ref].append(line)

    def link(self, finding: Finding) -> Link:
        action = self._actions.get(finding.fingerprint)
        seen = (finding.observation,) if finding.observation is not None else ()
        papers = tuple(self._papers.get((finding.check, finding.subject), ()))
        return Link(
            check=finding.check,
            control=finding.control,
            subject=finding.subject,
            institution=finding.institution,
            verdict=finding.verdict,
            severity=finding.severity,
            reason=finding.reason,
            says=finding.says,
            fingerprint=finding.fingerprint,
            evidence=tuple(dict.fromkeys((*seen, *papers))),
            declared=str(finding.where),
            person=self.person(finding),
            plan=str(action.state) if action is not None else "",
            owner=action.owner if action is not None else "",
            due=action.due if action is not None else None,
            budget=tuple(self._paid(finding, action)),
        )

    def person(self, finding: Finding) -> str:
        """The owner of the system, else whoever answers for the institution, else the operator of the site."""
        system, institution = self._index.get(finding.system), self._index.get(finding.institution)
        if isinstance(system, System) and system.owner is not None:
            return system.owner.name
        if isinstance(institution, Institution) and institution.accountable is not None:
            return institution.accountable.name
        site = self._index.get(finding.unit)
        operator = site.operator if isinstance(site, Site) else None
        return self._names(operator) if operator is not None else ""

    def _paid(self, finding: Finding, action: Action | None) -> Iterable[Paid]:
        if action is not None and action.budget is not None:
            yield Paid(action.id, str(action.budget), "")
        refs = dict.fromkeys((finding.subject, finding.system, finding.institution))
        for line in dict.fromkeys(line.id for ref in refs if ref for line in self._money.get(ref, ())):
            found = next(one for ref in refs for one in self._money.get(ref, ()) if one.id == line)
            yield Paid(found.id, str(found.needed), str(found.funded))


def _answer(question: Question, dossier: Dossier, by_check: Mapping[str, list[Finding]], chain: _Chain) -> Answer:
    findings = [finding for check in question.checks for finding in by_check.get(check, ())]
    counts = Counter(finding.verdict for finding in findings)
    lines, missing = question.told(dossier), list(question.gaps(dossier))
    absent = [check for check in question.checks if check not in by_check]
    if absent and question.checks:
        missing.append(say("nothing in this run was judged by {checks}", checks=", ".join(absent)))
    if counts[Verdict.UNKNOWN]:
        reasons = Counter(str(one.reason) for one in findings if one.verdict is Verdict.UNKNOWN)
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        missing.append(say("{count} findings could not be decided: {reasons}", count=counts[Verdict.UNKNOWN],
                           reasons=told))  # fmt: skip
    decided = counts[Verdict.PASS] + counts[Verdict.FAIL]
    standing: Standing = "answered"
    if missing:
        standing = "partly" if decided or lines else "unanswered"
    elif not decided and not lines:
        standing = "unanswered"
        missing.append(say("nothing in the inventory or in this run speaks of it"))
    gravest = sorted((one for one in findings if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN)), key=_order)
    return Answer(
        question.id, question.asks, standing, tuple(lines), MappingProxyType(dict(counts)),
        tuple(chain.link(finding) for finding in gravest), tuple(missing),
    )  # fmt: skip


def _controls(dossier: Dossier, chain: _Chain) -> Iterable[Control]:
    """Each control for each institution, in the order of both."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in dossier.findings:
        groups[finding.control, finding.institution].append(finding)
    for (control, institution), findings in sorted(groups.items()):
        counts = Counter(finding.verdict for finding in findings)
        decided = counts[Verdict.PASS] + counts[Verdict.FAIL]
        standing: Standing = "answered"
        if counts[Verdict.UNKNOWN]:
            standing = "partly" if decided else "unanswered"
        worst = min(findings, key=_order)
        yield Control(
            control, tuple(sorted({finding.check for finding in findings})), institution, standing,
            MappingProxyType(dict(counts)),
            chain.link(worst) if worst.verdict in (Verdict.FAIL, Verdict.UNKNOWN) else None,
        )  # fmt: skip


def _unanswered(dossier: Dossier, chain: _Chain) -> Iterable[Message]:
    """What the whole run leaves open, and of what is found to be wrong, what leads nowhere."""
    reasons = Counter(str(one.reason) for one in dossier.findings if one.verdict is Verdict.UNKNOWN)
    for reason, count in reasons.most_common():
        example = min(
            (one for one in dossier.findings if one.verdict is Verdict.UNKNOWN and str(one.reason) == reason),
            key=_order,
        )
        yield say("{count} findings are unknown, {reason}; first {check} of {subject}: {says}", count=count,
                  reason=reason, check=example.check, subject=example.subject, says=example.says)  # fmt: skip
    failed = [chain.link(one) for one in dossier.findings if one.verdict is Verdict.FAIL]
    for count, says in (
        (sum(not one.person for one in failed), say("of what is not met, nobody is named for {count}")),
        (sum(not one.plan for one in failed), say("of what is not met, the register holds no measure for {count}")),
        (sum(not one.budget for one in failed), say("of what is not met, no line of a budget is named for {count}")),
        (sum(bool(one.plan) and one.due is None for one in failed), say("of what is planned, {count} have no day")),
        (sum(not one.evidence for one in failed),
         say("of what is not met, {count} rest on the inventory or on several looks, and on no single hash")),
    ):  # fmt: skip
        if count:
            yield says.filled(count=str(count))
    if dossier.outside:
        yield say("{count} pairs of check and subject were left out of this run", count=dossier.outside)
    if dossier.not_looked_at:
        yield say("{count} subjects were not looked at, because the run ended before", count=len(dossier.not_looked_at))


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        _FIRST[finding.verdict], _GRAVE.index(finding.severity), finding.grade, finding.subject, finding.check,
    )  # fmt: skip

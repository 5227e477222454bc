"""A plan with what was seen in, exactly one finding for each of its pairs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType, UnionType
from typing import Any, Final

from audit.catalogue import Catalogue
from audit.contract import Check, bug_text
from audit.model.estate import Estate
from audit.model.evidence import Claim, Claims, Finding, Observation, Ruling
from audit.model.facts import DocumentState, Facts
from audit.model.item import Item
from audit.model.message import Message, say
from audit.model.paper import Forged, sorted_out
from audit.model.plan import Plan
from audit.model.policy import NONE
from audit.model.subject import Looks, Subject
from audit.model.verdict import CannotSee, Level, NotApplicable, Reason, Severity, Verdict
from audit.model.waivers import Waivers

NOT_LOOKED_AT: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "interrupted": say("was not looked at, because the run was interrupted"),
        "deadline": say("was not looked at, because the time of the run was over"),
        "running": say("was not looked at, because the run broke off"),
    }
)


def judge(
    plan: Plan,
    catalogue: Catalogue,
    observations: Mapping[str, Observation],
    at: datetime,
    *,
    state: str = "complete",
) -> tuple[Finding, ...]:
    """One finding for each selected pair, sorted by subject, then check; `state` tells why a look may be missing."""
    bench = _Bench(Looks(observations), at, state)
    papers: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims(plan.estate, bench.looks):
        papers[claim.evidence.check, claim.evidence.on].append(claim)
    waivers = Waivers(plan.estate, at)
    findings = (
        waivers.laid_over(
            bench.finding(
                catalogue.checks[name], plan.subjects[ref], observations.get(ref), papers.get((name, ref), ())
            )
        )
        for name, ref in plan.pairs
    )
    return tuple(sorted(findings, key=lambda finding: (finding.subject, finding.check)))


def judge_one(
    check: Check,
    subject: Subject[Item],
    observation: Observation | None,
    looks: Looks,
    claims: Sequence[Claim],
    at: datetime,
) -> Finding:
    """One rule about one subject: `observation` is what was seen of the subject itself; waivers are not laid over."""
    own = [claim for claim in claims if (claim.evidence.check, claim.evidence.on) == (check.id, subject.ref)]
    return _Bench(looks, at, "complete").finding(check, subject, observation, own)


def claims(estate: Estate, looks: Looks) -> Iterator[Claim]:
    """Each piece of evidence of an estate with its document as it was seen."""
    for evidence in estate.evidence:
        look = looks.seen.get(evidence.ref)
        document = look.seen if look is not None else None
        yield Claim(evidence, document if isinstance(document, DocumentState) else None)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of one pair, before it is put beside its subject."""

    verdict: Verdict
    says: Message
    reason: Reason | None = None
    measured: str | Message = ""
    required: str | Message = ""
    key: str = ""


class _Bench:
    """Where one judgement sits: what was seen, the instant, what is remembered between its findings."""

    def __init__(self, looks: Looks, at: datetime, state: str) -> None:
        self.looks = looks
        self._at = at
        self._state = state
        self._ids: dict[str, str] = {}

    def finding(
        self, check: Check, subject: Subject[Item], observation: Observation | None, papers: Sequence[Claim]
    ) -> Finding:
        basis = _Basis(self.looks.seen)
        try:
            answer = self._answer(check, subject, observation, papers, basis)
        except Forged as forged:
            answer = _Answer(Verdict.FAIL, forged.says, None, forged.measured, forged.required)
        except CannotSee as blind:
            answer = _Answer(Verdict.UNKNOWN, _sentence(blind.says), _reason(blind.reason))
        except NotApplicable as exempt:
            answer = _Answer(Verdict.NOT_APPLICABLE, _sentence(exempt.says))
        place = subject.item.place
        return Finding(
            check=check.id,
            control=check.control,
            subject=subject.ref,
            verdict=answer.verdict,
            reason=answer.reason,
            severity=severity_of(check, subject),
            grade=subject.grade,
            institution=subject.institution.ref if subject.institution is not None else "",
            system=subject.within.ref if subject.within is not None else "",
            unit=subject.unit,
            says=answer.says,
            measured=answer.measured,
            required=answer.required,
            level=basis.level,
            where=place.of(answer.key) if answer.key else place,
            observation=self._id(basis.only),
            at=self._at,
        )

    def _answer(
        self,
        check: Check,
        subject: Subject[Item],
        observation: Observation | None,
        papers: Sequence[Claim],
        basis: _Basis,
    ) -> _Answer:
        limits = subject.limits(check.id)
        if limits.values and all(value == NONE for value in limits.values.values()):
            raise NotApplicable(say("the policy demands nothing of grade {grade} here", grade=subject.grade))
        given: dict[str, object] = {}
        for name, wanted in check.wants.items():
            if wanted == "subject":
                given[name] = subject
            elif wanted == "facts":
                given[name] = self._facts(check, observation, basis)
            elif wanted == "looks":
                given[name] = Looks(basis, self.looks.seen)
            elif wanted == "claim":
                given[name] = self._claim(check, subject, papers, basis)
            elif wanted == "claims":
                given[name] = self._claims(check, subject, papers, basis)
            elif wanted == "limits":
                given[name] = limits
            else:
                given[name] = self._at
        found = _ruled(check, given)
        verdict = Verdict.PASS if found.met else Verdict.FAIL
        says = found.says
        if says is None:
            says = say("measured {measured}; required is {required}", measured=found.measured, required=found.required)
        if basis.level < check.least and basis.doubt is not None:
            doubt = basis.doubt
            return _Answer(Verdict.UNKNOWN, doubt.says, doubt.reason, found.measured, found.required, found.key)
        if basis.level < check.least:
            says = say("rests on {level} evidence; {least} is needed", level=basis.level.word, least=check.least.word)
            return _Answer(Verdict.UNKNOWN, says, Reason.INCOMPLETE, found.measured, found.required, found.key)
        return _Answer(verdict, says, None, found.measured, found.required, found.key)

    def _facts(self, check: Check, observation: Observation | None, basis: _Basis) -> Facts:
        if observation is None:
            raise CannotSee(Reason.INCOMPLETE, NOT_LOOKED_AT.get(self._state, say("was not looked at")))
        basis.rest_on(observation)
        if observation.unseen is not None:
            unseen = observation.unseen
            raise CannotSee(unseen.reason, say(unseen.template, **unseen.values))
        if check.facts is None or not isinstance(observation.seen, check.facts):
            raise CannotSee(Reason.INCOMPLETE, say("was looked at, but not in a way that tells this"))
        return observation.seen

    def _claims(self, check: Check, subject: Subject[Item], papers: Sequence[Claim], basis: _Basis) -> Claims:
        """Everything stated that can be relied on; what the rule then rests on, it says itself."""
        good, gaps = self._sorted_out(check, subject, papers, basis)
        return Claims(good, tuple(gap.says for gap in gaps), partial(self._rest_on, basis))

    def _claim(self, check: Check, subject: Subject[Item], papers: Sequence[Claim], basis: _Basis) -> Claim:
        """The best evidence that is in date now, with a document that is still the one that was collected."""
        if not papers:
            raise CannotSee(Reason.INCOMPLETE, say("no evidence is recorded for this; add it under `evidence:`"))
        good, gaps = self._sorted_out(check, subject, papers, basis)
        if not good:
            raise gaps[-1]
        self._rest_on(basis, good[0])
        return good[0]

    def _sorted_out(
        self, check: Check, subject: Subject[Item], papers: Sequence[Claim], basis: _Basis
    ) -> tuple[tuple[Claim, ...], tuple[CannotSee, ...]]:
        try:
            return sorted_out(papers, subject, severity_of(check, subject), self.looks, self._at)
        except Forged as forged:
            basis.rest_on(self.looks.seen.get(forged.ref))
            raise

    def _rest_on(self, basis: _Basis, claim: Claim) -> None:
        basis.rest_on(self.looks.seen.get(claim.evidence.ref), claim.level)
        basis.doubt = basis.doubt or claim.doubt

    def _id(self, observation: Observation | None) -> str | None:
        if observation is None:
            return None
        known = self._ids.get(observation.subject)
        if known is None:
            known = self._ids[observation.subject] = observation.id
        return known


class _Basis(Mapping[str, Observation]):
    """What one ruling rests on: observations that remember which of them a rule has asked for."""

    def __init__(self, seen: Mapping[str, Observation]) -> None:
        self._seen = seen
        self._looks: dict[str, Observation] = {}
        self._levels: list[Level] = []
        self.doubt: CannotSee | None = None
        """Why the first statement that it rests on is no more than declared."""

    def __getitem__(self, ref: str) -> Observation:
        found = self._seen[ref]
        self.rest_on(found)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def rest_on(self, look: Observation | None, level: Level | None = None) -> None:
        """Take one more look or statement into account."""
        if look is not None:
            self._looks[look.subject] = look
        if level is not None:
            self._levels.append(level)
        elif look is not None:
            self._levels.append(look.level)

    @property
    def level(self) -> Level:
        """The weakest of all that the ruling rests on; without any, what the inventory declares."""
        return min(self._levels, default=Level.DECLARED)

    @property
    def only(self) -> Observation | None:
        """The one observation that it rests on, where it is one."""
        return next(iter(self._looks.values())) if len(self._looks) == 1 else None


def severity_of(check: Check, subject: Subject[Item]) -> Severity:
    """The severity that counts for this subject."""
    return subject.around.policy.severities.get(check.id, check.severity).lowered(subject.grade)


def _ruled(check: Check, given: Mapping[str, Any]) -> Ruling:
    """What the rule says; a bug in it is a reason for not knowing."""
    try:
        found: object = check.rule(**given)
    except (CannotSee, NotApplicable):
        raise
    except (Exception, SystemExit) as bug:
        raise CannotSee(Reason.CRASHED, say("the rule failed: {bug}", bug=bug_text(bug))) from bug
    if not isinstance(found, Ruling):
        raise CannotSee(Reason.CRASHED, say("the rule returned {what} and no ruling", what=type(found).__name__))
    parts: tuple[tuple[object, type | UnionType], ...] = (
        (found.met, bool),
        (found.measured, str | Message),
        (found.required, str | Message),
        (found.says, Message | None),
        (found.key, str),
    )
    if not all(isinstance(part, kind) for part, kind in parts):
        raise CannotSee(Reason.CRASHED, say("the rule returned a ruling that holds something else than text"))
    return found


def _reason(reason: object) -> Reason:
    return reason if isinstance(reason, Reason) else Reason.CRASHED


def _sentence(says: object) -> Message:
    return says if isinstance(says, Message) else say("{text}", text=says)

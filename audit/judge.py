"""A plan with what was seen in, exactly one finding for each of its pairs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from audit.catalogue import Catalogue
from audit.contract import Check, bug_text
from audit.model.basis import Basis
from audit.model.estate import Estate
from audit.model.evidence import Claim, Claims, Finding, Observation, Ruling
from audit.model.facts import DocumentState, Facts
from audit.model.item import Item
from audit.model.message import Message, say
from audit.model.paper import Forged, sorted_out
from audit.model.plan import Plan
from audit.model.standpoint import Standpoint, Terms, counting
from audit.model.subject import Looks, Subject
from audit.model.verdict import CannotSee, NotApplicable, Reason, Severity, Verdict
from audit.model.waivers import Waivers

NO_EVIDENCE: Final = say(
    "no evidence is recorded for this; add it with `haechi evidence add ESTATE --check {check} --on {ref}`"
)
_UNLOOKED: Final = say("was not looked at")
_OTHERWISE: Final = say("was looked at, but not in a way that tells this")
_TEXT: Final = (str, Message)
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
    waivers, waived = Waivers(plan.estate, at), {waiver.check for waiver in plan.estate.waivers}
    checks, subjects = catalogue.checks, plan.subjects
    findings = [
        bench.finding(checks[name], subjects[ref], observations.get(ref), papers.get((name, ref), ()))
        for name, ref in plan.pairs
    ]
    if waived:
        findings = [waivers.laid_over(one) if one.check in waived else one for one in findings]
    findings.sort(key=attrgetter("subject", "check"))
    return tuple(findings)


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


@dataclass(slots=True)
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
        self._terms: dict[tuple[str, int], Terms] = {}
        self._about: Standpoint | None = None

    def finding(
        self, check: Check, subject: Subject[Item], observation: Observation | None, papers: Sequence[Claim]
    ) -> Finding:
        about = self._about
        if about is None or about.subject is not subject:
            about = self._about = Standpoint.of(subject)
        terms = self._terms.get((check.id, subject.grade))
        if terms is None:
            terms = self._terms[check.id, subject.grade] = Terms.of(check.id, check.severity, subject)
        basis = Basis(self.looks.seen)
        try:
            if terms.exempt is not None:
                answer = _Answer(Verdict.NOT_APPLICABLE, terms.exempt)
            else:
                answer = self._answer(check, subject, terms, observation, papers, basis)
        except Forged as forged:
            answer = _Answer(Verdict.FAIL, forged.says, None, forged.measured, forged.required)
        except CannotSee as blind:
            answer = _Answer(Verdict.UNKNOWN, _sentence(blind.says), _reason(blind.reason))
        except NotApplicable as exempt:
            answer = _Answer(Verdict.NOT_APPLICABLE, _sentence(exempt.says))
        return Finding(
            check=check.id,
            control=check.control,
            subject=about.ref,
            verdict=answer.verdict,
            reason=answer.reason,
            severity=terms.severity,
            grade=subject.grade,
            institution=about.institution,
            system=about.system,
            unit=about.unit,
            says=answer.says,
            measured=answer.measured,
            required=answer.required,
            level=basis.level,
            where=about.place.of(answer.key) if answer.key else about.place,
            observation=self._id(basis.only),
            at=self._at,
        )

    def _answer(
        self,
        check: Check,
        subject: Subject[Item],
        terms: Terms,
        observation: Observation | None,
        papers: Sequence[Claim],
        basis: Basis,
    ) -> _Answer:
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
                given[name] = terms.limits
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

    def _facts(self, check: Check, observation: Observation | None, basis: Basis) -> Facts:
        if observation is None:
            raise CannotSee(Reason.INCOMPLETE, NOT_LOOKED_AT.get(self._state, _UNLOOKED))
        basis.rest_on(observation)
        if observation.unseen is not None:
            unseen = observation.unseen
            raise CannotSee(unseen.reason, say(unseen.template, **unseen.values))
        if check.facts is None or not isinstance(observation.seen, check.facts):
            raise CannotSee(Reason.INCOMPLETE, _OTHERWISE)
        return observation.seen

    def _claims(self, check: Check, subject: Subject[Item], papers: Sequence[Claim], basis: Basis) -> Claims:
        """Everything stated that can be relied on; what the rule then rests on, it says itself."""
        good, gaps = self._sorted_out(check, subject, papers, basis)
        return Claims(good, tuple(gap.says for gap in gaps), partial(self._rest_on, basis))

    def _claim(self, check: Check, subject: Subject[Item], papers: Sequence[Claim], basis: Basis) -> Claim:
        """The best evidence that is in date now, with a document that is still the one that was collected."""
        if not papers:
            raise CannotSee(Reason.INCOMPLETE, NO_EVIDENCE.filled(check=check.id, ref=subject.ref))
        good, gaps = self._sorted_out(check, subject, papers, basis)
        if not good:
            raise gaps[-1]
        self._rest_on(basis, good[0])
        return good[0]

    def _sorted_out(
        self, check: Check, subject: Subject[Item], papers: Sequence[Claim], basis: Basis
    ) -> tuple[tuple[Claim, ...], tuple[CannotSee, ...]]:
        try:
            return sorted_out(papers, subject, severity_of(check, subject), self.looks, self._at)
        except Forged as forged:
            basis.rest_on(self.looks.seen.get(forged.ref))
            raise

    def _rest_on(self, basis: Basis, claim: Claim) -> None:
        basis.rest_on(self.looks.seen.get(claim.evidence.ref), claim.level)
        basis.doubt = basis.doubt or claim.doubt

    def _id(self, observation: Observation | None) -> str | None:
        if observation is None:
            return None
        known = self._ids.get(observation.subject)
        if known is None:
            known = self._ids[observation.subject] = observation.id
        return known


def severity_of(check: Check, subject: Subject[Item]) -> Severity:
    """The severity that counts for this subject."""
    return counting(check.id, check.severity, subject)


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
    if not _sound(found.met, found.measured, found.required, found.says, found.key):
        raise CannotSee(Reason.CRASHED, say("the rule returned a ruling that holds something else than text"))
    return found


def _sound(met: object, measured: object, required: object, says: object, key: object) -> bool:
    texts = isinstance(measured, _TEXT) and isinstance(required, _TEXT) and isinstance(key, str)
    return texts and isinstance(met, bool) and (says is None or isinstance(says, Message))


def _reason(reason: object) -> Reason:
    return reason if isinstance(reason, Reason) else Reason.CRASHED


def _sentence(says: object) -> Message:
    return says if isinstance(says, Message) else say("{text}", text=says)

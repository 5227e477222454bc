"""A dossier with a language to what every part of an OSCAL document asks of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from audit.model.clean import redacted
from audit.model.dossier import CheckText, Dossier
from audit.model.estate import Estate, Evidence, Waiver
from audit.model.evidence import Finding
from audit.model.register import Action
from audit.model.verdict import Verdict
from audit.model.waivers import Stand, Waivers
from reports.assessment.words import identity
from reports.record import in_order
from reports.translate import Translator


@dataclass(frozen=True, slots=True)
class View:
    """One dossier, its findings in order, with what lies over them found by name instead of by search.

    What an expired waiver excused comes first; the rest keeps its order.
    """

    dossier: Dossier
    speak: Translator
    findings: tuple[Finding, ...]
    waivers: Mapping[tuple[str, str], tuple[Waiver, ...]]
    papers: Mapping[tuple[str, str], tuple[Evidence, ...]]
    actions: Mapping[str, Action]
    """The corrective measure of a finding, by fingerprint."""
    standing: Waivers
    questions: Mapping[str, str]

    @classmethod
    def of(cls, dossier: Dossier, language: str) -> View:
        """The view of a dossier in a language."""
        speak = Translator(language, dossier.estate.about.timezone)
        view = cls(
            dossier,
            speak,
            tuple(in_order(dossier)),
            _by_subject(dossier.estate.waivers),
            _by_subject(dossier.estate.evidence),
            {action.id: action for action in dossier.actions},
            Waivers(dossier.estate, dossier.at),
            {name: speak.text(check.question) for name, check in dossier.checks.items()},
        )
        if not any(view.stand(one) is Stand.EXPIRED for one in dossier.estate.waivers):
            return view
        return replace(view, findings=tuple(sorted(view.findings, key=lambda one: view.expired(one) is None)))

    def id(self, kind: str, *names: str) -> str:
        """The UUID of something that stays the same from run to run."""
        return identity(kind, self.dossier.estate.ref, *names)

    def id_of_run(self, kind: str, *names: str) -> str:
        """The UUID of something that belongs to this run alone."""
        return identity(kind, self.dossier.estate.ref, self.dossier.run.id, self.dossier.run.root, *names)

    def check(self, finding: Finding) -> CheckText | None:
        """What is said of the check of a finding."""
        return self.dossier.checks.get(finding.check)

    def question(self, check: str) -> str:
        """The question of a check; its id where nobody wrote one down."""
        return self.questions.get(check, check)

    def says(self, finding: Finding) -> str:
        """What a finding says, without any secret."""
        return redacted(self.speak.message(finding.says))

    def waiver(self, finding: Finding) -> Waiver | None:
        """The waiver that lies over a finding."""
        if finding.waiver is None:
            return None
        lying = self._lying(self.waivers, finding)
        return next((waiver for waiver in lying if waiver.reason == finding.waiver), None)

    def lapsed(self, finding: Finding) -> Waiver | None:
        """A waiver that excuses nothing any more, on a finding over which no other lies."""
        if finding.waiver is not None or not is_open(finding):
            return None
        lying = self._lying(self.waivers, finding)
        return next((one for one in lying if self.stand(one) in (Stand.EXPIRED, Stand.TOO_LONG)), None)

    def expired(self, finding: Finding) -> Waiver | None:
        """The waiver that excused an open finding up to a day that is over."""
        waiver = self.lapsed(finding)
        return waiver if waiver is not None and self.stand(waiver) is Stand.EXPIRED else None

    def stand(self, waiver: Waiver) -> Stand:
        """What a waiver is worth at the instant of judgement."""
        return self.standing.stand(waiver)

    def evidence(self, finding: Finding) -> Iterator[Evidence]:
        """The documents and statements that the inventory names for the question of a finding."""
        return self._lying(self.papers, finding)

    def _lying(self, index: Mapping[tuple[str, str], tuple[Any, ...]], finding: Finding) -> Iterator[Any]:
        for ref in _upwards(finding.subject, self.dossier.estate):
            yield from index.get((finding.check, ref), ())


def is_open(finding: Finding) -> bool:
    """Whether something is not met, or not verified."""
    return finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)


def _upwards(ref: str, estate: Estate) -> Iterator[str]:
    while ref:
        yield ref
        ref = ref.rpartition("/")[0]
    yield estate.ref


def _by_subject(items: tuple[Any, ...]) -> Mapping[tuple[str, str], tuple[Any, ...]]:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for item in items:
        found[item.check, item.on].append(item)
    return {key: tuple(some) for key, some in found.items()}

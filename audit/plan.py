"""An estate, the catalogue with a selection in, the plan of a run out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from audit.catalogue import Catalogue
from audit.contract import Check, Probe
from audit.model.estate import Estate, Evidence
from audit.model.evidence import Selection, Task
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.item import Item, Technology
from audit.model.message import Message, say
from audit.model.plan import DOCUMENT, Pair, Plan
from audit.model.subject import Subject, subjects

DOCUMENT_DEADLINE: Final = timedelta(seconds=60)


def plan(estate: Estate, catalogue: Catalogue, selection: Selection) -> Plan:
    """Every (check, subject) pair that applies, the selected ones with the looks that they need.

    Stop(USAGE) where the selection names something that is not there, or leaves nothing of what there is.
    """
    policy, graph = catalogue.policy(estate), Graph(estate)
    found = {subject.ref: subject for subject in subjects(estate, graph, policy)}
    wanted = _resolved(selection, estate, catalogue, found)
    applying = _Applying(catalogue)
    pairs: list[Pair] = []
    outside: list[Pair] = []
    for ref, subject in found.items():
        inside = _takes(wanted, subject, estate)
        for check in applying.to(type(subject.item)):
            chosen = inside and _asks(wanted, check)
            (pairs if chosen else outside).append((check.id, ref))
    if outside and not pairs:
        raise Stop(Exit.USAGE, say("no check applies to this selection; `haechi plan` without it shows what there is"))
    return Plan(
        estate,
        policy,
        graph,
        wanted,
        MappingProxyType(found),
        _tasks(estate, catalogue, found, pairs, wanted),
        tuple(pairs),
        tuple(outside),
    )


class _Applying:
    """Which checks apply to a class of items, remembered."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[type[Item], tuple[Check, ...]] = {}

    def to(self, kind: type[Item]) -> tuple[Check, ...]:
        known = self._known.get(kind)
        if known is None:
            probe = _probe(self._catalogue, kind)
            checks = self._catalogue.checks.values()
            known = self._known[kind] = tuple(check for check in checks if _applies(check, kind, probe))
        return known


def _probe(catalogue: Catalogue, kind: type[Item]) -> Probe | None:
    return catalogue.probe_of(kind) if issubclass(kind, Technology) else None


def _applies(check: Check, kind: type[Item], probe: Probe | None) -> bool:
    if not issubclass(kind, check.subject):
        return False
    return check.facts is None or (probe is not None and issubclass(probe.facts, check.facts))


def _takes(selection: Selection, subject: Subject[Item], estate: Estate) -> bool:
    if selection.institutions and (
        subject.institution is None or subject.institution.ref not in selection.institutions
    ):
        return False
    return not selection.subjects or any(estate.covers(on, subject.ref) for on in selection.subjects)


def _asks(selection: Selection, check: Check) -> bool:
    if selection.checks and check.id not in selection.checks:
        return False
    return not selection.areas or check.area in selection.areas


def _resolved(
    selection: Selection, estate: Estate, catalogue: Catalogue, found: Mapping[str, Subject[Item]]
) -> Selection:
    """The selection in full names; an unambiguous end of a reference is enough."""
    areas = dict.fromkeys(check.area for check in catalogue.checks.values())
    institutions = [institution.ref for institution in estate.institutions]
    problems: list[Message] = []
    full = Selection(
        tuple(_chosen(say("check"), selection.checks, catalogue.checks, problems)),
        tuple(_chosen(say("area"), selection.areas, areas, problems)),
        tuple(_chosen(say("subject"), selection.subjects, found, problems)),
        tuple(_chosen(say("institution"), selection.institutions, institutions, problems)),
    )
    if problems:
        raise Stop(Exit.USAGE, *problems)
    return full


def _chosen(what: Message, written: Iterable[str], known: Iterable[str], problems: list[Message]) -> Iterator[str]:
    names = list(known)
    for name in written:
        ends = [full for full in names if full == name] or [full for full in names if full.endswith("/" + name)]
        if len(ends) == 1:
            yield ends[0]
        elif ends:
            first, *others = (say("{name}", name=repr(end)) for end in ends[:3])
            for other in others:
                first = say("{first} or {last}", first=first, last=other)
            problems.append(
                say("{what} {name} is ambiguous; it may be {names}", what=what, name=repr(name), names=first)
            )
        else:
            hint = _near(name, names)
            problems.append(say("unknown {what} {name}; {hint}", what=what, name=repr(name), hint=hint))


def _near(name: str, names: list[str]) -> Message:
    short = {full.rpartition("/")[2]: full for full in reversed(names)}
    close = get_close_matches(name, names, 1) or [short[end] for end in get_close_matches(name, short, 1)]
    if close:
        return say("did you mean {close}?", close=repr(close[0]))
    if not names:
        return say("there is none")
    return say("known are {names}", names=", ".join(names[:20]) + (", ..." if len(names) > 20 else ""))


def _tasks(
    estate: Estate,
    catalogue: Catalogue,
    found: Mapping[str, Subject[Item]],
    pairs: Iterable[Pair],
    selection: Selection,
) -> tuple[Task, ...]:
    """One look for each subject or document that a selected pair needs to see."""
    documents = _documents(estate)
    seen: set[str] = set()
    around: set[str] = set()
    papers: dict[str, int] = {}
    for name, ref in pairs:
        check, subject = catalogue.checks[name], found[ref]
        wants = check.wants.values()
        if check.facts is not None:
            seen.add(ref)
        if "looks" in wants:
            around.add(subject.unit)
        if "claim" in wants or "claims" in wants:
            papers.update((evidence.ref, subject.grade) for evidence in documents.get((name, ref), ()))
    # A rule may ask what was seen of others. A whole run has all of that; a selected one stays inside the unit.
    everything = bool(around) and (selection.everything or estate.ref in around)
    ranked = [
        (subject.grade, task)
        for ref, subject in found.items()
        if (ref in seen or everything or (around and _inside(ref, around)))
        and (task := _task(subject.item, catalogue)) is not None
    ]
    ranked += [(grade, Task(ref, DOCUMENT, "evidence", DOCUMENT_DEADLINE)) for ref, grade in papers.items()]
    return tuple(_spread(ranked))


def _inside(ref: str, units: set[str]) -> bool:
    parts = ref.split("/")
    return any("/".join(parts[:length]) in units for length in range(1, len(parts) + 1))


def _documents(estate: Estate) -> dict[Pair, list[Evidence]]:
    documents: dict[Pair, list[Evidence]] = {}
    for evidence in estate.evidence:
        if evidence.file is not None or evidence.signature is not None:
            documents.setdefault((evidence.check, evidence.on), []).append(evidence)
    return documents


def _task(item: Item, catalogue: Catalogue) -> Task | None:
    probe = _probe(catalogue, type(item))
    if probe is None or not isinstance(item, Technology):
        return None
    deadline = probe.deadline
    timeout = getattr(item, "timeout", None)
    if isinstance(timeout, timedelta):
        deadline = max(deadline, 3 * timeout + timedelta(seconds=2))
    return Task(item.ref, probe.id, item.host, deadline)


def _spread(ranked: Iterable[tuple[int, Task]]) -> Iterator[Task]:
    """Worst grade first; inside a grade the first look at every host before the second at any."""
    turns: dict[tuple[int, str], int] = {}
    ordered: list[tuple[int, int, int, Task]] = []
    for position, (grade, task) in enumerate(ranked):
        turn = turns[grade, task.host] = turns.get((grade, task.host), -1) + 1
        ordered.append((grade, turn, position, task))
    return (task for *_, task in sorted(ordered, key=lambda entry: entry[:3]))

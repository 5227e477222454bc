"""An example of a rule becomes the finding that a run would hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from audit.catalogue import Catalogue, discover
from audit.contract import Check, Example
from audit.inventory.load import load_sources
from audit.judge import claims, judge_one
from audit.model.estate import Estate
from audit.model.evidence import Finding, Observation
from audit.model.facts import Facts, Unseen
from audit.model.graph import Graph
from audit.model.item import Item
from audit.model.subject import Looks, Subject, subjects

AT = datetime.fromisoformat("2026-09-01T00:00:00+00:00")


@cache
def catalogue() -> Catalogue:
    return discover()


@dataclass(frozen=True)
class Scene:
    """One small estate with everything in it that can be judged."""

    estate: Estate
    subjects: Mapping[str, Subject[Item]]

    def judge(self, check: Check, ref: str, seen: Mapping[str, Facts | Unseen], at: datetime = AT) -> Finding:
        """The finding about one subject, where the looks saw this and nothing else."""
        looks = Looks({subject: observed(subject, facts, at) for subject, facts in seen.items()})
        papers = tuple(claims(self.estate, looks))
        return judge_one(check, self.subjects[ref], looks.seen.get(ref), looks, papers, at)


@cache
def scene(text: str) -> Scene:
    """The estate of a text; a text with a problem in it is a broken test."""
    loaded = load_sources({"example.yaml": text.encode()}, catalogue(), Path())
    assert loaded.estate is not None, [str(problem) for problem in loaded.problems]
    policy = catalogue().policy(loaded.estate)
    found = subjects(loaded.estate, Graph(loaded.estate), policy)
    return Scene(loaded.estate, {subject.ref: subject for subject in found})


def observed(ref: str, facts: Facts | Unseen, at: datetime) -> Observation:
    if isinstance(facts, Unseen):
        return Observation(ref, "test", at, timedelta(0), None, facts)
    return Observation(ref, "test", at, timedelta(0), facts)


def example_finding(check: Check, example: Example) -> Finding:
    """What the rule says of its own example."""
    seen = dict(example.others)
    if example.seen is not None:
        seen[example.on] = example.seen
    return scene(example.inventory).judge(check, example.on, seen, example.at)

"""What a plugin is: a probe that looks, a drill that restores, a rule that judges with the examples that test it."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from weakref import WeakKeyDictionary

from audit.model.drilling import Restored
from audit.model.evidence import Claim, Claims, Ruling, ruling
from audit.model.facts import DocumentState, Facts, Signature
from audit.model.item import Item, Technology
from audit.model.message import say
from audit.model.policy import Limits, LimitTable
from audit.model.subject import Looks, Subject
from audit.model.verdict import CannotSee, Level, NotApplicable, Reason, Severity, Verdict
from audit.world.asking import AwsDoor, NameDoor, RedisDoor, S3Answer, S3Door, SnmpDoor, SshDoor, Table
from audit.world.verbs import NOTHING, Verbs, gated
from audit.world.workshop import Entry, Tree, Workshop
from audit.world.world import Answer, Files, FileSeen, Output, Page, Token, Unpacked, World

__all__ = [
    "Answer", "AwsDoor", "CannotSee", "Check", "Claim", "Claims", "Drill", "Entry", "Example", "FileSeen", "Files",
    "Level", "Limits", "Looks", "NameDoor", "NotApplicable", "Output", "Page", "Probe", "Reason", "RedisDoor", "Ruling",
    "S3Answer", "S3Door", "Severity", "SnmpDoor", "SshDoor", "Subject", "Table", "Timed", "Token", "Tree",
    "Unpacked", "Verbs", "Verdict", "Workshop", "World", "check", "drill", "probe", "ruling", "say", "signed",
]  # fmt: skip

Method = Literal["A", "F", "G", "E", "H", "D"]
"""A active probe, F export or inventory parsed, G computed on the graph, E document, H person's statement, D drill."""


class BadPlugin(TypeError):
    """A probe or rule that does not keep the contract; says which function in which file."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How to look at one technology."""

    id: str
    """`module.function`, filled in by the catalogue's walk: e.g. `backup.restic`."""
    look: Callable[[Any, World], Awaitable[Facts]]
    technology: type[Technology]
    facts: type[Facts]
    deadline: timedelta
    """For all attempts together, unless the inventory item names a `timeout` that needs more."""
    verbs: Verbs = NOTHING
    """All that it may ask of hands that could do more than look."""


@dataclass(frozen=True, slots=True)
class Drill:
    """How to restore a copy of one technology into scratch space, with what is held against the result."""

    id: str
    """`module.function`, filled in by the catalogue's walk."""
    restore: Callable[[Any, Workshop], Awaitable[Restored]]
    technology: type[Technology]
    verbs: Verbs
    """The programs that it may run, those that write into the scratch included."""


@dataclass(frozen=True, slots=True)
class Example:
    """One case of plain values: what an inventory says, what was seen, what the rule must say."""

    verdict: Verdict
    inventory: str
    """YAML text of a whole small estate; `{}` stands for nothing."""
    on: str
    """The full reference of the judged subject."""
    seen: Facts | None = None
    """What the look at the subject established, for rules over facts."""
    others: Mapping[str, Facts] = field(default_factory=lambda: MappingProxyType({}))
    """What looks at other subjects established, by reference."""
    at: datetime = datetime.fromisoformat("2026-09-01T00:00:00+00:00")
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One rule with everything that is known about it."""

    id: str
    control: str
    method: Method
    severity: Severity
    answers: tuple[str, ...]
    least: Level
    limits: LimitTable
    examples: tuple[Example, ...]
    rule: Callable[..., Ruling]
    subject: type[Item]
    """The class of the items that it judges."""
    facts: type[Facts] | None
    """The facts that it needs about the subject itself."""
    wants: Mapping[str, str]
    """Each parameter to what it takes: subject, facts, looks, claim, claims, at, limits."""
    question: str
    why: str
    fix: str
    source: str
    """`file:line` of the function."""

    @property
    def area(self) -> str:
        return self.id.rpartition(":")[2].partition(".")[0]


@dataclass(slots=True)
class Timed:
    """One attempt at a look: everything that is asked in it shares one deadline."""

    world: World
    timeout: timedelta
    ends: float = field(init=False)
    """By the monotonic clock of the world."""

    def __post_init__(self) -> None:
        self.ends = self.world.clock.monotonic() + self.timeout.total_seconds()

    def left(self, program: str) -> timedelta:
        """The time for what runs now. CannotSee(timeout) that names it where none is left."""
        left = timedelta(seconds=self.ends - self.world.clock.monotonic())
        if left <= timedelta(0):
            raise CannotSee(Reason.TIMEOUT, say("no time was left for {program}", program=program))
        return left


def probe(*, deadline: str | float = 15.0, verbs: Verbs = NOTHING) -> Callable[[Callable[..., Awaitable[Any]]], Probe]:
    """Make an async function `(item, world) -> Facts` a probe of the item's technology; `deadline` in seconds.

    The world that it gets refuses every command, statement or request that is not among `verbs`.
    """

    def wrap(look: Callable[..., Awaitable[Any]]) -> Probe:
        hints = get_type_hints(look)
        returned = hints.pop("return", None)
        kinds = [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, Technology)]
        if len(hints) != 2 or len(kinds) != 1 or not (isinstance(returned, type) and issubclass(returned, Facts)):
            raise BadPlugin(f"{_source(look)}: a probe is `async def name(item: Technology, world: World) -> Facts`")
        worlds: WeakKeyDictionary[World, World] = WeakKeyDictionary()

        @wraps(look)
        def gate(item: Any, world: World) -> Awaitable[Any]:
            bound = worlds.get(world)
            if bound is None:
                bound = worlds[world] = gated(world, verbs)
            return look(item, bound)

        return Probe(look.__name__, gate, kinds[0], returned, timedelta(seconds=float(deadline)), verbs)

    return wrap


def drill(*, verbs: Verbs) -> Callable[[Callable[..., Awaitable[Restored]]], Drill]:
    """Make an async function `(item, workshop) -> Restored` the restore drill of the item's technology."""

    def wrap(restore: Callable[..., Awaitable[Restored]]) -> Drill:
        hints = get_type_hints(restore)
        returned = hints.pop("return", None)
        kinds = [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, Technology)]
        if len(hints) != 2 or len(kinds) != 1 or returned is not Restored:
            raise BadPlugin(
                f"{_source(restore)}: a drill is `async def name(item: Technology, workshop: Workshop) -> Restored`"
            )
        return Drill(restore.__name__, restore, kinds[0], verbs)

    return wrap


def check(
    id: str,  # noqa: A002 - the word of the contract
    *,
    control: str,
    method: Method,
    severity: str,
    answers: tuple[str, ...] = (),
    least: str = "observed",
    limits: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({}),
    examples: tuple[Example, ...] = (),
) -> Callable[[Callable[..., Ruling]], Check]:
    """Make a pure function a rule. Its annotations say what it needs, its docstring what it asks, why, how to mend.

    Parameters may be annotated `Subject[Kind]` (required, exactly one), a Facts class, `Looks`, `Claim` (without one
    the finding is unknown), `Claims` (all there are), `datetime`, `Limits`. `limits` maps a limit's name to the values
    of grades 1 to 4; `-` demands nothing of that grade.
    """

    def wrap(rule: Callable[..., Ruling]) -> Check:
        wants: dict[str, str] = {}
        subject: type[Item] | None = None
        facts: type[Facts] | None = None
        hints = get_type_hints(rule)
        hints.pop("return", None)
        for name, hint in hints.items():
            if get_origin(hint) is Subject:
                subject, wants[name] = get_args(hint)[0], "subject"
            elif isinstance(hint, type) and issubclass(hint, Facts):
                facts, wants[name] = hint, "facts"
            elif hint in _PLAIN:
                wants[name] = _PLAIN[hint]
            else:
                raise BadPlugin(
                    f"{_source(rule)}: parameter {name!r} of rule {id!r} has an annotation that no run can fill"
                )
        if subject is None:
            raise BadPlugin(f"{_source(rule)}: rule {id!r} needs one parameter annotated Subject[...]")
        question, why, fix = _sections(rule, id)
        return Check(
            id=id,
            control=control,
            method=method,
            severity=Severity(severity),
            answers=answers,
            least=Level[least.upper()],
            limits=MappingProxyType(dict(limits)),
            examples=examples,
            rule=rule,
            subject=subject,
            facts=facts,
            wants=MappingProxyType(wants),
            question=question,
            why=why,
            fix=fix,
            source=_source(rule),
        )

    return wrap


_PLAIN: Mapping[Any, str] = MappingProxyType(
    {Looks: "looks", Claim: "claim", Claims: "claims", datetime: "at", Limits: "limits"}
)


def signed(by: str) -> DocumentState:
    """For examples: the look at a piece of evidence which `by` has signed, as `others={"evidence:ID": signed(by)}`."""
    return DocumentState(signature=Signature(state="good", signer=by))


def _sections(rule: Callable[..., Ruling], id: str) -> tuple[str, str, str]:  # noqa: A002
    text = inspect.getdoc(rule) or ""
    question, _, rest = text.partition("\n\n")
    before, _, fix = rest.partition("Fix:")
    why = before.partition("Why:")[2]
    parts = tuple(" ".join(part.split()) for part in (question, why, fix))
    if not all(parts):
        raise BadPlugin(f"{_source(rule)}: rule {id!r} needs a docstring with a first sentence, `Why:` and `Fix:`")
    return parts[0], parts[1], parts[2]


def _source(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def bug_text(bug: BaseException) -> str:
    """Type and text of what a plugin raised, in one printable line of at most 200 characters; never a traceback."""
    line = " ".join("".join(traceback.format_exception_only(bug)).split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:200]

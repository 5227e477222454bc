"""The technologies of a catalogue to the list of them: text, a page of Markdown, a document of JSON."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from audit.catalogue import Catalogue
from audit.cli.columns import across, folded
from audit.model.clean import json_text, line
from audit.model.exit import Exit, Stop
from audit.model.item import Technology
from audit.model.listed import ExportedList
from audit.model.message import say
from audit.model.technology import Copy, Endpoint, Failover, Monitor, PowerProtection
from audit.world.verbs import Verbs
from reports.translate import Translator

ROLES: Final[Mapping[str, type[Technology]]] = MappingProxyType(
    {
        "endpoints": Endpoint,
        "copies": Copy,
        "failover": Failover,
        "power-protection": PowerProtection,
        "monitoring": Monitor,
        "lists": ExportedList,
    }
)
WIDTH: Final = 100
PAGE: Final = 120
_NARROW: Final = 16
MANY: Final = 3
SHARED: Final = "What several drills run"


@dataclass(frozen=True, slots=True)
class Kind:
    """One technology as people need to know it."""

    name: str
    role: str
    about: str
    """Its first sentence."""
    rest: str
    keys: tuple[str, ...]
    """Its own keys in the inventory; those that must be written end in `*`."""
    facts: str
    """The class of what a look establishes; empty where no probe looks."""
    asks: tuple[str, ...]
    """All that a look may ask beyond reading files, pages, names."""
    drill: tuple[str, ...] | None
    """All that a restore drill may run; None where there is none."""


def chosen(catalogue: Catalogue, roles: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds of some lists of the inventory, or all; Stop(USAGE) for a list that there is not."""
    for role in roles:
        if role not in ROLES:
            raise Stop(
                Exit.USAGE, say("unknown role {role}; known are {names}", role=repr(role), names=", ".join(ROLES))
            )
    return tuple(
        _kind(catalogue, role, name, technology)
        for role, base in ROLES.items()
        if not roles or role in roles
        for name, technology in catalogue.technologies.get(base, {}).items()
    )


def _kind(catalogue: Catalogue, role: str, name: str, technology: type[Technology]) -> Kind:
    text = inspect.getdoc(technology) or ""
    about, _, rest = text.partition("\n\n")
    probe, drill = catalogue.probe_of(technology), catalogue.drill_of(technology)
    common = _written(ROLES[role])
    return Kind(
        name=name,
        role=role,
        about=" ".join(about.split()),
        rest=" ".join(rest.split()),
        keys=tuple(key for key in _written(technology) if key not in common),
        facts=probe.facts.__name__ if probe is not None else "",
        asks=_asked(probe.verbs) if probe is not None else (),
        drill=_asked(drill.verbs) if drill is not None else None,
    )


def _written(technology: type[Technology]) -> tuple[str, ...]:
    """The keys of one in an inventory; those that must be written end in `*`."""
    return tuple(
        (field.alias or key) + ("*" if field.is_required() else "")
        for key, field in technology.model_fields.items()
        if key != "place"
    )


def _asked(verbs: Verbs) -> tuple[str, ...]:
    asked = (
        *verbs.commands,
        *(("a plugin of Nagios that the inventory names",) if verbs.plugins else ()),
        *(f"SQL: {' '.join(statement.split())}" for statement in verbs.sql),
        *(f"line: {text}" for text in verbs.lines),
        *(f"Redis: {command}" for command in verbs.redis),
        *(f"S3: {operation}" for operation in verbs.s3),
        *(f"POST {path}" for path in verbs.posts),
    )
    return tuple(dict.fromkeys(asked))


def table(kinds: Sequence[Kind], speak: Translator) -> Iterator[str]:
    """One line a kind, what it is behind it."""
    width = max(len(kind.name) for kind in kinds) + 2
    room = max(across(WIDTH) - width - 2, _NARROW)
    for role in dict.fromkeys(kind.role for kind in kinds):
        yield f"{role}:"
        for kind in kinds:
            if kind.role == role:
                head, rest = f"  {kind.name.ljust(width)}", " " * (width + 2)
                yield from folded(line(speak.text(kind.about)), len(head) + room, first=head, rest=rest)
    yield ""
    says = speak.text("{count} kinds. `haechi kinds NAME` tells all about one, with an example.", count=len(kinds))
    yield from folded(says, across(WIDTH))


def markdown(kinds: Sequence[Kind], speak: Translator) -> Iterator[str]:
    """The page docs/kinds.md."""
    together = _together(kinds)
    yield "# What an inventory can name, and what a look asks of it"
    yield ""
    yield from _wrapped(
        "`haechi kinds --format markdown` writes this page. A key that ends in `*` must be written. A look may send "
        "what stands under *asks*, word for word, and nothing else: there `*` is any text, `[word]` may be left out. "
        "What stands under *drill* runs in scratch space, with the consent of the inventory alone "
        "([what a drill is](drills.md))."
    )
    for role in dict.fromkeys(kind.role for kind in kinds):
        yield ""
        yield f"## {role}"
        yield ""
        yield from _wrapped("Keys of each of them: " + _keys(_written(ROLES[role])) + ".")
        for kind in kinds:
            if kind.role == role:
                yield from _section(kind, together, speak)
    if together:
        yield ""
        yield f"## {SHARED}"
    for names, asked in together.items():
        yield ""
        yield from _wrapped(", ".join(f"`{name}`" for name in names) + ":")
        yield ""
        for each in asked:
            yield from _wrapped(f"`{each}`", "- ")


def _section(kind: Kind, together: Mapping[Sequence[str], Sequence[str]], speak: Translator) -> Iterator[str]:
    yield ""
    yield f"### `{kind.name}`"
    yield ""
    yield from _wrapped(line(speak.text(kind.about)) + (f" {kind.rest}" if kind.rest else ""))
    yield ""
    yield from _wrapped("keys: " + (_keys(kind.keys) or "none of its own"), "- ")
    yield from _wrapped("a look establishes: " + (f"`{kind.facts}`" if kind.facts else "nothing"), "- ")
    if kind.facts:
        yield "- asks:" + ("" if kind.asks else " reads only")
        for asked in kind.asks:
            yield from _wrapped(f"`{asked}`", "  - ")
    if kind.drill is None:
        return
    shared = [each for names, asked in together.items() if kind.name in names for each in asked]
    own = [each for each in dict.fromkeys(kind.drill) if each not in (*kind.asks, *shared)]
    told = ["what a look asks"] if kind.asks else []
    told += [f"what stands for `{kind.name}` in [{SHARED}](#{SHARED.lower().replace(' ', '-')})"] if shared else []
    yield from _wrapped("drill: " + (", ".join([*told, *(["and"] if told and own else [])]) or "runs no program"), "- ")
    for asked in own:
        yield from _wrapped(f"`{asked}`", "  - ")


def _together(kinds: Sequence[Kind]) -> Mapping[Sequence[str], Sequence[str]]:
    """What the drills of the same kinds ask, three or more of them, beyond their looks."""
    of: dict[str, list[str]] = {}
    for kind in kinds:
        for asked in dict.fromkeys(kind.drill or ()):
            if asked not in kind.asks:
                of.setdefault(asked, []).append(kind.name)
    found: dict[Sequence[str], list[str]] = {}
    for asked, names in of.items():
        if len(names) >= MANY:
            found.setdefault(tuple(names), []).append(asked)
    return found


def _keys(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _wrapped(text: str, mark: str = "") -> Iterator[str]:
    """A paragraph, or one point of a list, in lines that an editor shows whole."""
    yield from textwrap.wrap(
        text,
        PAGE,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def document(kinds: Sequence[Kind], speak: Translator) -> Iterator[str]:
    """One JSON array."""
    rows = [
        {
            "kind": kind.name,
            "role": kind.role,
            "about": json_text(speak.text(kind.about)),
            "keys": list(kind.keys),
            "facts": kind.facts or None,
            "asks": list(kind.asks),
            "drill": list(kind.drill) if kind.drill is not None else None,
        }
        for kind in kinds
    ]
    yield json.dumps(rows, indent=2)

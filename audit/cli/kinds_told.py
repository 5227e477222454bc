"""A kind becomes all that is known of it: its keys, what a look asks with which rights, an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from audit.catalogue import Catalogue
from audit.cli.columns import across, cells, folded, padded
from audit.cli.kinds_example import WAYS, example
from audit.cli.kinds_keys import Key, keys
from audit.cli.kinds_listed import ROLES, Kind
from audit.inventory.schema import technology_schema
from audit.model.clean import json_text, line
from audit.model.exit import Exit, Stop
from audit.model.item import Technology
from audit.model.message import say
from reports.translate import Translator

_WIDEST: Final = 100
_COLUMN: Final = 18
_RIGHTS: Final = re.compile(r"\b(needs?|rights?|for a role|that may only|is enough|knows no login|known-hosts)\b")
_SENTENCE: Final = re.compile(r"(?<=[.:]) (?=[A-Z`])")


@dataclass(frozen=True, slots=True)
class Whole:
    """One kind with everything that is known of it."""

    kind: Kind
    keys: tuple[Key, ...]
    rights: tuple[str, ...]
    """The sentences of its documentation that tell which rights a look needs."""
    example: str
    checks: tuple[str, ...]
    """The checks that judge what a look establishes."""


def meant(kinds: Sequence[Kind], name: str) -> tuple[Kind, ...]:
    """The kinds of a name, one in each list that has it; Stop(USAGE) where none has."""
    found = tuple(kind for kind in kinds if kind.name == name)
    if found:
        return found
    close = get_close_matches(name, sorted({kind.name for kind in kinds}), 1)
    hint = say("did you mean {close}?", close=repr(close[0])) if close else say("`haechi kinds` lists them")
    raise Stop(Exit.USAGE, say("no kind is called {name}; {hint}", name=repr(line(name)), hint=hint))


def whole(catalogue: Catalogue, kind: Kind) -> Whole:
    """Everything about one kind."""
    base = ROLES[kind.role]
    technology = catalogue.technologies[base][kind.name]
    probe = catalogue.probe_of(technology)
    about = _SENTENCE.split(f"{kind.about} {kind.rest}")
    return Whole(
        kind,
        keys(technology_schema(kind.name, technology), _common(base)),
        tuple(sentence for sentence in about if _RIGHTS.search(sentence)),
        example(kind.role, kind.name),
        tuple(
            check.id
            for check in catalogue.checks.values()
            if check.facts is not None
            and probe is not None
            and issubclass(technology, check.subject)
            and issubclass(probe.facts, check.facts)
        ),
    )


def _common(base: type[Technology]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in base.model_fields.items())


def text(found: Sequence[Whole], speak: Translator) -> Iterator[str]:
    """For people, as wide as the terminal."""
    width = across(_WIDEST)
    for number, one in enumerate(found):
        yield from [""] if number else []
        yield from _told(one, speak, width)


def _told(one: Whole, speak: Translator, width: int) -> Iterator[str]:
    kind = one.kind
    yield f"{kind.name}  ({kind.role})"
    yield from folded(line(speak.text(kind.about)), width, first="  ", rest="  ")
    yield from folded(line(kind.rest), width, first="  ", rest="  ") if kind.rest else ()
    yield ""
    if one.example:
        where = say("It is written under {keys}. An example:", keys=" > ".join(f"`{key}:`" for key in WAYS[kind.role]))
        yield from folded(speak.message(where), width)
        yield from ("  " + written for written in one.example.splitlines())
        yield ""
    yield from folded(speak.text("Keys; what ends in * must be written:"), width)
    yield from _rows((key for key in one.keys if not key.common or _first(key, one.keys)), speak, width)
    yield ""
    yield from folded(speak.text("Keys that everything under {key} has:", key=f"`{WAYS[kind.role][-1]}:`"), width)
    yield from _rows((key for key in one.keys if key.common and not _first(key, one.keys)), speak, width)
    yield ""
    yield from _look(one, speak, width)


def _first(key: Key, among: Sequence[Key]) -> bool:
    return any(one.required and one.name == key.name.partition(".")[0] for one in among)


def _rows(shown: Iterator[Key], speak: Translator, width: int) -> Iterator[str]:
    blank = " " * (2 + min(_COLUMN, width // 3))
    for key in shown:
        name = "  " + key.name + ("*" if key.required else "")
        says = speak.message(key.shape)
        if key.default is not None:
            says += "; " + speak.text("default {value}", value=key.default)
        if key.says:
            says += f". {line(key.says)}" if not says.endswith(".") else f" {line(key.says)}"
        if cells(name) + 2 > len(blank):
            yield name
            name = ""
        yield from folded(says, width, first=padded(name, len(blank)), rest=blank)


def _look(one: Whole, speak: Translator, width: int) -> Iterator[str]:
    kind = one.kind
    if not kind.facts:
        yield from folded(speak.text("No look is taken at it: what is written here is all that is known."), width)
        return
    if kind.asks:
        yield from folded(speak.text("A look asks this, and nothing else (* is any text):"), width)
        for asked in kind.asks:
            yield from folded(line(asked), width, first="  ", rest="    ")
    else:
        yield from folded(speak.text("A look only reads: it runs no command and changes nothing."), width)
    yield ""
    yield from folded(speak.text("Rights"), width)
    yield from folded(
        speak.text(
            "A look is taken by the user who runs haechi, at addresses under `allow:` alone. That user must be able to "
            "read the files and the secrets that are named here, and to run the commands."
        ),
        width, first="  ", rest="  ",
    )  # fmt: skip
    for sentence in one.rights:
        yield from folded(line(sentence), width, first="  ", rest="  ")
    if kind.drill is not None:
        yield ""
        command = f"haechi kinds {kind.name} --format markdown"
        says = speak.text("It can be restored as a drill: `{command}` tells what that runs.", command=command)
        yield from folded(says, width)
    yield ""
    yield from folded(speak.text("Checks that judge it; `haechi explain CHECK` tells more:"), width)
    yield from folded(", ".join(one.checks) or "-", width, first="  ", rest="  ")


def document(found: Sequence[Whole], speak: Translator) -> Iterator[str]:
    """One JSON object."""
    rows = [
        {
            "kind": one.kind.name,
            "role": one.kind.role,
            "about": json_text(speak.text(one.kind.about)),
            "more": json_text(one.kind.rest),
            "under": list(WAYS[one.kind.role]),
            "keys": [
                {
                    "name": key.name,
                    "required": key.required,
                    "common": key.common,
                    "shape": json_text(speak.message(key.shape)),
                    "default": key.default,
                    "says": json_text(key.says),
                }
                for key in one.keys
            ],
            "facts": one.kind.facts or None,
            "asks": list(one.kind.asks),
            "drill": list(one.kind.drill) if one.kind.drill is not None else None,
            "rights": [json_text(sentence) for sentence in one.rights],
            "checks": list(one.checks),
            "example": one.example or None,
        }
        for one in found
    ]
    yield json.dumps({"schema": "haechi.kind/1", "kinds": rows}, indent=2)

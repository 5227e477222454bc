"""A folder of inventory files to one Estate, or to every problem in them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol, get_args, get_origin

from pydantic import ValidationError

from audit.inventory.across import across
from audit.inventory.collecting import collecting_later
from audit.inventory.files import SUFFIXES, gather
from audit.inventory.papers import Judged, papers
from audit.inventory.read import read
from audit.inventory.refs import Refs, spot_of
from audit.inventory.text import MOST_PROBLEMS
from audit.inventory.tree import Branch, Row
from audit.inventory.watches import watches
from audit.inventory.words import problems as in_words
from audit.model.drilling import Drills
from audit.model.estate import About, Estate, Sheet
from audit.model.item import Kinds, Reading, Technology
from audit.model.message import Message, say
from audit.model.place import Place, Problem
from audit.model.policy import LimitTable, PolicyChanges
from audit.model.watching import Watch

MOST_PRINTED: Final = 1_000
_ONCE: Final = ("estate", "policy", "watch", "drills")
"""What an estate has once, in whichever file."""
_LISTS: Final = MappingProxyType(
    {name: field.alias or name for name, field in Sheet.model_fields.items() if get_origin(field.annotation) is tuple}
)
"""Each list of a sheet to the key under which it is written."""


class Vocabulary(Kinds, Protocol):
    """What an inventory may name beside itself: technologies with the checks and their limits."""

    @property
    def technologies(self) -> Mapping[type[Technology], Mapping[str, type[Technology]]]:
        """Role to kind to class."""
        ...

    @property
    def limits(self) -> Mapping[str, LimitTable]:
        """Each check to its limits."""
        ...

    @property
    def judged(self) -> Judged:
        """Each check to what it judges."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read; `estate` is None exactly when there are problems."""

    estate: Estate | None
    problems: tuple[Problem, ...]
    """By file, line, column."""
    sources: Mapping[str, bytes]

    def lines(self) -> tuple[str, ...]:
        """What is said, in English."""
        return tuple(map(str, self.said()))

    def said(self) -> tuple[Message, ...]:
        """The problems as lines for people; not more than anybody reads, with a last line that says so."""
        told = [
            say("{place}: {says}; {hint}", place=one.place, says=one.says, hint=one.hint)
            for one in self.problems[:MOST_PRINTED]
        ]
        left = f"{len(self.problems) - MOST_PRINTED:,}"
        if len(self.problems) >= MOST_PROBLEMS:
            told.append(say("and at least {count} more; mend these first", count=left))
        elif len(self.problems) > MOST_PRINTED:
            told.append(say("and {count} more; mend these first", count=left))
        return tuple(told)


def load(path: Path, vocabulary: Vocabulary) -> Loaded:
    """Read a folder or one file. Stop where there is no such path."""
    sources, problems = gather(path)
    root = path.resolve()
    with collecting_later():
        return _loaded(sources, vocabulary, root, root if root.is_dir() else root.parent, problems)


def load_sources(sources: Mapping[str, bytes], vocabulary: Vocabulary, root: Path) -> Loaded:
    """Read texts from memory, as if they lay in `root`; where that names a file, its folder is the root."""
    with collecting_later():
        return _loaded(sources, vocabulary, root, _folder(root), ())


def load_stored(sources: Mapping[str, bytes], vocabulary: Vocabulary, root: Path) -> Loaded:
    """Read the texts of an earlier run again, which were whole by the demands of its day.

    Whether values fit together is not asked once more: those demands grow, and history must stay readable.
    """
    with collecting_later():
        return _loaded(sources, vocabulary, root, _folder(root), (), asked=False)


def _folder(root: Path) -> Path:
    return root.parent if root.suffix.lower() in SUFFIXES else root


def _loaded(
    sources: Mapping[str, bytes],
    vocabulary: Vocabulary,
    root: Path,
    folder: Path,
    unread: tuple[Problem, ...],
    *,
    asked: bool = True,
) -> Loaded:
    found = list(unread)
    trees: list[Branch] = []
    for name in sorted(sources):
        page = read(name, sources[name])
        found.extend(page.problems)
        if page.tree is not None:
            trees.append(page.tree)
    refs = Refs()
    refs.lenient = bool(unread) or len(trees) < len(sources)
    for tree in trees:
        refs.add_sheet(tree)
    found.extend(problem for key in _ONCE for problem in _repeated(trees, key))
    default = _default_id(root, refs)
    for tree in trees:
        about = tree.get("estate")
        if isinstance(about, Branch):
            refs.add_estate(about, str(about.setdefault("id", default) or default))
            break
    else:
        refs.add(default, "estate", _start(sources, root))
    refs.finish()
    found.extend(refs.problems)
    if asked:
        found.extend(islice(across(trees, refs, vocabulary.limits), MOST_PROBLEMS))
        found.extend(islice(watches(trees, refs), MOST_PROBLEMS))
        found.extend(islice(papers(trees, refs, vocabulary.judged), MOST_PROBLEMS))
    refs.items.clear()
    reading = Reading(refs, vocabulary)
    parts: dict[str, list[Any]] = {key: [] for key in Sheet.model_fields}
    # Taken out one by one: a tree is large and of no more use once its models are made.
    trees.reverse()
    while trees and len(found) < MOST_PROBLEMS:
        found.extend(_models(trees.pop(), reading, parts))
    if refs.wrong and not found:
        found.append(Problem(_start(sources, root), say("a reference leads nowhere"), say("mend the references")))
    if found:
        ordered = sorted(set(found), key=lambda one: (one.place.file, one.place.line, one.place.column, str(one.says)))
        return Loaded(None, tuple(ordered), sources)
    start = _start(sources, root)
    about = About.model_validate({"id": default, "@": Place(start.file, start.line, start.column, ref=default)})
    return Loaded(_merged(parts, about, folder, sources), (), sources)


def _start(sources: Mapping[str, bytes], root: Path) -> Place:
    """Where something stands that nobody wrote: at the top of the first file."""
    return Place(min(sources, default=root.name), 1, 1)


def _default_id(root: Path, refs: Refs) -> str:
    """An id for an estate that names none: that of its folder or file, as far as it is free."""
    name = re.sub(r"[^\w.\-]+", "-", unicodedata.normalize("NFC", _stem(root))).strip("-_.")[:56] or "estate"
    return name if name not in refs.kinds else f"{name}-estate"


def _stem(root: Path) -> str:
    return root.stem if root.suffix.lower() in SUFFIXES else root.name


def _repeated(trees: list[Branch], key: str) -> list[Problem]:
    """Each file after the first that writes a key which an estate has once."""
    places = [spot_of(tree, tree.spots[key]) for tree in trees if key in tree]
    return [
        Problem(
            place,
            say("{key} is written in two files", key=f"'{key}'"),
            say("keep one of them; the first is at {place}", place=places[0]),
        )
        for place in places[1:]
    ]


def _models(tree: Branch, reading: Reading, parts: dict[str, list[Any]]) -> Iterator[Problem]:
    """Add the models of one file to `parts`, one item at a time: what is wrong with one hides nothing of another."""
    lists = {key: tree.pop(written) for key, written in _LISTS.items() if isinstance(tree.get(written), Row)}
    try:
        rest = Sheet.model_validate(tree, context=reading)
    except ValidationError as error:
        yield from in_words(error, tree, Sheet, reading.kinds)
    else:
        for key in _ONCE:
            parts[key] += [getattr(rest, key)] if getattr(rest, key) is not None else []
    tree.update({_LISTS[key]: row for key, row in lists.items()})
    problems = 0
    for key, row in lists.items():
        model = get_args(Sheet.model_fields[key].annotation)[0]
        for number, item in enumerate(row):
            try:
                parts[key].append(model.model_validate(item, context=reading))
            except ValidationError as error:
                problems += error.error_count()
                yield from in_words(error, tree, Sheet, reading.kinds, inside=(_LISTS[key], number))
            if problems > MOST_PROBLEMS:
                return


def _merged(parts: Mapping[str, list[Any]], about: About, folder: Path, sources: Mapping[str, bytes]) -> Estate:
    lists: dict[str, Any] = {key: tuple(parts[key]) for key in _LISTS}
    about = next(iter(parts["estate"]), about)
    policy = next(iter(parts["policy"]), PolicyChanges())
    watch = next(iter(parts["watch"]), Watch())
    drills = next(iter(parts["drills"]), Drills())
    return Estate.model_construct(
        place=about.place,
        about=about,
        policy=policy,
        watch=watch,
        drills=drills,
        root=str(folder),
        sha256=fingerprint(sources),
        **lists,
    )


def fingerprint(sources: Mapping[str, bytes]) -> str:
    """The sha256 over the names and texts of all files."""
    whole = hashlib.sha256()
    for name in sorted(sources):
        for part in (name.encode(), sources[name]):
            # The length in front keeps two different folders from giving the same bytes.
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()

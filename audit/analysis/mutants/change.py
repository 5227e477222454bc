"""A change of one thing in an inventory or in what was seen of it, to the texts and looks that then stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from audit.inventory.read import read
from audit.inventory.tree import Branch
from audit.model.evidence import Observation
from audit.model.facts import Facts
from audit.model.message import Message
from audit.model.place import Place

Look = Callable[[Facts], Facts | None]
"""What a look would have seen instead; None for a look that was never taken."""


@dataclass(frozen=True, slots=True)
class Put:
    """Another value under the keys of the mapping at a place; None takes the key or the element out."""

    place: Place
    path: tuple[str | int, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """The mapping at a place, taken out of the list that holds it."""

    place: Place


Edit = Put | Drop


@dataclass(frozen=True, slots=True)
class Change:
    """One silent change."""

    subject: str
    """Full reference of what is changed."""
    says: Message
    edits: tuple[Edit, ...] = ()
    looks: Mapping[str, Look] = field(default_factory=lambda: MappingProxyType({}))
    """What a look would have seen instead, by its subject."""
    about: tuple[str, ...] = ()
    """References under which a rule may speak of it; the subject itself where none is named."""

    @property
    def judged(self) -> tuple[str, ...]:
        return self.about or (self.subject,)


class CannotChange(Exception):
    """The place of a change is not in the texts."""


def written(sources: Mapping[str, bytes], edits: Iterable[Edit]) -> Mapping[str, bytes]:
    """The texts after edits; a file that none of them touches keeps its bytes. CannotChange where one leads nowhere."""
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.place.file, []).append(edit)
    changed = dict(sources)
    for file, own in by_file.items():
        page = read(file, sources[file]) if file in sources else None
        if page is None or page.tree is None:
            raise CannotChange(file)
        for edit in own:
            _edit(page.tree, edit)
        changed[file] = _text(page.tree)
    return changed


def looked(seen: Mapping[str, Observation], looks: Mapping[str, Look]) -> Mapping[str, Observation]:
    """What was seen, after a change of it."""
    changed = dict(seen)
    for subject, look in looks.items():
        before = seen[subject]
        after = look(before.seen) if before.seen is not None else None
        if after is None:
            del changed[subject]
        else:
            changed[subject] = Observation(
                subject, before.probe, before.at, before.took, after, None, before.attempts, (), before.source
            )
    return changed


def _edit(tree: Branch, edit: Edit) -> None:
    spot = (edit.place.line, edit.place.column)
    found = False
    for holder, key, node in tuple(_mappings(tree)):
        place = node["@"]
        if (place.line, place.column) != spot:
            continue
        found = True
        if isinstance(edit, Put):
            _put(node, edit.path, edit.value)
        elif isinstance(holder, list):
            holder[:] = [one for one in holder if one is not node]
        elif holder is not None:
            del holder[key]
    if not found:
        raise CannotChange(str(edit.place))


def _mappings(tree: Branch) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Every mapping with what holds it."""
    waiting: list[tuple[Any, Any, Any]] = [(None, None, tree)]
    while waiting:
        holder, key, node = waiting.pop()
        if isinstance(node, dict):
            yield holder, key, node
            waiting.extend((node, name, one) for name, one in node.items() if name != "@")
        elif isinstance(node, list):
            waiting.extend((node, place, one) for place, one in enumerate(node))


def _put(node: Any, path: tuple[str | int, ...], value: Any) -> None:
    for step in path[:-1]:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError) as missing:
            raise CannotChange(str(step)) from missing
    last = path[-1]
    if value is not None:
        if isinstance(node, list) and isinstance(last, int) and last >= len(node):
            node.append(value)
        else:
            node[last] = value
    elif isinstance(node, dict):
        node.pop(str(last), None)
    else:
        del node[last]


_BARE: Final = str.maketrans({code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)})


def _text(tree: Branch) -> bytes:
    """JSON is YAML, and in quotes every text stays the text that it was."""
    return json.dumps(_plain(tree), ensure_ascii=False).translate(_BARE).encode()


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(one) for key, one in node.items() if key != "@" and one is not None}
    if isinstance(node, list):
        return [_plain(one) for one in node]
    return str(node) if not isinstance(node, str) else node

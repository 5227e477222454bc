"""The bytes of one YAML file to a tree of mappings, lists, texts, with every problem of its form."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from audit.inventory.text import MOST_PROBLEMS, Refused, decoded, explained
from audit.inventory.tree import Branch, Row, Spot, quoted
from audit.model.message import Message, say
from audit.model.place import Place, Problem

DEEPEST: Final = 64
MOST_ALIASES: Final = 100
MOST_NODES: Final = 2_000_000
MOST_KEYS: Final = 1_000
MOST_SIGNS: Final = 4_000

_IN_A_VALUE: Final = re.compile("[\x00\ud800-\udfff]")
_LOADER: Final[Any] = getattr(yaml, "CLoader", yaml.SafeLoader)
_WIDEST: Final = 64


@dataclass(frozen=True, slots=True)
class Page:
    """One file as it was read; `tree` is None where it could not be read to its end."""

    file: str
    tree: Branch | None
    problems: tuple[Problem, ...]


def read(file: str, data: bytes) -> Page:
    """The tree of one file; `file` is the name that problems carry."""
    builder = _Builder(file)
    try:
        text = decoded(data)
        tree = builder.build(text)
    except Refused as refused:
        spot, says, hint = refused.spot, refused.says, refused.hint
    except yaml.MarkedYAMLError as broken:
        spot, says, hint = explained(broken, text)
    except yaml.YAMLError:
        spot, says, hint = (1, 1), say("the text cannot be read as YAML"), say("write it as UTF-8 text")
    else:
        return Page(file, tree, tuple(builder.problems))
    return Page(file, None, (*builder.problems, Problem(Place(file, *spot), says, hint)))


def _deep(spot: Spot) -> Refused:
    return Refused(spot, say("more than {most} levels stand inside each other", most=DEEPEST), say("write it flatter"))


def _long(text: str) -> Message:
    return say("a text has {count} signs", count=f"{len(text):,}")


class _Builder:
    """Grows the tree from parser events without recursion: the depth of the text is the text's choice, not ours."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.nodes = 0
        self.aliases = 0
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open_anchors: list[str | None] = []
        self.borrowed: list[tuple[Any, str | int, Spot, int]] = []
        """Where an alias stands, in the order of the text, with the depth of what holds it."""

    def complain(self, spot: Spot, says: Message, hint: Message) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            raise Refused(spot, say("too much is wrong in this file to read on"), say("mend what is said before"))
        self.problems.append(Problem(Place(self.file, *spot), says, hint))

    def build(self, text: str) -> Branch:
        loader = _LOADER(text)
        try:
            root, spot = self._grow(loader.get_event)
        finally:
            loader.dispose()
        self._expand()
        if isinstance(root, Branch):
            return root
        if root is not None:
            self.complain(spot, say("the file holds no keys"), say("start it with a key such as 'institutions:'"))
        empty = Branch()
        empty.spots = {}
        empty["@"] = Place(self.file, 1, 1)
        return empty

    def _grow(self, get_event: Any) -> tuple[Any, Spot]:
        stack: list[tuple[Any, str | None, Spot, dict[str, Spot], Spot, int]] = []
        root: Any = None
        root_spot: Spot = (1, 1)
        documents = 0
        node: Any = None
        key: str | None = None
        """The key that waits for its value; empty for a key that was refused, whose value is read for nothing."""
        key_spot = root_spot
        start = root_spot
        values: dict[str, Spot] = {}
        before = 0
        line = 1
        value: Any
        while True:
            event = get_event()
            kind = event.__class__
            mark = event.start_mark
            if mark.line + 1 != line:
                # One number for all spots of a line: there are millions of spots in a large estate.
                line = mark.line + 1
            spot = (line, mark.column + 1)
            if kind is ScalarEvent:
                self.nodes += 1
                value = event.value
                if event.tag is not None:
                    self._tag(event.tag, spot)
                if node.__class__ is Branch and key is None:
                    if event.anchor is not None:
                        self._refuse_key_anchor(spot)
                    key, key_spot = self._key(value, node, spot), spot
                    continue
                if event.implicit[0] and (value == "" or value == "~"):
                    value = None
                elif _IN_A_VALUE.search(value):
                    self.complain(
                        spot, say("the text holds a sign that no text may hold"), say("take the escaped sign out")
                    )
                elif len(value) > MOST_SIGNS:
                    self.complain(spot, _long(value), say("expected at most {most}", most=f"{MOST_SIGNS:,}"))
                    value = value[:MOST_SIGNS]
                if event.anchor is not None:
                    self.anchors[event.anchor] = (value, 1)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self.nodes += 1
                if event.tag is not None:
                    self._tag(event.tag, spot)
                if len(stack) >= DEEPEST:
                    raise _deep(spot)
                if node.__class__ is Branch and key is None:
                    raise Refused(
                        spot, say("a list or mapping stands as a key"), say("a key is one word followed by ':'")
                    )
                stack.append((node, key, key_spot, values, start, before))
                self.open_anchors.append(event.anchor)
                node = Branch() if kind is MappingStartEvent else Row()
                node.spots = {} if kind is MappingStartEvent else []
                key, values, start, before = None, {}, spot, self.nodes
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value, spot = node, start
                if kind is MappingEndEvent:
                    value["@"] = Place(self.file, start[0], start[1], values)
                inside = self.nodes - before + 1
                node, key, key_spot, values, start, before = stack.pop()
                anchor = self.open_anchors.pop()
                if anchor is not None:
                    self.anchors[anchor] = (value, inside)
            elif kind is AliasEvent:
                if node.__class__ is Branch and key is None:
                    self.complain(spot, say("an alias stands as a key"), say("write the key out"))
                    key = ""
                    continue
                value = self._alias(event.anchor, spot)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise Refused(
                        spot, say("a second document starts here"), say("one file holds one document: take '---' out")
                    )
                if event.tags:
                    self.complain(
                        spot, say("a tag is declared here"), say("tags have no meaning here: take the line out")
                    )
                continue
            elif kind is StreamEndEvent:
                return root, root_spot
            else:
                continue
            if self.nodes > MOST_NODES:
                says = say("the file has more than {most} parts", most=f"{MOST_NODES:,}")
                raise Refused(spot, says, say("split it into several files"))
            if node is None:
                root, root_spot = value, spot
            elif node.__class__ is Row:
                if kind is AliasEvent:
                    self.borrowed.append((node, len(node), spot, len(stack)))
                node.append(value)
                node.spots.append(spot)
            else:
                if key:
                    if kind is AliasEvent:
                        self.borrowed.append((node, key, spot, len(stack)))
                    node[key] = value
                    node.spots[key] = key_spot
                    values[key] = spot
                key = None

    def _key(self, written: str, node: Branch, spot: Spot) -> str:
        """The key, or the empty text for one that cannot stand: its value is then left out."""
        if not written:
            self.complain(spot, say("a key is empty"), say("write the name of the key before the ':'"))
        elif written == "<<":
            self.complain(spot, say("merge keys ('<<') are not read"), say("write the merged keys out"))
        elif written == "@":
            self.complain(spot, say("unknown key {key}", key="'@'"), say("take it out"))
        elif written in node.spots:
            first = node.spots[written][0]
            says = say("{key} is written twice", key=quoted(written))
            self.complain(spot, says, say("keep one of them; the first is on line {line}", line=first))
        elif len(node.spots) >= MOST_KEYS:
            says = say("a mapping has more than {most} keys", most=f"{MOST_KEYS:,}")
            raise Refused(spot, says, say("take out what does not belong here"))
        else:
            return sys.intern(written) if len(written) <= _WIDEST else written
        return ""

    def _refuse_key_anchor(self, spot: Spot) -> None:
        self.complain(spot, say("an anchor stands before a key"), say("put it before the value"))

    def _tag(self, tag: str, spot: Spot) -> None:
        hint = say("tags have no meaning here: take it out")
        self.complain(spot, say("the tag {tag} stands here", tag=quoted(tag)), hint)

    def _alias(self, anchor: str, spot: Spot) -> Any:
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            says = say("the file has more than {most} aliases", most=MOST_ALIASES)
            raise Refused(spot, says, say("write the values out"))
        if anchor in self.open_anchors:
            says = say("the alias {alias} stands inside what it names", alias=quoted(anchor))
            raise Refused(spot, says, say("write the value out"))
        if anchor not in self.anchors:
            says = say("nothing before this alias is called {alias}", alias=quoted(anchor))
            raise Refused(spot, says, say("write '&' with that name first"))
        value, nodes = self.anchors[anchor]
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            says = say("aliases grow the file to more than {most} parts", most=f"{MOST_NODES:,}")
            raise Refused(spot, says, say("write the values out"))
        return value

    def _expand(self) -> None:
        """Each alias gets a value of its own, because an item's full reference depends on where it is used.

        Only now that all is counted: a bomb of aliases is refused before anything is copied.
        """
        for holder, key, spot, depth in self.borrowed:
            copy = self._copied(holder[key], spot, depth)
            if isinstance(copy, Branch):
                copy["@"] = Place(self.file, *spot, copy["@"].keys)
            holder[key] = copy

    def _copied(self, value: Any, spot: Spot, depth: int) -> Any:
        if not isinstance(value, (Branch, Row)):
            return value
        if depth >= DEEPEST:
            raise _deep(spot)
        if isinstance(value, Row):
            row = Row(self._copied(one, spot, depth + 1) for one in value)
            row.spots = value.spots
            return row
        branch = Branch((key, self._copied(one, spot, depth + 1)) for key, one in value.items())
        branch.spots = value.spots
        return branch

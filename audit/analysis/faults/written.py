"""The bytes of an XML document to its elements, each with the line and column at which it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser

from audit.analysis.faults.tree import BadTree

DEEPEST: Final = 2_000
MOST: Final = 5_000_000
"""Elements, some 2 GB."""


@dataclass(slots=True)
class Written:
    """One element."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    column: int
    inside: list[Written] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, tag: str) -> Iterator[Written]:
        """Every element with a tag in it, at any depth, in the order of the document."""
        stack = [self]
        while stack:
            found = stack.pop()
            if found.tag == tag:
                yield found
            stack.extend(reversed(found.inside))

    def bad(self, why: str) -> BadTree:
        """What is wrong here."""
        return BadTree(f"line {self.line}, column {self.column}: {why}")


def parsed(text: bytes) -> Written:
    """The outermost element. BadTree, with the place, of what is no XML, is too deep, or would multiply text."""
    target = _Target()
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    target.parser = parser.parser
    try:
        parser.feed(text)
        parser.close()
    except ParseError as broken:
        line, column = broken.position
        why = str(broken).partition(": line")[0]
        raise BadTree(f"line {line}, column {column + 1}: it is no XML that can be read: {why}") from broken
    except DefusedXmlException as broken:
        what = "it defines an entity" if isinstance(broken, EntitiesForbidden) else type(broken).__name__
        raise BadTree(f"{target.place()}: it is no XML that can be read: {what}") from broken
    except (ValueError, LookupError) as broken:
        raise BadTree(f"{target.place()}: it is no XML that can be read: {broken}") from broken
    if target.outermost is None:
        raise BadTree("it is no XML that can be read")
    return target.outermost


class _Target:
    """What the parser tells, as elements."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.outermost: Written | None = None
        self._open: list[Written] = []
        self._count = 0

    def place(self) -> str:
        return f"line {self.parser.CurrentLineNumber}, column {self.parser.CurrentColumnNumber + 1}"

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        found = Written(tag, attributes, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
        self._count += 1
        if len(self._open) >= DEEPEST:
            raise found.bad(f"elements inside each other more than {DEEPEST} deep")
        if self._count > MOST:
            raise found.bad(f"more than {MOST} elements")
        if self._open:
            self._open[-1].inside.append(found)
        else:
            self.outermost = found
        self._open.append(found)

    def end(self, tag: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        """Text means nothing in this format but inside labels."""

    def close(self) -> None:
        """The document ends."""

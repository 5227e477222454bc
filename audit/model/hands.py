"""A subject to those who answer for it themselves, so that their own word about it can be told from another's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from audit.model.estate import Person, Supplier
from audit.model.item import Item, Name
from audit.model.subject import Subject

_WILD: Final = frozenset("*?")
_APART: Final = re.compile(r"[\s<>(),;]+")


@dataclass(frozen=True, slots=True)
class Hands:
    """Names and addresses of people or firms."""

    names: tuple[str, ...] = ()

    def meant(self, told: Iterable[str]) -> str:
        """The first of them that is among what somebody is called; empty where none is.

        A name counts inside a longer text (`Kim Minji (CIO)`), and where a pattern such as `*@kibo.example` covers it.
        """
        called = [_folded(text) for text in told]
        return next((name for name in self.names if any(_means(text, _folded(name)) for text in called)), "")


def own_word(subject: Subject[Item]) -> Hands:
    """Whoever owns the subject or its system, is accountable for its institution, or operates its site."""
    return Hands(tuple(dict.fromkeys(_names(subject))))


def _names(subject: Subject[Item]) -> Iterator[str]:
    institution, system, site = subject.institution, subject.within, subject.site_around
    yield from _person(getattr(subject.item, "owner", None))
    if system is not None:
        yield from _person(system.owner)
    if institution is not None:
        yield from _person(institution.accountable)
    if isinstance(subject.item, Supplier):
        yield from _firm(subject.item)
    if site is not None and site.operator is not None:
        operator = subject.estate.index.get(site.operator)
        yield from _firm(operator) if isinstance(operator, Supplier) else (site.operator,)


def _person(one: object) -> Iterator[str]:
    if isinstance(one, Person):
        yield one.name
        if one.email is not None:
            yield one.email
    elif isinstance(one, str):
        yield one


def _firm(supplier: Supplier) -> Iterator[str]:
    yield supplier.ref
    if isinstance(supplier.name, Name):
        yield supplier.name.en
        yield supplier.name.ko


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _means(text: str, name: str) -> bool:
    """Whether a text names somebody, or may: a pattern is for everybody whom it covers."""
    parts = [part for part in _APART.split(text) if part]
    if any(part == name or (not _WILD.isdisjoint(part) and fnmatchcase(name, part)) for part in (text, *parts)):
        return True
    # Words alone: what stands between them does not make another person. An address is no such words.
    words = _spaced(name)
    return bool(words) and "@" not in name and f" {words} " in f" {_spaced(text)} "


def _spaced(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).split())

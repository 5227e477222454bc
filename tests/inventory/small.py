"""YAML text in, what the loader makes of it with a vocabulary of two technologies and two checks out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from audit.catalogue import Catalogue
from audit.inventory.load import Loaded, load_sources
from audit.model.estate import Data, Estate
from audit.model.item import Item, SecretRef, Technology, Text
from audit.model.policy import LimitTable
from audit.model.technology import Copy, Endpoint, Failover, Monitor, PowerProtection


class Web(Endpoint, kind="http"):
    """A page."""

    url: Text
    password: SecretRef | None = None
    """What opens it."""


class Restic(Copy, kind="restic"):
    """A repository."""

    repository: Text
    tags: tuple[Text, ...] = ()
    rounds: int | tuple[int, ...] = 1


class Words:
    """The vocabulary."""

    @property
    def technologies(self) -> Mapping[type[Technology], Mapping[str, type[Technology]]]:
        return {Endpoint: {"http": Web}, Copy: {"restic": Restic}, Failover: {}, PowerProtection: {}, Monitor: {}}

    @property
    def limits(self) -> Mapping[str, LimitTable]:
        return {"backup.age": {"factor": ("1", "1", "2", "-"), "skew": ("5m", "5m", "1h", "1h")}, "backup.offsite": {}}

    @property
    def judged(self) -> Mapping[str, type[Item]]:
        return {"backup.age": Item, "backup.offsite": Data}

    def pick(self, role: type[Technology], kind: str) -> type[Technology]:
        none: Mapping[str, type[Technology]] = MappingProxyType({})
        return Catalogue(none, none, MappingProxyType(dict(self.technologies))).pick(role, kind)  # type: ignore[arg-type]


WORDS = Words()
ROOT = Path("somewhere/estate")


def loaded(text: str | bytes, **more: str) -> Loaded:
    """What the loader makes of `a.yaml`, with more files by their stem."""
    whole = {"a.yaml": text.encode() if isinstance(text, str) else text}
    return load_sources(whole | {f"{name}.yaml": other.encode() for name, other in more.items()}, WORDS, ROOT)


def estate(text: str, **more: str) -> Estate:
    """The estate of texts in which nothing is wrong."""
    found = loaded(text, **more)
    assert found.estate is not None, found.lines()
    return found.estate


def said(text: str | bytes, **more: str) -> tuple[str, ...]:
    """Every problem as a line."""
    return loaded(text, **more).lines()

"""The reference of something that can be lost to its name for people, a room with the site around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from audit.model.estate import Estate
from audit.model.message import Message
from reports.translate import Translator


def called(ref: str, estate: Estate, speak: Translator) -> str:
    """Its name; a fire compartment has none, and is told by its site."""
    site, mark, compartment = ref.partition("#")
    if mark:
        return f"{estate.named(site, speak.language)} #{compartment}"
    name = estate.named(ref, speak.language)
    around = ref.partition("/")[0]
    if name == ref or around == ref or all(one.ref != around for one in estate.sites):
        return name
    return f"{estate.named(around, speak.language)} {name}"


def apart(refs: Iterable[str], estate: Estate, speak: Translator) -> Mapping[str, str]:
    """Each reference to its name; where several of them have the same one, with the institution or site around it."""
    names = {ref: estate.named(ref, speak.language) for ref in refs}
    often = Counter(names.values())
    return {ref: name if often[name] == 1 else _within(ref, name, estate, speak) for ref, name in names.items()}


def _within(ref: str, name: str, estate: Estate, speak: Translator) -> str:
    around = ref.partition("/")[0]
    return f"{name} ({estate.named(around, speak.language)})" if around not in (ref, name) else name


def told(says: Message, estate: Estate, speak: Translator) -> str:
    """A sentence about references, with names in their place."""
    values = {
        name: ", ".join(called(ref, estate, speak) for ref in value.split(", ")) for name, value in says.values.items()
    }
    return speak.message(says.filled(**values))

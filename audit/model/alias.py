"""The suppliers of an estate to which of them are one, whatever they are called in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from audit.model.estate import Estate, Supplier

_FORMS: Final = re.compile(
    r"\((?:주|유|재|사|株|有)\)|주식회사|유한회사|유한책임회사|재단법인|사단법인|株式会社|有限会社"
    r"|(?:^|(?<=[\s,.]))(?:co|company|ltd|limited|inc|incorporated|corp|corporation|llc|plc|gmbh|ag|kk|sa|bv|pte)(?=$|[\s,.])"
)
_SIGNS: Final = re.compile(r"[\W_]+")


def plain_name(name: str) -> str:
    """A name without case, width, blanks, signs, legal form: `(주)Example Networks Co., Ltd.` is `examplenetworks`."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return _SIGNS.sub("", _FORMS.sub(" ", text)) or _SIGNS.sub("", text) or text.strip()


def _names(supplier: Supplier) -> Iterator[str]:
    yield plain_name(supplier.id)
    if supplier.name is not None:
        yield from {plain_name(supplier.name.text(language)) for language in ("en", "ko")}


def same_suppliers(estate: Estate) -> Mapping[str, str]:
    """Each supplier that is another one under a second name to the first of them in the inventory.

    Two are one where they have a name in common, or where an alias of one is the name of the other.
    """
    first: dict[str, str] = {}
    root: dict[str, str] = {}

    def meant(ref: str) -> str:
        while root.get(ref, ref) != ref:
            ref = root[ref]
        return ref

    def join(one: str, other: str) -> None:
        one, other = meant(one), meant(other)
        if one != other:
            early, late = sorted((one, other), key=place.__getitem__)
            root[late] = early

    place = {supplier.ref: number for number, supplier in enumerate(estate.suppliers)}
    for supplier in estate.suppliers:
        for name in _names(supplier):
            join(supplier.ref, first.setdefault(name, supplier.ref))
    for supplier in estate.suppliers:
        for alias in map(plain_name, supplier.aliases):
            if alias in first:
                join(supplier.ref, first[alias])
    return MappingProxyType({ref: meant(ref) for ref in root})


def shared_aliases(estate: Estate) -> Mapping[str, tuple[str, ...]]:
    """Aliases that several suppliers claim which are not known to be one, with those: whom it means is not said."""
    same = same_suppliers(estate)
    claimed: dict[str, dict[str, None]] = {}
    for supplier in estate.suppliers:
        for alias in supplier.aliases:
            claimed.setdefault(plain_name(alias), {})[same.get(supplier.ref, supplier.ref)] = None
    return MappingProxyType({alias: tuple(refs) for alias, refs in claimed.items() if len(refs) > 1})

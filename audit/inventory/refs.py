"""The trees of all files to the index of every id, which finds the full reference that a shortened one means."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, get_origin

from audit.inventory.near import near
from audit.inventory.nouns import one_of, word
from audit.inventory.text import MOST_PROBLEMS
from audit.inventory.tree import Branch, Spot, branches, elements, place_of, quoted
from audit.model.estate import About, Data, Institution, Programme, Sheet, System
from audit.model.facility import Site
from audit.model.item import Item
from audit.model.message import say
from audit.model.place import Place, Problem
from audit.model.unfit import Unfit
from audit.model.watching import Watch

_INSIDE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "sheet": (
            ("sites", "site"),
            ("suppliers", "supplier"),
            ("institutions", "institution"),
            ("programmes", "programme"),
            ("contributors", "contributor"),
            ("evidence", "evidence"),
            ("calendar", "season"),
            ("maintenance", "maintenance"),
            ("permits", "permit"),
            ("hazards", "hazard"),
            ("measures", "measure"),
            ("budget", "budget"),
            ("earlier-findings", "earlier finding"),
        ),
        "estate": (("lists", "list"),),
        "site": (
            ("rooms", "room"),
            ("batteries", "battery"),
            ("power-protection", "power-protection"),
            ("monitoring", "monitor"),
            ("generators", "generator"),
            ("cooling", "cooling"),
            ("carriers", "carrier"),
            ("equipment", "equipment"),
        ),
        "institution": (("systems", "system"), ("roles", "role")),
        "programme": (("intake", "rail"), ("payout", "rail")),
        "system": (("endpoints", "endpoint"), ("failover", "failover"), ("data", "data")),
        "data": (("copies", "copy"),),
    }
)
"""Where items with an id are written: the kind around them to key and kind."""
_MODELS: Final[Mapping[str, type[Item]]] = MappingProxyType(
    {
        "sheet": Sheet,
        "watch": Watch,
        "estate": About,
        "site": Site,
        "institution": Institution,
        "system": System,
        "data": Data,
        "programme": Programme,
    }
)
LISTS: Final[Mapping[type[Item], tuple[str, ...]]] = MappingProxyType(
    {
        model: tuple(
            field.alias or "" for field in model.model_fields.values() if get_origin(field.annotation) is tuple
        )
        for model in _MODELS.values()
    }
)
"""The keys under which a model takes a list: nothing written there is an empty list."""
_APART: Final = MappingProxyType(
    {
        "evidence": "evidence:",
        "season": "calendar:",
        "maintenance": "maintenance:",
        "measure": "measures:",
        "budget": "budget:",
        "earlier finding": "earlier-findings:",
        "list": "lists:",
    }
)
"""Nothing is ever referred to by these: a sign that no id holds keeps them from clashing with what is."""
_MOST_COMPARED: Final = 200_000


class Refs:
    """Every full reference with its kind; a Resolver for the models.

    It is filled while the trees are walked and only read afterwards. `lenient` lets unknown references pass: a file
    that could not be read may hold them, and one problem must not look like many.
    """

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self.items: dict[str, Branch] = {}
        self.problems: list[Problem] = []
        self.lenient = False
        self._by_tail: dict[str, list[str]] = {}
        self._found: dict[tuple[str, str, tuple[str, ...]], str | Unfit] = {}
        self.wrong = 0
        self._compared = 0

    def add_sheet(self, tree: Branch) -> None:
        """Give every item of one file its full reference, in its Place and here."""
        self._walk(tree, "sheet", "")
        watch = tree.get("watch")
        if isinstance(watch, Branch):
            self._walk(watch, "watch", "")

    def add_estate(self, about: Branch, ref: str) -> None:
        """The description of the estate itself."""
        self.add(_composed(ref), "estate", place_of(about).of("id"))
        self._settle(about, "estate", _composed(ref))
        self._walk(about, "estate", "")

    def add(self, ref: str, kind: str, place: Place) -> None:
        """One name; a problem where it is taken."""
        if ref in self.kinds:
            if kind == "power" and self.kinds[ref] == "power":
                return
            other, first = self.kinds[ref], self.places[ref]
            if other == kind:
                says = say("{ref} is there twice, first at {place}", ref=quoted(ref), place=first)
            else:
                says = say("{ref} is also {other}, at {place}", ref=quoted(ref), other=word(other), place=first)
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(Problem(place, says, say("give one of them another id")))
            return
        self.kinds[ref] = kind
        self.places[ref] = place
        if kind not in _APART:
            for suffix in _suffixes(ref):
                self._by_tail.setdefault(suffix, []).append(ref)

    def finish(self) -> None:
        """Everything is added: what is below one reference now lies side by side."""
        for refs in self._by_tail.values():
            refs.sort()

    def _walk(self, node: Branch, kind: str, ref: str) -> None:
        for key in LISTS[_MODELS[kind]] if kind in _MODELS else ():
            if key in node and node[key] is None:
                del node[key]
        for key, inner_kind in _INSIDE.get(kind, ()):
            for item in branches(node, key):
                inner = self._name(item, inner_kind, ref)
                self._settle(item, inner_kind, inner)
                self._walk(item, inner_kind, inner)
        if kind == "site":
            place = place_of(node)
            for feed, spot in elements(node, "power"):
                if isinstance(feed, str):
                    self.add(_composed(feed), "power", Place(place.file, *spot, ref=ref))

    def _name(self, item: Branch, kind: str, around: str) -> str:
        """The full reference of an item; that of the item around it where it has no usable id."""
        written = item.get("id")
        if not isinstance(written, str) or not written or "/" in written:
            return around
        name = _composed(written)
        ref = _APART.get(kind, "") + (f"{around}/{name}" if around else name)
        place = place_of(item)
        self.add(ref, kind, place.of("id"))
        self.items.setdefault(ref, item)
        return ref

    def _settle(self, item: Branch, kind: str, ref: str) -> None:
        """Put the reference into the places of an item with all mappings in it that are no items themselves."""
        walked = {key for key, _ in _INSIDE.get(kind, ())}
        queue: list[object] = [value for key, value in item.items() if key not in walked]
        place = place_of(item)
        item["@"] = Place(place.file, place.line, place.column, place.keys, ref)
        while queue:
            one = queue.pop()
            if isinstance(one, Branch):
                place = place_of(one)
                one["@"] = Place(place.file, place.line, place.column, place.keys, ref)
                queue.extend(one.values())
            elif isinstance(one, list):
                queue.extend(one)

    def resolve(self, written: str, scope: str, wanted: tuple[str, ...]) -> str:
        """The full reference of what is meant, seen from `scope`; Unfit with what would be right."""
        found = self.meant(written, scope, wanted)
        if isinstance(found, str):
            return found
        self.wrong += 1
        if self.wrong > MOST_PROBLEMS:
            return written
        raise Unfit(found.says, found.hint)

    def meant(self, written: str, scope: str, wanted: tuple[str, ...]) -> str | Unfit:
        """The full reference of what is meant, or what is wrong with it."""
        known = (scope, written, wanted)
        found = self._found.get(known)
        if found is None:
            found = self._found[known] = self._resolved(_composed(written), scope, wanted)
        return found

    def _resolved(self, written: str, scope: str, wanted: tuple[str, ...]) -> str | Unfit:
        exact = written if self.kinds.get(written) in wanted else ""
        if scope:
            near = f"{scope}/{written}"
            inside = [near] if self.kinds.get(near) in wanted else self._matches(written, f"{scope}/", wanted)
            if inside:
                return self._sole(written, inside if not exact or exact in inside else [*inside[:2], exact])
            # One step out at a time, each remembered: many may ask the same of one large institution.
            return self.meant(written, scope.rpartition("/")[0], wanted)
        if exact:
            return exact
        anywhere = self._matches(written, "", wanted)
        if anywhere:
            return self._sole(written, anywhere)
        return written if self.lenient else self._nothing(written, wanted)

    def _sole(self, written: str, refs: list[str]) -> str | Unfit:
        if len(refs) == 1:
            return refs[0]
        listed = ", ".join(quoted(ref) for ref in refs[:3])
        more = len(refs) > 3
        hint = say("write one of {refs} or another", refs=listed) if more else say("write one of {refs}", refs=listed)
        return Unfit(say("{written} may mean several things", written=quoted(written)), hint)

    def _matches(self, written: str, start: str, wanted: tuple[str, ...]) -> list[str]:
        """Up to four references below `start` that end with what is written and are of a wanted kind."""
        refs = self._by_tail.get(written, [])
        found: list[str] = []
        for index in range(bisect_left(refs, start), len(refs)):
            if not refs[index].startswith(start) or len(found) > 3:
                break
            if self.kinds[refs[index]] in wanted:
                found.append(refs[index])
        return found

    def _nothing(self, written: str, wanted: tuple[str, ...]) -> Unfit:
        if len(wanted) < 5:
            expected = one_of(wanted)
        elif "copy" in wanted:
            expected = say("something of this inventory, such as a system, room or copy")
        else:
            expected = say("something of this inventory, such as a system, room or supplier")
        other = self.kinds.get(written) or next((self.kinds[ref] for ref in self._by_tail.get(written, [])[:1]), "")
        if other:
            says = say("{written} is {other}", written=quoted(written), other=word(other))
            return Unfit(says, say("expected {right}", right=expected))
        close = self._close(written, wanted)
        if close:
            hint = say("did you mean {close}?", close=quoted(close))
        else:
            hint = say("expected the id of {right}", right=expected)
        return Unfit(say("nothing is called {written}", written=quoted(written)), hint)

    def _close(self, written: str, wanted: tuple[str, ...]) -> str:
        """The reference that looks most like it; nothing once comparing has cost enough."""
        names = {ref: ref for ref in self._of(wanted)}
        if self._compared + len(names) > _MOST_COMPARED:
            return ""
        self._compared += len(names)
        if "/" not in written:
            names = {ref.rpartition("/")[2]: ref for ref in names}
        return names.get(near(written, names), "")

    def _of(self, wanted: tuple[str, ...]) -> Iterator[str]:
        return (ref for ref, kind in self.kinds.items() if kind in wanted)


def spot_of(node: Branch, spot: Spot) -> Place:
    """A spot inside a mapping's file, with the mapping's reference."""
    place = place_of(node)
    return Place(place.file, *spot, ref=place.ref)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _suffixes(ref: str) -> Iterator[str]:
    """Every shortened form of a reference: its last part, its last two parts, and so on, without all of them."""
    parts = ref.split("/")
    for start in range(1, len(parts)):
        yield "/".join(parts[start:])

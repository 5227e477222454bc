"""An estate with what other lists hold to what is missing in it, what it says otherwise, what nobody saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from audit.model.estate import Estate, Institution, System
from audit.model.facility import Room, Site
from audit.model.hostname import address_key, host_key, word_key
from audit.model.item import Item, Technology
from audit.model.listed import Entry, ListState
from audit.model.place import Place

_WHERE = ("host", "server", "url", "urls", "name", "names", "address", "addresses", "servers", "endpoint")
"""Fields of a technology that may hold a host."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a list holds and the inventory does not."""

    where: str
    """`file:line`."""
    name: str
    addresses: tuple[str, ...]
    shares: str = ""
    """What is declared at its address under another name."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something that a list and the inventory tell differently."""

    ref: str
    what: str
    """`address`, `place`, `owner` or `institution`."""
    declared: str
    observed: str
    where: str
    at: Place


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The inventory held against the lists."""

    entries: int
    """Different things that the lists hold."""
    missing: tuple[Missing, ...]
    contradicted: tuple[Contradiction, ...]
    unseen: tuple[str, ...]
    """Systems that no list holds."""


@dataclass(slots=True)
class Declared:
    """What is known under which name or address; filled from the estate, then from what the lists tell of its own."""

    estate: Estate
    names: dict[str, set[str]] = field(default_factory=dict)
    """Host names to references."""
    addresses: dict[str, set[str]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    """References, ids, names for people to references."""
    fixed: dict[str, set[str]] = field(default_factory=dict)
    """Host names to the addresses that the inventory itself writes beside them."""
    places: dict[str, set[str]] = field(default_factory=dict)
    lowest: dict[str, str] = field(default_factory=dict)
    """Addresses to the first of what is there, once it was asked for."""
    systems: dict[str, tuple[Institution, System]] = field(default_factory=dict)

    @classmethod
    def of(cls, estate: Estate) -> Declared:
        """Everything that an estate names."""
        found = cls(estate)
        for institution, system in estate.systems():
            found.systems[system.ref] = (institution, system)
            found._word(system, system.ref, system.id, *_names(system))
            for host in system.hosts:
                found.host(host, system.ref)
            copies = (copy for data in system.data for copy in data.copies)
            for technology in (*system.endpoints, *system.failover, *copies):
                found._technology(technology, system.ref)
        devices: tuple[Technology, ...]
        for site in estate.sites:
            devices = (*site.power_protection, *site.monitoring)
            rooms: tuple[Site | Room, ...] = (site, *site.rooms)
            for place in rooms:
                for word in (place.ref, place.id, *_names(place)):
                    found.places.setdefault(word_key(word), set()).add(place.ref)
            for device in devices:
                found._word(device, device.ref, device.id)
                found._technology(device, device.ref)
            for machine in (*site.machines, *site.batteries):
                found._word(machine, machine.ref, machine.id, *_names(machine))
        return found

    def host(self, written: str, ref: str) -> None:
        """One more name or address of something declared."""
        key = host_key(written)
        if key:
            (self.addresses if address_key(key) else self.names).setdefault(key, set()).add(ref)

    def _word(self, item: Item, *words: str) -> None:
        for word in words:
            self.words.setdefault(word_key(word), set()).add(item.ref)

    def _technology(self, technology: Technology, ref: str) -> None:
        hosts = dict.fromkeys(_hosts(technology))
        addresses = {host for host in hosts if address_key(host)}
        for host in hosts:
            self.host(host, ref)
            # A name server is asked about a name: it is not the address of that name.
            if host not in addresses and addresses and getattr(technology, "address", None):
                self.fixed.setdefault(host, set()).update(addresses)

    def learn(self, states: Iterable[ListState]) -> None:
        """Names and addresses of a declared system that a list names, addresses of a declared name in a zone."""
        for state in states:
            for entry in state.entries:
                ref = self.named(entry)
                if ref:
                    for host in (entry.name, *entry.addresses):
                        self.host(host, ref)
                elif state.form == "dns-zone":
                    for ref in self.names.get(host_key(entry.name), ()):
                        for address in entry.addresses:
                            self.addresses.setdefault(address, set()).add(ref)

    def first(self, address: str) -> str:
        """The first of those at a declared address, in the order of their names."""
        if address not in self.lowest:
            self.lowest[address] = min(self.addresses[address])
        return self.lowest[address]

    def named(self, entry: Entry) -> str:
        """The one system that a row says it belongs to; empty where it says none, or one that is not declared."""
        found = self.words.get(word_key(entry.system), set()) if entry.system else set()
        refs = [ref for ref in found if ref in self.systems and self._of(entry, ref)]
        return refs[0] if len(refs) == 1 else ""

    def _of(self, entry: Entry, ref: str) -> bool:
        if not entry.institution:
            return True
        return word_key(entry.institution) in _institution(self.systems[ref][0])

    def refs(self, entry: Entry, form: str) -> set[str]:
        """What an entry is; nothing where the inventory does not have it."""
        named = self.named(entry)
        if named:
            return {named}
        if entry.system:
            return set()
        key = host_key(entry.name)
        found = self.names.get(key, set()) | self.names.get(host_key(entry.alias) if entry.alias else "", set())
        if not found and form != "dns-zone":
            found = self.words.get(word_key(entry.name), set()) if entry.name else set()
            found = {ref for ref in found if ref not in self.systems or self._of(entry, ref)}
        if not found and form != "dns-zone":
            # In a zone many names may share one address, each a service of its own.
            # Thousands may share an address: their set is handed on as it is, not copied for each row.
            there = [self.addresses[address] for address in entry.addresses if address in self.addresses]
            found = there[0] if len(there) == 1 else set[str]().union(*there)
        return found


def reconciled(estate: Estate, lists: Sequence[ListState], declared: Declared | None = None) -> Reconciled:
    """The inventory held against lists of names; what a firewall saw is left out."""
    known = declared if declared is not None else Declared.of(estate)
    known.learn(lists)
    missing: dict[str, Missing] = {}
    things: set[str] = set()
    against: dict[tuple[str, ...], Contradiction] = {}
    seen: set[str] = set()
    for state in lists:
        for entry in state.entries:
            key = host_key(entry.name) or word_key(entry.system) or " ".join(entry.addresses)
            things.add(key)
            refs = known.refs(entry, state.form)
            where = f"{state.file}:{entry.line}"
            if not refs:
                missing.setdefault(key, _missing(entry, where, known))
                continue
            if len(refs) == 1:
                seen |= refs
                for one in _contradictions(entry, next(iter(refs)), where, known):
                    against.setdefault((one.ref, one.what, one.observed), one)
    unseen = tuple(ref for ref in known.systems if ref not in seen)
    return Reconciled(len(things), tuple(missing.values()), tuple(against.values()), unseen)


def _missing(entry: Entry, where: str, known: Declared) -> Missing:
    shares = next((known.first(address) for address in entry.addresses if address in known.addresses), "")
    return Missing(where, entry.name or entry.system, entry.addresses, shares)


def _contradictions(entry: Entry, ref: str, where: str, known: Declared) -> Iterator[Contradiction]:
    fixed = known.fixed.get(host_key(entry.name), set()) if entry.name else set()
    item: Any = known.estate.index[ref]
    if fixed and entry.addresses and fixed.isdisjoint(entry.addresses):
        yield Contradiction(ref, "address", ", ".join(sorted(fixed)), ", ".join(entry.addresses), where, item.place)
    if ref not in known.systems:
        return
    institution, system = known.systems[ref]
    if entry.location and system.at and not _stands(entry.location, system, known):
        yield Contradiction(ref, "place", ", ".join(system.at), entry.location, where, system.place)
    owner = system.owner
    if entry.owner and owner is not None:
        words = {word_key(text) for text in (owner.name, getattr(owner, "email", None)) if text}
        if word_key(entry.owner) not in words:
            yield Contradiction(ref, "owner", owner.name, entry.owner, where, system.place)
    if entry.institution and word_key(entry.institution) not in _institution(institution):
        yield Contradiction(ref, "institution", institution.ref, entry.institution, where, system.place)


def _stands(written: str, system: System, known: Declared) -> bool:
    """Whether a place by any of its names is one of the system's, around it or inside it."""
    final = _final(system, known.systems)
    return any(
        one == place or one.startswith(place + "/") or place.startswith(one + "/")
        for place in known.places.get(word_key(written), ())
        for one in final
    )


def _final(system: System, systems: Mapping[str, tuple[Institution, System]]) -> set[str]:
    found: set[str] = set()
    queue, done = list(system.at), set[str]()
    while queue:
        at = queue.pop()
        if at in systems and at not in done:
            done.add(at)
            queue += systems[at][1].at
        else:
            found.add(at)
    return found


def _institution(institution: Institution) -> set[str]:
    return {word_key(word) for word in (institution.ref, institution.id, *_names(institution))}


def _names(item: Any) -> tuple[str, ...]:
    name = getattr(item, "name", None)
    if name is None:
        return ()
    return (name,) if isinstance(name, str) else (name.en, name.ko)


def _hosts(technology: Technology) -> Iterator[str]:
    """The hosts that a technology names, in the form in which they are compared."""
    for key in _WHERE:
        value = getattr(technology, key, None)
        values = value if isinstance(value, tuple) else (value,)
        for one in values:
            text = getattr(one, "name", None) if isinstance(one, Item) else one
            if isinstance(text, str) and (host := _host(text)):
                yield host


def _host(text: str) -> str:
    if "://" in text:
        try:
            text = urlsplit(text).hostname or ""
        except ValueError:
            return ""
    key = host_key(text)
    return key if "." in key or ":" in key else ""

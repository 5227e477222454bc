"""Evidence and waivers become the problems of those that lie on something which their check never judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from audit.inventory.nouns import any_of, word
from audit.inventory.refs import Refs
from audit.inventory.tree import Branch, branches, place_of, quoted
from audit.model.equipment import Carrier, Cooling, Equipment, Generator
from audit.model.estate import Contributor, Data, Estate, Institution, Programme, Supplier, System
from audit.model.facility import Battery, Room, Site
from audit.model.item import NODES, Item, Technology
from audit.model.message import say
from audit.model.permit import Permit
from audit.model.place import Problem
from audit.model.technology import Copy, Endpoint, Failover, Monitor, PowerProtection

Judged = Mapping[str, type[Item]]
"""Each check to what it judges."""
_MODELS: Final[Mapping[str, type[Item]]] = MappingProxyType(
    {
        "estate": Estate,
        "site": Site,
        "room": Room,
        "battery": Battery,
        "power-protection": PowerProtection,
        "monitor": Monitor,
        "generator": Generator,
        "cooling": Cooling,
        "carrier": Carrier,
        "equipment": Equipment,
        "permit": Permit,
        "supplier": Supplier,
        "institution": Institution,
        "system": System,
        "endpoint": Endpoint,
        "failover": Failover,
        "data": Data,
        "copy": Copy,
        "programme": Programme,
        "contributor": Contributor,
    }
)
_ANYTHING: Final = (*NODES, "endpoint", "copy", "failover", "permit", "estate")
_INSIDE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "estate": tuple(_MODELS),
        "site": (
            "room",
            "battery",
            "power-protection",
            "monitor",
            "generator",
            "cooling",
            "carrier",
            "equipment",
        ),
        "institution": ("system", "endpoint", "failover", "data", "copy"),
        "system": ("endpoint", "failover", "data", "copy"),
        "data": ("copy",),
    }
)
"""Each kind to the kinds that stand below it, which a waiver covers too."""


def papers(trees: Sequence[Branch], refs: Refs, judged: Judged) -> Iterator[Problem]:
    """Each paper that would lie unread, while its finding would go on saying that there is none."""
    for tree in trees:
        for evidence in branches(tree, "evidence"):
            yield from _unread(evidence, refs, judged, {})
        for waiver in branches(tree, "waivers"):
            yield from _unread(waiver, refs, judged, _INSIDE)


def _unread(paper: Branch, refs: Refs, judged: Judged, covered: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    check, on = paper.get("check"), paper.get("on")
    subject = judged.get(check) if isinstance(check, str) else None
    found = refs.meant(on, place_of(paper).ref, _ANYTHING) if isinstance(on, str) else ""
    kind = refs.kinds.get(found) if isinstance(found, str) else None
    if subject is None or kind is None or not isinstance(found, str):
        return
    wanted = [one for one, model in _MODELS.items() if _judges(subject, model)]
    if any(one in wanted for one in (kind, *covered.get(kind, ()))):
        return
    around = found
    while "/" in around and refs.kinds.get(around) not in wanted:
        around = around.rpartition("/")[0]
    inside = refs.kinds.get(around) in wanted
    hint = say("did you mean {close}?", close=quoted(around)) if inside else say("name {right}", right=any_of(wanted))
    says = say("{check} is never asked about {kind} such as {ref}", check=check, kind=word(kind), ref=quoted(found))
    yield Problem(place_of(paper).of("on"), says, hint)


def _judges(subject: type[Item], model: type[Item]) -> bool:
    """Whether a check judges things of a model; one that judges a single technology judges some of them."""
    return issubclass(model, subject) or (issubclass(subject, model) and issubclass(subject, Technology))

"""The needs of all nodes with those of a few to the single nodes whose loss alone leaves each of the few unmet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from audit.model.needs import Need, members
from audit.model.numbered import Net
from audit.model.turns import losses_in_turn

Needs = Mapping[str, tuple[Need, ...]]


def lost_alone(weave: Callable[[Needs], Net], needs: Needs, wanted: Needs) -> Mapping[str, frozenset[str]]:
    """Each name of `wanted` to the nodes of which one alone leaves what it wants unmet.

    Only what `needs` or `wanted` names is lost: no fire compartment, unless it is named. What has several names is told
    by its first. For this one question a node with the wants stands beside the node with the needs of that name.
    """
    # No reference of an inventory begins so.
    beside = {f"@{name}": own for name, own in wanted.items()}
    together = {**needs, **beside}
    net = weave(together)
    asking = {net.number[f"@{name}"]: name for name in wanted}
    named = dict.fromkeys(ref for own in together.values() for need in own for ref in members(need))
    hits = dict.fromkeys(net.number[name] for name in (*needs, *named) if name in net.number)
    found: dict[str, set[str]] = {name: set() for name in wanted}
    for hit, down in losses_in_turn(net, hits):
        for node in asking.keys() & down if len(down) > 1 else ():
            found[asking[node]].add(net.names[hit])
    return {name: frozenset(points) for name, points in found.items()}

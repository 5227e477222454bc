"""One loss, layer by layer, to a map from left to right of what takes what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Layered
from reports.pictures.drawing import SMALL, WIDE, Box, Drawing, Shape, curve, label
from reports.pictures.figure import Figure
from reports.pictures.naming import apart
from reports.translate import Translator

COLUMNS: Final = 5
A_COLUMN: Final = 20
MOST: Final = 60
_ROW: Final = 27.0
_HIGH: Final = 20.0
_GAP: Final = 26.0
_TOP: Final = 24.0
Node = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node with where it stands."""

    node: Node
    name: str
    x: float
    y: float


def spread(found: Layered | None, estate: Estate, speak: Translator) -> Figure | None:
    """How the worst loss goes on from thing to thing; None where nothing is taken."""
    if found is None or not any(found.layers):
        return None
    layers = _shown(found)
    total = len(found.hit) + sum(map(len, found.layers)) + found.more
    more = total - sum(map(len, layers))
    names = ", ".join(estate.named(ref, speak.language) for ref in found.hit[:3])
    title = speak.text("How the worst loss spreads: {what}", what=names)
    perhaps = sum(not surely for layer in layers for _, _, surely in layer)
    tells = speak.text(
        "{count} things fall one after the other, {perhaps} of those shown only perhaps",
        count=total - len(found.hit),
        perhaps=perhaps,
    )
    height = _TOP + max(map(len, layers)) * _ROW + 4
    return Figure(
        id="spread",
        title=title,
        lead=speak.text(
            "From left to right: what is lost first, then what leans on it, step by step. A line leads to each from "
            "what took it. A dashed frame with ? means that it may be saved by a way that nobody has proven."
        ),
        wide=(Drawing(WIDE, height, title, tells, (*_shapes(layers, estate, speak),)),),
        heads=(speak.text("What falls"), speak.text("Step"), speak.text("Taken by"), speak.text("Whether")),
        rows=tuple(_rows(layers, estate, speak)),
        legend=(("node", speak.text("falls for certain")), ("node maybe", "? " + speak.text("falls perhaps"))),
        notes=(speak.text("What falls and is not shown here: {count}.", count=f"{more:,}"),) if more > 0 else (),
        names=4,
    )


def _shown(found: Layered) -> list[list[Node]]:
    """What a page bears: few columns, few in each; who is taken by the same stands together."""
    layers: list[list[Node]] = [[(ref, "", True) for ref in found.hit[:A_COLUMN]]]
    left = MOST - len(layers[0])
    for layer in found.layers[: COLUMNS - 1]:
        order = {ref: at for at, (ref, _, _) in enumerate(layers[-1])}
        known = {ref: place for column in layers for place, (ref, _, _) in enumerate(column)}
        some = sorted(layer[:A_COLUMN], key=lambda node: (order.get(node[1], known.get(node[1], len(known))), node[0]))
        if some[:left]:
            layers.append(some[:left])
        left -= len(layers[-1])
    return layers


def _rows(layers: Sequence[Sequence[Node]], estate: Estate, speak: Translator) -> Iterator[tuple[str, ...]]:
    names = apart((ref for layer in layers for node in layer for ref in node[:2] if ref), estate, speak)
    for step, layer in enumerate(layers):
        for ref, by, surely in layer:
            taken = names[by] if by else "–"
            certain = speak.text("for certain") if surely else speak.text("perhaps")
            yield names[ref], str(step), taken, certain


def _shapes(layers: Sequence[Sequence[Node]], estate: Estate, speak: Translator) -> Iterator[Shape]:
    wide = (WIDE - _GAP * (len(layers) - 1)) / len(layers)
    tallest = max(map(len, layers))
    placed: dict[str, _Placed] = {}
    names = apart((node[0] for layer in layers for node in layer), estate, speak)
    for step, layer in enumerate(layers):
        x, top = step * (wide + _GAP), _TOP + (tallest - len(layer)) * _ROW / 2
        head = speak.text("lost") if step == 0 else speak.text("step {number}", number=step)
        yield label(x, 12, head, wide, "quiet", size=SMALL)
        for at, node in enumerate(layer):
            placed.setdefault(node[0], _Placed(node, names[node[0]], x, top + at * _ROW))
    yield from _lines(placed, wide)
    for one in placed.values():
        yield from _node(one, wide, "hit" if not one.node[1] and one.x == 0 else "")


def _lines(placed: Mapping[str, _Placed], wide: float) -> Iterator[Shape]:
    for one in placed.values():
        source = placed.get(one.node[1])
        if source is not None and source.x < one.x:
            look = "through" if one.node[2] else "through maybe"
            yield curve(source.x + wide, source.y + _HIGH / 2, one.x, one.y + _HIGH / 2, look)


def _node(one: _Placed, wide: float, look: str) -> Iterator[Shape]:
    ref, _, surely = one.node
    says = one.name if one.name == ref else f"{one.name} ({ref})"
    sign = "" if surely else "? "
    yield Box(
        one.x + 0.5, one.y + 0.5, wide - 1, _HIGH - 1, f"node {look or ('' if surely else 'maybe')}".strip(), says
    )
    yield label(one.x + 6, one.y + 14, sign + one.name, wide - 12, "on-hit" if look else "", size=SMALL)

"""The file of a fault tree to its cut sets as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from audit.analysis.faults.answer import Answer, answer
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.tree import BadTree, Tree
from audit.model.clean import json_text, line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from reports.translate import Translator

SCHEMA: Final = "haechi.cutsets/1"
_LARGEST: Final = 100_000_000


def read_tree(path: Path, order: int, top: int) -> tuple[Tree, Answer]:
    """A tree with everything that is known of it; Stop(USAGE) where it cannot be read, INVALID where it is bad."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as broken:
        says = say("cannot read {path}: {why}", path=line(str(path)), why=broken.strerror or type(broken).__name__)
        raise Stop(Exit.USAGE, says) from broken
    if len(text) > _LARGEST:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=line(str(path)), why="> 100 MB"))
    try:
        tree = read(text)
        return tree, answer(tree, order, top)
    except BadTree as bad:
        says = say("{path} is no fault tree: {why}", path=line(str(path)), why=line(str(bad)))
        raise Stop(Exit.INVALID, says) from bad


def as_json(tree: Tree, found: Answer) -> Iterator[str]:
    """One document."""
    probability: Any = None
    if found.least is not None:
        probability = found.least if found.exact else {"least": found.least, "most": found.most}
    document = {
        "schema": SCHEMA,
        "top": json_text(tree.top),
        "events": found.events,
        "gates": found.gates,
        "coherent": bool(found.orders),
        "order": {"asked": found.asked or "all", "reached": found.order},
        "total": found.total,
        "orders": {str(size): count for size, count in enumerate(found.orders) if size or count},
        "probability": probability,
        "sets": [
            {"events": [json_text(name) for name in one.events], "probability": one.probability} for one in found.sets
        ],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def as_text(tree: Tree, found: Answer, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    yield speak.text(
        "{top}: {events} basic events, {gates} gates", top=line(tree.top), events=found.events, gates=found.gates
    )
    if not found.orders:
        yield speak.text("the tree negates, so that failures may mend each other: no cut sets")
    elif found.order < found.asked:
        yield speak.text(
            "there are too many sets of {asked} failures; these are all of at most {order}",
            asked=found.asked, order=found.order,
        )  # fmt: skip
    for size, count in enumerate(found.orders):
        if size or count:
            yield speak.text("  sets of {size}: {count}", size=size, count=f"{count:,}")
    if not found.asked and found.orders:
        total = f"{found.total:,}" if found.total is not None else speak.text("too many to count")
        yield speak.text("  sets of any size: {count}", count=total)
    if found.least is None:
        yield speak.text("probability: not every event has one")
    elif found.exact:
        yield speak.text("probability: {exact}", exact=f"{found.least:.6g}")
    else:
        yield speak.text(
            "probability: {least} at least, {most} at most", least=f"{found.least:.3g}", most=f"{found.most:.3g}"
        )
    for number, one in enumerate(found.sets, 1):
        likely = f"{one.probability:.3g}" if one.probability is not None else "-"
        yield f"{number:>5}  {likely:>10}  {' + '.join(map(line, one.events))}"

"""The files of a stored run in, the inventory under the policy that it was judged by out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from audit.catalogue import Catalogue
from audit.inventory.load import Loaded, load_sources, load_stored
from audit.model.clean import line
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.item import Item
from audit.model.message import say
from audit.model.place import Place
from audit.model.policy import Placed, PolicyChanges

POLICY: Final = "@policy/"
"""Before the name of a policy file that a run was judged by, among the files of its inventory."""


def whole(loaded: Loaded) -> Estate:
    """The estate; Stop(INVALID) with every problem where there are any."""
    if loaded.estate is None:
        raise Stop(Exit.INVALID, *loaded.said())
    return loaded.estate


def stored_estate(sources: Mapping[str, bytes], catalogue: Catalogue, name: str) -> Estate:
    """The inventory of a stored run; `name` is the estate's id, which an inventory need not write down itself."""
    own = {written: text for written, text in sources.items() if not written.startswith(POLICY)}
    estate = whole(load_stored(own, catalogue, Path(name)))
    for written, text in sources.items():
        if written.startswith(POLICY):
            over = whole(load_sources({written.removeprefix(POLICY): text}, catalogue, Path(name))).policy
            if not over.grades and not over.checks:
                file = line(written.removeprefix(POLICY))
                says = say("{file} changes nothing; write what it should change under `policy:`", file=file)
                raise Stop(Exit.INVALID, says)
            estate = estate.model_copy(update={"policy": _over(estate.policy, over)})
    return estate


def _over(below: PolicyChanges, above: PolicyChanges) -> PolicyChanges:
    """Two sets of changes as one; where both name a value, the upper one holds."""
    grades = dict(below.grades)
    for grade, target in above.grades.items():
        grades[grade] = grades[grade].model_copy(update=_set(target)) if grade in grades else target
    checks = dict(below.checks)
    for check, change in above.checks.items():
        old = checks.get(check)
        if old is not None:
            limits = dict(old.limits)
            for name, values in change.limits.items():
                limits[name] = {**limits.get(name, {}), **values}
            change = old.model_copy(update={**_set(change), "limits": limits})
        checks[check] = change
    return PolicyChanges(
        grades=Placed(grades, {**_spots(below.grades), **_spots(above.grades)}),
        checks=Placed(checks, {**_spots(below.checks), **_spots(above.checks)}),
    )


def _spots(table: Mapping[str, Any]) -> Mapping[str, Place]:
    return table.where if isinstance(table, Placed) else {}


def _set(item: Item) -> dict[str, Any]:
    """The values that somebody wrote."""
    return {name: value for name in item.model_fields_set - {"place"} if (value := getattr(item, name)) is not None}

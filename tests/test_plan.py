"""Small inventories with selections, against the pairs and looks that they must lead to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit.contract import Looks, Subject, World, check, probe, ruling
from audit.model.backup import BackupState
from audit.model.estate import Data, Institution, System
from audit.model.evidence import Claim, Ruling, Selection
from audit.model.exit import Exit, Stop
from audit.model.facts import ServiceState
from audit.model.item import Item
from audit.model.plan import DOCUMENT
from audit.model.technology import Copy, Endpoint
from tests.small import catalogue, planned


class Bell(Endpoint, kind="bell"):
    """Something that is rung."""

    house: str = "one"

    @property
    def host(self) -> str:
        return self.house


class Shelf(Copy, kind="shelf"):
    """A copy that nothing looks at."""


@probe(deadline=3)
async def ring(bell: Bell, world: World) -> ServiceState:
    raise NotImplementedError


def good(subject: Item) -> Ruling:
    return ruling(True, measured=1, required=1)


@check("sound.rings", control="AVL-01", method="A", severity="high")
def rings(bell: Subject[Endpoint], seen: ServiceState) -> Ruling:
    """It rings.

    Why: w.
    Fix: f.
    """
    return good(bell.item)


@check("sound.age", control="BKP-04", method="F", severity="high")
def age(copy: Subject[Copy], seen: BackupState) -> Ruling:
    """It is new.

    Why: w.
    Fix: f.
    """
    return good(copy.item)


@check("order.owner", control="OPS-13", method="F", severity="low", least="declared")
def owner(system: Subject[System]) -> Ruling:
    """Somebody owns it.

    Why: w.
    Fix: f.
    """
    return good(system.item)


@check("order.together", control="OPS-13", method="G", severity="low", least="declared")
def together(system: Subject[System], looks: Looks) -> Ruling:
    """All of it rings.

    Why: w.
    Fix: f.
    """
    return good(system.item)


@check("order.signed", control="OPS-13", method="H", severity="low", least="attested")
def signed(institution: Subject[Institution], claim: Claim) -> Ruling:
    """Somebody signed.

    Why: w.
    Fix: f.
    """
    return good(institution.item)


@check("order.data", control="BKP-01", method="F", severity="low", least="declared")
def data(one: Subject[Data]) -> Ruling:
    """It is kept.

    Why: w.
    Fix: f.
    """
    return good(one.item)


CHECKS = (rings, age, owner, together, signed, data)
KNOWN = catalogue(checks=CHECKS, probes=[ring])
TEXT = """
estate: {id: all}
institutions:
  - id: kibo
    systems:
      - id: slow
        grade: 3
        endpoints: [{id: a, kind: bell}, {id: b, kind: bell}, {id: c, kind: bell, timeout: 10s}]
      - id: fast
        grade: 1
        endpoints: [{id: a, kind: bell}, {id: b, kind: bell}, {id: c, kind: bell, house: two}]
        data: [{id: ledger}]
  - id: semas
    systems:
      - {id: shop, grade: 2, endpoints: [{id: web, kind: bell, house: three}]}
evidence:
  - {id: letter, check: order.signed, on: kibo, file: letter.pdf, collected: 2026-01-01, expires: 2027-01-01}
  - {id: word, check: order.signed, on: semas, says: we do, by: us, collected: 2026-01-01, expires: 2027-01-01}
"""


def test_a_whole_plan() -> None:
    plan = planned(TEXT, KNOWN)
    assert plan.pairs.count(("sound.rings", "kibo/fast/a")) == 1
    assert len(plan.pairs) == len(set(plan.pairs)) == 7 + 3 + 3 + 2 + 1
    assert plan.outside == ()
    assert {task.subject for task in plan.tasks} == {
        *(f"kibo/{system}/{bell}" for system in ("slow", "fast") for bell in "abc"),
        "semas/shop/web",
        "evidence:letter",
    }


def test_no_technology_no_pair() -> None:
    """A rule over facts that no probe establishes does not apply; nothing promises to look there."""
    known = catalogue(checks=CHECKS, probes=[])
    assert not any(check.startswith("sound.") for check, _ in planned("estate: {id: all}", known).pairs)
    assert not any(check == "sound.age" for check, _ in planned(TEXT, KNOWN).pairs)


def test_the_worst_grade_comes_first_spread_over_the_hosts() -> None:
    order = [task.subject for task in planned(TEXT, KNOWN).tasks if task.probe != DOCUMENT]
    assert order == [
        "kibo/fast/a",
        "kibo/fast/c",
        "kibo/fast/b",
        "semas/shop/web",
        "kibo/slow/a",
        "kibo/slow/b",
        "kibo/slow/c",
    ]


def test_deadlines() -> None:
    deadlines = {task.subject: task.deadline for task in planned(TEXT, KNOWN).tasks}
    assert deadlines["kibo/slow/a"] == timedelta(seconds=17)  # three times its timeout of 5 s, with 2 s
    assert deadlines["kibo/slow/c"] == timedelta(seconds=32)
    assert deadlines["evidence:letter"] == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("selection", "pairs", "tasks"),
    [
        (Selection(checks=("sound.rings",)), 7, 7),
        (Selection(checks=("order.owner",)), 3, 0),
        (Selection(areas=("order",)), 9, 8),
        (Selection(subjects=("kibo/fast",)), 6, 3),
        (Selection(subjects=("fast",)), 6, 3),
        (Selection(subjects=("all",)), 16, 8),
        (Selection(subjects=("kibo/fast/a", "web")), 2, 2),
        (Selection(institutions=("semas",)), 4, 1),
        (Selection(institutions=("kibo",), checks=("order.signed",)), 1, 1),
        (Selection(checks=("order.together",), subjects=("shop",)), 1, 1),
    ],
    ids=str,
)
def test_selections(selection: Selection, pairs: int, tasks: int) -> None:
    whole = planned(TEXT, KNOWN)
    plan = planned(TEXT, KNOWN, selection)
    assert len(plan.pairs) == pairs
    assert len(plan.tasks) == tasks
    assert {*plan.pairs, *plan.outside} == set(whole.pairs)
    assert not set(plan.pairs) & set(plan.outside)


@pytest.mark.parametrize(
    ("selection", "line"),
    [
        (Selection(checks=("sound.ring",)), "unknown check 'sound.ring'; did you mean 'sound.rings'?"),
        (Selection(areas=("sonud",)), "unknown area 'sonud'; did you mean 'sound'?"),
        (Selection(institutions=("kibbo",)), "unknown institution 'kibbo'; did you mean 'kibo'?"),
        (Selection(subjects=("kibo/fats",)), "unknown subject 'kibo/fats'; did you mean 'kibo/fast'?"),
        (Selection(subjects=("shpo",)), "unknown subject 'shpo'; did you mean 'semas/shop'?"),
        (Selection(subjects=("a",)), "subject 'a' is ambiguous; it may be 'kibo/slow/a' or 'kibo/fast/a'"),
        (Selection(areas=("zzz",)), "unknown area 'zzz'; known are order, sound"),
        (
            Selection(checks=("sound.rings",), subjects=("ledger",)),
            "no check applies to this selection; `haechi plan` without it shows what there is",
        ),
    ],
    ids=str,
)
def test_names_that_mean_nothing(selection: Selection, line: str) -> None:
    with pytest.raises(Stop) as stop:
        planned(TEXT, KNOWN, selection)
    assert stop.value.code is Exit.USAGE
    assert list(stop.value.lines) == [line]


def test_an_empty_estate_has_an_empty_plan() -> None:
    plan = planned("estate: {id: empty}", KNOWN)
    assert (plan.pairs, plan.tasks, plan.outside) == ((), (), ())
    assert list(plan.subjects) == ["empty"]

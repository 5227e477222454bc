"""An estate with papers and drills in, what of them ends soon out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from audit.catalogue import discover
from audit.model.drilling import RestoreState
from audit.model.message import say
from audit.model.verdict import NotApplicable
from audit.schedule.expiring import Expiring, expiring
from tests import small

AT = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = """
sites: [{id: north}]
institutions:
  - id: kibo
    systems:
      - id: kept
        grade: 2
        data:
          - id: rows
            copies:
              - {id: night, kind: files, at: north, path: x, drill: {consent: Kim, until: 2026-12-01}}
              - {id: day, kind: files, at: north, path: y, drill: {consent: Kim, until: 2029-12-01}}
      - {id: first, grade: 1, failover: [{id: hot, kind: declared, to: north, mode: hot, tested: 2026-06-01}]}
      - {id: last, grade: 4, failover: [{id: cold, kind: declared, to: north, mode: cold, tested: 2020-06-01}]}
evidence:
  - {id: drill, check: operations.drill, on: kibo/first, says: s, by: b, collected: 2026-01-01, expires: 2026-11-25}
  - {id: long, check: operations.drill, on: kibo/last, says: s, by: b, collected: 2026-01-01, expires: 2027-11-25}
waivers:
  - {check: failover.drill, on: hot, reason: r, requested-by: a, approved-by: b, expires: 2026-11-01}
"""


def age(grade: int) -> timedelta:
    if grade == 4:
        raise NotApplicable(say("grade 4"))
    return timedelta(days=183)


def ends(ahead: timedelta) -> list[Expiring]:
    return list(expiring(small.estate(TEXT, discover()), AT, ahead, age))


def test_what_ends_within_a_month() -> None:
    found = ends(timedelta(days=30))
    assert [(one.what, one.subject, one.name) for one in found] == [
        ("waiver", "kibo/first/hot", "failover.drill"),
        ("evidence", "kibo/first", "drill"),
        ("drill", "kibo/first", "hot"),
        ("drill-consent", "kibo/kept/rows/night", "Kim"),
    ]
    # The last day counts to its end, by the clocks of the estate.
    assert found[1].ends.isoformat() == "2026-11-25T23:59:59.999999+09:00"


def test_only_what_is_past() -> None:
    assert [one.what for one in ends(timedelta(0))] == ["waiver"]


def test_of_the_restore_drills_of_a_copy_the_newest_that_proved_something_counts() -> None:
    def drill(id: str, days: int, copy: str = "night", trouble: str = "") -> RestoreState:  # noqa: A002
        return RestoreState(
            id=id, copy_ref=f"kibo/kept/rows/{copy}", point="", point_start=None, started=AT, ended=AT,
            expires=AT + timedelta(days=days), parts=(), bytes=0, files=None, share=1.0, integrity=3, checks=(),
            trouble=trouble,
        )  # fmt: skip

    made = (drill("old", 1), drill("new", 20), drill("failed", 40, trouble="x"), drill("far", 400, "day"),
            drill("gone", 1, "deleted"))  # fmt: skip
    found = expiring(small.estate(TEXT, discover()), AT, timedelta(days=30), age, made)
    assert [(one.subject, one.name) for one in found if one.what == "restore-drill"] == [
        ("kibo/kept/rows/night", "new")
    ]

"""An estate with papers and drills in, what of them ends soon out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from audit.catalogue import discover
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
    ]
    # The last day counts to its end, by the clocks of the estate.
    assert found[1].ends.isoformat() == "2026-11-25T23:59:59.999999+09:00"


def test_only_what_is_past() -> None:
    assert [one.what for one in ends(timedelta(0))] == ["waiver"]

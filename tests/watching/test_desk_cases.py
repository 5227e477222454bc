"""Rarer turns of what is wrong with a small estate become as few letters as they deserve."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.watching.post import Office
from tests.watching.test_desk import ALONE, LOGIN, estate

pytestmark = pytest.mark.anyio

PLACE = """
estate: {id: small, timezone: Asia/Seoul, allow: [127.0.0.0/8]}
watch: {alerts: [{id: mail, kind: apprise, secret: {env: MAIL}, repeat: 24h}]}
sites: [{id: north}, {id: south}]
institutions:
  - id: agency
    systems:
      - {id: wide, grade: 2, endpoints: [{id: web, kind: tcp, host: 127.0.0.1, port: 9}]}  # wide
""" + "".join(
    f"      - {{id: s{number}, grade: 2, at: [north],"
    f" endpoints: [{{id: web, kind: tcp, host: 127.0.0.1, port: {number + 1}}}]}}\n"
    for number in range(6)
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_trouble_of_a_watch_that_ended_ends_with_it() -> None:
    office = Office(estate())
    office.happens("prober-trouble", why="no route")
    assert len(await office.after(60)) == 1
    office.happens("started")
    office = office.restarted(estate())
    assert await office.after(60) == ["the watch itself is well again"]


async def test_trouble_of_the_watch_reaches_somebody_even_where_nobody_asked_for_it() -> None:
    office = Office(estate("{id: mail, kind: apprise, secret: {env: MAIL}, on: [alone]}"))
    office.happens("prober-trouble", why="no route")
    assert len(await office.after(60)) == 1


async def test_what_follows_its_cause_out_of_maintenance_gets_time_to_come_back() -> None:
    office = Office(estate())
    start, end = office.now, office.now + timedelta(minutes=10)
    values = {"id": "patch", "on": "agency/login", "start": start.isoformat(), "end": end.isoformat()}
    office.happens("maintenance-declared", "agency/login", **values)
    for subject in (LOGIN, "agency/s1/web", "agency/s2/web"):
        office.happens("down", subject)
    assert await office.after(300) == []
    office.happens("up", LOGIN)
    assert await office.after(90) == []
    office.happens("up", "agency/s1/web")
    assert await office.after(600) == ["agency/s2 (web) is down"]


async def test_a_clock_that_is_set_back_holds_nothing_up() -> None:
    office = Office(estate())
    office.happens("down", ALONE)
    await office.after(10)
    office.now -= timedelta(hours=1)
    assert await office.after(60) == ["agency/alone (web) is down"]


async def test_one_that_is_back_of_a_place_that_fell_is_no_storm() -> None:
    office = Office(PLACE)
    for number in range(6):
        office.happens("down", f"agency/s{number}/web")
    assert await office.after(60) == ["everything at north is down: 6 services"]
    for number in range(3):
        office.happens("up", f"agency/s{number}/web")
        assert await office.after(120) == []
    office.happens("up", "agency/s3/web")
    assert await office.after(60) == []
    titles = await office.after(600)
    assert titles == ["agency/s4 (web) is down (and 1 more)"]
    office.happens("up", "agency/s4/web")
    office.happens("up", "agency/s5/web")
    assert await office.after(60) == ["agency/s4 (web) is up again (and 1 more)"]


async def test_answers_in_part_because_of_a_place_belong_to_it() -> None:
    office = Office(PLACE.replace("]}  # wide", "], at: [north, south]}"))
    for number in range(6):
        office.happens("down", f"agency/s{number}/web")
    office.happens("partial", "agency/wide/web")
    await office.desk.step(office.now + timedelta(seconds=60))
    ((_, letter),) = office.post.letters
    assert letter.title == "everything at north is down: 7 services"


async def test_a_path_that_is_disturbed() -> None:
    office = Office(estate())
    office.happens("partial", ALONE, path=True, vantages=["busan"])
    assert await office.after(60) == ["agency/alone (web) is seen down from busan only"]


async def test_an_inventory_without_the_subject() -> None:
    office = Office(estate(dependants=2))
    office.happens("down", "agency/s1/web")
    assert len(await office.after(60)) == 1
    office.desk.use(Office(estate(dependants=1)).estate)
    assert await office.after(60) == ["agency/s1/web is no longer watched"]

"""What happens to the watched of a small estate becomes letters: one for each cause, when it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.watching.post import Office

DEPENDANTS = 20
CHANNEL = "{id: mail, kind: apprise, secret: {env: MAIL}, repeat: 4h}"


def estate(channels: str = CHANNEL, dependants: int = DEPENDANTS) -> str:
    systems = "".join(
        f"""
      - id: s{number}
        grade: 2
        applicants: 1000/h
        needs: [login]
        endpoints: [{{id: web, kind: http, url: "http://127.0.0.1:{8000 + number}/"}}]"""
        for number in range(dependants)
    )
    return f"""
estate: {{id: small, timezone: Asia/Seoul, allow: [127.0.0.0/8]}}
watch:
  alerts: [{channels}]
institutions:
  - id: agency
    systems:
      - id: login
        name: {{en: Sign-in, ko: 통합 인증}}
        grade: 1
        endpoints:
          - {{id: web, kind: http, url: "http://127.0.0.1:7000/"}}
          - {{id: name, kind: dns, name: login.example, server: 127.0.0.1}}
      - id: alone
        grade: 3
        endpoints: [{{id: web, kind: http, url: "http://127.0.0.1:7001/"}}]{systems}
"""


LOGIN, ALONE = "agency/login/web", "agency/alone/web"
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_one_cause_is_one_alert_that_names_the_fallen() -> None:
    office = Office(estate())
    for number in range(DEPENDANTS):
        office.happens("down", f"agency/s{number}/web")
    assert await office.after(10) == []
    office.happens("down", LOGIN)
    await office.desk.step(office.now + timedelta(seconds=35))
    ((_, letter),) = office.post.letters
    assert letter.title == f"Sign-in (web) is down, {DEPENDANTS} more with it"
    assert all(f"agency/s{number} (web)" in letter.text for number in range(DEPENDANTS))
    assert "applicants an hour: 20,000" in letter.text
    (told,) = office.of_kind("alert")
    assert told.subject == LOGIN
    assert len(told.values["fallen"]) == DEPENDANTS
    office.post.titles()
    assert await office.after(3600) == []


async def test_what_does_not_come_back_with_its_cause_gets_its_own_alert() -> None:
    office = Office(estate(dependants=3))
    for subject in (LOGIN, "agency/s0/web", "agency/s1/web"):
        office.happens("down", subject)
    assert await office.after(60) == ["Sign-in (web) is down, 2 more with it"]
    office.happens("up", LOGIN)
    assert await office.after(40) == ["Sign-in (web) is up again"]
    office.happens("up", "agency/s0/web")
    assert await office.after(600) == ["agency/s1 (web) is down"]
    office.happens("up", "agency/s1/web")
    assert await office.after(600) == ["agency/s1 (web) is up again"]


async def test_a_short_trouble_is_told_to_nobody() -> None:
    office = Office(estate())
    office.happens("down", ALONE)
    await office.after(20)
    office.happens("up", ALONE)
    assert await office.after(300) == []
    assert office.of_kind("alert") == []


async def test_what_comes_together_goes_out_together() -> None:
    office = Office(estate())
    office.happens("down", ALONE)
    await office.after(10)
    office.happens("partial", "agency/login/name")
    assert await office.after(60) == ["Sign-in (name) answers at some of its addresses only (and 1 more)"]


async def test_more_that_falls_is_told_at_most_every_five_minutes() -> None:
    office = Office(estate())
    office.happens("down", LOGIN)
    assert await office.after(60) == ["Sign-in (web) is down"]
    for number in range(5):
        office.happens("down", f"agency/s{number}/web")
        assert await office.after(20) == []
    assert await office.after(300) == ["more is down with Sign-in (web)"]


async def test_an_alert_is_repeated_until_somebody_acknowledges_it() -> None:
    office = Office(estate())
    office.happens("down", ALONE)
    assert len(await office.after(60)) == 1
    assert await office.after(4 * 3600 + 60, 60) == ["nobody acknowledged yet: agency/alone (web) is down"]
    office.happens("acknowledged", ALONE, code=office.of_kind("alert")[0].values["code"], by="Kim")
    office.desk.acknowledged(office.log[-1])
    assert await office.after(9 * 3600, 60) == []
    office.happens("up", ALONE)
    assert await office.after(60) == ["agency/alone (web) is up again"]


async def test_a_restart_neither_repeats_nor_forgets() -> None:
    office = Office(estate())
    office.happens("down", ALONE)
    await office.after(60)
    office.happens("down", LOGIN)
    office = office.restarted(estate())
    assert await office.after(60) == ["Sign-in (web) is down"]
    office = office.restarted(estate())
    assert await office.after(600) == []
    office.happens("up", ALONE)
    office = office.restarted(estate())
    assert await office.after(60) == ["agency/alone (web) is up again"]
    office = office.restarted(estate())
    assert await office.after(5 * 3600, 60) == ["nobody acknowledged yet: Sign-in (web) is down"]


async def test_maintenance_keeps_an_alert_back_until_it_ends() -> None:
    office = Office(estate())
    start, end = office.now + timedelta(minutes=5), office.now + timedelta(minutes=30)
    values = {"id": "patch", "on": "agency/login", "start": start.isoformat(), "end": end.isoformat()}
    office.happens("maintenance-declared", "agency/login", **values)
    await office.after(600)
    assert office.desk.window(LOGIN, office.now) == "patch"
    office.happens("down", LOGIN)
    office.happens("down", "agency/s1/web")
    assert await office.after(600) == []
    assert await office.after(900) == ["Sign-in (web) is down, 1 more with it"]


async def test_maintenance_that_is_declared_afterwards_hushes_nothing_before() -> None:
    office = Office(estate())
    office.happens("down", LOGIN)
    assert len(await office.after(60)) == 1
    values = {"id": "late", "on": "agency", "start": "2026-09-01T00:00:00+00:00", "end": "2026-09-02T00:00:00+00:00"}
    office.happens("maintenance-declared", "agency", **values)
    assert await office.after(3600, 60) == []
    office.happens("up", LOGIN)
    assert await office.after(60) == ["Sign-in (web) is up again"]


async def test_flapping_is_told_once() -> None:
    office = Office(estate())
    titles: list[str] = []
    for _ in range(5):
        office.happens("down", ALONE, flapping=True)
        titles += await office.after(20)
        office.happens("flapping", ALONE)
        office.happens("up", ALONE, flapping=True)
        titles += await office.after(20)
    assert titles == ["agency/alone (web) flaps: it goes down and comes back again and again"]
    office.happens("down", ALONE)
    office.happens("steady", ALONE)
    assert await office.after(60) == ["agency/alone (web) is down"]


async def test_a_channel_that_fails_is_tried_again_and_holds_up_no_other() -> None:
    office = Office(estate(f"{CHANNEL}, {{id: chat, kind: apprise, secret: {{env: CHAT}}}}"))
    office.post.broken = {"mail"}
    office.happens("down", ALONE)
    assert await office.after(60) == ["agency/alone (web) is down"]
    assert {event.subject for event in office.of_kind("alert-failed")} == {"mail"}
    await office.after(3600)
    assert 12 <= office.post.tries <= 20
    assert len(office.of_kind("alert-failed")) == 4
    office.post.broken = set()
    assert await office.after(300) == ["agency/alone (web) is down"]


@pytest.mark.parametrize(
    ("grade_one", "at", "sent"),
    [(False, "13:30", False), (False, "21:59", False), (False, "22:00", True), (True, "15:00", True)],
)
async def test_quiet_hours_over_midnight_are_those_of_the_estate(*, grade_one: bool, at: str, sent: bool) -> None:
    office = Office(estate("{id: mail, kind: apprise, secret: {env: MAIL}, quiet: '22:00-07:00'}"))
    office.now = datetime(2026, 9, 1, 13, 0, tzinfo=UTC)  # 22:00 in Seoul
    office.happens("down", LOGIN if grade_one else ALONE)
    hour, minute = map(int, at.split(":"))
    titles = await office.after((hour * 60 + minute - 13 * 60) * 60, 60)
    assert bool(titles) is sent


async def test_who_is_told_of_what() -> None:
    channels = """
    {id: first, kind: apprise, secret: {env: A}, grade: 1}, {id: third, kind: apprise, secret: {env: B}, on: [alone]}
    """
    office = Office(estate(channels.strip()))
    office.happens("down", ALONE)
    office.happens("down", LOGIN)
    office.happens("prober-trouble", why="no route")
    await office.desk.step(office.now + timedelta(seconds=60))
    assert {(channel, letter.title) for channel, letter in office.post.letters} == {
        ("first", "the watch itself is in trouble, nothing is known of its subjects: no route (and 1 more)"),
        ("third", "agency/alone (web) is down"),
    }


async def test_trouble_of_the_watch_itself() -> None:
    office = Office(estate())
    office.happens("store-lost", why="the disk is full")
    office.happens("suspended", **{"from": "2026-08-31T15:00:00+00:00", "to": "2026-09-01T00:00:00+00:00"})
    titles = await office.after(60)
    assert titles == ["the watch cannot store what it sees: the disk is full (and 1 more)"]
    office.happens("store-back")
    assert await office.after(60) == ["the watch can store again what it sees"]
    assert await office.after(3 * 86400, 600) == []


async def test_a_test_alert_is_tried_for_an_hour() -> None:
    office = Office(estate())
    office.post.broken = {"mail"}
    code = await office.desk.test(office.estate.watch.alerts[0], office.now)
    assert office.of_kind("test-alert") == []
    office.post.broken = set()
    assert await office.after(60) == ["test alert of the watch of small"]
    (event,) = office.of_kind("test-alert")
    assert (event.subject, event.values["code"], len(code)) == ("mail", code, 6)


async def test_korean_with_hostile_words() -> None:
    office = Office(estate("{id: mail, kind: apprise, secret: {env: MAIL}, language: ko}"))
    office.happens("down", LOGIN, detail="@everyone \x1b[31m http://user:pw@host/ <!channel>\nnew line\u202e")
    await office.desk.step(office.now + timedelta(seconds=60))
    ((_, letter),) = office.post.letters
    assert "통합 인증" in letter.title
    assert "@everyone" not in letter.text
    assert "user:pw" not in letter.text
    assert not any(sign in letter.text for sign in ("\x1b", "\u202e", "<!channel"))

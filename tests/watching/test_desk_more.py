"""Causes that come and go, that reach a part alone, channels that leave become letters that say no more than is so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from audit.app.past import alerts_seen
from audit.app.watching.acknowledge import standing
from audit.model.alerting import AlertState, AlertTest
from audit.store.history import open_history
from tests.watching.post import Office
from tests.watching.test_desk import ALONE, CHANNEL, estate
from tests.watching.test_desk_cases import PLACE

pytestmark = pytest.mark.anyio

FORMS = """
estate: {id: small, timezone: Asia/Seoul, allow: [127.0.0.0/8]}
watch: {every: 30s, alerts: [{id: mail, kind: apprise, secret: {env: MAIL}, repeat: 24h}]}
institutions:
  - id: office
    systems:
      - {id: desk, grade: 2, needs: [forms], endpoints: [{id: web, kind: tcp, host: 127.0.0.1, port: 8}]}
      - id: forms
        grade: 2
        endpoints:
          - {id: web, kind: tcp, host: 127.0.0.1, port: 9}
          - {id: api, kind: tcp, host: 127.0.0.1, port: 10}
          - {id: db, kind: tcp, host: 127.0.0.1, port: 11}
"""
WEB, API, DB = (f"office/forms/{name}" for name in ("web", "api", "db"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_is_down_is_told_however_often_its_cause_changes() -> None:
    office = Office(FORMS)
    office.happens("down", API)
    hold = 2 * 30 + 15
    for number in range(30):
        if await office.after(10):
            break
        # Every 10 s the cause is another one: the endpoint alone, or the system with one more.
        office.happens("up" if number % 2 else "down", DB)
    (told,) = office.of_kind("alert")
    assert (told.at - office.log[0].at).total_seconds() <= 30 + hold + 10
    assert API in (told.subject, *told.values["fallen"])


async def test_of_a_system_the_endpoints_that_are_down_are_named() -> None:
    office = Office(FORMS)
    office.happens("down", API)
    office.happens("down", DB)
    assert await office.after(40) == ["office/forms: 2 of 3 endpoints are down (api, db)"]
    office = Office(FORMS)
    for subject in (API, DB, "office/desk/web"):
        office.happens("down", subject)
    assert await office.after(40) == ["office/forms: 2 of 3 endpoints are down (api, db), 1 more with it"]
    office = Office(FORMS)
    for subject in (API, DB, WEB, "office/desk/web"):
        office.happens("down", subject)
    assert await office.after(40) == ["office/forms is down, 1 more with it"]


async def test_of_a_place_that_is_half_back_no_more_is_said_than_is_down() -> None:
    office = Office(PLACE.replace("repeat: 24h", "repeat: 1h"))
    for number in range(6):
        office.happens("down", f"agency/s{number}/web")
    assert await office.after(60) == ["everything at north is down: 6 services"]
    for number in range(2):
        office.happens("up", f"agency/s{number}/web")
    assert await office.after(3700, 60) == ["nobody acknowledged yet: 4 of 6 services at north are down"]


async def test_what_is_up_again_is_listed_no_longer() -> None:
    office = Office(FORMS)
    office.happens("down", API)
    office.happens("down", DB)
    await office.after(40)
    office.happens("up", API)
    (listed,) = standing(office.log, office.now)
    assert (listed.subject, listed.fallen) == ("office/forms", (DB,))


async def test_a_channel_that_is_gone_leaves_no_alert_behind() -> None:
    both = estate(f"{CHANNEL}, {{id: chat, kind: apprise, secret: {{env: CHAT}}}}")
    office = Office(both)
    office.happens("down", ALONE)
    assert len(await office.after(60)) == 2
    office = office.restarted(estate())
    office.happens("up", ALONE)
    assert await office.after(60) == ["agency/alone (web) is up again"]
    assert standing(office.log, office.now) == ()
    office = office.restarted(both)
    assert await office.after(60) == []
    office.happens("down", ALONE)
    assert len(await office.after(60)) == 2, "the channel is back"


@pytest.mark.parametrize("turn", [True, False])
async def test_what_one_process_saw_waits_for_nothing_in_the_next(turn: bool) -> None:  # noqa: FBT001
    """Each process looks once, as from cron."""
    text = PLACE.replace("repeat: 24h", "repeat: 24h, group: 0s")
    office = Office(text)
    for number in range(6):
        office.happens("down", f"agency/s{number}/web")
    await office.desk.step(office.now)
    assert office.post.titles() == ["everything at north is down: 6 services"]
    said = []
    for number in range(5):
        office = office.restarted(text)
        office.desk.recall(office.now)
        office.now += timedelta(minutes=1)
        if number == 0:
            for back in range(5):
                office.happens("up", f"agency/s{back}/web")
        if turn:
            office.happens("down" if number % 2 else "up", "agency/wide/web")
        await office.desk.step(office.now)
        said.append(office.post.titles())
    titles = [title for run in said[:2] for title in run]
    assert "agency/s5 (web) is down" in titles[0]
    if not turn:
        assert said[2:] == [[], [], []]
        assert [one.subject for one in standing(office.log, office.now)] == ["agency/s5/web"]


async def test_a_test_alert_that_no_channel_takes_is_one_that_nobody_acknowledged(tmp_path: Path) -> None:
    office = Office(estate())
    office.post.broken = {"mail"}
    office.happens("down", ALONE)
    await office.after(200)  # the channel has failed for a while, so most failures are no longer noted
    asked = office.now
    await office.desk.test(office.estate.watch.alerts[0], office.now)
    await office.after(300)
    with open_history(str(tmp_path / "haechi.db"), watching=True) as history:
        history.note((), office.now)
        history.tell(office.log)
        seen = alerts_seen(office.estate, history, office.now)
        assert seen is not None
        assert isinstance(seen.seen, AlertState)
        assert seen.seen.tests == (AlertTest(sent=asked, acknowledged=None, delivered=False),)
        office.post.broken = set()
        before = len(office.log)
        await office.after(300)
        history.tell(office.log[before:])
        seen = alerts_seen(office.estate, history, office.now)
        assert seen is not None
        assert isinstance(seen.seen, AlertState)
        assert [(one.delivered, one.sent > asked) for one in seen.seen.tests] == [(True, True)]

"""Any row of happenings, with restarts at any moment: nobody is told twice, nothing stays told for ever."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.watching.post import Office
from tests.watching.test_desk import estate
from tests.watching.test_desk_cases import PLACE

CHANNELS = """{id: mail, kind: apprise, secret: {env: M}, repeat: 90d}, {id: am, kind: alertmanager, url: "http://x"},
    {id: few, kind: apprise, secret: {env: N}, repeat: 90d, on: [agency/login], grade: 1}"""
TEXTS = (estate(CHANNELS, 3), PLACE.replace("{id: mail, kind: apprise, secret: {env: MAIL}, repeat: 24h}", CHANNELS))
TEXTS = (TEXTS[0], TEXTS[1].replace("on: [agency/login]", "on: [agency/wide]"))
STEPS = st.tuples(
    st.sampled_from(
        ("down", "down", "up", "partial", "flapping", "steady", "trouble", "well", "cut", "mend", "restart")
    ),
    st.integers(0, 20),
    st.sampled_from((0, 10, 40, 200, 2000)),
)


async def _lived(text: str, steps: list[tuple[str, int, int]]) -> Office:
    office = Office(text)
    subjects = sorted(one.ref for _, system in office.estate.systems() for one in system.endpoints)
    for what, number, wait in steps:
        subject = subjects[number % len(subjects)]
        if what == "restart":
            office = office.restarted(text)
        elif what in ("cut", "mend"):
            office.post.broken = {"mail"} if what == "cut" else set()
        elif what in ("trouble", "well"):
            office.happens("prober-trouble" if what == "trouble" else "prober-well", why="lag")
        elif what in ("down", "up", "partial", "flapping", "steady"):
            office.happens(what, subject)  # type: ignore[arg-type]
        await office.after(wait, 20)
    office.post.broken = set()
    for subject in subjects:
        office.happens("up", subject)
        office.happens("steady", subject)
    office.happens("prober-well")
    await office.after(7200, 20)
    return office


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(TEXTS), st.lists(STEPS, max_size=25))
def test_whatever_happens(text: str, steps: list[tuple[str, int, int]]) -> None:
    office = asyncio.run(_lived(text, steps))
    stands: dict[tuple[str, str], str] = {}
    for event in office.of_kind("alert"):
        channel, key, what = (str(event.values[name]) for name in ("channel", "key", "what"))
        if what == "firing":
            assert (channel, key) not in stands, "told as new what was told already"
        else:
            assert (channel, key) in stands, f"{what} of what nobody was told"
        if what in ("resolved", "merged"):
            del stands[channel, key]
        else:
            stands[channel, key] = what
    assert stands == {}, "told for ever"
    assert asyncio.run(office.after(86400, 3600)) == []

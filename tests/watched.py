"""Letters, one a minute, to a store as a watch would have left it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from audit.model.event import Event
from audit.model.measurement import MISSED, Measurement, State
from audit.store.history import open_history
from tests.analysis.past import MINUTE, looked, minutes

INVENTORY = """
estate: {id: demo, allow: [127.0.0.1]}
sites: [{id: daejeon, region: chungcheong}, {id: busan, region: yeongnam}]
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        at: [daejeon]
        applicants: 1100000/h
        endpoints:
          - {id: web, kind: tcp, host: 127.0.0.1, port: "9"}
          - {id: app, kind: tcp, host: 127.0.0.1, port: "9", every: 5m}
      - id: side
        grade: 4
        endpoints: [{id: page, kind: tcp, host: 127.0.0.1, port: "9"}]
watch: {at: busan}
"""
WEB, APP, PAGE = "kibo/guarantee/web", "kibo/guarantee/app", "kibo/side/page"


def inventory(folder: Path, text: str = INVENTORY) -> Path:
    path = folder / "estate.yaml"
    path.write_text(text)
    return path


def steady(
    subject: str, start: datetime, end: datetime, every: timedelta, vantage: str = "here"
) -> Iterator[Measurement]:
    """Good answers all the time."""
    at = start
    while at < end:
        good = looked(at, State.UP, latency=0.2, every=every, good=1, tried=1, vantage=vantage)
        yield replace(good, subject=subject)
        at += every


def written(letters: str, start: datetime, subject: str = WEB, vantage: str = "here") -> tuple[Measurement, ...]:
    """`u60d5`: so many minutes of each."""
    return tuple(
        replace(
            one,
            subject=subject,
            vantage=vantage,
            latency=0.2 if one.state is State.UP else None,
            detail="127.0.0.1 \x1b[31mrefused" if one.state is State.DOWN else "",
        )
        for one in minutes(_spelled(letters), start)
    )


def _spelled(letters: str) -> str:
    words = ["".join(part) for _, part in groupby(letters, str.isdigit)]
    return "".join(word * int(count) for word, count in zip(words[::2], words[1::2], strict=True))


def asleep(first: datetime, last: datetime, subject: str = WEB) -> Measurement:
    return Measurement(subject, first, last + MINUTE, State.UNKNOWN, MISSED, until=last)


def filled(store: Path, measurements: Iterable[Measurement], events: Sequence[Event] = ()) -> str:
    """The address of a store that holds them."""
    kept = sorted(measurements, key=lambda one: one.at)
    with open_history(str(store), watching=True) as history:
        for number in range(0, len(kept), 1000):
            part = kept[number : number + 1000]
            history.note(part, part[-1].at)
        history.tell(events)
    return str(store)

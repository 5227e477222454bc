"""What watches of two institutions measured, in bundles, to what the ministry tells of availability and outages."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.app import audit
from audit.app.bundled_measured import tell_days
from audit.app.past import listed_outages, uptime
from audit.app.sealing_bundle import make, merge_all
from audit.app.sealing_keys import new_key
from audit.app.stored import whole
from audit.catalogue import discover
from audit.cli import main
from audit.inventory.load import load
from audit.model.event import Event
from audit.model.history import Span, Stretch
from audit.model.measurement import Measurement, State
from audit.store.condensing import _varied, condensed
from audit.store.history import open_history

START = datetime(2020, 9, 1, 9, 30, tzinfo=UTC)
END = datetime(2020, 9, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ESTATE = """\
estate: {id: all, timezone: Asia/Seoul}
institutions:
"""
OF_ONE = """\
  - id: NAME
    name: NAME
    accountable: {name: Kim}
    systems:
      - id: guarantee
        grade: 1
        owner: {name: Kim, email: kim@kibo.example}
        endpoints: [{id: web, kind: http, url: "http://127.0.0.1:9/"}]
"""


def estate_of(folder: Path, *names: str) -> Path:
    path = folder / f"{'-'.join(names)}.yaml"
    path.write_text(ESTATE + "".join(OF_ONE.replace("NAME", name) for name in names))
    return path


def looks(name: str, down: range) -> list[Measurement]:
    """Three days, minute by minute."""
    good = Measurement(subject=f"{name}/guarantee/web", due=START, at=START, state=State.UP, every=MINUTE, latency=0.02,
                       good=1, tried=1)  # fmt: skip
    bad = replace(good, state=State.DOWN, reason="refused", latency=None, good=0)
    return [
        replace(bad if number in down else good, due=START + number * MINUTE, at=START + number * MINUTE)
        for number in range(3 * 1440)
    ]


class Sender:
    """An institution that watched itself, and was in maintenance once."""

    def __init__(self, folder: Path, name: str, down: range) -> None:
        self.name, self.folder = name, folder
        self.estate, self.store, self.key = estate_of(folder, name), folder / f"{name}.db", folder / f"{name}.key"
        self.public = str(new_key(f"audit.example.org/{name}", self.key).key)
        audit(self.estate, store=str(self.store))
        window = {"id": "w", "on": name, "start": (START + 60 * MINUTE).isoformat(),
                  "end": (START + 90 * MINUTE).isoformat()}  # fmt: skip
        with open_history(str(self.store), watching=True) as history:
            history.tell([Event(START, "maintenance-declared", name, window)])
            history.note(looks(name, down), END)

    def made(self, name: str) -> Path:
        path = self.folder / f"{self.name}-{name}.haechi"
        make(str(self.store), institution=self.name, run="latest", key=self.key, output=path, measured=True)
        return path


@pytest.fixture(scope="module")
def senders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sender, Sender]:
    folder = tmp_path_factory.mktemp("measured")
    return Sender(folder, "kibo", range(2000, 2045)), Sender(folder, "kosme", range(70, 75))


def figures(path: Path, store: Path, start: datetime = START, end: datetime = END) -> dict[str, Any]:
    known = discover()
    estate = whole(load(path, known))
    return {one.subject: one.seen for one in uptime(estate, known.policy(estate), str(store), start, end)}


def told(path: Path, store: Path) -> list[tuple[str, datetime, datetime]]:
    found = listed_outages(whole(load(path, discover())), str(store), START, END, END)
    assert found is not None
    return [(one.subject, one.first_bad, one.last_bad) for one in found]


def test_the_ministry_tells_the_same_as_each_of_them(senders: tuple[Sender, Sender], tmp_path: Path) -> None:
    store, both = tmp_path / "ministry.db", estate_of(tmp_path, "kibo", "kosme")
    paths, keys = [one.made("first") for one in senders], [one.public for one in senders]
    answers = merge_all(str(store), paths, keys)
    assert [one.merged and one.merged.state for one in answers] == ["merged", "merged"]
    assert not any("cannot be read" in str(says) for one in answers if one.merged for says in one.merged.conflicts)
    there = figures(both, store)
    outages = told(both, store)
    for one in senders:
        assert {ref: seen for ref, seen in there.items() if ref.startswith(one.name)} == figures(one.estate, one.store)
        assert [each for each in outages if each[0].startswith(one.name)] == told(one.estate, one.store)
    assert there["kibo/guarantee/web"].down == timedelta(minutes=44)
    assert there["kosme/guarantee/web"].down == timedelta(0), "maintenance that was declared beforehand"
    assert there["kosme/guarantee/web"].maintenance == timedelta(minutes=30)
    assert [each[0] for each in outages] == ["kibo/guarantee/web"]
    with open_history(str(store), watching=False) as history:
        assert history.verify() == ()
        assert history.vantages("kibo/guarantee/web") == ("kibo:here",)
    (again,) = merge_all(str(store), paths[:1], keys)
    assert again.merged is not None
    assert again.merged.state == "known"
    assert figures(both, store) == there


def test_each_day_is_told_once_and_later_days_follow(tmp_path: Path) -> None:
    kibo = Sender(tmp_path, "kibo", range(0))
    assert tell_days(str(kibo.store), "kibo", START + timedelta(hours=20)) == 1
    assert tell_days(str(kibo.store), "kibo", START + timedelta(hours=20)) == 0
    assert tell_days(str(kibo.store), "kosme", END) == 0
    store = tmp_path / "ministry.db"
    states: list[object] = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.haechi"
        make(str(kibo.store), institution="kibo", run="latest", key=kibo.key, output=path, measured=name == "two")
        (answer,) = merge_all(str(store), [path], [kibo.public])
        states.append(answer.merged and (answer.merged.state, answer.merged.events))
        with open_history(str(store), watching=False) as history:
            states.append(len(history.stretches("kibo/guarantee/web", START - timedelta(days=1), END)))
    assert states == [("merged", 3), 1, ("more", 4), 4]
    assert figures(kibo.estate, store) == figures(kibo.estate, kibo.store)
    with open_history(str(store), watching=True) as history:
        # The ministry's own watch rolls up beside it.
        own = [replace(one, vantage="ministry") for one in looks("kibo", range(100, 110))]
        history.note(own, END)
        history.roll(END + timedelta(days=40), timedelta(days=30))
        assert history.verify() == ()
        assert history.vantages("kibo/guarantee/web") == ("kibo:here", "ministry")
    assert figures(kibo.estate, store)["kibo/guarantee/web"].down < timedelta(minutes=10)


def broken() -> Iterator[str]:
    """Stretches that no watch makes, each with one thing wrong."""
    start = datetime(2020, 9, 5, tzinfo=UTC)
    good = Span(State.UP, "", start, start + MINUTE, 2, MINUTE, 1, 1)
    for spans in (
        (),
        (replace(good, last=start + timedelta(days=1)),),
        (replace(good, first=start - MINUTE),),
        (replace(good, first=start + 2 * MINUTE),),
        (replace(good, first=start + MINUTE), good),
        (replace(good, every=-MINUTE),),
        (replace(good, count=-1),),
    ):
        yield base64.b64encode(condensed(Stretch(start, timedelta(days=1), spans))).decode()
    yield base64.b64encode(condensed(Stretch(start, timedelta(days=1), (good,), {5000: 1}))).decode()
    deep, odd = b"[" * 100_000, b"[5]"
    for words in (deep, odd):
        plain = condensed(Stretch(start, timedelta(days=1), (good,)))[1:].removesuffix(b'[""]')
        yield base64.b64encode(b"1" + plain[:-1] + _varied([len(words)]) + words).decode()


def test_nobody_tells_of_others_and_what_cannot_be_read_is_named(
    senders: tuple[Sender, Sender], tmp_path: Path
) -> None:
    kibo = Sender(tmp_path, "kibo", range(0))
    _, kosme = senders
    tell_days(str(kosme.store), "kosme", END)
    with open_history(str(kosme.store), watching=False) as history:
        entry = history.events(kinds=("measured",))[0].values
    with open_history(str(kibo.store), watching=False) as history:
        wrong: list[dict[str, Any]] = [
            dict(entry),
            {"day": "yesterday", "series": []},
            {"day": "2020-09-04", "series": [["kibo/guarantee/web", "main", "AAAA"]]},
            {"day": "2020-09-05", "series": 5},
            *({"day": "2020-09-05", "series": [["kibo/guarantee/web", "here", coded]]} for coded in broken()),
            {"day": "2020-09-05", "series": [["kibo/guarantee/web\0", "here", entry["series"][0][2]]]},
            {"day": "0001-01-01", "series": [["kibo/guarantee/web", "here", entry["series"][0][2]]]},
            {"day": "2020-09-06"},
            {},
        ]
        history.tell([Event(END, "measured", "kibo", values) for values in wrong])
        history.tell([Event(END, "measured", "kosme", dict(entry))])
    path = tmp_path / "kibo.haechi"
    make(str(kibo.store), institution="kibo", run="latest", key=kibo.key, output=path)
    (answer,) = merge_all(str(tmp_path / "ministry.db"), [path], [kibo.public])
    assert answer.merged is not None
    says = [str(one) for one in answer.merged.conflicts]
    assert says == [
        "what was measured on these days cannot be read: 0001-01-01, 2020-09-04, 2020-09-05, 2020-09-06, None, ..."
    ]
    with open_history(str(tmp_path / "ministry.db"), watching=False) as history:
        assert history.subjects() == ()
        assert history.verify() == ()


def test_by_the_commands(senders: tuple[Sender, Sender], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kibo, kosme = senders
    store, path = str(tmp_path / "ministry.db"), str(tmp_path / "kibo.haechi")
    words = ("bundle", "make", str(kibo.store), "--institution", "kibo", "--key", str(kibo.key), "--uptime")
    assert main([*words, "--output", path]) == 0
    assert (
        main(["bundle", "merge", store, path, str(kosme.made("more")), "--key", kibo.public, "--key", kosme.public])
        == 0
    )
    capsys.readouterr()
    look = ("--store", store, "--at", END.isoformat(), "--period", "4d", "--format", "json")
    assert main(["outages", str(kibo.estate), *look]) == 0
    found = json.loads(capsys.readouterr().out)
    assert ([one["subject"] for one in found["outages"]], found["left_out"]) == (["kibo/guarantee/web"], [])

"""An inventory in, `haechi watch` as a process of its own over a page of this machine, what it stored out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError

from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.measurement import MISSED, PROBER, Measurement, State
from audit.store.history import open_history
from tests.real.children import free_port

PATIENCE = 180.0
"""Seconds; this machine may be busy with other tests."""
PROMPT = 40.0
"""Seconds within which a watch ends for which it allows itself five, on such a machine; what hangs takes for ever."""
STOOD = 0.4
"""Seconds: less than the looks of a watch have that looks each second."""
BUSY = frozenset({"suspended", "prober-trouble", "prober-well"})
"""The events of a machine that is too busy for a while."""
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Page(ThreadingHTTPServer):
    """Answers 200, or 500 while it is ill."""

    daemon_threads = True
    ill = False
    stood = False
    """Whether this process, which serves the page, did not run for longer than a look has time: it was down then."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self._over = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=self._heed, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def end(self) -> None:
        self._over.set()
        self.shutdown()
        self.server_close()

    def fair(self, found: Iterable[Measurement]) -> list[Measurement]:
        """What was measured, without what this page was to blame for."""
        return [one for one in found if not (self.stood and one.state is State.DOWN)]

    def _heed(self) -> None:
        before = time.monotonic()
        while not self._over.wait(0.05):
            now = time.monotonic()
            self.stood = self.stood or now - before > STOOD
            before = now


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = self.server
        assert isinstance(page, Page)
        body = b"well"
        self.send_response(500 if page.ill else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def inventory(port: int, *, watch: str = "", endpoints: str = "", more: str = "") -> str:
    """A system with a page, looked at each second; nothing listens for metrics on a port that others want."""
    page = f'{{id: web, kind: http, url: "http://127.0.0.1:{port}/", expect: {{status: 200, contains: well}}}}'
    return (
        "estate: {id: e, allow: [127.0.0.0/8]}\n"
        f"watch: {{every: 1s, metrics: {{host: 127.0.0.1, port: {free_port()}}}{watch}}}\n"
        "institutions: [{id: k, systems: [{id: s, grade: 1, endpoints: ["
        f"{page}{endpoints}]}}]}}]\n{more}"
    )


class Watch:
    """One running `haechi watch`."""

    def __init__(self, estate: Path, store: str, said: Path, *words: str) -> None:
        self.store = store
        self._said = said
        command = (sys.executable, "-P", "-m", "audit", "watch", str(estate), "--store", store, *words)
        with said.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, "LC_ALL": "C.UTF-8"}
            )

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8", "replace")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(PATIENCE)

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code, how long it took."""
        began = time.monotonic()
        self.send(signal.SIGTERM)
        return self.ended(), time.monotonic() - began

    def until(self, words: str, count: int = 1) -> None:
        """Wait for what it says."""
        self._wait(lambda: self.said.count(words) >= count, repr(words))

    def stored(self, least: int) -> None:
        """Wait for so many measurements in the store."""
        self._wait(lambda: len(measured(self.store)) >= least, f"{least} measurements")

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        def over() -> bool:
            # In this order: what it said or stored last counts as well.
            ended = self.process.poll() is not None
            if ready():
                return True
            assert not ended, f"it ended before {what}: {self.said!r}"
            return False

        wait_until(over, f"{what}; it said {self.said!r}")


def wait_until(ready: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not ready():
        if time.monotonic() > end:
            raise AssertionError(f"not in time: {what}")
        time.sleep(0.1)


@contextmanager
def watching(estate: Path, store: str, said: Path, *words: str) -> Iterator[Watch]:
    """A watch that is ended with the block, whatever happens in it."""
    watch = Watch(estate, store, said, *words)
    try:
        yield watch
    finally:
        if watch.process.poll() is None:
            watch.process.kill()
        watch.process.wait(PATIENCE)


def measured(store: str) -> tuple[Measurement, ...]:
    """Everything in the store, in order for each subject; nothing where there is no store yet."""
    try:
        with open_history(store, watching=False) as history:
            return tuple(one for subject in history.subjects() for one in history.raw(subject, *ALWAYS))
    except Stop as stop:
        if stop.code is Exit.USAGE:
            return ()
        raise


def log(store: str, *kinds: str) -> tuple[Event, ...]:
    with open_history(store, watching=False) as history:
        return history.events(kinds=kinds)


def course(store: str) -> list[str]:
    """The kinds of all that happened beside that the machine was busy."""
    return [event.kind for event in log(store) if event.kind not in BUSY]


def doubled(found: tuple[Measurement, ...]) -> list[str]:
    """Looks that are in the store twice, rows of missed ones reckoned as each look in them."""
    seen: Mapping[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for one in found:
        seen[one.subject, one.vantage].append((one.due, one.until or one.due))
    wrong = []
    for (subject, _), rows in seen.items():
        rows.sort()
        wrong += [f"{subject} {before} {after}" for before, after in pairwise(rows)
                  if after[0] <= before[1]]  # fmt: skip
    return wrong


def states(found: Iterable[Measurement]) -> set[State]:
    """What was seen; for what a busy machine was too late nobody says that it was not well."""
    return {one.state for one in found if one.reason not in (MISSED, PROBER)}


def unbroken(found: Iterable[Measurement]) -> bool:
    """Whether each look of one subject is there, be it as one that was missed."""
    rows = sorted(found, key=lambda one: one.due)
    return all(after.due - (before.until or before.due) == before.every for before, after in pairwise(rows))


def health(estate: Path) -> dict[str, object]:
    """How the watch of an inventory is doing."""
    told = json.loads(asked(estate, "/healthz"))
    assert isinstance(told, dict)
    return told


def asked(estate: Path, path: str) -> bytes:
    """A page of the watch itself."""
    port = estate.read_text().partition("metrics: {host: 127.0.0.1, port: ")[2].partition("}")[0]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            body = answer.read()
    except HTTPError as blind:  # the status of one on a machine that is too busy
        with blind:
            body = blind.read()
    assert isinstance(body, bytes)
    return body


class Place:
    """A folder with an inventory beside a store."""

    def __init__(self, folder: Path, page: Page) -> None:
        self.page = page
        self.estate, self.store, self.said = folder / "estate.yaml", str(folder / "haechi.db"), folder / "said"
        self.write(inventory(page.port))

    def write(self, text: str) -> None:
        draft = self.estate.with_suffix(".draft")
        draft.write_text(text, "utf-8")
        draft.replace(self.estate)

    def kinds(self) -> list[str]:
        return [event.kind for event in log(self.store)]

    def course(self) -> list[str]:
        return [kind for kind in course(self.store) if not (self.page.stood and kind in ("down", "up"))]

    def states(self, subject: str = "k/s/web") -> set[State]:
        return states(self.page.fair(self.of(subject)))

    def of(self, subject: str) -> list[Measurement]:
        return sorted((one for one in measured(self.store) if one.subject == subject), key=lambda one: one.due)

    def health(self) -> dict[str, object]:
        return health(self.estate)

    def asked(self, path: str) -> bytes:
        return asked(self.estate, path)

"""2,000 HTTP and 2,000 HTTPS pages of one nginx to CPU per look, beside blackbox_exporter in the same run."""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import subprocess
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import local
from time import perf_counter, process_time
from typing import Any, TypeVar
from urllib.parse import quote

import anyio
import pytest

from audit.engine.recurring import measure
from audit.model.measurement import Measurement, State
from audit.model.place import Place
from audit.store.history import open_history
from audit.world.world import Page
from checks.availability.http import HttpEndpoint, visit
from tests.bench.collector import rarely
from tests.programs import needed
from tests.real.children import free_port, wait_until
from tests.real.webs import answers, web
from tests.watching.measuring import habits, world
from tests.world.certificates import Authority
from tests.world.hands import LONG, hands, run

pytestmark = pytest.mark.bench

PAGES, ROUNDS, TOGETHER, BATCH = 2000, 3, 64, 1000
T = TypeVar("T")
BODY = '{"status":"UP","detail":"' + "x" * 174 + '"}'
VISIT, WATCH, OTHER = "haechi, a visit", "haechi, measured and stored", "blackbox_exporter"
SERVERS = """
server {{ listen 127.0.0.1:{plain} backlog=4096; location / {{ default_type application/json; return 200 '{body}'; }} }}
server {{
    listen 127.0.0.1:{secure} ssl backlog=4096; ssl_certificate {pem}; ssl_certificate_key {pem};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;
    location / {{ default_type application/json; return 200 '{body}'; }}
}}
"""
MODULE = """
modules:
  page:
    prober: http
    timeout: 10s
    http:
      preferred_ip_protocol: ip4
      fail_if_body_not_matches_regexp: ['"status":"UP"']
      tls_config: {{ca_file: '{authority}'}}
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What visits to all pages cost."""

    cpu: float
    wall: float

    @property
    def each(self) -> float:
        return self.cpu / PAGES * 1000


def endpoint(url: str, authority: str, number: int) -> HttpEndpoint:
    """As an inventory has it."""
    written = {"@": Place("x.yaml", 1, 1, ref=f"fund/portal/{number}"), "id": f"web-{number}", "kind": "http"}
    more = {"url": url, "timeout": "10s", "authority": authority, "expect": {"contains": '"status":"UP"'}}
    return HttpEndpoint.model_validate(written | more)


@contextmanager
def visits(urls: tuple[str, ...], authority: str) -> Iterator[Callable[[], Spent]]:
    """Visits by the http hand, each over a fresh connection with a whole handshake."""
    hand = hands().http
    pages = [Page(url, contains='"status":"UP"', authority=authority) for url in urls]

    async def look(page: Page) -> None:
        state = await hand.visit(page, LONG)
        assert state.samples[0].failure is None, state.samples

    yield lambda: spent(look, pages)


@contextmanager
def measurements(urls: tuple[str, ...], authority: str) -> Iterator[Callable[[], Spent]]:
    """The same as the watch does it: looked at, measured, the rows stored by the thousand."""
    here = world()
    items = [endpoint(url, authority, number) for number, url in enumerate(urls)]
    how = habits(every=60)
    rows: list[Measurement] = []

    with TemporaryDirectory() as folder, open_history(str(Path(folder) / "store.db"), watching=True) as history:

        def store() -> None:
            if rows:
                history.note(rows, datetime.now(UTC))
                rows.clear()

        async def look(item: HttpEndpoint) -> None:
            row = await measure(item, visit, here, datetime.now(UTC), how)
            assert row.state is State.UP, row
            rows.append(row)
            if len(rows) == BATCH:
                store()

        def all_of_them() -> Spent:
            try:
                return spent(look, items, store)
            finally:
                rows.clear()

        yield all_of_them


def spent(
    look: Callable[[T], Coroutine[Any, Any, None]], what: Sequence[T], last: Callable[[], None] = lambda: None
) -> Spent:
    """What it costs to look at everything, some at once."""

    async def looks() -> None:
        waiting = iter(what)

        async def some() -> None:
            for one in waiting:
                await look(one)

        async with anyio.create_task_group() as group:
            for _ in range(TOGETHER):
                group.start_soon(some)

    began, cpu = perf_counter(), process_time()
    run(looks())
    last()
    return Spent(process_time() - cpu, perf_counter() - began)


@contextmanager
def exporter(program: str, folder: Path, urls: tuple[str, ...], authority: str) -> Iterator[Callable[[], Spent]]:
    """A blackbox_exporter on one core; its own CPU counts, not that of the threads that ask it."""
    port = free_port()
    (folder / "blackbox.yml").write_text(MODULE.format(authority=authority))
    child = subprocess.Popen(
        [program, f"--config.file={folder / 'blackbox.yml'}", f"--web.listen-address=127.0.0.1:{port}"],
        env={**os.environ, "GOMAXPROCS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    threads = local()
    lines: list[http.client.HTTPConnection] = []

    def probe(url: str) -> None:
        if not hasattr(threads, "line"):
            threads.line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            lines.append(threads.line)
        threads.line.request("GET", f"/probe?module=page&target={quote(url, safe='')}")
        assert b"\nprobe_success 1\n" in threads.line.getresponse().read(), url

    def burned() -> float:
        fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def all_of_them() -> Spent:
        began, cpu = perf_counter(), burned()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(probe, urls))
        return Spent(burned() - cpu, perf_counter() - began)

    try:
        wait_until(lambda: answers(port), program)
        yield all_of_them
    finally:
        for line in lines:
            line.close()
        child.terminate()
        child.wait(10)


def test_cpu_of_a_visit(tmp_path: Path) -> None:
    nginx = needed("nginx")
    blackbox = shutil.which("prometheus-blackbox-exporter")
    authority = Authority.new(tmp_path)
    authority.server("127.0.0.1")
    pem = next(path for path in tmp_path.glob("*.pem") if str(path) != authority.file)
    plain, secure = free_port(), free_port()
    kinds = {
        "HTTP": tuple(f"http://127.0.0.1:{plain}/{number}" for number in range(PAGES)),
        "HTTPS": tuple(f"https://127.0.0.1:{secure}/{number}" for number in range(PAGES)),
    }
    cost: dict[tuple[str, str], list[Spent]] = {}
    settings = SERVERS.format(plain=plain, secure=secure, pem=pem, body=BODY)
    with web(nginx, tmp_path, settings, secure), rarely(), ExitStack() as stack:
        looks: dict[tuple[str, str], Callable[[], Spent]] = {}
        for kind, urls in kinds.items():
            looks[VISIT, kind] = stack.enter_context(visits(urls, authority.file))
            looks[WATCH, kind] = stack.enter_context(measurements(urls, authority.file))
            if blackbox is not None:
                looks[OTHER, kind] = stack.enter_context(exporter(blackbox, tmp_path, urls, authority.file))
        # A watch comes back to the same pages again and again: what is done once for each is shown apart.
        first = {key: look() for key, look in looks.items()}
        for _ in range(ROUNDS):
            for key, look in looks.items():
                cost.setdefault(key, []).append(look())
    print(f"\n{PAGES} pages, a fresh connection each, {ROUNDS} rounds; CPU in ms a look: median (least to most), first")
    for (who, kind), rounds in cost.items():
        each = sorted(one.each for one in rounds)
        other = cost.get((OTHER, kind))
        ratio = f"{statistics.median(each) / statistics.median(one.each for one in other):5.2f} x" if other else "    -"
        rate = PAGES / statistics.median(one.wall for one in rounds)
        print(
            f"  {who:<28} {kind:<6} {statistics.median(each):6.3f} ({each[0]:.3f} to {each[-1]:.3f})"
            f"  {first[who, kind].each:6.3f}  {ratio}  {rate:7.0f}/s"
        )
    if blackbox is None:
        print("  prometheus-blackbox-exporter is not on this machine: no ratio")

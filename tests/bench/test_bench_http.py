"""2,000 HTTP and 2,000 HTTPS pages of one nginx to CPU per visit, beside blackbox_exporter in the same run."""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import local
from time import perf_counter, process_time
from urllib.parse import quote

import anyio
import pytest

from audit.world.world import Page
from tests.real.children import free_port, wait_until
from tests.real.webs import answers, web
from tests.world.certificates import Authority
from tests.world.hands import LONG, hands, run

pytestmark = pytest.mark.bench

PAGES, ROUNDS, TOGETHER = 2000, 2, 64
BODY = '{"status":"UP","detail":"' + "x" * 174 + '"}'
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


def ours(urls: tuple[str, ...], authority: str) -> Spent:
    """Visits by the http hand, each over a fresh connection with a whole handshake."""
    hand = hands().http

    async def visits() -> None:
        waiting = iter(urls)

        async def some() -> None:
            for url in waiting:
                state = await hand.visit(Page(url, contains='"status":"UP"', authority=authority), LONG)
                assert state.samples[0].failure is None, state.samples

        async with anyio.create_task_group() as group:
            for _ in range(TOGETHER):
                group.start_soon(some)

    # The certificates of the machine are read once in a run, not once a visit.
    hand.trust.trusting(authority)
    began, cpu = perf_counter(), process_time()
    run(visits())
    return Spent(process_time() - cpu, perf_counter() - began)


@contextmanager
def exporter(program: str, folder: Path, authority: str) -> Iterator[Callable[[tuple[str, ...]], Spent]]:
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

    def all_of(urls: tuple[str, ...]) -> Spent:
        began, cpu = perf_counter(), burned()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(probe, urls))
        return Spent(burned() - cpu, perf_counter() - began)

    try:
        wait_until(lambda: answers(port), program)
        yield all_of
    finally:
        for line in lines:
            line.close()
        child.terminate()
        child.wait(10)


def test_cpu_of_a_visit(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    blackbox = shutil.which("prometheus-blackbox-exporter")
    if nginx is None:
        pytest.skip("nginx is not on this machine")
    authority = Authority.new(tmp_path)
    authority.server("127.0.0.1")
    pem = next(path for path in tmp_path.glob("*.pem") if str(path) != authority.file)
    plain, secure = free_port(), free_port()
    kinds = {
        "HTTP": tuple(f"http://127.0.0.1:{plain}/{number}" for number in range(PAGES)),
        "HTTPS": tuple(f"https://127.0.0.1:{secure}/{number}" for number in range(PAGES)),
    }
    spent: dict[tuple[str, str], list[Spent]] = {}
    with web(Path(nginx), tmp_path, SERVERS.format(plain=plain, secure=secure, pem=pem, body=BODY), secure):
        for _ in range(ROUNDS):
            for kind, urls in kinds.items():
                spent.setdefault(("haechi", kind), []).append(ours(urls, authority.file))
                if blackbox is not None:
                    with exporter(blackbox, tmp_path, authority.file) as probes:
                        spent.setdefault(("blackbox_exporter", kind), []).append(probes(urls))
    print(f"\n{PAGES} visits, a fresh connection each, {ROUNDS} rounds; CPU in ms a visit: median (least to most)")
    for (who, kind), rounds in spent.items():
        each = sorted(one.each for one in rounds)
        middle = statistics.median(each)
        other = spent.get(("blackbox_exporter", kind))
        ratio = f"{middle / statistics.median(one.each for one in other):5.2f} x" if other else "    -"
        rate = PAGES / statistics.median(one.wall for one in rounds)
        print(f"  {who:<18} {kind:<6} {middle:6.3f} ({each[0]:.3f} to {each[-1]:.3f})  {ratio}  {rate:7.0f}/s")
    if blackbox is None:
        print("  prometheus-blackbox-exporter is not on this machine: no ratio")

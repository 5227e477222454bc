"""A folder to an exporter of Prometheus that tells of a backup."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.request import urlopen

from tests.real.lab import Lab, Said

NEEDS: Final = ()
TEXT: Final = """# TYPE backup_last_success_timestamp_seconds gauge
backup_up 1
backup_last_success_timestamp_seconds{job="ledger"} %s
backup_size_bytes{job="ledger"} 4096
backup_errors{job="ledger"} %s
"""


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    told = {"began": str(time.time() - 60), "errors": "0"}
    asked: list[str] = []

    class Exporter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.command)
            body = (TEXT % (told["began"], told["errors"])).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name of the library
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    url = f"http://127.0.0.1:{server.server_port}/metrics"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()

    def said() -> Said:
        with urlopen(url, timeout=300) as answer:
            return Said(answer.read().decode().splitlines()[1], content=True)

    def stopped() -> Said:
        told["began"] = str(time.time() - 2 * 86400)
        return said()

    def not_a_number() -> Said:
        told["began"] = "NaN"
        return said()

    def future() -> Said:
        told["began"] = str(time.time() + 9 * 3600)
        return said()

    facts = {
        "newest": 'backup_last_success_timestamp_seconds{job="ledger"}',
        "size": 'backup_size_bytes{job="ledger"}',
        "errors": 'backup_errors{job="ledger"}',
    }
    try:
        yield Lab(
            item={"kind": "prometheus", "url": url, "facts": facts},
            state=lambda: {"told": str(told), "other than GET": str(set(asked) - {"GET"})},
            breaks={"stopped": stopped, "not-a-number": not_a_number, "future": future},
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

"""A zone to the real name servers that serve it, each ended with its context."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from tests.real.children import free_port, wait_until
from tests.real.daemons import done, run, serving

_OPTIONS = """options {{
  directory "{folder}"; pid-file "{folder}/pid"; session-keyfile "{folder}/session"; lock-file none;
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; dnssec-validation no;
  allow-transfer {{ 127.0.0.1; }}; notify no; empty-zones-enable no; zone-statistics none;
  masterfile-format text; min-refresh-time 1; max-refresh-time 1; min-retry-time 1; max-retry-time 1;
}};
controls {{ }};
"""


def zone_text(
    zone: str, serial: int, *, address: str = "192.0.2.4", lifetime: str = "60", expire: str = "1209600"
) -> str:
    """The zone before it is signed: three name servers in three networks."""
    return (
        f"$ORIGIN {zone}.\n$TTL 300\n@ IN SOA ns1 noc.other.example. ( {serial} 3600 900 {expire} 300 )\n"
        "@ IN NS ns1\n@ IN NS ns2\n@ IN NS ns3\nns1 IN A 192.0.2.1\nns2 IN A 198.51.100.1\nns3 IN A 203.0.113.1\n"
        f"www {lifetime} IN A {address}\n"
    )


def signed(root: Path, zone: str, text: str, *, days: int = 30) -> str:
    """The zone with signatures that last so many days; the keys are made once."""
    folder = root / "keys"
    folder.mkdir(exist_ok=True)
    if not list(folder.glob("K*.key")):
        for kind in ((), ("-f", "KSK")):
            done("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-K", str(folder), *kind, zone)
    plain, ready = folder / "plain", folder / "signed"
    plain.write_text(text, "utf-8")
    now = datetime.now(UTC)
    since, until = (f"{now + timedelta(days=count):%Y%m%d%H%M%S}" for count in (-40, days))
    done("dnssec-signzone", "-q", "-P", "-S", "-K", str(folder), "-d", str(folder), "-o", zone, "-s", since,
         "-e", until, "-f", str(ready), str(plain))  # fmt: skip
    return ready.read_text("utf-8")


@dataclass
class Served:
    """One running name server."""

    folder: Path
    zone: str
    port: int
    primary: Served | None
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def file(self) -> Path:
        return self.folder / "zone"

    def start(self) -> None:
        role = (
            f'type secondary; primaries {{ 127.0.0.1 port {self.primary.port}; }}; file "zone";'
            if self.primary is not None
            else 'type primary; file "zone";'
        )
        self._run(f'zone "{self.zone}" {{ {role} }};\n')
        wait_until(lambda: ask(self, self.zone, "SOA").startswith("NOERROR"), "the zone")

    def _run(self, zones: str) -> None:
        settings = self.folder / "named.conf"
        settings.write_text(_OPTIONS.format(folder=self.folder, port=self.port) + zones, "utf-8")
        log = self.folder / "log"
        argv = ("named", "-f", "-n", "1", "-c", str(settings), "-L", str(log))
        self.stack.enter_context(serving(argv, lambda: ask(self, self.zone, "SOA", tries=1) != "", log))

    def stop(self) -> None:
        self.stack.close()
        self.stack = ExitStack()

    def load(self, text: str) -> None:
        """Serve another version."""
        self.stop()
        self.file.write_text(text, "utf-8")
        self.start()

    def follow(self, serial: int) -> None:
        """Wait until it has that version."""
        self.stop()
        self.start()
        wait_until(lambda: ask(self, self.zone, "SOA").endswith(f" {serial}"), "the transfer")

    def freeze_transfer(self) -> None:
        """Start anew with what it has, with a primary that is not there."""
        self.stop()
        self.primary = Served(self.folder, self.zone, free_port(), None)
        self.start()

    def forget(self) -> None:
        """Start anew as a secondary that never got the zone."""
        self.stop()
        self.file.unlink()
        self._run(
            f'zone "{self.zone}" {{ type secondary; primaries {{ 127.0.0.1 port {free_port()}; }}; file "zone"; }};\n'
        )

    def export(self, path: Path) -> None:
        """Write the zone as text, as a job would."""
        done("named-compilezone", "-q", "-i", "none", "-o", str(path), self.zone, str(self.file))

    def checked(self, path: Path) -> str:
        """What named-checkzone says of a file."""
        ended = run("named-checkzone", "-i", "none", self.zone, str(path))
        return ended.stdout.strip().splitlines()[-1]


@contextmanager
def serving_names(folder: Path, zone: str, text: str | None, primary: Served | None = None) -> Iterator[Served]:
    """A server of the zone, as its primary with a text or as the secondary of another one."""
    folder.mkdir()
    server = Served(folder, zone, free_port(), primary)
    if text is not None:
        server.file.write_text(text, "utf-8")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def ask(server: Served, name: str, kind: str, *, tries: int = 10) -> str:
    """How the server answers: its code, whether it is an authority, the serial number or the data; empty if silent."""
    return next(filter(None, (_asked(server, name, kind) for _ in range(tries))), "")


def _asked(server: Served, name: str, kind: str) -> str:
    query = dns.message.make_query(name, kind)
    query.flags &= ~dns.flags.RD
    try:
        answer = dns.query.udp(query, "127.0.0.1", port=server.port, timeout=2)
    except (OSError, dns.exception.DNSException):
        return ""
    rows = [row for rows in answer.answer for row in rows]
    word = str(rows[0].serial) if rows and kind == "SOA" else " ".join(sorted(row.to_text() for row in rows))
    return f"{dns.rcode.to_text(answer.rcode())}{' aa' if answer.flags & dns.flags.AA else ''} {word}".strip()

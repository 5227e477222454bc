"""A folder to an SNMP agent that answers as a device with sensors of a rack does, with figures that change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.children import free_port
from tests.real.daemons import run, serving
from tests.real.lab import Lab, Said
from tests.real.labs.modbus import wish
from tests.real.labs.snmp_ups import WORD
from tests.real.sensors import TABLE

NEEDS: Final = ("snmpd", "snmpget")


def asked(port: int, oid: str, *, tries: int = 20) -> str:
    """What snmpget says of one object; it tries each second."""
    words = ("snmpget", "-v2c", "-c", WORD, "-On", "-t", "1", "-r", str(tries - 1), f"127.0.0.1:{port}", oid)
    ended = run(*words, environment={"MIBS": ""})
    return (ended.stdout or ended.stderr).strip()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    port = free_port()
    wish(root)
    folder = root / "agent"
    folder.mkdir()
    program = f"{sys.executable} {Path(__file__).parents[1] / 'sensors.py'} {root / 'wishes.json'}"
    settings = folder / "snmpd.conf"
    settings.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity {WORD} 127.0.0.1\nsysLocation Daejeon hall A\n"
        f"pass_persist .1.3.6.1.2.1.99 {program}\npass_persist .1.3.6.1.2.1.47 {program}\n"
    )
    argv = ("snmpd", "-f", "-Lo", "-C", "-c", str(settings), "-p", str(folder / "pid"), "-I", "-smux")
    environment = {"SNMP_PERSISTENT_DIR": str(folder / "kept"), "MIBS": ""}
    with serving(argv, lambda: "INTEGER" in asked(port, f"{TABLE}.1.1", tries=1), folder / "log", environment):

        def said(**words: Any) -> Said:
            wish(root, **words)
            status = asked(port, f"{TABLE}.5.1").rpartition(" ")[2]
            return Said(f"snmpget: entPhySensorOperStatus of the first sensor: {status}", content=status == "1")

        yield Lab(
            item={"kind": "entity-sensor", "host": "127.0.0.1", "port": port, "community": {"env": "LAB_SENSOR"},
                  "timeout": "15s", "watch-for": "3s", "each": "250ms"},
            state=lambda: {"type": asked(port, f"{TABLE}.1.1"), "leak": asked(port, f"{TABLE}.4.3")},
            breaks={
                "leaking": lambda: said(leak=True),
                "frozen": lambda: said(frozen=True),
                "hot": lambda: said(room=612),
                "torn": lambda: said(status=3),
                "unplugged": lambda: said(status=2),
            },
            role="monitoring",
            environment={"LAB_SENSOR": WORD},
        )  # fmt: skip

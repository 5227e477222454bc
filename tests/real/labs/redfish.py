"""A folder to a machine whose management controller answers Redfish, behind a password."""

from __future__ import annotations

import http.client
import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.children import free_port
from tests.real.daemons import serving
from tests.real.lab import Lab, Said
from tests.real.labs.modbus import wish

NEEDS: Final = ()
USER: Final = "audit"
WORD: Final = "planted-controller-word"
SERVICE: Final = "/redfish/v1"


def got(port: int, path: str) -> Any:
    """A document, as any program reads it; empty where nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    basic = b64encode(f"{USER}:{WORD}".encode()).decode()
    try:
        line.request("GET", path, headers={"Authorization": f"Basic {basic}"})
        return json.loads(line.getresponse().read())
    except OSError:
        return {}
    finally:
        line.close()


def allowed(root: Path, word: str) -> None:
    """Who may ask, as the controller keeps it."""
    import bcrypt

    (root / "users").write_text(f"{USER}:{bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode()}\n")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    port = free_port()
    wish(root)
    allowed(root, WORD)
    argv = (sys.executable, "-m", "tests.real.chassis", str(port), str(root))
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}

    with serving(argv, lambda: "RedfishVersion" in got(port, SERVICE), root / "log", environment):
        (one,) = (member["@odata.id"] for member in got(port, f"{SERVICE}/Chassis")["Members"])

        def said(**words: Any) -> Said:
            wish(root, **words)
            health = got(port, one).get("Status", {}).get("Health")
            return Said(f"Status.Health of the chassis: {health}", content=health == "OK")

        def locked() -> Said:
            """Somebody changed the word of the account."""
            allowed(root, "another-word-of-the-controller")
            return Said(f"Status.Health of the chassis: {got(port, one).get('Status', 'none')}", content=False)

        yield Lab(
            item={"kind": "redfish", "url": f"http://127.0.0.1:{port}", "user": USER, "password": {"env": "LAB_RED"},
                  "timeout": "15s", "watch-for": "3s", "each": "500ms"},
            state=lambda: {"chassis": json.dumps(got(port, one), sort_keys=True)},
            breaks={
                "lost": lambda: said(lost=True),
                "leaking": lambda: said(leak=True),
                "hot": lambda: said(hot=True),
                "frozen": lambda: said(frozen=True),
                "locked": locked,
            },
            role="monitoring",
            environment={"LAB_RED": WORD},
        )  # fmt: skip

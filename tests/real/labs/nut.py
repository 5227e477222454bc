"""A folder to a NUT server whose driver reads a made-up device."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.programs import find
from tests.real.children import wait_until
from tests.real.lab import Lab, Said
from tests.real.ups import AGED, GOOD, Upsd, started_upsd

NEEDS: Final = ("upsd", "dummy-ups", "upsc")
BYPASS: Final = GOOD.replace("OL CHRG", "OL BYPASS")
FAILED: Final = GOOD.replace("Done and passed", "Done and error")


def said(upsd: Upsd) -> str:
    """What the server says of the state of the supply."""
    return upsd.ask("GET VAR good ups.status").strip()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    # Debian's /usr/sbin/upsd is a wrapper that refuses to run before it is configured.
    daemon = next((path for path in map(Path, ("/lib/nut/upsd", "/usr/lib/nut/upsd")) if path.exists()), find("upsd"))
    driver = find("dummy-ups")
    if daemon is None or driver is None:
        raise RuntimeError("NUT is not on this machine")
    with started_upsd(daemon, driver) as upsd:
        device = upsd.folder / "good.dev"

        def turned(content: str, shown: Callable[[], bool]) -> Said:
            at = device.stat().st_mtime + 2
            # At once, for the driver reads it again once its date is another one, of which it knows whole seconds.
            new = device.with_suffix(".new")
            new.write_text(content)
            os.utime(new, (at, at))
            new.replace(device)
            wait_until(shown, "the new state of the device")
            line = said(upsd)
            return Said(f"GET VAR ups.status: {line}", content="OL" in line and "RB" not in line)

        def aged() -> Said:
            return turned(AGED, lambda: "RB" in said(upsd))

        def bypassed() -> Said:
            return turned(BYPASS, lambda: "BYPASS" in said(upsd))

        def failed() -> Said:
            return turned(FAILED, lambda: "error" in upsd.ask("GET VAR good ups.test.result"))

        def frozen() -> Said:
            """The driver hangs: the server has the last figures still."""
            upsd.hold_driver("good")
            upsd.wait_for_staleness("good")
            return Said(f"GET VAR ups.status: {said(upsd)}", content=False)

        yield Lab(
            item={"kind": "nut", "host": "127.0.0.1", "port": upsd.port, "ups": "good", "timeout": "15s"},
            state=lambda: {"status": said(upsd), "logins": upsd.ask("GET NUMLOGINS good").strip()},
            breaks={"aged": aged, "bypassed": bypassed, "failed": failed, "frozen": frozen},
            role="power-protection",
        )

"""A folder to a signed zone with its primary in one place, two secondaries in another, a copy of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree
from tests.real.names import Served, ask, serving_names, signed, zone_text

NEEDS: Final = ("named", "dnssec-keygen", "dnssec-signzone", "named-compilezone")
ZONE: Final = "kodit.example"
WWW: Final = f"www.{ZONE}"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with ExitStack() as stack:
        first = stack.enter_context(serving_names(root / "first", ZONE, signed(root, ZONE, zone_text(ZONE, 7))))
        others = [
            stack.enter_context(serving_names(root / name, ZONE, None, primary=first)) for name in ("second", "third")
        ]
        kept = root / "busan"
        kept.mkdir()
        copy = kept / f"{ZONE}.zone"
        first.export(copy)

        def said(server: Served | None = None) -> Said:
            answer = ask(first if server is None else server, ZONE, "SOA")
            return Said(f"SOA {answer}", content=answer.startswith("NOERROR"))

        def changed(serial: int, *, days: int = 30, **more: str) -> None:
            """A new version that every server takes."""
            first.load(signed(root, ZONE, zone_text(ZONE, serial, **more), days=days))
            for other in others:
                other.follow(serial)

        def stopped() -> Said:
            others[0].stop()
            return said()

        def behind() -> Said:
            """The transfer to one of them is cut, then the zone is changed."""
            others[1].freeze_transfer()
            first.load(signed(root, ZONE, zone_text(ZONE, 8)))
            others[0].follow(8)
            first.export(copy)
            return said(others[1])

        def lame() -> Said:
            """One of them lost its copy of the zone."""
            others[1].forget()
            return said()

        def remembered() -> Said:
            changed(8, lifetime="86400")
            first.export(copy)
            return said()

        def ending() -> Said:
            """Nobody signs any more; the signatures are good for another day."""
            changed(8, days=1)
            first.export(copy)
            return said()

        def expires() -> Said:
            changed(8, expire="7200")
            first.export(copy)
            return said()

        def old() -> Said:
            past = copy.stat().st_mtime - 3 * 86400
            os.utime(copy, (past, past))
            return Said(f"named-checkzone: {first.checked(copy)}", content=True)

        def stale() -> Said:
            """The job goes on to copy a file to which nobody writes any more."""
            past = datetime.now(UTC) - timedelta(days=3)
            changed(int(f"{past:%Y%m%d}01"), address="192.0.2.44")
            copy.touch()
            return Said(f"named-checkzone: {first.checked(copy)}", content=True)

        def cut() -> Said:
            """Half of the copy was written."""
            lines = copy.read_text("utf-8").splitlines(keepends=True)
            copy.write_text("".join(line for line in lines if WWW not in line), "utf-8")
            return Said(f"named-checkzone: {first.checked(copy)}", content=True)

        yield Lab(
            item={
                "kind": "zone", "name": ZONE, "names": [WWW], "steering": "health-checked", "timeout": "6s",
                "servers": [
                    {"name": f"ns{number}.{ZONE}", "host": "127.0.0.1", "port": server.port,
                     "at": "daejeon/room-1" if number == 1 else "busan"}
                    for number, server in enumerate((first, *others), 1)
                ],
                "copy": {"path": f"busan/{copy.name}", "at": "busan"},
                "registration": {"until": "2099-01-01", "lock": True, "contact": "noc@other.example"},
            },
            state=lambda: {**tree(kept), "soa": said().native, "www": ask(first, WWW, "A")},
            breaks={"stopped": stopped, "behind": behind, "lame": lame, "remembered": remembered, "ending": ending,
                    "expires": expires, "old": old, "stale": stale, "cut": cut},
            role="endpoints",
        )  # fmt: skip

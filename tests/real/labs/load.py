"""A folder to a service that shows how loaded it is at its peak, at two places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import free_port
from tests.real.lab import Lab, Said, tree
from tests.real.sites import Site, asked

NEEDS: Final = ("nginx", "curl")
SERVER: Final = (
    "server {{ listen {address}:{port}; default_type text/plain; location = /metrics {{ return 200 '{text}'; }} }}"
)


def shown(site: Site, share: float) -> str:
    """A server block that shows this share as the peak of the processors."""
    text = f"# TYPE instance:cpu:max30d gauge\ninstance:cpu:max30d {share}\ninstance:memory:max30d 31\n"
    return SERVER.format(address=site.address, port=site.port, text=text)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with Site(root / "load", "127.0.0.1", free_port()) as site:
        url = f"http://127.0.0.1:{site.port}/metrics"
        site.serve(shown(site, 0.33))

        def said() -> Said:
            return asked(url, site)

        def stopped() -> Said:
            site.stop()
            return said()

        def over() -> Said:
            """Each half is used to little more than a half."""
            site.serve(shown(site, 0.52))
            return said()

        def counted() -> Said:
            """Somebody changed the series to a number of per cent."""
            site.serve(shown(site, 33))
            return said()

        yield Lab(
            item={
                "kind": "load", "url": url, "over": "30d",
                "uses": {"processor": "instance:cpu:max30d",
                         "memory": {"metric": "instance:memory:max30d", "times": "0.01"}},
            },
            state=lambda: {name: what for name, what in tree(root).items() if not name.endswith("output")},
            breaks={"stopped": stopped, "over": over, "counted": counted},
            role="endpoints",
            promised={"rpo": "1h", "rto": "1h", "at": ["daejeon/room-1", "busan"]},
        )  # fmt: skip

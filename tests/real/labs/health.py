"""A folder to a service that tells of its health, with its liveness at a page of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.children import free_port
from tests.real.lab import Lab, Said, tree
from tests.real.sites import Site, asked

NEEDS: Final = ("nginx", "curl")
WELL: Final[dict[str, Any]] = {
    "status": "UP",
    "components": {
        "db": {"status": "UP", "details": {"database": "PostgreSQL"}},
        "queue": {"status": "UP"},
        "diskSpace": {"status": "UP", "details": {"free": 91_000_000_000}},
    },
    "version": "3.4.1",
}


def block(site: Site, report: str, *, status: int = 200, live: int = 200) -> str:
    """A server block with these two pages."""
    return (
        f"server {{ listen {site.address}:{site.port}; default_type application/json; "
        f"location = /health {{ return {status} '{report}'; }} location = /live {{ return {live} '{{}}'; }} }}"
    )


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with Site(root / "busan", "127.0.0.1", free_port()) as site:
        url = f"http://127.0.0.1:{site.port}/health"
        site.serve(block(site, json.dumps(WELL)))

        def said() -> Said:
            return asked(url, site)

        def lost() -> Said:
            """The service says of itself that it is up, of its database that it is down."""
            components = {**WELL["components"], "db": {"status": "DOWN", "details": {"error": "refused"}}}
            site.serve(block(site, json.dumps({**WELL, "components": components})))
            return said()

        def silent() -> Said:
            """A word for the whole, none for what it leans on."""
            site.serve(block(site, json.dumps({"status": "UP", "version": "3.4.1"})))
            return said()

        def replaced() -> Said:
            """A page for people where the report was."""
            site.serve(block(site, "<html>Welcome</html>"))
            return said()

        def dead() -> Said:
            site.serve(block(site, json.dumps(WELL), live=503))
            return said()

        yield Lab(
            item={"kind": "health", "url": url, "liveness": f"http://127.0.0.1:{site.port}/live", "at": "busan"},
            state=lambda: {name: what for name, what in tree(root).items() if not name.endswith("output")},
            breaks={"lost": lost, "silent": silent, "replaced": replaced, "dead": dead},
            role="endpoints",
        )

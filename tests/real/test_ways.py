"""A system with a standby, an outage page, a gateway on loopback to what is ruled on each of them as they are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from audit.app import audit
from audit.model.evidence import Selection
from tests.real.children import free_port
from tests.real.sites import Site

pytestmark = pytest.mark.real
SYSTEM: Final = "kibo/guarantee"
RULES: Final = ("network.standby-endpoint", "network.outage-page", "network.administration-path")
DOWN: Final = "is down, call 1357"


def block(site: Site, text: str) -> str:
    return (
        f'server {{ listen {site.address}:{site.port}; default_type text/html; location / {{ return 200 "{text}"; }} }}'
    )


@contextmanager
def standing(root: Path) -> Iterator[dict[str, Site]]:
    """The two sites, the page elsewhere."""
    port = free_port()
    addresses = {"daejeon": "127.0.0.1", "busan": "127.0.0.2", "cloud": "127.0.0.3"}
    made = {name: Site(root / name, address, port) for name, address in addresses.items()}
    try:
        for name, site in made.items():
            site.folder.mkdir()
            site.serve(block(site, DOWN if name == "cloud" else "apply here"))
        yield made
    finally:
        for site in made.values():
            site.stop()


def estate(sites: dict[str, Site], **page: Any) -> dict[str, Any]:
    port = sites["daejeon"].port
    url = f"http://guarantee.localhost:{port}/"
    served = {"kind": "http", "url": url, "expect": {"contains": "apply"}}
    return {
        "estate": {"id": "ways", "allow": ["127.0.0.0/8"]},
        "sites": [{"id": "daejeon"}, {"id": "busan"}, {"id": "cloud"}],
        "institutions": [{"id": "kibo", "systems": [{
            "id": "guarantee", "grade": 1, "at": ["daejeon"],
            "endpoints": [
                {"id": "web", **served, "address": "127.0.0.1"},
                {"id": "web-busan", **served, "address": "127.0.0.2", "at": "busan"},
                {"id": "page", "kind": "http", "url": f"http://127.0.0.3:{port}/", "purpose": "outage-page",
                 "at": "cloud", "expect": {"contains": DOWN}, **page},
                {"id": "gate", "kind": "tcp", "host": "127.0.0.2", "port": port, "purpose": "administration",
                 "at": "busan", "via": []},
            ],
            "failover": [{"id": "to-busan", "kind": "declared", "to": "busan", "mode": "hot"}],
        }]}],
    }  # fmt: skip


def ruled(root: Path, sites: dict[str, Site], **page: Any) -> dict[str, str]:
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(estate(sites, **page), allow_unicode=True))
    outcome = audit(path, store=str(root / "ways.db"), selection=Selection(subjects=(SYSTEM,)))
    return {one.check: str(one.verdict) for one in outcome.dossier.findings if one.subject == SYSTEM}


def test_each_way_is_good_until_it_is_lost(need: Callable[[str], Path], tmp_path: Path) -> None:
    need("nginx")
    with standing(tmp_path) as sites:
        found = ruled(tmp_path, sites)
        assert [found[rule] for rule in RULES] == ["pass"] * 3
        assert ruled(tmp_path, sites, at="daejeon")["network.outage-page"] == "fail"
        sites["cloud"].serve(block(sites["cloud"], "welcome"))
        assert ruled(tmp_path, sites)["network.outage-page"] == "fail"
        sites["daejeon"].stop()
        sites["cloud"].serve(block(sites["cloud"], DOWN))
        # What is elsewhere does not hang on the first place.
        assert [ruled(tmp_path, sites)[rule] for rule in RULES] == ["pass"] * 3
        sites["busan"].stop()
        found = ruled(tmp_path, sites)
        assert [found[rule] for rule in RULES] == ["fail", "pass", "fail"]

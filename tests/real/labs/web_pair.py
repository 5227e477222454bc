"""A folder to one page, served under one name at two sites with certificates of an authority of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from tests.real.children import free_port
from tests.real.lab import Lab, Said, tree
from tests.real.sites import Site, asked
from tests.world.certificates import DAY, Authority

NEEDS: Final = ("nginx", "curl")
NAME: Final = "guarantee.localhost"
TEXT: Final = "보증 신청"
SERVER: Final = """
server {{
    listen {address}:{port} ssl; server_name {name}; ssl_certificate {pem}; ssl_certificate_key {pem};
    ssl_protocols {protocols}; default_type "text/html; charset=utf-8";
    {headers}
    {places}
}}
"""


def certificate(authority: Authority, folder: Path, ends: timedelta, name: str = NAME) -> Path:
    """A key with its certificate."""
    before = {*folder.glob("*.pem")}
    authority.server(name, starts=-9 * DAY, ends=ends)
    (made,) = {*folder.glob("*.pem")} - before
    return made


def block(
    site: Site, pem: Path, marker: str, *, version: str = "3.4.1", text: str = TEXT, places: str = "",
    protocols: str = "TLSv1.2 TLSv1.3", headers: str = "",
) -> str:  # fmt: skip
    """A server block."""
    return SERVER.format(
        address=site.address, port=site.port, name=NAME, pem=pem, protocols=protocols,
        headers=headers or f"add_header X-Site {marker}; add_header X-App-Version {version};",
        places=places or f'location / {{ return 200 "{text}"; }}',
    )  # fmt: skip


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    keys = root / "keys"
    keys.mkdir()
    authority, port = Authority.new(keys), free_port()
    pem = certificate(authority, keys, 90 * DAY)
    with Site(root / "daejeon", "127.0.0.1", port) as first, Site(root / "busan", "127.0.0.2", port) as second:
        url = f"https://{NAME}:{port}/"
        first.serve(block(first, pem, "daejeon"))
        second.serve(block(second, pem, "busan"))

        def said() -> Said:
            return asked(url, second)

        def expired() -> Said:
            second.serve(block(second, certificate(authority, keys, -DAY), "busan"))
            return said()

        def foreign() -> Said:
            """The certificate holds another name beside, which nobody gave the first place."""
            before = {*keys.glob("*.pem")}
            authority.server(NAME, "old.localhost", ends=90 * DAY)
            (made,) = {*keys.glob("*.pem")} - before
            second.serve(block(second, made, "busan"))
            return said()

        def old() -> Said:
            second.serve(block(second, pem, "busan", version="2.9.0"))
            return said()

        def other() -> Said:
            second.serve(block(second, pem, "busan", text=f"{TEXT} (2019)"))
            return said()

        def redirected() -> Said:
            """The page comes, by way of another one."""
            places = f'location = / {{ return 302 /notice; }} location /notice {{ return 200 "{TEXT}"; }}'
            second.serve(block(second, pem, "busan", places=places))
            return said()

        def relayed() -> Said:
            """What listens at the other place hands everything on to the first one."""
            places = f"location / {{ proxy_pass https://{first.address}:{port}; proxy_set_header Host $http_host; }}"
            second.serve(block(second, pem, "busan", places=places, headers="#"))
            return said()

        def weaker() -> Said:
            second.serve(block(second, pem, "busan", protocols="TLSv1.2"))
            return said()

        def stopped() -> Said:
            second.stop()
            return said()

        page = {
            "kind": "http", "url": url, "authority": authority.file, "expect": {"contains": TEXT},
            "same": ["X-App-Version"], "same-body": True,
        }  # fmt: skip
        yield Lab(
            item={**page, "address": second.address, "at": "busan",
                  "site-marker": {"header": "X-Site", "is": "busan"}},
            state=lambda: {name: what for name, what in tree(root).items() if not name.endswith("output")},
            breaks={"expired": expired, "foreign": foreign, "old": old, "other": other, "redirected": redirected,
                    "relayed": relayed, "weaker": weaker, "stopped": stopped},
            role="endpoints",
            beside=({"id": "web-here", **page, "address": first.address},),
        )  # fmt: skip

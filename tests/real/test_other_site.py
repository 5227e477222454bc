"""One name at two sites, on a real nginx with an authority of its own, to what is told of each site alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.children import free_port
from tests.real.test_whole_audit import run
from tests.real.webs import web
from tests.world.certificates import DAY, Authority

pytestmark = pytest.mark.real
INVENTORY = """
estate: {{id: two-sites, allow: [127.0.0.0/8, "::1"]}}
sites: [{{id: daejeon}}, {{id: busan}}]
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        at: [daejeon]
        endpoints:
          - {{id: web, kind: http, url: "{url}", address: 127.0.0.1, {rest}}}
          - {{id: web-dr, kind: http, url: "{url}", address: 127.0.0.9, at: busan, {rest}}}
          - {{id: both, kind: http, url: "{url}", {rest}}}
          - {{id: closed, kind: tcp, host: 127.0.0.9, port: {closed}}}
"""
SERVER = """
server {{
    listen {address}:{port} ssl; server_name guarantee.localhost; ssl_certificate {pem}; ssl_certificate_key {pem};
    location / {{ default_type "text/plain; charset=utf-8"; return 200 "보증 신청"; }}
}}
"""


def test_a_standby_site_is_judged_by_its_own_certificate(need: Callable[[str], Path], tmp_path: Path) -> None:
    program, port = need("nginx"), free_port()
    authority = Authority.new(tmp_path)
    servers = ""
    for address, ends in (("127.0.0.1", 90 * DAY), ("127.0.0.9", -DAY)):
        before = {*tmp_path.glob("*.pem")}
        authority.server("guarantee.localhost", starts=-9 * DAY, ends=ends)
        (pem,) = {*tmp_path.glob("*.pem")} - before
        servers += SERVER.format(address=address, port=port, pem=pem)
    rest = f'authority: "{authority.file}", expect: {{status: 200, contains: "보증"}}'
    text = INVENTORY.format(url=f"https://guarantee.localhost:{port}/", rest=rest, closed=free_port())
    (tmp_path / "estate.yaml").write_text(text)

    with web(program, tmp_path, servers, port):
        told = run(tmp_path)

    assert told.of("availability.answers", "kibo/guarantee/web") == ("pass", None)
    assert told.of("network.certificate", "kibo/guarantee/web") == ("pass", None)
    assert told.of("availability.answers", "kibo/guarantee/web-dr") == ("fail", None)
    assert told.of("network.certificate", "kibo/guarantee/web-dr") == ("fail", None)
    assert "at 127.0.0.9 expired on" in told.said
    # The name has a second address at which nobody listens.
    assert told.of("availability.answers", "kibo/guarantee/both") == ("fail", None)
    assert told.of("network.certificate", "kibo/guarantee/both") == ("unknown", "incomplete")
    assert told.of("availability.answers", "kibo/guarantee/closed") == ("fail", None)
    assert told.of("network.certificate", "kibo/guarantee/closed") == ("not-applicable", None)

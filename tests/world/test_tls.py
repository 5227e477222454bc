"""Certificates that are right, old, early, foreign or self-made to what a handshake says of each."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.model.facts import Sample
from audit.model.verdict import CannotSee
from audit.world.world import Page
from tests.world.certificates import DAY, Authority
from tests.world.hands import LONG, SOON, hands, only, run, unhurried
from tests.world.servers import page, resets, served, silent

HANDS = hands(hosts={"portal.example": ("127.0.0.1",)})


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


def greet(authority: Authority, server: ssl.SSLContext, name: str | None = None, *, trust: bool = True) -> Sample:
    with served(silent, tls=server) as port:
        return only(run(HANDS.tls.greet("portal.example", port, name, LONG, authority.file if trust else None)))


def test_a_certificate_that_is_right(authority: Authority) -> None:
    sample = greet(authority, authority.server("portal.example", "127.0.0.1", ends=10 * DAY))
    seen = sample.certificate
    assert (sample.failure, sample.tls) == (None, "TLSv1.3")
    assert seen is not None
    assert (seen.trusted, seen.trouble, seen.key) == (True, "", "EC 256")
    assert seen.names == ("portal.example", "127.0.0.1")
    assert (seen.subject, seen.issuer) == ("CN=portal.example", "CN=Test authority")
    assert abs(seen.not_after - datetime.now(UTC) - 10 * DAY) < timedelta(minutes=1)
    assert seen.chain_not_after == seen.not_after


def test_the_chain_ends_with_its_first_end(authority: Authority) -> None:
    sample = greet(authority, authority.server("portal.example", ends=900 * DAY))
    assert sample.certificate is not None
    assert sample.certificate.chain_not_after < sample.certificate.not_after
    assert abs(sample.certificate.chain_not_after - datetime.now(UTC) - 365 * DAY) < timedelta(minutes=1)


def test_four_reasons_not_to_trust(authority: Authority) -> None:
    old = greet(authority, authority.server("portal.example", starts=-30 * DAY, ends=-3 * DAY))
    early = greet(authority, authority.server("portal.example", starts=3 * DAY))
    foreign = greet(authority, authority.server("other.example"))
    selfmade = greet(authority, authority.server("portal.example", signed_by_itself=True))
    unknown = greet(authority, authority.server("portal.example"), trust=False)
    assert [sample.failure for sample in (old, early, foreign, selfmade, unknown)] == [
        "tls-expired", "tls-not-yet-valid", "tls-hostname", "tls-untrusted", "tls-untrusted",
    ]  # fmt: skip
    for sample in (old, early, foreign, selfmade, unknown):
        assert sample.certificate is not None
        assert not sample.certificate.trusted
        assert sample.certificate.trouble == sample.detail
    assert (datetime.now(UTC) - 3 * DAY).date().isoformat() in old.detail
    assert (datetime.now(UTC) + 3 * DAY).date().isoformat() in early.detail
    assert "other.example" in foreign.detail
    assert "self-signed" in selfmade.detail


def test_another_name_than_the_host(authority: Authority) -> None:
    assert greet(authority, authority.server("inside.example"), "inside.example").failure is None
    assert greet(authority, authority.server("127.0.0.1"), "127.0.0.1").failure is None


def make_old(server: ssl.SSLContext) -> None:
    server.set_ciphers("ALL:@SECLEVEL=0")
    server.minimum_version = ssl.TLSVersion.TLSv1
    server.maximum_version = ssl.TLSVersion.TLSv1


def test_an_old_protocol(authority: Authority) -> None:
    server = authority.server("portal.example")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        make_old(server)
    assert greet(authority, server).failure == "tls-protocol"


def test_servers_that_speak_no_tls(authority: Authority) -> None:
    for talk in (lambda channel: channel.sendall(page()), lambda channel: channel.recv(10)):
        with served(talk) as port:
            state = run(HANDS.tls.greet("portal.example", port, None, LONG, authority.file))
        assert only(state).failure in ("tls-protocol", "reset")
    with served(resets) as port:
        assert only(run(HANDS.tls.greet("portal.example", port, None, LONG, None))).failure == "reset"
    with served(silent) as port:
        state = run(unhurried(lambda: HANDS.tls.greet("portal.example", port, None, SOON, None)))
        assert only(state).failure == "tls-timeout"


def test_a_page_over_tls_at_a_pinned_address(authority: Authority) -> None:
    heads: list[bytes] = []

    def talk(channel: ssl.SSLSocket) -> None:
        heads.append(channel.recv(65536))
        channel.sendall(page("보증".encode()))

    server = authority.server("guarantee.example")
    names: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    with served(talk, tls=server) as port:  # type: ignore[arg-type]
        wanted = Page(
            f"https://guarantee.example:{port}/", address="127.0.0.1", authority=authority.file, contains="보증"
        )
        sample = only(run(HANDS.http.visit(wanted, LONG)))
    assert (sample.failure, sample.address, sample.tls) == (None, "127.0.0.1", "TLSv1.3")
    assert f"Host: guarantee.example:{port}".encode() in heads[0]
    assert names == ["guarantee.example"]
    assert "tls" in sample.phases


def test_a_page_of_an_expired_server_is_not_read(authority: Authority) -> None:
    heads: list[bytes] = []

    def talk(channel: ssl.SSLSocket) -> None:
        heads.append(channel.recv(65536))

    with served(talk, tls=authority.server("portal.example", ends=-DAY, starts=-9 * DAY)) as port:  # type: ignore[arg-type]
        state = run(HANDS.http.visit(Page(f"https://portal.example:{port}/", authority=authority.file), LONG))
    assert only(state).failure == "tls-expired"
    assert b"".join(heads) == b""


def test_an_authority_file_without_certificates(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(CannotSee, match="holds no certificates"):
        run(hands(root=tmp_path).tls.greet("127.0.0.1", 1, None, LONG, "empty.pem"))

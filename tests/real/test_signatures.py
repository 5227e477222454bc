"""Texts, keys, lists of signers in, what the real ssh-keygen lets us say of them out."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.signing import SshKeygen, listed, opened, sign, verified
from tests.real.keys import Key, made, signed

pytestmark = [pytest.mark.real, pytest.mark.lab]
TEXT = "check: x\non: 대전\n".encode()
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ELSEWHERE = b"""-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgNSFEo0G9tpEZU3RxmRjFzOSFP8
+dQ/Sx152Pe3SgENAAAAAWcmVzaWxpZW5jZS1hdHRlc3RhdGlvbgAAAAAAAAAGc2hhNTEy
AAAAUwAAAAtzc2gtZWQyNTUxOQAAAEA3leKLYjscWBho0bUiotQBDKeONyw3xKX0P0I2F5
L43pO+1JRjz2p0vEx+Nc1vSpe7H2yOHXPbey/Kclmq+6sH
-----END SSH SIGNATURE-----
"""
LISTED = (
    b'fm-team@kibo.example namespaces="resilience-attestation",valid-after="20250101Z",valid-before="20270101Z" '
    b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDUhRKNBvbaRGVN0cZkYxczkhT/PnUP0sdedj3t0oBDQ\n"
)


@dataclass(frozen=True)
class People:
    """Three people with their keys."""

    lee: Key
    kim: Key
    old: Key
    folder: Path

    @property
    def signers(self) -> bytes:
        lines = (
            "# whose word counts\n\n",
            self.lee.line("Lee Jun", "lee@kibo.example"),
            self.kim.line("*@kosme.example"),
            self.old.line("Park", options='namespaces="haechi-evidence",valid-before="20260601Z"'),
        )
        return "".join(lines).encode()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> People:
    need("ssh-keygen")
    folder = tmp_path_factory.mktemp("keys")
    return People(made(folder, "lee"), made(folder, "kim"), made(folder, "old"), folder)


def state(people: People, key: Key, who: str, *, text: bytes = TEXT, at: datetime = AT, signers: bytes = b"") -> str:
    return verified(text, signed(key, TEXT), signers or people.signers, who, at).state


def test_a_good_one_with_all_names_of_its_key(people: People) -> None:
    found = verified(TEXT, signed(people.lee, TEXT), people.signers, "Lee Jun", AT)
    assert (found.state, found.signer, found.names) == ("good", "Lee Jun", ("Lee Jun", "lee@kibo.example"))
    assert found.key.startswith("SHA256:")
    assert state(people, people.lee, "lee@kibo.example") == "good"
    assert state(people, people.kim, "cho@kosme.example") == "good"


def test_what_is_not_good_is_told_apart(people: People) -> None:
    assert state(people, people.lee, "Lee Jun", text=TEXT + b" ") == "tampered"
    assert state(people, people.lee, "Park") == "wrong-signer"
    assert state(people, people.lee, "nobody") == "wrong-signer"
    assert state(people, made(people.folder, "stranger"), "Lee Jun") == "unknown-signer"
    other = signed(people.lee, TEXT, "haechi-switch")
    assert verified(TEXT, other, people.signers, "Lee Jun", AT).state == "wrong-namespace"
    narrow = people.lee.line("Lee Jun", options='namespaces="git,file"').encode()
    assert state(people, people.lee, "Lee Jun", signers=narrow) == "wrong-namespace"
    assert state(people, people.lee, "Lee Jun", signers=b"\n") == "unknown-signer"


def test_a_key_is_judged_as_it_was_then(people: People) -> None:
    assert state(people, people.old, "Park", at=datetime(2026, 5, 31, 23, 59, tzinfo=UTC)) == "good"
    assert state(people, people.old, "Park", at=datetime(2026, 6, 1, 0, 1, tzinfo=UTC)) == "key-expired"
    soon = people.old.line("Park", options='valid-after="20270101Z"').encode()
    assert state(people, people.old, "Park", signers=soon) == "key-not-yet"
    again = people.signers + people.old.line("Park", options='valid-after="20260601Z"').encode()
    assert state(people, people.old, "Park", signers=again) == "good", "the list may name one key for two times"


def test_a_signature_of_another_house_counts_for_its_own_purpose_alone(need: Callable[[str], Path]) -> None:
    need("ssh-keygen")
    who = "fm-team@kibo.example"
    assert verified(TEXT, ELSEWHERE, LISTED, who, AT).state == "wrong-namespace"
    assert verified(TEXT, ELSEWHERE, LISTED, who, AT, "resilience-attestation").state == "tampered"


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_kinds_of_keys(people: People, kind: str) -> None:
    key = made(people.folder, kind, kind=kind)
    lines = key.line("Lee Jun").encode()
    assert state(people, key, "Lee Jun", signers=lines) == "good"
    assert state(people, key, "Lee Jun", signers=lines, text=b"other") == "tampered"


def test_what_is_no_signature(people: People) -> None:
    good = signed(people.lee, TEXT)
    lines = good.splitlines(keepends=True)
    for broken in (b"", b"\0" * 99, b"-----BEGIN SSH SIGNATURE-----\n", good[:60], b"".join(lines[:-2]), good[:40] * 9):
        assert verified(TEXT, broken, people.signers, "Lee Jun", AT).state == "unreadable"
    blob = bytearray(base64.b64decode(b"".join(lines[1:-1])))
    blob[-1] ^= 1
    bent = b"".join((lines[0], base64.encodebytes(bytes(blob)), lines[-1]))
    assert verified(TEXT, bent, people.signers, "Lee Jun", AT).state == "tampered"


def test_what_cannot_be_verified_is_not_called_forged(people: People) -> None:
    blob = base64.b64decode(b"".join(signed(people.lee, TEXT).splitlines()[1:-1]))
    strange = blob.replace(b"ssh-ed25519", b"ssh-ed99999")
    armour = b"-----BEGIN SSH SIGNATURE-----\n" + base64.encodebytes(strange) + b"-----END SSH SIGNATURE-----\n"
    with pytest.raises(CannotSee) as gap:
        verified(TEXT, armour, people.signers, "Lee Jun", AT)
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    "name", ["-oProxyCommand=x", "-s", "--", "a b,c", '"', "*", "김민지\N{RIGHT-TO-LEFT OVERRIDE}", "x" * 4000]
)
def test_hostile_names(people: People, name: str) -> None:
    assert state(people, people.lee, name) == "wrong-signer"
    assert verified(TEXT, signed(people.lee, TEXT), people.signers, "a\0b", AT).state == "unreadable"


def test_hostile_lists(people: People) -> None:
    noise = b"\xff\xfe\0 garbage\n" + b"x" * 100_000 + b"\n-f /etc/passwd ssh-ed25519 AAAA\n"
    assert state(people, people.lee, "Lee Jun", signers=noise + people.signers) in (
        "good",
        "unknown-signer",
        "key-refused",
    )
    commented = b"#" + people.lee.line("Lee Jun").encode()
    assert state(people, people.lee, "Lee Jun", signers=commented) == "unknown-signer"
    assert listed(commented, opened(signed(people.lee, TEXT)).key) == ()  # type: ignore[union-attr]


def test_we_sign_what_ssh_keygen_verifies(people: People) -> None:
    assert verified(TEXT, sign(TEXT, people.lee.path), people.signers, "Lee Jun", AT).state == "good"
    with pytest.raises(CannotSee) as gap:
        sign(TEXT, people.folder / "nothing")
    assert gap.value.reason is Reason.DENIED


def test_a_locked_key_signs_nothing_where_nobody_can_be_asked(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_ASKPASS", "/bin/false")
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = made(people.folder, "locked", passphrase="hunter2 hunter2")
    with pytest.raises(CannotSee) as gap:
        sign(TEXT, key.path)
    assert gap.value.reason is Reason.DENIED


def test_a_missing_program_is_named(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    good = signed(people.lee, TEXT)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CannotSee, match="ssh-keygen is not installed") as gap:
        verified(TEXT, good, people.signers, "Lee Jun", AT)
    assert gap.value.reason is Reason.NO_TOOL


def test_equal_questions_are_asked_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    hand, good = SshKeygen(), signed(people.lee, TEXT)
    first = anyio.run(hand.verify, TEXT, good, people.signers, "Lee Jun", AT)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert anyio.run(hand.verify, TEXT, good, people.signers, "Lee Jun", AT) == first
    with pytest.raises(CannotSee):
        anyio.run(hand.verify, TEXT + b"x", good, people.signers, "Lee Jun", AT)

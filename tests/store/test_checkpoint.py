"""Notes and keys that others made, notes that somebody broke, against what a checkpoint may be."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from audit.store.bundling_verifier_signed import ed25519_holds, signed_by
from audit.store.checkpoint import (
    LOG,
    WITNESS,
    Checkpoint,
    Key,
    new_signer,
    proof_text,
    read_checkpoint,
    read_key,
    read_proof,
    read_signer,
)

# The example of the package golang.org/x/mod/sumdb/note, whose form C2SP signed-note writes down.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# RFC 8032, section 7.1, tests 1 to 3: key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
            "24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
            "eeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
            "8dc027beceea1ec40a"
        ),
    ),
]
SIGNER = new_signer("audit.example.org/kibo", bytes(range(32)))
HEAD = Checkpoint("audit.example.org/kibo", 21, hashlib.sha256(b"root").digest(), ("institution kibo",))


def test_a_note_that_others_signed() -> None:
    assert signed_by(NOTE, KEY) is True
    assert signed_by(NOTE.replace("answer", "Answer"), KEY) is False
    key = read_key(KEY)
    assert (key.name, key.kind, str(key)) == ("PeterNeumann", LOG, KEY)


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_published_signatures(public: str, message: str, signature: str) -> None:
    key, text, signed = map(bytes.fromhex, (public, message, signature))
    assert ed25519_holds(key, text, signed)
    assert not ed25519_holds(key, text + b"x", signed)
    for place in range(64):
        broken = bytearray(signed)
        broken[place] ^= 1 << place % 8
        assert not ed25519_holds(key, text, bytes(broken))
    order = 2**252 + 27742317777372353535851937790883648493
    more = int.from_bytes(signed[32:], "little") + order
    assert not ed25519_holds(key, text, signed[:32] + more.to_bytes(32, "little")), "another writing of the same"
    assert not ed25519_holds(key[:31], text, signed)
    assert not ed25519_holds(b"\xff" * 32, text, signed)


def test_both_verifiers_agree() -> None:
    note = SIGNER.cosign(SIGNER.sign(HEAD), 1_795_300_000)
    for key in (SIGNER.key, SIGNER.key.of_kind(WITNESS)):
        assert note.signed_by(key) is True
        assert signed_by(str(note), str(key)) is True
        for changed in (replace(note, size=22), replace(note, root=bytes(32)), replace(note, more=())):
            assert changed.signed_by(key) is False
            assert signed_by(str(changed), str(key)) is False
    other = new_signer("audit.example.org/kibo", bytes(32)).key
    assert note.signed_by(other) is None
    assert signed_by(str(note), str(other)) is None


def test_the_time_of_a_witness_is_signed() -> None:
    note = SIGNER.cosign(SIGNER.sign(HEAD), 1_795_300_000)
    mine = note.signatures[-1]
    later = replace(mine, signed=bytes([0, 0, 0, 0, 0x7F]) + mine.signed[5:])
    assert replace(note, signatures=(later,)).signed_by(SIGNER.key.of_kind(WITNESS)) is False
    assert replace(note, signatures=(replace(mine, signed=b"short"),)).signed_by(SIGNER.key.of_kind(WITNESS)) is False


def test_a_checkpoint_comes_back() -> None:
    note = SIGNER.sign(HEAD)
    assert read_checkpoint(str(note)) == note
    assert str(note).split("\n")[:3] == ["audit.example.org/kibo", "21", base64.b64encode(HEAD.root).decode()]
    assert SIGNER.sign(note) == note, "signed again it is the same"
    assert read_proof(proof_text(5, [bytes(32)], note)) == (5, (bytes(32),), note)
    assert read_proof(str(note)) == (0, (), note)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("\n21\n", "\n021\n", "2: "),
        ("\n21\n", "\n-1\n", "2: "),
        ("\n21\n", "\n99999999999999999999\n", "2: "),
        ("\n\n", "\n", "1: "),
        ("audit.example.org/kibo\n21", "audit\x1b[31m\n21", "1: "),
        ("institution", "insti\u202etution", "4: "),
        ("\u2014 ", "- ", "6: "),
        ("kibo ", "kibo  ", "6: "),
    ],
)
def test_notes_that_are_none(before: str, after: str, said: str) -> None:
    text = str(SIGNER.sign(HEAD))
    assert before in text
    with pytest.raises(ValueError, match=f"^{said}"):
        read_checkpoint(text.replace(before, after, 1))


def test_a_note_that_was_cut_off() -> None:
    text = str(SIGNER.sign(HEAD))
    for length in range(len(text)):
        with pytest.raises(ValueError):
            read_checkpoint(text[:length])
    with pytest.raises(ValueError):
        read_checkpoint(text + "x" * 1_000_001)


def test_keys() -> None:
    assert read_signer(SIGNER.written()).key == SIGNER.key
    assert repr(SIGNER) == "Signer('audit.example.org/kibo')"
    assert read_key(str(SIGNER.key)) == SIGNER.key
    for text in (
        "",
        "a+b",
        KEY[:-4],
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("Peter", "Petra"),
        SIGNER.written(),
    ):
        with pytest.raises(ValueError):
            read_key(text)
    for text in (KEY, SIGNER.written().replace("kibo", "kosme"), SIGNER.written()[:-9], "PRIVATE+KEY+a+b"):
        with pytest.raises(ValueError) as wrong:
            read_signer(text)
        assert SIGNER.written()[50:80] not in str(wrong.value)
    for name in ("", "a b", "a+b", "a\nb", "a\u200bb"):
        with pytest.raises(ValueError):
            new_signer(name, bytes(32))
    assert Key("x", LOG, bytes(32)).id != Key("x", WITNESS, bytes(32)).id

"""A signed head of a log as the text of C2SP tlog-checkpoint, that text with the keys that may sign it back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LOG: Final = 1
"""The kind of a key that signs a note as it is."""
WITNESS: Final = 4
"""The kind of a key that co-signs a checkpoint with the time at which it did (C2SP tlog-cosignature)."""
MOST: Final = 1_000_000
"""Bytes of a note."""
_HEAD: Final = "PRIVATE+KEY+"
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_MARK: Final = "\u2014 "
_MOST_SIGNATURES: Final = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under the name of whoever signs with it."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash of all of it."""
        return hashlib.sha256(b"%b\n%c%b" % (self.name.encode(), self.kind, self.public)).digest()[:4]

    def __str__(self) -> str:
        """`name+hash+base64`, as it is handed on."""
        return f"{self.name}+{self.id.hex()}+{_text(bytes([self.kind]) + self.public)}"

    def of_kind(self, kind: int) -> Key:
        """The same key for the other use."""
        return Key(self.name, kind, self.public)


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note; `signed` is without the id of the key."""

    name: str
    id: bytes
    signed: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {_text(self.id + self.signed)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large a log was, with the root over all of it then, as somebody signed it."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()
    """Lines of the log's own."""
    signatures: tuple[Signature, ...] = ()

    @property
    def body(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, _text(self.root), *self.more))

    def __str__(self) -> str:
        return self.body + "\n" + "".join(map(str, self.signatures))

    def under(self, key: Key) -> tuple[Signature, ...]:
        """The signatures that say they are of a key."""
        return tuple(one for one in self.signatures if (one.name, one.id) == (key.name, key.id))

    def signed_by(self, key: Key) -> bool | None:
        """Whether a key signed it; None where no signature says so."""
        found = self.under(key)
        return all(_holds(self.body, key, one.signed) for one in found) if found else None


def read_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from its text; ValueError with what is wrong, as `LINE: what would be right`."""
    if len(text) > MOST:
        raise ValueError("1: too long for a checkpoint")
    if not text.endswith("\n"):
        raise ValueError(f"{text.count(chr(10)) + 1}: cut off; expected a line break at the end")
    body, gap, under = text.rpartition("\n\n")
    if not gap:
        raise ValueError("1: no empty line; expected one between what is signed and its signatures")
    lines = body.split("\n")
    for number, line in enumerate(lines, 1):
        if not line or not line.isprintable():
            raise ValueError(f"{number}: expected a line of printable text")
    if len(lines) < 3:
        raise ValueError(f"{len(lines)}: expected an origin, a size and a root")
    if not _SIZE.fullmatch(lines[1]):
        raise ValueError(f"2: expected the size of the log, got {lines[1][:40]!r}")
    root = _bytes(lines[2])
    if root is None or len(root) != 32:
        raise ValueError(f"3: expected a root of 32 bytes in base64, got {lines[2][:60]!r}")
    signatures = tuple(_signature(line, len(lines) + 2 + at) for at, line in enumerate(under.split("\n")[:-1]))
    if not signatures or len(signatures) > _MOST_SIGNATURES:
        raise ValueError(f"{len(lines) + 2}: expected signatures, at most {_MOST_SIGNATURES}")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]), signatures)


def _signature(line: str, number: int) -> Signature:
    name, gap, rest = line.removeprefix(_MARK).partition(" ")
    signed = _bytes(rest)
    if not (line.startswith(_MARK) and gap and _NAME.fullmatch(name)) or signed is None or len(signed) < 5:
        raise ValueError(f"{number}: expected a signature, a dash, the name of a key and base64")
    return Signature(name, signed[:4], signed[4:])


def read_key(text: str) -> Key:
    """A public key as it is handed on; ValueError where it is none."""
    name, _, rest = text.strip().partition("+")
    short, _, written = rest.partition("+")
    found = _bytes(written)
    if found is None or not _NAME.fullmatch(name) or len(found) != 33 or found[0] not in (LOG, WITNESS):
        raise ValueError("expected a public key such as name+0a1b2c3d+BASE64")
    key = Key(name, found[0], found[1:])
    if key.id.hex() != short:
        raise ValueError("a public key of which the hash is not that of its content; it was mistyped or changed")
    return key


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key under the name of whoever signs with it; it never shows itself."""

    name: str
    _seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def key(self) -> Key:
        """The public part."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Key(self.name, LOG, Ed25519PrivateKey.from_private_bytes(self._seed).public_key().public_bytes_raw())

    def _sign(self, text: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).sign(text)

    def sign(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with the signature of the log under it."""
        mine = Signature(self.name, self.key.id, self._sign(checkpoint.body.encode()))
        return _with(checkpoint, mine)

    def cosign(self, checkpoint: Checkpoint, seconds: int) -> Checkpoint:
        """The checkpoint with the signature of a witness under it, who saw it at that second since 1970."""
        time = struct.pack(">Q", seconds)
        mine = Signature(self.name, self.key.of_kind(WITNESS).id, time + self._sign(_seen(checkpoint.body, seconds)))
        return _with(checkpoint, mine)

    def written(self) -> str:
        """The content of the file of a secret key."""
        return f"{_HEAD}{self.name}+{self.key.id.hex()}+{_text(bytes([LOG]) + self._seed)}\n"


def read_signer(text: str) -> Signer:
    """A secret key from the content of its file; ValueError where it is none, which never tells what it holds."""
    words = text.strip().removeprefix(_HEAD).split("+", 2)
    found = _bytes(words[2]) if len(words) == 3 else None
    if not text.startswith(_HEAD) or found is None or len(found) != 33 or found[0] != LOG:
        raise ValueError("expected a secret key that `haechi seal --new-key` wrote")
    signer = new_signer(words[0], found[1:])
    if signer.key.id.hex() != words[1]:
        raise ValueError("a secret key that was changed: its hash is not that of its content")
    return signer


def new_signer(name: str, seed: bytes) -> Signer:
    """A key of 32 random bytes; ValueError for a name that cannot stand under a note."""
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise ValueError("expected a name without spaces and without +, such as audit.example.org/haechi")
    return Signer(name, seed)


def _with(checkpoint: Checkpoint, mine: Signature) -> Checkpoint:
    others = tuple(one for one in checkpoint.signatures if (one.name, one.id) != (mine.name, mine.id))
    return Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, checkpoint.more, (*others, mine))


def _holds(body: str, key: Key, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    text, signature = body.encode(), signed
    if key.kind == WITNESS:
        if len(signed) != 72:
            return False
        text, signature = _seen(body, struct.unpack(">Q", signed[:8])[0]), signed[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _seen(body: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes | None:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if _text(found) == text else None


def proof_text(old: int, proof: Sequence[bytes], checkpoint: Checkpoint) -> str:
    """What is sent to a witness (C2SP tlog-witness): from which size on, the proof, an empty line, the checkpoint."""
    return "".join(f"{line}\n" for line in (f"old {old}", *map(_text, proof), "")) + str(checkpoint)


def read_proof(text: str) -> tuple[int, tuple[bytes, ...], Checkpoint]:
    """What a witness was sent; a bare checkpoint comes with no proof, from size 0 on."""
    if not text.startswith("old "):
        return 0, (), read_checkpoint(text)
    top, _, note = text.partition("\n\n")
    first, *rest = top.split("\n")
    proof = [_bytes(line) for line in rest]
    if not _SIZE.fullmatch(first[4:]) or len(proof) > 63:
        raise ValueError("1: expected `old` with a size, at most 63 hashes, an empty line, a checkpoint")
    parts = tuple(part for part in proof if part is not None and len(part) == 32)
    if len(parts) != len(proof):
        raise ValueError("2: expected hashes of 32 bytes in base64")
    return int(first[4:]), parts, read_checkpoint(note)

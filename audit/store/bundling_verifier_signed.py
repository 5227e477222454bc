"""A bundle with the keys of who must have signed it in, whether they did out: half of the one-file verifier."""

from __future__ import annotations

import base64
import hashlib
import struct
import sys

from audit.store.bundling_verifier import Altered, open_bundle

# The one-file verifier goes on from here.

# Ed25519 (RFC 8032, section 6): slow and plain. It only verifies, where nothing is secret.
_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _even(y: int, sign: int) -> int | None:
    """The x of a point of which y and the last bit of x are known."""
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (not x and sign):
        return None
    return _P - x if x & 1 != sign else x


def _point(content: bytes) -> tuple[int, int, int, int] | None:
    y = int.from_bytes(content, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _even(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _add(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    found = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is of this key under this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, other = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _even(y, 0)
    if key is None or other is None or x is None or scalar >= _Q:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _Q
    left, right = _times(scalar, (x, y, 1, x * y % _P)), _add(other, _times(hashed, key))
    same = (left[0] * right[2] - right[0] * left[2]) % _P, (left[1] * right[2] - right[1] * left[2]) % _P
    return same == (0, 0)


def signed_by(note: str, key: str) -> bool | None:
    """Whether a key `name+hash+base64` signed a note; None where no signature says so. ValueError for no such key."""
    name, short, text = key.strip().split("+", 2)
    kind_and_key = base64.b64decode(text, validate=True)
    identity = hashlib.sha256(name.encode() + b"\n" + kind_and_key).digest()[:4]
    if identity.hex() != short or len(kind_and_key) != 33 or kind_and_key[0] not in (1, 4):
        raise ValueError("no public key")
    body, _, under = note.rpartition("\n\n")
    found = []
    for line in under.split("\n"):
        if line.startswith(f"\u2014 {name} "):
            content = base64.b64decode(line.rpartition(" ")[2], validate=True)
            if content[:4] == identity:
                message, signature = body + "\n", content[4:]
                if kind_and_key[0] == 4 and len(signature) == 72:
                    message = f"cosignature/v1\ntime {struct.unpack('>Q', signature[:8])[0]}\n" + message
                    signature = signature[8:]
                found.append(ed25519_holds(kind_and_key[1:], message.encode(), signature))
    return all(found) if found else None


def judge(data: bytes, notes: list[str], keys: list[str]) -> tuple[int, str]:
    """The exit code with a line that says why; `notes` are checkpoints that were kept elsewhere."""
    try:
        kept = [(int(note.split("\n")[1]), base64.b64decode(note.split("\n")[2], validate=True)) for note in notes]
        bundle = open_bundle(data, kept)
        for note in [*notes, bundle.note]:
            signed = {key: signed_by(note, key) for key in keys}
            if False in signed.values():
                return 1, "ALTERED: the signature under a checkpoint is false"
            if True not in signed.values():
                return 3, "not verified: no key was given that signed every checkpoint"
    except Altered as wrong:
        return 1, f"ALTERED: {wrong}"
    except (ValueError, IndexError) as wrong:
        return 2, f"a checkpoint or a key cannot be read: {wrong}"
    missing = [key for key in keys if not any(signed_by(note, key) for note in [*notes, bundle.note])]
    if missing:
        return 3, f"not verified: {missing[0]} did not sign"
    if any(size > bundle.size for size, _ in kept):
        return 3, "not verified: a checkpoint is newer than the bundle"
    counts = f"{len(bundle.findings)} findings, {len(bundle.observations)} observations, {len(bundle.events)} events"
    return 0, f"intact: run {bundle.head['id']}, {counts}"


def main(words: list[str]) -> int:
    """Judge the bundle that the words of a command line name."""
    notes, keys, names = [], [], []
    rest = iter(words)
    try:
        for word in rest:
            if word == "--checkpoint":
                with open(next(rest), encoding="utf-8", newline="") as file:  # noqa: PTH123 - nothing but the built-in
                    notes.append(file.read())
            elif word == "--key":
                keys.append(next(rest))
            else:
                names.append(word)
        with open(names[0], "rb") as bundle:  # noqa: PTH123
            code, says = judge(bundle.read(), notes, keys)
    except (StopIteration, IndexError):
        code, says = 2, "usage: verify.py BUNDLE --checkpoint FILE --key NAME+HASH+BASE64"
    except (OSError, UnicodeDecodeError) as broken:
        code, says = 2, f"cannot read: {broken}"
    sys.stdout.write(ascii(says)[1:-1] + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

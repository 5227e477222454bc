"""A bundle with the keys of who must have signed it in, whether they did out: half of the one-file verifier."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
from typing import Any, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 reads it

from audit.store.bundling_verifier import MOST, Altered, canonical, leaf_hash, node_hash, open_bundle, read

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


PROOF = b"c2sp.org/tlog-proof@v1\n"
"""How the proof of a single record begins."""


class Proof(NamedTuple):
    """One record, once every hash between it and a checkpoint was found true."""

    note: str
    says: str
    """What the record is."""
    size: int
    root: bytes
    content: dict[str, Any]


def climb(leaf: bytes, place: int, size: int, path: Sequence[str]) -> bytes:
    """The root that a proof of inclusion of RFC 6962 leads to, its hashes in base64."""
    if not 0 <= place < size or len(path) > 63:
        raise Altered("the proof does not lead to the record")
    number, last, node = place, size - 1, leaf
    for text in path:
        part = base64.b64decode(text, validate=True)
        if not last or len(part) != 32:
            raise Altered("the proof is not one of this record")
        if number & 1 or number == last:
            node = node_hash(part, node)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            node = node_hash(node, part)
        number, last = number >> 1, last >> 1
    if last:
        raise Altered("the proof was cut off")
    return node


def open_proof(data: bytes) -> Proof:
    """The record that a proof (C2SP tlog-proof) shows to be in a log; who signed its checkpoint is not looked at."""
    try:
        top, gap, note = data[:MOST].decode().partition("\n\n")
        start, extra, index, *path = top.split("\n")
        body = note.split("\n")
        size, root = int(body[1]), base64.b64decode(body[2], validate=True)
        if start.encode() + b"\n" != PROOF or not gap or extra[:6] != "extra " or index[:6] != "index ":
            raise Altered("it is no proof of a record")
        content = read(base64.b64decode(extra[6:], validate=True))
        number, at, kind, subject, written = content["event"]
        if index != f"index {number - 1}" or not 0 < size < 1 << 40:
            raise Altered("the proof is of another event")
        if climb(leaf_hash(canonical(content["event"])), number - 1, size, path) != root:
            raise Altered(f"event {number} is not the one under the checkpoint")
        says = f"event {number}, {kind} {subject} at {at}"
        if "run" in content:
            says = _record(content, json.loads(written)["runs"][content["run"]] if kind == "checkpoint" else {})
        return Proof(note, says, size, root, content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as broken:
        raise Altered(f"the proof is not what was written ({type(broken).__name__})") from broken


def _record(content: dict[str, Any], sealed: dict[str, Any]) -> str:
    leaf, run = content["leaf"].encode("utf-8", "surrogatepass"), content["run"]
    if "sha256:" + climb(leaf_hash(leaf), content["place"], sealed["count"], content["path"]).hex() != sealed["root"]:
        raise Altered(f"the record is not one of run {run}")
    if "observation" in content:
        seen = content["observation"].encode("utf-8", "surrogatepass")
        if "sha256:" + hashlib.sha256(seen).hexdigest() != leaf.decode():
            raise Altered("the observation is not the one that was sealed")
        return f"run {run}: what was seen of {read(seen)['subject']}"
    finding = read(leaf)
    return f"run {run}: {finding['verdict']}, {finding['check']} on {finding['subject']}"


def judge_proof(data: bytes, notes: list[str], keys: list[str]) -> tuple[int, str]:
    """As `judge`, for the proof of a record."""
    try:
        proof = open_proof(data)
        for note in notes:
            size, root = int(note.split("\n")[1]), base64.b64decode(note.split("\n")[2], validate=True)
            if size == proof.size and root != proof.root:
                return 1, f"ALTERED: its log is not the one of the checkpoint of size {size}"
        signed = {key: signed_by(proof.note, key) for key in keys}
        if False in signed.values():
            return 1, "ALTERED: the signature under the checkpoint is false"
        if not keys or None in signed.values():
            return 3, "not verified: no key was given, or one that did not sign"
        if any(int(note.split("\n")[1]) != proof.size for note in notes):
            return 3, f"not verified: the proof is under a checkpoint of size {proof.size}, which is another one"
    except Altered as wrong:
        return 1, f"ALTERED: {wrong}"
    except (ValueError, IndexError) as wrong:
        return 2, f"a checkpoint or a key cannot be read: {wrong}"
    return 0, f"intact: {proof.says}"


def judge(data: bytes, notes: list[str], keys: list[str]) -> tuple[int, str]:
    """The exit code with a line that says why; `notes` are checkpoints that were kept elsewhere."""
    if data.startswith(PROOF):
        return judge_proof(data, notes, keys)
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
    found, seen = (sum(len(run[at]) for run in bundle.runs) for at in (3, 2))
    names = ", ".join(run.head["id"] for run in bundle.runs)
    counts = f"{found} findings, {seen} observations, {len(bundle.events)} events"
    return 0, f"intact: run{'s' * (len(bundle.runs) > 1)} {names}, {counts}"


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

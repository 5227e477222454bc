"""A bundle of Haechi with the checkpoints and keys that somebody kept in, whether it is what was sealed out.

This file needs nothing but Python 3.8 or newer, so that whoever has to believe a bundle can read all that checks it:

    python3 -I verify.py BUNDLE --checkpoint FILE --key NAME+HASH+BASE64

Exit code 0 where it is intact, 1 where something was altered (the first such record is named), 2 for wrong usage, 3
where it cannot be verified: no key, a key that did not sign, a checkpoint that is newer than the bundle.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from typing import Any, Final, Iterable, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 reads it

MOST: Final = 1 << 31
"""Bytes of a bundle."""
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_TIMES: Final = (20, 0x800, 0, 0, 0x21)
"""Version, names in UTF-8, stored as it is, no time of day, 1 January 1980: the same content makes the same bytes."""


OF_A_RUN: Final = ("files.json", "findings.jsonl", "head.json", "observations.jsonl")
_LETTERS: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")


class Altered(Exception):
    """What is not as it was sealed, in words."""


class Part(NamedTuple):
    """One run of a bundle."""

    head: dict[str, Any]
    files: dict[str, str]
    observations: list[bytes]
    findings: list[bytes]


class Bundle(NamedTuple):
    """What a bundle holds, once every hash in it was found true."""

    note: str
    runs: list[Part]
    """The newest first."""
    sources: dict[str, bytes]
    events: list[list[Any]]
    size: int
    root: bytes


def pack(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Named contents as a zip file in which nothing is left open: equal members give equal bytes."""
    parts, index, place = [], [], 0
    for name, content in members:
        raw, length, crc = name.encode(), len(content), zlib.crc32(content)
        local = _LOCAL.pack(b"PK\3\4", *_TIMES, crc, length, length, len(raw), 0) + raw
        index.append(_CENTRAL.pack(b"PK\1\2", 20, *_TIMES, crc, length, length, len(raw), 0, 0, 0, 0, 0, place) + raw)
        parts += [local, content]
        place += len(local) + length
    central = b"".join(index)
    end = _END.pack(b"PK\5\6", 0, 0, len(index), len(index), len(central), place, 0)
    return b"".join([*parts, central, end])


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of such a file. Only what `pack` makes is read: no compression, no link, no second meaning."""
    members: list[tuple[str, bytes]] = []
    sums = []
    place = 0
    while data[place : place + 4] == b"PK\3\4" and place + _LOCAL.size <= len(data) and len(members) < 60000:
        crc, _, length, wide = struct.unpack_from("<IIIH", data, place + 14)
        start = place + _LOCAL.size + wide
        name = data[place + _LOCAL.size : start].decode("ascii", "replace")
        members.append((name, data[start : start + length]))
        sums.append(crc)
        place = start + length
    found = dict(members)
    known = {"checkpoint", "consistency.jsonl", "covers.jsonl", "events.jsonl"}
    known.update(folder + name for folder in folders(found) for name in OF_A_RUN)
    for name in found:
        if name not in known and not (name.startswith("sources/") and _is_hash(name[8:])):
            raise Altered(f"{name[:80]!r} does not belong into a bundle")
    missing = sorted(name for name in known if name not in found)
    if missing:
        raise Altered(f"it is no bundle, or was cut off: {missing[0]} is missing")
    if len(found) != len(members) or [name for name, _ in members] != sorted(found):
        raise Altered("its files are there twice or in another order")
    for (name, content), crc in zip(members, sums):  # noqa: B905 - Python 3.8 knows no strict
        if zlib.crc32(content) != crc:
            raise Altered(f"{name} is not what was written")
    if pack(members) != data:
        raise Altered("the file around its content is not what was written, or was cut off")
    return found


def folders(members: Iterable[str]) -> list[str]:
    """Where the runs stand: the newest one at the top, each older one below its id, the newest of them first."""
    older = {name.split("/")[1] for name in members if name.startswith("runs/") and name.count("/") == 2}
    return ["", *(f"runs/{run}/" for run in sorted(older, reverse=True) if run and not set(run) - _LETTERS)]


def _is_hash(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(leaves: dict[int, bytes], hidden: dict[tuple[int, int], bytes], low: int, high: int) -> bytes:
    """The root of RFC 6962 over the hashes of leaves, with those of subtrees that are not shown."""
    if (low, high) in hidden:
        return hidden[low, high]
    if high - low <= 1:
        if low not in leaves:
            raise Altered(f"event {low + 1} was left out")
        return leaves[low]
    middle = low + (1 << ((high - low - 1).bit_length() - 1))
    return node_hash(tree_root(leaves, hidden, low, middle), tree_root(leaves, hidden, middle, high))


def list_root(hashes: list[bytes]) -> bytes:
    return tree_root(dict(enumerate(hashes)), {}, 0, len(hashes)) if hashes else hashlib.sha256(b"").digest()


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof of RFC 6962 shows that one tree goes on from another."""
    if old == new:
        return not proof and old_root == new_root
    parts = ([old_root] if old & (old - 1) == 0 else []) + list(proof)
    if not 0 < old < new or not parts:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = parts[0]
    for part in parts[1:]:
        if not last:
            return False
        if number & 1 or number == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            after = node_hash(after, part)
        number, last = number >> 1, last >> 1
    return not last and before == old_root and after == new_root


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def read(line: bytes) -> Any:
    """A value from its canonical form, in no other."""
    value = json.loads(line.decode("utf-8", "surrogatepass"))
    if canonical(value) != line:
        raise ValueError("not canonical")
    return value


def lines(content: bytes) -> list[bytes]:
    if content and not content.endswith(b"\n"):
        raise ValueError("cut off")
    return content.split(b"\n")[:-1]


def open_bundle(data: bytes, kept: Sequence[tuple[int, bytes]] = ()) -> Bundle:
    """Everything in a bundle, every hash of it recomputed; `kept` are size and root of checkpoints from elsewhere."""
    if len(data) > MOST:
        raise Altered("it is too large")
    members = unpack(data)
    where = ""
    try:
        where = "checkpoint"
        note = members["checkpoint"].decode()
        body = note.split("\n")
        size, root = int(body[1]), base64.b64decode(body[2], validate=True)
        if not 0 < size < 1 << 40:
            raise Altered("checkpoint: it covers no log")
        where = "events.jsonl"
        leaves: dict[int, bytes] = {}
        events = []
        for line in lines(members["events.jsonl"]):
            entry = read(line)
            number = entry["event"][0]
            where = f"event {number}"
            hashed = leaf_hash(canonical(entry["event"]))
            if hashed.hex() != entry["leaf"] or number - 1 in leaves or not 0 < number <= size:
                raise Altered(f"event {number} is not what was sealed")
            leaves[number - 1] = hashed
            events.append(entry["event"])
        where = "covers.jsonl"
        hidden = {(low, high): bytes.fromhex(text) for low, high, text in map(read, lines(members["covers.jsonl"]))}
        if tree_root(leaves, hidden, 0, size) != root:
            raise Altered("the events are not those under the checkpoint")
        if len(hidden) + len(leaves) > _used(leaves, hidden, 0, size):
            raise Altered("covers.jsonl holds more than the checkpoint covers")
        where = "consistency.jsonl"
        older = {}
        for old, text, proof in map(read, lines(members["consistency.jsonl"])):
            older[old] = bytes.fromhex(text)
            if not consistent(old, older[old], size, root, [bytes.fromhex(part) for part in proof]):
                raise Altered(f"the proof from size {old} is not what was written")
        for old, old_root in kept:
            if old <= size and {**older, size: root}.get(old, old_root) != old_root:
                raise Altered(
                    f"its log does not go on from the checkpoint of size {old}: it was rolled back or is another"
                )
            if old <= size and old not in older and old != size:
                raise Altered(f"it proves nothing of size {old}, which a checkpoint covers")
        sealed: dict[str, Any] = {}
        for _, _, kind, _, content in events:
            if kind == "checkpoint":
                sealed.update(json.loads(content)["runs"])
        runs = []
        for folder in folders(members):
            where = f"{folder}head.json"
            runs.append(_run({name: members[folder + name] for name in OF_A_RUN}, sealed))
            if folder not in ("", f"runs/{runs[-1].head['id']}/"):
                raise Altered(f"{folder} holds another run")
        where = "the files of its inventories"
        sources = _sources(members, runs)
        if len({run.head["id"] for run in runs}) != len(runs):
            raise Altered("a run is there twice")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as broken:
        raise Altered(f"{where} is not what was written ({type(broken).__name__})") from broken
    return Bundle(note, runs, sources, events, size, root)


def _used(leaves: dict[int, bytes], hidden: dict[tuple[int, int], bytes], low: int, high: int) -> int:
    if (low, high) in hidden or high - low <= 1:
        return 1
    middle = low + (1 << ((high - low - 1).bit_length() - 1))
    return _used(leaves, hidden, low, middle) + _used(leaves, hidden, middle, high)


def _sources(members: dict[str, bytes], runs: list[Part]) -> dict[str, bytes]:
    sources = {"sha256:" + name[8:]: content for name, content in members.items() if name.startswith("sources/")}
    for key, content in sorted(sources.items()):
        if "sha256:" + hashlib.sha256(content).hexdigest() != key:
            raise Altered(f"the file {key} is not what was sealed")
    if {key for run in runs for key in run.files.values()} != set(sources):
        raise Altered("its files are not those that were sealed")
    return sources


def _run(members: dict[str, bytes], seals: dict[str, Any]) -> Part:
    head, files = read(members["head.json"]), read(members["files.json"])
    observations, findings = lines(members["observations.jsonl"]), lines(members["findings.jsonl"])
    subjects = []
    for number, line in enumerate(observations):
        try:
            subjects.append(read(line)["subject"])
        except (ValueError, RecursionError) as broken:
            raise Altered(f"observation {number} is not what was written") from broken
    if sorted(set(subjects)) != subjects:
        raise Altered("its observations are there twice or in another order")
    keys = sorted(files.values())
    seen = ["sha256:" + hashlib.sha256(line).hexdigest() for line in observations]
    leaves = [members["head.json"], *(key.encode() for key in [*keys, *seen]), *findings]
    hashes = list(map(leaf_hash, leaves))
    sealed = seals.get(head["id"])
    if sealed is None:
        raise Altered(f"no event seals run {head['id']}")
    if "sha256:" + list_root(hashes).hex() != sealed["root"]:
        names = ["its head", *keys, *(f"the observation of {name}" for name in subjects)]
        names += [f"finding {number}" for number in range(len(findings))]
        raise Altered(f"run {head['id']}: {_first(hashes, names, sealed)} is not what was sealed")
    if (
        "sha256:" + hashlib.sha256(canonical([list(pair) for pair in sorted(files.items())])).hexdigest()
        != sealed["files"]
    ):
        raise Altered(f"run {head['id']}: the names of its files are not those that were sealed")
    return Part(head, files, observations, findings)


def _first(hashes: list[bytes], names: list[str], sealed: dict[str, Any]) -> str:
    """The first leaf that is not what it was, by the beginnings of the hashes, which were sealed too."""
    tags = base64.b64decode(sealed["tags"])
    changed = [at for at, one in enumerate(hashes) if one[:2] != tags[2 * at : 2 * at + 2]]
    return names[changed[0]] if changed else "the number of its records"

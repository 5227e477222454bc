"""What was counted of the systems of NIRS to lines of an inventory, one for each system."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

NAME: Final = "nirs-2025"
ROOMS: Final = (
    ("room-1", 2, 53),
    ("room-2", 2, 53),
    ("room-3", 2, 53),
    ("room-4", 3, 53),
    ("room-5", 3, 53),
    ("room-6", 3, 52),
    ("room-7", 5, 200),
    ("room-7-1", 5, 96),
    ("room-8", 5, 34),
)
"""Id, floor, systems: 647 were counted before the register was found to be lost with more than that."""
UNPLACED: Final = 62
"""709 less 647: of these no report tells the room."""
GRADES: Final = ((1, 40), (2, 68), (3, 261), (4, 340))
SERVER, STORAGE, BACKUP, NOTHING = 28, 19, 352, 248
"""Of 647: 28 with servers elsewhere, 19 with storage alone, 54.4 % with a backup alone, 38.4 % with nothing."""
_ALL: Final = "covers: [server, storage, network, security, authentication]"
_QUICK: Final = "steps: {detect: 5m, decide: 10m, switch: 30m, verify: 15m}"
_SLOW: Final = "steps: {detect: 5m, decide: 30m, switch: 12h, verify: 1h}"
_COPY: Final = "copies: [{id: outside, kind: files, at: gongju/vault, path: /assumed/*.tar}]"


@dataclass(frozen=True, slots=True)
class Stood:
    """One system with where it stood."""

    id: str
    grade: int
    room: str
    """Empty where nobody tells."""
    named: str = ""
    """What more is written of a system that the reports name."""


NAMED: Final = (
    Stood("g-drive", 2, "room-7-1", "name: {en: G-Drive, ko: G드라이브}, users: 191000"),
    Stood("asset-register", 3, "room-7-1", "name: {en: Register of assets nTOPS, ko: 자산관리시스템 엔탑스}"),
    Stood("sign-in", 1, "room-7-1", "name: {en: Shared sign-in, ko: 공통 인증}, rto: 30m"),
    Stood("gov24", 1, "room-7", "name: {en: Government24, ko: 정부24}, rto: 30m"),
    Stood("mydata", 1, "room-7", "name: {en: Public MyData, ko: 공공 마이데이터}, rto: 30m"),
)
_HEAD: Final = """\
# The 709 systems: 40 of grade 1, 68 of grade 2, 261 of grade 3, 340 of grade 4. (Newdaily; NoCut; Herald; Etoday)
# 200 of them in room 7, 96 in room 7-1, 34 in room 8 of the 647 that were counted first, so that 317 were left for
# rooms 1 to 6; of the 62 that were found later nobody tells the room. (Segye, 2 October 2025)
# Each line but the named ones stands for one of that many: which grade stood in which room is assumed, spread evenly.
# Servers elsewhere: 28 of 647, storage alone 19, a backup alone 54.4 %, nothing 38.4 %; room 7-1 had neither of the
# first two. (Office of the lawmaker Yoon Kun-young with figures of the ministry, 1 October 2025; the ministry said
# that 95 of 96 had a backup outside: both cannot hold.) assumed: which ones.
# 2 October 2025, the vice minister: recovery is slow, because systems in rooms 1 to 6 are linked to those in 7 and 8.
# (Segye; Kukmin, 3 October) assumed: that it is the sign-in, that those of grade 1 and 2 need it, where it stood.
# G-Drive: 858 TB, 74 bodies, 191,000 people, no copy outside; since 2018 work files had to be kept there alone.
# (Kyunghyang; Safetimes; Segye; TV Chosun; TechRadar) assumed: grades of the named ones, rooms of Government24, MyData.
# assumed: that the plan for storage elsewhere was four weeks, which is what was estimated after the fire."""


def rooms(*, mended: bool) -> Iterator[str]:
    """The rooms of the centre with what the fire authority found."""
    last = "2025-05-20, result: normal" if mended else "2024-05-20, result: refused"
    for room, floor, _ in ROOMS:
        more = ", suppression: halogen, exhaust: false" if room == "room-7-1" else ""
        more += ", overheats: 20m"
        yield (
            f"      - {{id: {room}, floor: {floor}, kind: it, compartment: c-{room[5:]}{more}, "
            f"fire-inspection: {{on: {last}}}}}"
        )


def steps(*, mended: bool) -> Iterator[str]:
    """Every step of the permit, as it should have been done."""
    seen = ", photo: evidence/assumed.jpg, sha256: " + "a" * 64
    for name in ("lock-out", "tag-out", "insulation", "discharge", "supervisor", "licence", "subcontract-verified",
                 "extinguisher"):  # fmt: skip
        if mended:
            photo = seen if name in ("lock-out", "tag-out", "insulation", "discharge") else ""
            yield f"      - {{step: {name}, done: 2025-08-01T08:30+09:00, by: Supervisor (assumed){photo}}}"


def dealt() -> tuple[Stood, ...]:
    """All 709, the named ones first."""
    ranked = sorted(((place + 0.5) / count, grade) for grade, count in GRADES for place in range(count))
    left = [grade for _, grade in ranked]
    for one in NAMED:
        left.remove(one.grade)
    found = list(NAMED)
    grades = iter(left)
    for room, count in (*((room, count) for room, _, count in ROOMS), ("", UNPLACED)):
        already = sum(one.room == room for one in NAMED)
        prefix = room.replace("room-", "r") or "unplaced"
        found += [Stood(f"{prefix}-{number:03}", next(grades), room) for number in range(already + 1, count + 1)]
    return tuple(found)


def systems(*, mended: bool) -> Iterator[str]:
    """The text of the file with all of them."""
    yield _HEAD
    yield "institutions:"
    yield "  - id: nirs"
    yield "    name: {en: National Information Resources Service, ko: 국가정보자원관리원}"
    yield "    systems:"
    everyone = dealt()
    yield from _mended(everyone) if mended else _as_it_was(everyone)


def _as_it_was(everyone: Sequence[Stood]) -> Iterator[str]:
    others = [one for one in everyone if one.room and not one.named]
    ready = sorted((one for one in others if one.room != "room-7-1"), key=lambda one: one.grade)
    servers = {one.id for one in ready[:SERVER]}
    storage = {one.id for one in ready[SERVER : SERVER + STORAGE]}
    rest = [one for one in everyone if one.room and one.id not in servers | storage and one.id != "g-drive"]
    copied = {
        one.id for place, one in enumerate(rest) if place * BACKUP // len(rest) < (place + 1) * BACKUP // len(rest)
    }
    for one in everyone:
        parts = _opening(one, one.room)
        if one.id in servers:
            parts.append(f"failover: [{{id: elsewhere, kind: declared, to: gwangju/hall-1, mode: warm, {_ALL}}}]")
        if one.id in storage:
            parts.append(
                "failover: [{id: elsewhere, kind: declared, to: gwangju/vault, mode: cold, covers: [storage], "
                "steps: {detect: 11m, switch: 28d}}]"
            )
        if one.id == "g-drive":
            parts.append("data: [{id: files, size: 858 TB, at: daejeon/room-7-1, mandatory: true}]")
        elif one.id in copied:
            parts.append(f"data: [{{id: work, at: daejeon/{one.room}, {_COPY}}}]")
        elif one.room and one.id not in servers | storage:
            parts.append(f"data: [{{id: work, at: daejeon/{one.room}}}]")
        yield _line(parts)


def _mended(everyone: Sequence[Stood]) -> Iterator[str]:
    spare = iter([room for room, floor, _ in ROOMS if floor < 5] * UNPLACED)
    moved = [one.id for one in everyone if one.room == "room-7" and one.grade <= 2 and not one.named][:12]
    for one in everyone:
        room = one.room or next(spare)
        if one.named and one.grade == 1:
            parts = _opening(one, room, "gwangju/hall-1")
            parts.append(
                f"failover: [{{id: both, kind: declared, to: gwangju/hall-1, mode: active-active, {_ALL}, "
                "steps: {detect: 2m, decide: 1m, switch: 5m, verify: 5m}}]"
            )
        else:
            to = "daejeon/room-8" if one.id in moved else "gwangju/hall-1"
            parts = _opening(one, room, moved="gwangju/hall-1" if one.id in moved else "")
            if one.grade <= 3:
                mode, times = ("hot", _QUICK) if one.grade <= 2 else ("cold", _SLOW)
                parts.append(f"failover: [{{id: elsewhere, kind: declared, to: {to}, mode: {mode}, {_ALL}, {times}}}]")
        if one.id == "g-drive":
            parts.append(
                "data: [{id: files, size: 858 TB, at: daejeon/room-7-1, mandatory: true, "
                "copies: [{id: outside, kind: files, at: gwangju/vault, path: /assumed/*.tar, every: 1h}]}]"
            )
        else:
            at = "gwangju/hall-1" if one.id in moved else f"daejeon/{room}"
            parts.append(f"data: [{{id: work, at: {at}, {_COPY}}}]")
        yield _line(parts)


def _opening(one: Stood, room: str, second: str = "", *, moved: str = "") -> list[str]:
    places = [moved or (f"daejeon/{room}" if room else "daejeon"), *filter(None, (second,))]
    parts = [f"id: {one.id}", f"grade: {one.grade}", f"at: [{', '.join(places)}]", *filter(None, (one.named,))]
    if one.grade <= 2 and one.room in {room for room, floor, _ in ROOMS if floor < 5}:
        parts.append("needs: [sign-in]")
    return parts


def _line(parts: Sequence[str]) -> str:
    return "      - {" + ", ".join(parts) + "}"

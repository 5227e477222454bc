"""Names of WAL files to how far they carry a base backup, with every hole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audit.model.backup import Gap, RestorePoint
from checks.backup.wal import (
    USUAL,
    Base,
    Carried,
    Log,
    Piece,
    Span,
    carried,
    log,
    parsed,
    position,
    segment_size,
    switches,
    timeline_of,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MEGABYTE = 1024 * 1024


def name(number: int, timeline: int = 1, size: int = USUAL) -> str:
    return Log(size, {}, {}).name(timeline, number)


def piece(number: int, timeline: int = 1, minute: int | None = None, size: int = USUAL) -> Piece:
    at = NOON + timedelta(minutes=number if minute is None else minute)
    return Piece(name(number, timeline, size), size, at)


def base(first: int, last: int | None = None, timeline: int = 1, **more: bool) -> Base:
    point = RestorePoint(id=f"from-{first}", start=NOON + timedelta(minutes=first))
    return Base(point, Span(name(first, timeline), name(first if last is None else last, timeline)), **more)


def held(bases: list[Base], *pieces: Piece, histories: dict[int, str] | None = None) -> Carried:
    return carried(bases, log(pieces, USUAL, histories or {}))


def minutes(reach: datetime | None) -> float | None:
    return None if reach is None else (reach - NOON) / timedelta(minutes=1)


class TestOneTimeline:
    def test_an_unbroken_log_reaches_its_last_piece(self) -> None:
        seen = held([base(2)], *map(piece, range(1, 8)))
        assert (minutes(seen.reach), seen.gaps) == (7, ())
        assert seen.points[0].complete

    def test_one_piece_that_is_gone_ends_it(self) -> None:
        seen = held([base(2)], *(piece(number) for number in (1, 2, 3, 5, 6)))
        assert minutes(seen.reach) == 3
        assert seen.gaps == (Gap(after=name(3), before=name(5), missing=1),)

    def test_every_hole_is_told(self) -> None:
        seen = held([base(2)], *(piece(number) for number in (2, 5, 6, 9)))
        assert [gap.missing for gap in seen.gaps] == [2, 2]

    def test_a_newer_backup_behind_the_hole_goes_on_to_the_end(self) -> None:
        seen = held([base(2), base(5)], *(piece(number) for number in (2, 3, 5, 6, 7)))
        assert minutes(seen.reach) == 7
        assert [gap.after for gap in seen.gaps] == [name(3)]

    def test_a_hole_before_the_log_that_is_kept_is_none(self) -> None:
        seen = held([base(2, followed=False), base(5)], *(piece(number) for number in (2, 5, 6)))
        assert seen.gaps == ()

    def test_a_backup_without_its_own_log_does_not_count(self) -> None:
        seen = held([base(2), base(4, 6)], *(piece(number) for number in (2, 3, 4, 5)))
        assert [point.complete for point in seen.points] == [True, False]
        assert name(6) in seen.points[1].doubt
        assert minutes(seen.reach) == 5

    def test_a_backup_that_brings_its_own_log_needs_the_archive_behind_it(self) -> None:
        seen = held([base(2, 3, own=True)], *(piece(number) for number in (3, 4)))
        assert seen.points[0].complete
        assert minutes(seen.reach) == 4
        broken = held([base(2, 3, own=True)], piece(5))
        assert [gap.missing for gap in broken.gaps] == [2]

    def test_an_empty_archive_holds_nothing(self) -> None:
        seen = held([base(2)])
        assert not seen.points[0].complete
        assert seen.reach is None

    def test_the_end_of_a_log_file_is_no_hole(self) -> None:
        assert name(256) == "000000010000000100000000"
        seen = held([base(254)], *map(piece, range(254, 259)))
        assert seen.gaps == ()

    @pytest.mark.parametrize("size", [MEGABYTE, 64 * MEGABYTE, 1024 * MEGABYTE])
    def test_other_sizes_of_segments(self, size: int) -> None:
        per = 2**32 // size
        pieces = [piece(number, size=size) for number in range(per - 2, per + 3)]
        first = name(per - 2, size=size)
        bases = [Base(RestorePoint(id="x", start=NOON), Span(first, first))]
        assert carried(bases, log(pieces, size)).gaps == ()
        assert carried(bases, log([*pieces[:2], *pieces[3:]], size)).gaps[0].missing == 1


class TestPieces:
    def test_what_is_not_whole_is_not_there(self) -> None:
        for torn in (
            Piece(name(3) + ".partial", USUAL, NOON), Piece(name(3), 5_000_000, NOON), Piece(name(3) + ".gz", 0, NOON),
            Piece(name(3) + ".tmp", USUAL, NOON), Piece(name(3) + ".00000028.backup", 400, NOON),
            Piece("x" * 24, USUAL, NOON),
        ):  # fmt: skip
            assert [gap.missing for gap in held([base(2)], piece(2), torn, piece(4)).gaps] == [1], torn.name

    @pytest.mark.parametrize("ending", [".gz", "-" + "ab" * 20, "-" + "ab" * 20 + ".zst", ".lz4"])
    def test_names_that_tools_give(self, ending: str) -> None:
        packed = Piece(name(3) + ending, USUAL if ending.startswith("-") and "." not in ending else 20_000, NOON)
        assert held([base(2)], piece(2), packed, piece(4)).gaps == ()

    def test_a_piece_that_is_packed_under_its_own_name(self) -> None:
        assert held([base(2)], piece(2), Piece(name(3), 77, NOON, packed=True), piece(4)).gaps == ()

    def test_an_encrypted_one_has_another_size(self) -> None:
        assert log([Piece(name(3), USUAL + 32, NOON)], sized=False).segments[1]

    def test_a_name_that_no_segment_of_this_size_has(self) -> None:
        assert parsed("0000000100000000000001FF", USUAL) is None
        assert parsed("0000000100000000000001FF", MEGABYTE) == (1, 511)
        assert parsed("000000000000000000000001", USUAL) is None


class TestTimelines:
    LEFT = {2: f"1\t0/{5 * USUAL + 4096:X}\tno recovery target specified\n"}

    def test_a_server_that_took_over_goes_on(self) -> None:
        old, new = [piece(number) for number in (2, 3, 4)], [piece(number, 2) for number in (5, 6)]
        seen = held([base(2)], *old, *new, Piece("00000002.history", 50, NOON), histories=self.LEFT)
        assert (minutes(seen.reach), seen.gaps) == (6, ())

    def test_the_last_piece_of_the_old_one_may_lie_there_too(self) -> None:
        old, new = [piece(number) for number in (2, 3, 4, 5)], [piece(number, 2, number + 1) for number in (5, 6)]
        assert held([base(2)], *old, *new, histories=self.LEFT).gaps == ()

    def test_a_hole_at_the_seam(self) -> None:
        seen = held([base(2)], piece(2), piece(3), piece(5, 2), histories=self.LEFT)
        assert seen.gaps == (Gap(after=name(3), before=name(5, 2), missing=1),)

    def test_without_its_history_nobody_gets_to_the_new_one(self) -> None:
        seen = held([base(2)], piece(2), piece(3), piece(4), piece(5, 2), piece(6, 2))
        assert minutes(seen.reach) == 4
        assert [gap.before for gap in seen.gaps] == [name(5, 2)]

    def test_two_servers_that_write_into_one_archive(self) -> None:
        drilled = [piece(5, 2, 6), piece(6, 2, 7)]
        goes_on = [piece(number, 1, number + 4) for number in (5, 6, 7)]
        seen = held([base(2)], piece(2), piece(3), piece(4), *drilled, *goes_on, histories=self.LEFT)
        assert [(gap.before, gap.missing) for gap in seen.gaps] == [(name(6), 2)]

    def test_the_other_server_may_be_the_one_that_wrote_last(self) -> None:
        drilled = [piece(5, 2, 6), piece(6, 2, 90)]
        seen = held([base(2)], piece(2), piece(3), piece(4), *drilled, piece(6, 1, 8), histories=self.LEFT)
        assert [gap.before for gap in seen.gaps] == [name(6)]

    def test_what_was_written_before_the_other_took_over_is_no_hole(self) -> None:
        late = piece(6, 1, 5)
        assert held([base(2)], piece(2), piece(3), piece(4), late, piece(5, 2, 8), histories=self.LEFT).gaps == ()

    def test_a_backup_of_the_new_timeline(self) -> None:
        seen = held([base(6, timeline=2)], piece(6, 2), piece(7, 2), histories=self.LEFT)
        assert (minutes(seen.reach), seen.gaps) == (7, ())


class TestWords:
    def test_positions(self) -> None:
        assert position("1/3000028") == 2**32 + 0x3000028
        for wrong in ("", "3000028", "0/", "x/1", "0/123456789", "0/1\n"):
            with pytest.raises(ValueError, match=r"^[^\n]*\n?$"):
                position(wrong)

    def test_the_size_of_segments_comes_from_what_holds_a_position(self) -> None:
        assert segment_size([("0/3000028", "000000010000000000000003")]) == USUAL
        assert segment_size([("0/3000028", "000000010000000000000030")]) == MEGABYTE
        assert segment_size([("1/C000028", "000000010000000100000003")]) == 64 * MEGABYTE
        assert segment_size([("0/28", "000000010000000000000000")]) == USUAL
        assert segment_size([]) == USUAL
        assert segment_size([("0/3000028", "000000010000000000000007")]) is None

    def test_histories(self) -> None:
        text = "1\t0/5000000\tno recovery target specified\n\n# x\n2\t1/A0\tbefore 2026-09-01\n"
        assert switches(text) == ((1, 0x5000000), (2, 2**32 + 0xA0))
        assert switches("garbage\n" * 9) == ()
        assert timeline_of("0000000A.history") == 10
        assert timeline_of("0000000A.history.gz") == 10
        assert timeline_of("0000000A.historyx") is None

"""Manifests of pgBackRest and lists of databases become the databases of one turn, with names that mislead nobody."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.contract import CannotSee, Output, Reason
from audit.world.verbs import Verbs
from checks.backup.drills import databases, pgbackrest, postgresql
from checks.backup.drills.cluster import Cluster
from checks.backup.drills.pgbackrest_part import part_of
from checks.backup.drills.sample import dealt

LABEL = "20261122-060545F"
HEAD = """[backrest]
backrest-format=5

[backup:target]
pg_data={"path":"/srv/primary","type":"path"}
pg_tblspc/16396={"path":"/srv/space","tablespace-id":"16396","tablespace-name":"far","type":"link"}

[cipher]
cipher-pass="planted-passphrase"

[db]
Two "x=y={"db-id":16395,"db-last-system-id":4}

[target:file]
pg_data/PG_VERSION={"checksum":"58","rck":"3c","repo-size":48,"size":3,"timestamp":1795327541}
pg_data/global/1262={"checksum":"58","rck":"3c","repo-size":48,"size":8192,"timestamp":1795327541}
"""
TAIL = """
[target:path]
pg_data/base/5={}
"""


def manifest(*more: str, **sizes: int) -> str:
    lines = []
    for name, size in sizes.items():
        where = f"pg_data/base/{name[1:]}"
        lines.append(f'{where}/1259={{"checksum":"9c","reference":"F","repo-size":112,"size":{size},"timestamp":1}}')
        lines.append(f'{where}/PG_VERSION={{"checksum":"9c","repo-size":48,"size":3,"timestamp":1}}')
    return HEAD + "".join(f"{line}\n" for line in (*lines, *more)) + TAIL


def told(**numbers: int) -> Any:
    return [{"backup": [{"label": LABEL, "database-ref": [{"name": n, "oid": o} for n, o in numbers.items()]}]}]


SIZES = {"_1": 7000, "_4": 7000, "_5": 7000, "_16394": 1_000_000, "_16395": 2_000_000, "_16397": 3_000_000}
NAMED = told(one=16394, two=16395, three=16397, postgres=5)
SHARED = 3 + 8192 + 3 * 7003


def test_each_turn_takes_another_database_with_what_is_always_restored() -> None:
    parts = [part_of(manifest(**SIZES), NAMED, LABEL, 0.34, turn) for turn in range(3)]
    assert [part.taken for part in parts] == [(16394,), (16395,), (16397,)]
    assert [part.only for part in parts] == [frozenset({1, 4, 5, number}) for number in (16394, 16395, 16397)]
    assert [part.bytes for part in parts] == [SHARED + size + 3 for size in (1_000_000, 2_000_000, 3_000_000)]
    whole = SHARED + 6_000_000 + 9
    assert [part.share for part in parts] == [pytest.approx(part.bytes / whole) for part in parts]
    assert [part.files for part in parts] == [10, 10, 10]
    assert [part.told for part in parts] == [f"1 of 3 came in this turn: {name}" for name in ("one", "two", "three")]


def test_a_database_counts_with_what_it_has_in_table_spaces() -> None:
    far = 'pg_tblspc/16396/PG_15_202209061/16394/2600={"checksum":"9","repo-size":1,"size":500,"timestamp":1}'
    assert part_of(manifest(far, **SIZES), NAMED, LABEL, 0.34, 0).bytes == SHARED + 1_000_503


def test_one_database_comes_whole_and_it_is_said() -> None:
    sizes = {name: size for name, size in SIZES.items() if name not in ("_16395", "_16397")}
    part = part_of(manifest(**sizes), told(one=16394, postgres=5), LABEL, 0.1, 7)
    assert (part.taken, part.only, part.share) == ((), None, 1.0)
    assert part.told == "1 beside those of the system: all was restored"


def test_a_database_called_postgres_is_of_the_system_whatever_its_number_is() -> None:
    named = told(one=16394, two=16395, postgres=16397)
    assert [part_of(manifest(**SIZES), named, LABEL, 0.5, turn).taken for turn in (0, 1)] == [(16394,), (16395,)]
    assert 16397 in (part_of(manifest(**SIZES), named, LABEL, 0.5, 0).only or ())


def test_a_database_that_was_made_while_the_backup_ran_comes_too() -> None:
    parts = [part_of(manifest(**SIZES), told(one=16394, postgres=5), LABEL, 0.34, turn) for turn in range(3)]
    assert {number for part in parts for number in part.taken} == {16394, 16395, 16397}
    assert parts[1].told == "1 of 3 came in this turn: 16395"


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("", NAMED),
        ("[target:file]\n", NAMED),
        (manifest("pg_data/base/16394/1=planted-passphrase", **SIZES), NAMED),
        (manifest('pg_data/base/16394/1={"repo-size":3}', **SIZES), NAMED),
        (manifest(**SIZES), []),
        (manifest(**SIZES), None),
        (manifest(**SIZES), [{"backup": [{"label": LABEL, "database-ref": None}]}]),
        (manifest(**SIZES), [{"backup": [{"label": LABEL, "database-ref": [{"name": "a", "oid": "x"}]}]}]),
        (manifest(**SIZES), [{"backup": [{"label": "other", "database-ref": []}]}]),
    ],
)
def test_databases_that_cannot_be_told_are_no_share(text: str, listed: Any) -> None:
    with pytest.raises(CannotSee) as caught:
        part_of(text, listed, LABEL, 0.5, 0)
    assert caught.value.reason is Reason.INCOMPLETE
    assert "planted-passphrase" not in str(caught.value)


@given(
    st.lists(st.integers(16384, 99999), min_size=1, max_size=30, unique=True), st.floats(0.01, 1), st.integers(0, 99)
)
def test_as_many_turns_as_the_share_needs_deal_out_all(units: list[int], share: float, first: int) -> None:
    turns = math.ceil(1 / share - 1e-9)
    hands = [dealt(units, share, turn) for turn in range(first, first + turns)]
    assert {unit for hand in hands for unit in hand} == set(units)
    assert all(hands)
    assert max(map(len, hands)) <= math.ceil(len(units) / min(turns, len(units)))


class Asked:
    """A workshop that notes what it is to run."""

    def __init__(self, *codes: int) -> None:
        self.room = Path("/room")
        self.lines: list[tuple[str, ...]] = []
        self.codes = list(codes)

    async def run(self, argv: tuple[str, ...], **more: object) -> Output:
        self.lines.append(argv)
        return Output(self.codes.pop(0) if self.codes else 0, "", "", 0.0)


@pytest.mark.parametrize(("major", "programs"), [(15, ["pg_amcheck"]), (13, ["pg_dump", "pg_dump"])])
def test_only_what_came_is_read(major: int, programs: list[str]) -> None:
    workshop = Asked()
    server = Cluster(workshop, Path("/room/data"), "/usr/lib/postgresql/15/bin", major)  # type: ignore[arg-type]
    name, _ = anyio.run(databases.read, server, ('a"b', "host=evil c'\\"))
    assert name == programs[0]
    assert [line[0].rpartition("/")[2] for line in workshop.lines] == programs
    words = [word for line in workshop.lines for word in line if word.startswith(("--database=", "--dbname="))]
    patterns = ['--database="a""b"', '--database="host=evil c\'\\"']
    strings = ["--dbname=dbname='a\"b'", "--dbname=dbname='host=evil c\\'\\\\'"]
    assert words == (patterns if major == 15 else strings)
    declared = Verbs(commands=(*postgresql.COMMANDS, *databases.COMMANDS))
    assert all(declared.allow_command(line) for line in workshop.lines)


def test_the_first_dump_that_fails_is_told() -> None:
    workshop = Asked(0, 1)
    server = Cluster(workshop, Path("/room/data"), "/usr/lib/postgresql/13/bin", 13)  # type: ignore[arg-type]
    assert anyio.run(databases.read, server, ("a", "b", "c"))[1].code == 1
    assert len(workshop.lines) == 2


def test_the_manifest_is_all_that_may_be_read_of_a_backup() -> None:
    verbs = Verbs(commands=pgbackrest.COMMANDS)
    words = ("pgbackrest", "--config=/a", "--repo=1", "--stanza=it", *pgbackrest._QUIET)
    assert verbs.allow_command((*words, "repo-get", f"backup/it/{LABEL}/backup.manifest"))
    assert not verbs.allow_command((*words, "repo-get", "backup/it/backup.info"))
    assert not verbs.allow_command((*words, "repo-put", f"backup/it/{LABEL}/backup.manifest"))

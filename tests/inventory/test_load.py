"""Folders and files in, an estate that knows its places or lines about what cannot be read out."""

from __future__ import annotations

import gc
import os
import re
from pathlib import Path

import pytest

from audit.inventory.load import MOST_PRINTED, load, load_sources
from audit.model.estate import Sheet
from audit.model.exit import Exit, Stop
from tests.inventory.small import ROOT, WORDS, Web, estate, loaded, said

TEXT = """\
estate: {id: mss}
sites:
  - id: daejeon
    rooms:
      - {id: r1}
    batteries:
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        owner: {name: Kim}
        at: [r1]
        endpoints:
          - {id: web, kind: http, url: "https://a.example/", password: {env: WORD}}
        data:
          - id: ledger
            copies:
              - {id: nightly, kind: restic, at: daejeon/r1, repository: /srv/x}
evidence:
  - {id: daejeon, check: backup.age, on: kibo, collected: 2026-01-01, expires: 2027-01-01}
policy: {grades: {1: {rto: 1h}}, checks: {backup.age: {limits: {factor: 3, skew: {2: "-"}}}}}
"""


def test_every_item_knows_its_place_and_reference() -> None:
    found = estate(TEXT)
    assert {ref: str(item.place) for ref, item in found.index.items()} == {
        "mss": "a.yaml:1:9",
        "daejeon": "a.yaml:3:5",
        "daejeon/r1": "a.yaml:5:9",
        "kibo": "a.yaml:8:5",
        "kibo/guarantee": "a.yaml:10:9",
        "kibo/guarantee/web": "a.yaml:15:13",
        "kibo/guarantee/ledger": "a.yaml:17:13",
        "kibo/guarantee/ledger/nightly": "a.yaml:19:17",
        "evidence:daejeon": "a.yaml:21:5",
    }
    system = found.institutions[0].systems[0]
    assert str(system.place.of("grade")) == "a.yaml:11:16"
    assert system.owner is not None
    assert (system.owner.ref, str(system.owner.place)) == ("kibo/guarantee", "a.yaml:12:16")
    web = system.endpoints[0]
    assert isinstance(web, Web)
    assert web.ref == "kibo/guarantee/web"
    assert found.policy.checks["backup.age"].limits == {"factor": dict.fromkeys((1, 2, 3, 4), "3"), "skew": {2: "-"}}


def test_several_files_are_one_estate() -> None:
    found = estate(TEXT, b="suppliers: [{id: s}]\n", c="suppliers: [{id: t}]\ncalendar:\n")
    assert [supplier.place.file for supplier in found.suppliers] == ["b.yaml", "c.yaml"]
    assert said(TEXT, b="estate: {id: x}\n", c="policy: {}\n") == (
        "b.yaml:1:1: 'estate' is written in two files; keep one of them; the first is at a.yaml:1:1",
        "c.yaml:1:1: 'policy' is written in two files; keep one of them; the first is at a.yaml:22:1",
    )


def test_a_list_whose_key_has_a_hyphen_is_read_as_every_list() -> None:
    finding = "{id: demand, by: Board, says: No second place., issued: 2024-04-12}"
    found = estate(f"earlier-findings: [{finding}]\n", b="suppliers: [{id: s}]\n")
    assert len(found.earlier_findings) == 1
    assert found.earlier_findings[0].says == "No second place."
    assert said("earlier-findings: [{id: demand}]\n")[0].startswith("a.yaml:1:20:")


def test_problems_of_all_files_are_sorted_and_each_is_said_once() -> None:
    found = loaded("sites: [{id: d, x: 1, y: 2}]\n", b="zz: 1\n", c="{")
    assert [str(problem.place) for problem in found.problems] == [
        "a.yaml:1:17",
        "a.yaml:1:23",
        "b.yaml:1:1",
        "c.yaml:2:1",
    ]
    assert found.estate is None
    assert set(found.sources) == {"a.yaml", "b.yaml", "c.yaml"}


def test_too_many_problems_end_in_an_honest_line() -> None:
    found = loaded("suppliers: [" + "{id: x},\n" * (MOST_PRINTED + 12) + "]\n")
    lines = found.lines()
    assert len(lines) == MOST_PRINTED + 1
    assert lines[-1] == "and 11 more; mend these first"
    assert (
        loaded("suppliers: [" + "{id: x},\n" * 20_000 + "]\n").lines()[-1]
        == "and at least 9,000 more; mend these first"
    )


@pytest.mark.parametrize("key", [field.alias for key, field in Sheet.model_fields.items() if key != "place"])
def test_a_key_with_nothing_behind_it_is_an_empty_one(key: str) -> None:
    assert estate(f"{key}:\n") is not None


def test_the_fingerprint_covers_every_text_and_name() -> None:
    first = estate(TEXT, b="suppliers: []\n").sha256
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert estate(TEXT, b="suppliers: []\n").sha256 == first
    assert estate(TEXT, c="suppliers: []\n").sha256 != first
    assert estate(TEXT, b="suppliers: []\n\n").sha256 != first


def test_an_empty_folder_is_an_empty_estate(tmp_path: Path) -> None:
    folder = tmp_path / "중소 기업 부"
    folder.mkdir()
    found = load(folder, WORDS)
    assert found.problems == ()
    assert found.estate is not None
    assert (found.estate.about.id, found.estate.ref, found.estate.root) == ("중소-기업-부", "중소-기업-부", str(folder))
    assert list(found.estate.index) == ["중소-기업-부"]


@pytest.mark.parametrize(("name", "root"), [("estate.txt", "."), ("estate", "."), ("folder.yaml/", "folder.yaml")])
def test_paths_in_an_inventory_start_at_its_folder_whatever_it_is_called(tmp_path: Path, name: str, root: str) -> None:
    (tmp_path / "folder.yaml").mkdir()
    if not name.endswith("/"):
        (tmp_path / name).write_text("institutions: [{id: kibo}]\n", "utf-8")
    found = load(tmp_path / name, WORDS)
    assert found.estate is not None
    assert found.estate.root == str((tmp_path / root).resolve())


def test_an_estate_without_an_id_is_called_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "kibo.yaml"
    path.write_text("institutions: [{id: kibo}]\n", "utf-8")
    found = load(path, WORDS)
    assert found.estate is not None
    # The institution has that name already.
    assert found.estate.about.id == "kibo-estate"
    assert found.estate.root == str(tmp_path)
    assert dict(found.sources) == {"kibo.yaml": b"institutions: [{id: kibo}]\n"}


def test_a_folder_is_read_with_what_is_below_it(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/x.yml", "a/B.YAML", ".hidden.yaml", ".git/y.yaml", "note.txt", "a/z.yaml.bak"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("", "utf-8")
    assert list(load(tmp_path, WORDS).sources) == ["a/B.YAML", "a/x.yml", "b.yaml"]


def test_memory_and_folder_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT, "utf-8")
    read = load(tmp_path, WORDS)
    again = load_sources(read.sources, WORDS, tmp_path)
    assert read.estate is not None
    assert again.estate == read.estate


def test_what_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    for folder in (outside, inside / ".data"):
        folder.mkdir(parents=True)
        (folder / "x.yaml").write_text("suppliers: [{id: x}]\n", "utf-8")
    (inside / "out.yaml").symlink_to(outside / "x.yaml")
    (inside / "nowhere.yaml").symlink_to(outside / "y.yaml")
    (inside / "circle.yaml").symlink_to(inside / "circle.yaml")
    (inside / "folder").symlink_to(outside)
    (inside / "papers").symlink_to(tmp_path)
    (inside / "kept.yaml").symlink_to(inside / ".data" / "x.yaml")
    found = load(inside, WORDS)
    assert list(found.sources) == ["kept.yaml"]
    assert [line.partition(": ")[0] for line in found.lines()] == [
        "circle.yaml:1:1", "folder:1:1", "nowhere.yaml:1:1", "out.yaml:1:1",
    ]  # fmt: skip
    assert found.lines()[1] == (
        "folder:1:1: this is a link to a folder with inventory files; put what it leads to into the folder itself"
    )
    assert found.lines()[3] == (
        "out.yaml:1:1: this is a link out of the folder; put what it leads to into the folder itself"
    )


def test_a_pipe_does_not_hold_the_reading_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    assert load(tmp_path, WORDS).lines() == (
        "a.yaml:1:1: this is no ordinary file; put a text file here, or give it another ending",
    )


def test_a_name_that_cannot_be_printed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.yaml").write_text("", "utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml")).write_text("", "utf-8")
    assert load(tmp_path, WORDS).lines() == (
        "a\ufffd[31m.yaml:1:1: the name of this file holds signs that cannot be printed; give it a plain name",
        "\ufffd.yaml:1:1: the name of this file holds signs that cannot be printed; give it a plain name",
    )


def test_a_deep_folder_is_walked(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert load(tmp_path, WORDS).sources == {}


@pytest.mark.parametrize("name", ["nowhere", "no\0where", "file.txt/below"])
def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("", "utf-8")
    with pytest.raises(Stop) as stop:
        load(tmp_path / name, WORDS)
    assert stop.value.code == Exit.USAGE
    assert stop.value.lines[0].endswith("; name a folder or file that holds an inventory")


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(10**12)
    assert load(tmp_path, WORDS).lines() == ("a.yaml:1:1: the file has more than 8 MB; split it into several files",)


def test_collecting_goes_on_after_loading() -> None:
    assert gc.isenabled()
    load_sources({"a.yaml": b"{"}, WORDS, ROOT)
    assert gc.isenabled()

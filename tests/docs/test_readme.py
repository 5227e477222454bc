"""The README in, whether everything that it says can be done can be done out."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reports.format import Format
from tests.docs.tables import README, tabled
from tests.reports.sample import dossier

ROOT = README.parent
TEXT = README.read_text("utf-8")
ENDS: Mapping[str, tuple[int, ...]] = {
    "run": (0, 1, 3, 5), "judge": (0, 1, 3, 5), "watch": (0, 1, 3), "uptime": (0, 1, 3), "outages": (0, 3),
    "evidence": (0, 3, 5), "permit": (0, 1), "whatif": (1,), "spof": (1,), "impact": (1,), "unknowns": (3,),
}  # fmt: skip
"""Where findings decide the exit code; every other command of the README ends in 0."""
INVENTORY = """
estate: {id: small, allow: [127.0.0.0/8]}
sites: [{id: here, rooms: [{id: hall}]}, {id: there, rooms: [{id: vault}]}]
institutions:
  - id: office
    systems:
      - id: forms
        grade: 3
        at: [here/hall]
        data:
          - {id: papers, copies: [{id: nightly, kind: markers, at: there/vault, path: marks/*}]}
"""


def blocks(language: str) -> Iterator[str]:
    yield from re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def lines() -> Iterator[list[str]]:
    for block in blocks("sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words


def snippet(path: str) -> str:
    return next(block for block in blocks("python") if block.startswith(f"# {path}\n"))


def haechi(folder: Path, *words: str, python_path: Path | None = None) -> subprocess.CompletedProcess[str]:
    more = {} if python_path is None else {"PYTHONPATH": str(python_path)}
    return subprocess.run(
        (sys.executable, "-P", "-m", "audit", *words),
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder), **more},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_tables_are_those_of_the_code() -> None:
    assert tabled(TEXT) == TEXT, "run `python -m tests.docs.tables`"


@pytest.mark.real
def test_the_commands_run_one_after_the_other(tmp_path: Path) -> None:
    ran = 0
    for words in lines():
        if words[0] != "haechi":
            continue
        ending = ("--for", "3s") if words[1] == "watch" and "--once" not in words else ()
        answer = haechi(tmp_path, *words[1:], *ending)
        assert answer.returncode in ENDS.get(words[1], (0,)), f"{shlex.join(words)}\n{answer.stdout}{answer.stderr}"
        assert "Traceback" not in answer.stderr
        ran += 1
    assert ran >= 10
    assert "<html" in (tmp_path / "report.html").read_text("utf-8")


def test_the_other_commands_are_make() -> None:
    targets = [words[1] for words in lines() if words[0] != "haechi"]
    assert {"demo", "test"} <= set(targets)
    for target in targets:
        subprocess.run(("make", "-n", target), cwd=ROOT, check=True, capture_output=True, timeout=30)


def test_every_command_word_in_the_text_exists() -> None:
    from audit.cli import COMMANDS

    known = {name for name, _ in COMMANDS}
    assert set(re.findall(r"`haechi ([a-z]+)", TEXT)) <= known
    assert {words[1] for words in lines() if words[0] == "haechi"} <= known


def test_each_part_of_an_inventory_is_one(tmp_path: Path) -> None:
    parts = list(blocks("yaml"))
    assert len(parts) == 2
    for part in parts:
        (tmp_path / "estate.yaml").write_text("estate: {id: small}\nsites: [{id: there}]\n" + part)
        answer = haechi(tmp_path, "validate", "estate.yaml")
        assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The probe and the rule of the README, installed as a package of somebody else."""
    code, told = tmp_path / "site" / "readme_plugin", tmp_path / "site" / "readme_plugin-1.0.dist-info"
    code.mkdir(parents=True)
    told.mkdir()
    (code / "__init__.py").write_text('"""Snippets."""\n')
    (code / "markers.py").write_text(snippet("checks/backup/markers.py"))
    (code / "encryption.py").write_text(snippet("checks/backup/encryption.py"))
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: readme-plugin\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[haechi.checks]\nreadme = readme_plugin\n")
    return tmp_path / "site"


def test_the_probe_and_the_rule(package: Path, tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "estate.yaml").write_text(INVENTORY)
    (tmp_path / "small" / "marks").mkdir()
    (tmp_path / "small" / "marks" / "done").write_text("")
    answer = haechi(tmp_path, "validate", "small", python_path=package)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    answer = haechi(tmp_path, "run", "small", "--format", "json", python_path=package)
    assert answer.returncode in ENDS["run"], answer.stderr
    found = {
        one["check"]: one for one in json.loads(answer.stdout)["findings"] if one["subject"].endswith("papers/nightly")
    }
    assert found["backup.age"]["verdict"] == "pass"
    assert found["readme-plugin:backup.encryption"]["verdict"] == "unknown"
    assert found["readme-plugin:backup.encryption"]["reason"] == "incomplete"
    explained = haechi(tmp_path, "explain", "readme-plugin:backup.encryption", python_path=package)
    assert "A copy cannot be read by whoever carries it away." in explained.stdout


def test_without_the_package_the_kind_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(INVENTORY)
    answer = haechi(tmp_path, "validate", "small.yaml")
    assert answer.returncode == 4
    assert "unknown kind 'markers'" in answer.stdout + answer.stderr


def test_the_report_format() -> None:
    space: dict[str, object] = {}
    exec(compile(snippet("reports/oneline.py"), "oneline", "exec"), space)  # noqa: S102 - our own README
    form = space["FORMAT"]
    assert isinstance(form, Format)
    (page,) = form.pages(dossier(40), "en")
    assert re.fullmatch(r"\S+ \d+% to \d+%, \d+ failed\n", b"".join(page.chunks).decode())


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert "://" in target or (ROOT / target).exists(), target


def test_the_pictures_are_small() -> None:
    pictures = [ROOT / name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)]
    assert len(pictures) == 2
    assert all(10_000 < picture.stat().st_size < 100_000 for picture in pictures)


def test_at_most_twelve_decisions() -> None:
    numbers = re.findall(r"^(\d+)\. \*\*", TEXT, re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
    assert len(numbers) <= 12


def test_sentences_are_short() -> None:
    prose = re.sub(r"^(```.*?^```|<!-- .*?^<!-- /[^\n]*|\|[^\n]*)$", "", TEXT, flags=re.DOTALL | re.MULTILINE)
    sentences = re.split(r"(?<=[.:?!])\s+", prose)
    long = [" ".join(one.split()) for one in sentences if len(one.split()) > 32]
    assert long == []

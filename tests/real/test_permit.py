"""A permit, real backups, a real signature in; go, then no-go when the statement is moved or the key runs out."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cli import main
from tests.app.test_permits import NOW, Work

pytestmark = pytest.mark.real
EVIDENCE = (
    "estate: {{id: work, timezone: UTC, signers: signers}}\n"
    "evidence: [{{id: sheet, check: {check}, on: move, collected: {day}, expires: 2199-01-01, by: park@fire, "
    "says: every step was done before my eyes, signature: sheet.sig}}]\n"
)


def signed(work: Work, day: str) -> None:
    """Let somebody whom the estate lists sign the permit."""
    key = work.folder / "key"
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "park", "-f", key), check=True, timeout=300)
    kind, public, _ = key.with_suffix(".pub").read_text().split()
    (work.estate / "signers").write_text(f"park@fire {kind} {public}\n")
    whole = work.estate / "all.yaml"
    text = whole.read_text("utf-8").replace("estate: {id: work, timezone: UTC}\n", "")
    whole.write_text(text, "utf-8")
    (work.estate / "paper.yaml").write_text(EVIDENCE.format(check="facility.permit", day=day), "utf-8")
    assert main(["attest", str(work.estate), "sheet", "--key", str(key)]) == 0


def test_go_only_while_all_of_it_holds(tmp_path: Path, need: Callable[[str], str]) -> None:
    need("ssh-keygen")
    work = Work(tmp_path)

    signed(work, f"{NOW:%Y-%m-%d}")
    assert work.ask() == 0
    assert work.ask("--from-store") == 0
    paper = work.estate / "paper.yaml"
    text = paper.read_text("utf-8")
    paper.write_text(text.replace("before my eyes", "I was told"), "utf-8")
    assert work.ask() in (1, 3)
    paper.write_text(text, "utf-8")
    assert work.ask() == 0
    work.copy.write_bytes(b"")
    work.copy.unlink()
    assert work.ask() in (1, 3)

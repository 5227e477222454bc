"""Plain values of the environment to what a command sees of them, and to what a probe may give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from audit.contract import CannotSee, Output, Reason
from audit.model.item import Secret
from audit.world.command import LocalCommand
from audit.world.scene import scene
from audit.world.secrets import Secrets
from audit.world.verbs import Verbs, gated

SHELL = ("sh", "-c", 'printf "%s|%s|%s|" "$HOME" "$PLAIN" "$WORD_FD"; cat "/dev/fd/$WORD_FD"')
VERBS = Verbs(commands=("sh -c *",), environment=("PLAIN", "WORD_FD", "HOME", "PATH", "TZ"))


def run(root: Path, environment: Mapping[str, str], verbs: Verbs = VERBS) -> Output:
    (root / "word").write_text("planted-word\n")
    (root / "word").chmod(0o600)
    world = gated(replace(scene(), command=LocalCommand(Secrets(root))), verbs)
    files = {"word": Secret("file", "word")}
    return anyio.run(lambda: world.command.run(SHELL, timedelta(seconds=10), {}, files, environment))


def test_a_secret_goes_by_the_number_of_its_descriptor(tmp_path: Path) -> None:
    found = run(tmp_path, {"PLAIN": "x", "WORD_FD": "{word}"}).out.split("|")
    assert found[1] == "x"
    assert found[2].isdecimal()
    assert found[3] == "planted-word"


def test_what_every_command_gets_is_not_changed(tmp_path: Path) -> None:
    assert not run(tmp_path, {"HOME": "/elsewhere", "PATH": "/nowhere", "WORD_FD": "{word}"}).out.startswith("/else")


def test_what_was_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotSee) as gap:
        run(tmp_path, {"LD_PRELOAD": "x"})
    assert gap.value.reason is Reason.DENIED

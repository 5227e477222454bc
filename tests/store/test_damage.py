"""A store of which bits were flipped or the end was cut off, against how each command may end at it."""

from __future__ import annotations

import random
from pathlib import Path
from shutil import copyfile

import pytest

from audit.app import audit
from audit.cli import main
from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.history import open_history
from tests.cli.test_over_time import ESTATE, NOW, THEN
from tests.store.sealed import Institution, institution

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("runs",),
    ("show", "--format", "json"),
    ("diff", "--format", "json"),
    ("actions", "list"),
)
ENDS = (Exit.READY, Exit.FAILED, Exit.NOT_VERIFIED, Exit.EXPIRED, Exit.STORAGE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    (folder / "estate.yaml").write_text(ESTATE, "utf-8")
    store = folder / "haechi.db"
    for at in (THEN, NOW):
        audit(folder / "estate.yaml", store=str(store), at=at)
    assert (
        main(["actions", "add", "--from-run", "latest", "--severity", "low", "--by", "Kim", "--store", str(store)]) == 0
    )
    return store


def broken(content: bytes, number: int) -> bytes:
    dice = random.Random(number)
    if number % 4 == 3:
        return content[: dice.randrange(1, len(content))]
    changed = bytearray(content)
    for _ in range(1 + number % 3 * 3):
        # At the head of a page lies what says how the rest of it is to be read.
        place = dice.randrange(len(content)) if number % 2 else dice.randrange(len(content) // 4096) * 4096
        changed[place + (0 if number % 2 else dice.randrange(100))] ^= 1 << dice.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("number", range(8))
def test_no_command_ends_with_a_traceback_or_another_answer(
    whole: Path, tmp_path: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "haechi.db"
    good = {}
    for words in COMMANDS[1:3]:
        main([*words, "--store", str(whole)])
        good[words] = capsys.readouterr().out
    store.write_bytes(broken(whole.read_bytes(), number))
    assert main(["verify", str(store)]) in (Exit.FAILED, Exit.NOT_VERIFIED)
    capsys.readouterr()
    for words in COMMANDS:
        code = main([*words, "--store", str(store)])
        told = capsys.readouterr()
        assert code in ENDS, (words, told.err)
        assert "Traceback" not in told.err
        if code != Exit.STORAGE and words in good:
            assert told.out == good[words], (words, "an answer from what was altered")


def test_it_says_what_to_do(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "haechi.db"
    content = bytearray(copyfile(whole, store).read_bytes())
    content[110:4096] = b"\xff" * 3986
    store.write_bytes(content)
    assert main(["runs", "--store", str(store)]) == Exit.STORAGE
    said = capsys.readouterr().err
    assert "is damaged" in said
    assert "haechi verify" in said
    assert "haechi bundle merge" in said


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET content = replace(content, 'Kim', 'Lee') WHERE number = 5",
        "UPDATE event SET link = x'00' WHERE number = 4",
        "UPDATE event SET link = 'text' WHERE number = 5",
        "UPDATE event SET content = x'ff' WHERE number = 5",
    ],
)
def test_the_register_is_not_read_from_what_was_altered(tmp_path: Path, statement: str) -> None:
    kibo: Institution = institution(tmp_path / "kibo")
    with open_history(str(kibo.store), watching=False) as history:
        assert len(history.events()) == 21
        assert [one.number for one in history.events(kinds=("action",), after=17)] == [18, 19, 20]
    kibo.change(statement)
    with open_history(str(kibo.store), watching=False) as history:
        assert len(history.events(after=10)) == 11, "each event is held against the one before it"
        with pytest.raises(Stop) as stop:
            history.events(kinds=("action",))
    assert stop.value.code is Exit.STORAGE
    with open_store(str(kibo.store), writing=False) as store:
        assert len(store.runs()) == 2, "runs do not rest on the register"

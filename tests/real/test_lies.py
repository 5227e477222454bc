"""Tools that say all is well while data is gone: none of them fools Haechi, its honest twin passes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.real.around import ruled
from tests.real.lab import Made, Said, labs
from tests.real.lie import Lie, lies

pytestmark = pytest.mark.real
MADE: Final[dict[str, tuple[tuple[str, ...], Made]]] = {name: (needs, made) for name, needs, made in labs()}
LIES: Final = tuple(lies())
TABLE: Final = Path(__file__).parents[2] / "docs" / "lies.md"
WRITE: Final = "HAECHI_WRITE_LIES"
"""Set to write the table anew from what was seen; otherwise it has to be as it was seen."""
OPENING: Final = """# What the tools say, and what Haechi says

Every line was made for real: a healthy thing was audited and passed, then it was broken behind its tool's back, then
both were asked. `tests/real/test_lies.py` does it again with every `make test`, and fails where this page is not true;
`HAECHI_WRITE_LIES=1 .venv/bin/pytest tests/real/test_lies.py` writes it. The numbered lines are known from the field.

| no. | technology | what was done | what its own tool says | fooled | Haechi's check | Haechi says |
|---|---|---|---|---|---|---|
"""


def row(lie: Lie, said: Said, verdict: str) -> str:
    """The line of the table for what was seen."""
    cells = (
        str(lie.number or ""), lie.lab.replace("_", "-"), lie.title, f"`{said.native}`",
        "yes" if said.content else "no", f"`{lie.check}`", verdict,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def name(lie: Lie) -> str:
    return f"{lie.number or 'more'}-{lie.lab}-{lie.broken}"


@pytest.fixture(scope="module")
def seen() -> dict[str, str]:
    """The lines of the table as this run sees them."""
    return {}


@pytest.mark.parametrize("lie", LIES, ids=name)
def test_is_not_fooled(lie: Lie, tmp_path: Path, need: Callable[[str], Path], seen: dict[str, str]) -> None:
    needs, made = MADE[lie.lab]
    for program in needs:
        need(program)
    root = tmp_path / "lab"
    root.mkdir()
    with made(root) as lab:
        healthy = ruled(root, lab, **dict(lie.more))
        assert healthy.verdict(lie.check) == "pass", healthy.says(lie.check)
        said = lab.breaks[lie.broken]()
        broken = ruled(root, lab, **dict(lie.more))
        assert broken.verdict(lie.check) == lie.verdict, broken.says(lie.check)
    seen[name(lie)] = row(lie, said, lie.verdict)


def test_all_fifteen_and_ten_more_are_there() -> None:
    assert {lie.number for lie in LIES if lie.number} == set(range(1, 16))
    assert sum(lie.number is None for lie in LIES) >= 10
    assert len({name(lie) for lie in LIES}) == len(LIES)


def test_the_table_tells_what_was_seen(seen: dict[str, str]) -> None:
    if len(seen) < len(LIES):
        pytest.skip("not every lie was told in this run")
    told = OPENING + "".join(f"{seen[name(lie)]}\n" for lie in LIES)
    if os.environ.get(WRITE):
        TABLE.write_text(told, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == told

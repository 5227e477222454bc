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
from tests.real.twins import PATIENT, Twins

pytestmark = pytest.mark.real
MADE: Final[dict[str, tuple[tuple[str, ...], Made]]] = {name: (needs, made) for name, needs, made in labs()}
LIES: Final = tuple(lies())
TABLE: Final = Path(__file__).parents[2] / "docs" / "lies.md"
WRITE: Final = "HAECHI_WRITE_LIES"
"""Set to keep what is seen for a new table; otherwise the table has to say it already."""
TELLING: Final = Path(".venv/.cache/lies")
OPENING: Final = """# What the tools say, and what Haechi says

Every line was made for real: a healthy thing was audited and passed, then it was broken behind its tool's back, then
both were asked. `tests/real/test_lies.py` does it again with every `make test`, and fails where this page is not true;
`make lies` writes it. The numbered lines are known from the field.

*Fooled* is `yes` where the tool's own words hold no sign of what was done, and `no` where they do. `dumps-...` are
files of pg_dump or mariadb-dump, `redis-server` is what a server keeps on its own disk; others are called as in
[kinds.md](kinds.md). `unknown` comes with its reason: what could not be seen is never passed.

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
    """The lab behind the sign has one process look at all of its lies."""
    return f"{lie.number or 'more'}-{lie.broken}@{lie.lab}"


@pytest.mark.lab
@pytest.mark.parametrize("lie", LIES, ids=name)
def test_is_not_fooled(lie: Lie, tmp_path: Path, need: Callable[[str], Path], twins: Twins) -> None:
    needs, made = MADE[lie.lab]
    for program in needs:
        need(program)
    root = tmp_path / "lab"
    root.mkdir()
    with made(root) as lab:
        twin = twins.ruled(lie.lab, root, lab, lie.more)
        assert twin.verdict(lie.check) == "pass", twin.says(lie.check)
        said = lab.breaks[lie.broken]()
        broken = ruled(root, lab, **dict(lie.more if lie.silent else PATIENT + lie.more))
        assert broken.verdict(lie.check) == lie.verdict, broken.says(lie.check)
    told = row(lie, said, lie.verdict)
    if os.environ.get(WRITE):
        TELLING.mkdir(parents=True, exist_ok=True)
        (TELLING / name(lie)).write_text(told, encoding="utf-8")
    else:
        assert told in TABLE.read_text(encoding="utf-8").splitlines()


def test_all_fifteen_and_ten_more_are_there() -> None:
    assert {lie.number for lie in LIES if lie.number} == set(range(1, 16))
    assert sum(lie.number is None for lie in LIES) >= 10
    assert len({name(lie) for lie in LIES}) == len(LIES)


def test_the_table_has_one_line_for_each_in_order() -> None:
    found = TABLE.read_text(encoding="utf-8")
    assert found.startswith(OPENING)
    lines = [line.split(" | ")[:3] for line in found.removeprefix(OPENING).splitlines()]
    assert lines == [row(lie, Said("", content=True), "").split(" | ")[:3] for lie in LIES]


if __name__ == "__main__":
    TABLE.write_text(OPENING + "".join(f"{(TELLING / name(lie)).read_text('utf-8')}\n" for lie in LIES), "utf-8")

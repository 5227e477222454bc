"""Small bad sources in, a complaint out; small good ones in, none out: every gate can fail."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.house import scan, text

BAD = (
    (scan.length, "x = 1\n" * 301),
    (scan.docstring, ""),
    (scan.docstring, "x = 1\n'''Too late.'''"),
    (scan.docstring, "''''''"),
    (scan.docstring, "'''\nSecond line.\n'''"),
    (scan.docstring, "'''No full stop'''"),
    (scan.docstring, "'''No full stop\n\nhere.'''"),
    (scan.mocks, "import unittest.mock"),
    (scan.mocks, "from unittest import mock"),
    (scan.mocks, "from unittest.mock import patch"),
    (scan.mocks, "def test():\n    import respx"),
    (scan.mocks, "def test(monkeypatch):\n    monkeypatch.setattr('a.b', 1)"),
    (scan.type_checking, "from typing import TYPE_CHECKING as T\nif TYPE_CHECKING:\n    import a"),
    (scan.type_checking, "import typing\nif typing.TYPE_CHECKING:\n    import a"),
    (scan.broad_excepts, "try:\n    f()\nexcept:\n    pass"),
    (scan.broad_excepts, "try:\n    f()\nexcept Exception:\n    pass"),
    (scan.broad_excepts, "try:\n    f()\nexcept (OSError, BaseException) as e:\n    pass"),
    (scan.broad_excepts, "import builtins\ntry:\n    f()\nexcept builtins.Exception:\n    pass"),
    (scan.broad_excepts, "try:\n    f()\nexcept* Exception:\n    pass"),
    (scan.broad_excepts, "from contextlib import suppress\nwith suppress(Exception):\n    f()"),
    (scan.module_state, "x = []"),
    (scan.module_state, "x = y = {}"),
    (scan.module_state, "X: Final = {'a': 1}"),
    (scan.module_state, "X: dict[str, int] = {'a': 1}"),
    (scan.module_state, "X: Final[list[int]] = [1]"),
    (scan.module_state, "X = {a for a in 'abc'}"),
    (scan.module_state, "if True:\n    x = dict()"),
    (scan.module_state, "try:\n    pass\nexcept OSError:\n    x = list()"),
    (scan.module_state, "x = dict[str, int]()"),
    (scan.module_state, "from collections import defaultdict as d\nx = d(list)"),
    (scan.module_state, "import collections\nx = collections.deque()"),
    (scan.module_state, "x = 1\ndef f():\n    global x\n    x = 2"),
    (scan.worldly, "import time\ntime.sleep(1)"),
    (scan.worldly, "from time import monotonic as m\nf = m"),
    (scan.worldly, "from datetime import datetime, UTC\ndatetime.now(UTC)"),
    (scan.worldly, "import datetime as d\nd.datetime.now(d.UTC)"),
    (scan.worldly, "import anyio\nasync def f():\n    await anyio.sleep(1)"),
    (scan.worldly, "import random"),
    (scan.worldly, "from secrets import token_hex"),
    (text.unfinished, "x = 1  # TO" + "DO later"),
    (text.unfinished, "FIX" + "ME: broken"),
    (text.registries, "https://py" + "pi.org/simple"),
    (text.registries, "https://files.python" + "hosted.org/x"),
    (text.registries, "--extra-" + "index-url=here"),
    (text.machines, "open('/" + "work/main/x')"),
    (text.machines, "HOME=/" + "root"),
    (text.machines, "file:///" + "opt/wheels"),
)

GOOD = (
    (scan.length, "x = 1\n" * 300),
    (scan.docstring, "'''One thing becomes another.'''"),
    (scan.docstring, "'''One thing becomes another.\n\nAt length'''"),
    (scan.mocks, "import unittest\ndef test(monkeypatch):\n    monkeypatch.setenv('A', 'b')"),
    (scan.type_checking, "from typing import Any"),
    (scan.broad_excepts, "try:\n    f()\nexcept (OSError, ValueError):\n    pass"),
    (scan.broad_excepts, "from contextlib import suppress\nwith suppress(OSError):\n    f()"),
    (scan.module_state, "X = ('a', 'b')\n__all__ = ['X']"),
    (scan.module_state, "X = frozenset({'a'})\nY = MappingProxyType({'a': 1})\nZ = tuple([1])"),
    (scan.module_state, "X: Mapping[str, int] = {'a': 1}\nY: Final[Sequence[int]] = [1]\nZ: 'Mapping[str, int]' = {}"),
    (scan.module_state, "def f():\n    x = []\n    return x"),
    (scan.module_state, "class A(BaseModel):\n    x: dict[str, int] = {}"),
    (scan.worldly, "from datetime import datetime, timedelta\ndef f(at: datetime):\n    return at + timedelta(1)"),
    (scan.worldly, "def f(clock):\n    return clock.now()"),
    (text.unfinished, "to do, todo, XXXXXX"),
    (text.registries, "https://example.org/simple"),
    (text.machines, "https://example.org/{0}/x, ./{0}/x, network/root/, /{0}shop, /rootless".format("work")),
)

Rule = Callable[[str], Iterator[str]]


def case(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize(("rule", "source"), BAD, ids=case)
def test_bad_is_seen(rule: Rule, source: str) -> None:
    complaints = list(rule(source))
    assert complaints
    assert all(complaint.partition(":")[0].isdecimal() for complaint in complaints)


@pytest.mark.parametrize(("rule", "source"), GOOD, ids=case)
def test_good_is_left_alone(rule: Rule, source: str) -> None:
    assert list(rule(source)) == []


@pytest.mark.parametrize(
    "path", ["audit/utils.py", "checks/common/rules.py", "tests/helpers.py", "reports/base.html.j2", "audit/Core"]
)
def test_empty_names_are_seen(path: str) -> None:
    assert list(text.names(PurePosixPath(path)))


@pytest.mark.parametrize("path", ["audit/model/estate.py", "checks/backup/rules.py", "reports/library.py"])
def test_telling_names_are_left_alone(path: str) -> None:
    assert list(text.names(PurePosixPath(path))) == []

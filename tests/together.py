"""Tests by their ids to those that one process has to run, one after the other.

The marks `xdist_group` do not reach pytest-xdist 3.8 under pytest 9.2: it looks for them in a field that is gone.
"""

from __future__ import annotations

import re
from typing import Any, Final

from xdist.scheduler import LoadScopeScheduling

_LAB: Final = re.compile(r"@(\w+)\]$")
LONG: Final = (
    "tests/house/test_package.py", "tests/demo/test_demo.py", "tests/docs/test_evidence.py",
    "tests/docs/test_readme.py", "tests/real/test_every_technology.py", "pgbackrest", "patroni", "repmgr",
    "postgresql_pair", "tests/real/test_drill_pgbackrest_share.py", "tests/real/test_drill_pgbackrest.py", "barman",
    "sentinel", "tests/real/test_switched.py", "tests/real/test_drill_servers.py", "tests/real/test_drill_restic.py",
    "zone", "mariadb_pair", "tests/real/test_drill_archive.py", "etcd_cluster", "tests/real/test_drill_page.py",
    "tests/real/test_drill_failover.py", "tests/app/test_sealing.py", "tests/analysis/faults/test_aralia.py",
    "tests/cli/test_ends.py",
)  # fmt: skip
"""Groups that take a minute or more, the longest first. Begun last, each would keep the other processes waiting."""


def group(nodeid: str) -> str:
    """The lab that stands behind the `@` at the end of an id, else the file of the test."""
    found = _LAB.search(nodeid)
    return found[1] if found else nodeid.partition("::")[0]


def turn(nodeid: str) -> int:
    """Which of all groups begin first: those that take long, in their order; all others keep theirs behind them."""
    found = group(nodeid)
    return LONG.index(found) if found in LONG else len(LONG)


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives all tests of a lab, or of a file, to one process: what they make, they make once."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

    def remove_node(self, node: Any) -> str | None:
        """The test in which a process died is not tried again: the next one would die of it too, and so on for ever."""
        units = self.assigned_work[node]
        died = next((test for unit in units.values() for test, done in unit.items() if not done), None)
        for scope, unit in tuple(units.items()):
            if died in unit:
                unit[died] = True
            # Whoever is given nothing but what was done already waits for its end for ever.
            if all(unit.values()):
                del units[scope]
        super().remove_node(node)
        return died

    def _reschedule(self, node: Any) -> None:
        super()._reschedule(node)
        # A process begins a test only once it knows the next one, or that there is none.
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)

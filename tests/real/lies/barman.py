"""Broken Barman homes to the checks that are not to believe that every check is OK."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("backups three days old where no threshold was set", "barman", "no-threshold", "backup.age"),
    Lie("one WAL segment taken out", "barman", "segment-removed", "backup.log-unbroken"),
    Lie("the newest WAL segment taken out", "barman", "newest-segment-removed", "backup.log-unbroken"),
    Lie("one WAL segment cut off by a full disk", "barman", "segment-cut", "backup.log-unbroken"),
    Lie("one WAL segment under the name of the next one too", "barman", "segment-of-another", "backup.log-unbroken"),
    Lie("three bytes of the newest backup flipped", "barman", "byte-flipped", "backup.verified"),
    Lie("the files of all backups removed, their records left", "barman", "data-removed", "backup.age"),
)

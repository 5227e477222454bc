"""Broken archives, standbys, dumps of PostgreSQL to the checks that are not to be fooled."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

_ARCHIVE: Final = "postgresql_archive"
_STANDBY: Final = "postgresql_standby"

LIES: Final = (
    Lie("the receiver of the standby cut off", _STANDBY, "cut-off", "backup.replication-lag", number=6),
    Lie("the role of the audit without pg_monitor", _STANDBY, "no-monitor", "backup.replication-lag",
        "unknown: denied", number=13),
    Lie("replay paused on the standby", _STANDBY, "paused", "backup.replication-lag"),
    Lie("the standby promoted while the primary goes on", _STANDBY, "promoted", "backup.replication-lag"),
    Lie("the primary frozen", _STANDBY, "primary-frozen", "backup.replication-lag", "unknown: timeout"),
    Lie("one WAL segment taken out of the archive", _ARCHIVE, "segment-removed", "backup.log-unbroken"),
    Lie("a .partial where a whole WAL segment was", _ARCHIVE, "segment-partial", "backup.log-unbroken"),
    Lie("zeros in the length of a WAL segment, as after a power failure", _ARCHIVE, "segment-zeros",
        "backup.log-unbroken"),
    Lie("the tables of the base backups removed, their manifests left", _ARCHIVE, "files-removed",
        "backup.newest-complete", more=(("verify", "none"),)),
    Lie("archive_command ends with 0, copies nothing", _ARCHIVE, "archived-to-nowhere", "backup.log-unbroken"),
    Lie("a server restored for a try writes into the same archive", _ARCHIVE, "two-servers-write",
        "backup.log-unbroken"),
    Lie("backup_label removed from the base backups", _ARCHIVE, "label-removed", "backup.age"),
    Lie("three bytes of a base backup flipped", _ARCHIVE, "byte-flipped", "backup.verified"),
    Lie("the base backups are of the cluster before this one", _ARCHIVE, "another-cluster", "backup.verified"),
    Lie("a third of a custom-format dump cut off", "dumps_custom", "cut", "backup.age", number=10),
    Lie("two bytes of a custom-format dump flipped", "dumps_custom", "byte-flipped", "backup.newest-complete"),
    Lie("the database that was dumped is an empty one", "dumps_custom", "empty", "backup.age"),
    Lie("a dump made under a clock that is ahead", "dumps_custom", "from-the-future", "backup.clock"),
    Lie("half a dump packed by gzip", "dumps_sql", "cut-before-packing", "backup.age", number=11),
    Lie("the database that was dumped is an empty one", "dumps_sql", "empty", "backup.age"),
    Lie("the file of one table removed from a dump in a folder", "dumps_folder", "table-removed", "backup.age"),
    Lie("the file of one table cut off in a dump in a folder", "dumps_folder", "table-cut", "backup.age"),
    Lie("the file of one table of no length in a dump in a folder", "dumps_folder", "table-emptied", "backup.age"),
    Lie("a page that asks for a password under the name of a dump", "dumps_sql", "a-page", "backup.age"),
    Lie("zeros in the length of the dump, as after a power failure", "dumps_sql", "zeros", "backup.age"),
    Lie("a dump of the structure without a row", "dumps_mariadb", "structure-alone", "backup.age"),
    Lie("a dump of two days ago copied again today", "dumps_mariadb", "old-copied-anew", "backup.age"),
    Lie("half of a tar-format dump cut off", "dumps_tar", "cut", "backup.age", endless=True),
    Lie("the database that was dumped is an empty one", "dumps_tar", "empty", "backup.age"),
    Lie("a warning of the tool kept before the first statement", "dumps_mariadb", "complaint-inside", "backup.age"),
    Lie("half a dump packed by gzip", "dumps_mariadb", "cut-before-packing", "backup.age"),
    Lie("the database that was dumped is an empty one", "dumps_mariadb", "empty", "backup.age"),
)  # fmt: skip

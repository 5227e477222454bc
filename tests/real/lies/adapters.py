"""What exporters and plugins say of backups that are not there any more."""

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the job stopped two days ago, its plugin is set for a weekly one", "nagios", "stopped", "backup.age"),
    Lie("the job stopped, its exporter goes on", "prometheus", "stopped", "backup.age"),
    Lie(
        "the exporter knows no backup and tells NaN",
        "prometheus",
        "not-a-number",
        "backup.age",
        verdict="unknown: incomplete",
    ),
    Lie("the clock of the exporter's machine is nine hours ahead", "prometheus", "future", "backup.clock"),
)

"""Ways in which two places say that they are equal while they are not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("a package of the other place left behind", "mirror", "version-behind", "failover.parity"),
    Lie("the schema of the other place never told", "mirror", "one-missing", "failover.parity"),
    Lie("the manifest of the other place gone", "mirror", "no-manifest", "failover.parity", "unknown: incomplete"),
)

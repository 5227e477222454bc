"""The values that a card of APC keeps in its own tree (PowerNet) become facts of its power supply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

Values = Mapping[str, int | str | None]

_UPS: Final = "1.3.6.1.4.1.318.1.1.1."
REPLACED: Final = _UPS + "2.1.3.0"
"""The day when the battery was last replaced, as whoever replaced it wrote it into the card."""
_DEGREES, _RUNTIME, _REPLACE, _REPLACE_BY = (_UPS + f"2.2.{number}.0" for number in (2, 3, 4, 21))
_OUTPUT: Final = _UPS + "4.1.1.0"
_TEST, _TESTED = _UPS + "7.2.3.0", _UPS + "7.2.4.0"
OIDS: Final = (REPLACED, _DEGREES, _RUNTIME, _REPLACE, _REPLACE_BY, _OUTPUT, _TEST, _TESTED)
_OUTPUTS: Final[Mapping[int, tuple[str, ...]]] = {
    2: ("OL",), 3: ("OB",), 4: ("OL", "BOOST"), 5: ("OFF",), 6: ("BYPASS",), 7: ("OFF",), 9: ("BYPASS",),
    10: ("BYPASS",), 11: ("OFF",), 12: ("OL", "TRIM"), 13: ("OL",), 15: ("OL", "CAL"), 16: ("BYPASS",),
    28: ("OL", "CAL"),
}  # fmt: skip
_TESTS: Final[Mapping[int, str]] = {1: "passed", 2: "failed", 4: "in progress"}
WORN: Final = "the battery has to be replaced"


def flags(values: Values) -> tuple[str, ...]:
    """Status words of what the card says of the output and of the battery; empty where it has no such objects."""
    output = values.get(_OUTPUT)
    words = _OUTPUTS.get(output, ()) if isinstance(output, int) else ()
    return (*words, "RB") if values.get(_REPLACE) == 2 else words


def facts(values: Values) -> dict[str, Any]:
    """What can be read of the rest."""
    found: dict[str, Any] = {}
    for name, oid in (("battery_date", REPLACED), ("replace_by", _REPLACE_BY), ("test_date", _TESTED)):
        day = parse_day(values.get(oid))
        if day is not None:
            found[name] = day
    result = values.get(_TEST)
    if isinstance(result, int) and result in _TESTS:
        found["test_result"] = _TESTS[result]
    degrees, ticks = values.get(_DEGREES), values.get(_RUNTIME)
    if isinstance(degrees, int) and -50 <= degrees <= 150:
        found["temperature"] = float(degrees)
    if isinstance(ticks, int) and 0 <= ticks < 2**32:
        found["runtime"] = timedelta(seconds=ticks / 100)
    return found


def parse_day(written: int | str | None) -> date | None:
    """`09/14/24` or `09/14/2024` to a day; None for anything else."""
    found = re.fullmatch(r"\s*(\d{2})/(\d{2})/(\d{2}|\d{4})\s*", written) if isinstance(written, str) else None
    if found is None:
        return None
    year = int(found[3]) + (0 if len(found[3]) == 4 else 2000 if int(found[3]) < 80 else 1900)
    try:
        return date(year, int(found[1]), int(found[2]))
    except ValueError:
        return None

"""The programs that are needed, with the drivers, to what of them is there, what is missing, how to mend it."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.model.message import Message, say

DRIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bacnet": "bacpypes3",
        "modbus": "pymodbus",
        "mysql": "pymysql",
        "postgres": "psycopg",
        "redis": "redis",
        "s3": "boto3",
        "snmp": "pysnmp",
        "ssh": "asyncssh",
    }
)
"""Each extra of the distribution to the module that it brings."""
MARKS: Final[Mapping[str, str]] = MappingProxyType({"ok": "+", "warn": "!", "bad": "x"})


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was examined: `ok`; `warn`, an audit works but sees less; `bad`, it does not work."""

    name: str
    state: str
    says: Message
    fix: Message | None = None


def installed(needs: Mapping[str, Sequence[str]], has: Callable[[str], bool]) -> Iterator[Examined]:
    """The programs with which things are read or restored, those that are there in one line."""
    present = [name for name in needs if has(name)]
    if present:
        yield Examined("programs", "ok", say("{names} are there", names=", ".join(present)))
    for name in needs:
        if name not in present:
            kinds = ", ".join(needs[name])
            yield Examined(
                name,
                "warn",
                say(
                    "{name} is missing: what only it can read or restore will be unknown (no-tool): {kinds}",
                    name=name,
                    kinds=kinds,
                ),
                say("install {name}", name=name),
            )


def there(name: str) -> bool:
    """Whether a program is on this machine, in PATH or among those of PostgreSQL, which Debian keeps elsewhere."""
    return shutil.which(name) is not None or any(Path("/usr/lib/postgresql").glob(f"*/bin/{glob.escape(name)}"))


def drivers(has: Callable[[str], bool], *, needed: bool) -> Examined:
    """What speaks to databases, object stores, file servers, devices; a store on a server needs that of PostgreSQL."""
    lacking = tuple(f"haechi[{extra}]" for extra, module in DRIVERS.items() if not has(module))
    if not lacking:
        return Examined("drivers", "ok", say("the drivers of databases, object stores, devices are there"))
    return Examined(
        "drivers",
        "bad" if needed and "haechi[postgres]" in lacking else "warn",
        say("some drivers are not installed: what they read will be unknown (no-tool)"),
        say("install {extras}", extras=", ".join(lacking)),
    )

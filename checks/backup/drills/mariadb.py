"""A MariaDB data folder becomes what a server of its own says of it: started, every table read, the canary found."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.contract import CannotSee, Output, Reason, Workshop, say
from audit.model.drilling import Checked
from checks.backup.drills import links
from checks.backup.drills.choice import at_fault
from checks.backup.drills.serving import level_of, serving, short_enough

_CLOSED: Final = (
    "--skip-networking", "--skip-slave-start", "--skip-grant-tables", "--skip-log-bin", "--event-scheduler=DISABLED",
)  # fmt: skip
_SERVER: Final = (
    f"mariadbd --no-defaults --datadir=* --socket=* --pid-file=* --tmpdir=* --secure-file-priv=* {' '.join(_CLOSED)} "
    "[--innodb-page-size=*] [--innodb-data-file-path=*] [--innodb-undo-tablespaces=*]"
)
COMMANDS: Final = (
    _SERVER,
    "mariadbd --version",
    "mariadb-admin --no-defaults --socket=* --connect-timeout=5 ping",
    "mariadb-check --no-defaults --socket=* --user=root --check --extended --all-databases",
    "mariadb --no-defaults --socket=* --user=root --batch --raw --skip-column-names --init-command=* --execute=* [*]",
    *links.COMMANDS,
)
"""What every drill that starts MariaDB declares."""
SOCKET: Final = "mariadb.sock"
_GUARD: Final = "SET SESSION TRANSACTION READ ONLY"
_WRONG: Final = re.compile(r"^\s*(?:error|warning)\s*:\s*(.*)$", re.IGNORECASE | re.MULTILINE)
_LINE: Final = re.compile(r"\[ERROR\][^/]*|ERROR \d+(?: \(\w{5}\))?(?: at line \d+)?")
"""No more of an error of a statement: it may hold a value out of the data."""
_OURS: Final = (
    "No space left on device", "Cannot allocate memory", "Can't start server: can't create PID file",
    "Unknown collation", "unsupported redo log format", "Unsupported redo log format", "Can't find messagefile",
    "after upgrade", "Unknown storage engine", "plugin is not loaded",
    "could not be started",
)  # fmt: skip
"""Words of complaints about this machine, not about what was restored."""


@dataclass(slots=True)
class Found:
    """What starting a server showed."""

    checks: list[Checked] = field(default_factory=list)

    @property
    def level(self) -> int:
        return level_of(self.checks)


async def client(workshop: Workshop, query: str, *database: str, guard: str = _GUARD) -> Output:
    """What statements give, without any frame."""
    return await workshop.run(
        (
            "mariadb", "--no-defaults", f"--socket={workshop.room}/{SOCKET}", "--user=root", "--batch", "--raw",
            "--skip-column-names", f"--init-command={guard}", f"--execute={query}", *database,
        ),
        inside=True,
    )  # fmt: skip


@asynccontextmanager
async def running(
    workshop: Workshop, data: Path, told: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[None]:
    """A server over a data folder without network, rights, replication, events; `told` are settings of the data."""
    socket = short_enough(workshop, SOCKET)
    await links.none_leads_out(workshop, workshop.room)
    await workshop.hand_over(workshop.room)

    async def ready() -> bool:
        if not await workshop.world.files.list(f"{data}/ibdata1", 1):
            return False
        asked = ("mariadb-admin", "--no-defaults", f"--socket={socket}", "--connect-timeout=5", "ping")
        return (await workshop.run(asked, inside=True)).code == 0

    given = sorted(told.items(), key=lambda item: _ORDER.index(item[0]))
    argv = (
        "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", f"--pid-file={workshop.room}/pid",
        f"--tmpdir={workshop.room}", f"--secure-file-priv={workshop.room}", *_CLOSED,
        *(f"--{name}={value}" for name, value in given),
    )  # fmt: skip
    async with serving(workshop, argv, ready):
        yield


_ORDER: Final = ("innodb-page-size", "innodb-data-file-path", "innodb-undo-tablespaces")


async def proven(workshop: Workshop, data: Path, found: Found, told: Mapping[str, str] = MappingProxyType({})) -> None:
    """Start a restored data folder, verify it. What is wrong with the data is a check that did not hold."""
    try:
        async with running(workshop, data, told):
            await verified(workshop, found)
    except CannotSee as gap:
        if gap.reason is not Reason.INCOMPLETE:
            raise
        if any(words in str(gap) for words in _OURS):
            raise CannotSee(at_fault(str(gap.says)), gap.says) from gap
        found.checks.append(workshop.check("start", held=False, detail=complaint(str(gap.says))))


async def verified(workshop: Workshop, found: Found, *, default: str = "") -> None:
    """Have a running server read every row of every table, look for the canary."""
    found.checks.append(workshop.check("start", held=True))
    with workshop.part("verify"):
        asked = ("mariadb-check", "--no-defaults", f"--socket={workshop.room}/{SOCKET}", "--user=root")
        output = await workshop.run((*asked, "--check", "--extended", "--all-databases"), inside=True)
        wrong = _WRONG.search(output.out)
        if wrong is not None or output.code != 0:
            says = wrong[1] if wrong else complaint(output.err or output.out)
            found.checks.append(workshop.check("CHECK TABLE", held=False, detail=says))
        else:
            found.checks.append(workshop.check("CHECK TABLE", held=True))
        canary = workshop.canary
        if canary is not None and canary.query is not None:
            database = canary.database or default
            output = await client(workshop, canary.query, *((database,) if database else ()))
            if output.code != 0:
                found.checks.append(judged(workshop, "canary", output))
            elif len(output.out.splitlines()) > 1:
                says = "the query gave more than one row"
                found.checks.append(workshop.check("canary", held=False, detail=says))
            else:
                found.checks.append(workshop.canary_held(output.out.strip()))


def judged(workshop: Workshop, name: str, output: Output) -> Checked:
    """A program's end as a check; CannotSee where it complains about this machine."""
    said = complaint(output.err or output.out)
    if output.code != 0 and any(words in output.err for words in _OURS):
        raise CannotSee(at_fault(said), say("{program}: {answer}", program=name, answer=said))
    return workshop.check(name, held=output.code == 0, detail="" if output.code == 0 else said)


def complaint(text: str) -> str:
    """The line that says what went wrong."""
    found = _LINE.search(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return found[0].strip() if found else lines[-1] if lines else "it said nothing"


async def older(workshop: Workshop, made_by: str) -> None:
    """CannotSee(no-tool) where the server here is older than the one that the data come from."""
    output = await workshop.run(("mariadbd", "--version"))
    here, there = (re.search(r"(\d+)\.(\d+)\.\d+", text) for text in (output.out, made_by))
    if here and there and (int(here[1]), int(here[2])) < (int(there[1]), int(there[2])):
        raise CannotSee(
            Reason.NO_TOOL,
            say("the data come from {there}, MariaDB here is {here}", there=there[0], here=here[0]),
        )

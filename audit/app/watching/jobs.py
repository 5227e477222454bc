"""What an estate wants done at certain times to the work itself, with an entry in the log of how it went."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from audit.app.drilling_record import recorded
from audit.catalogue import Catalogue
from audit.model.drilling import RestoreState
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.exit import Stop
from audit.model.watching import ScheduledAudit, ScheduledReport
from audit.schedule.expiring import expiring
from audit.schedule.ticking import Timed

LONGEST: Final = timedelta(hours=2)
"""For one errand; a whole audit has a deadline of its own that is far shorter."""
GRACE: Final = 3.0
DRILL: Final = "failover.drill"


class Jobs:
    """The scheduled work of one estate."""

    def __init__(
        self,
        estate: Path,
        store: str,
        catalogue: Catalogue,
        now: Callable[[], datetime],
        tell: Callable[[Event], None],
    ) -> None:
        self._path = estate
        self._store = store
        self._catalogue = catalogue
        self._now = now
        self._tell = tell
        self._estate: Estate | None = None
        self._children: set[asyncio.subprocess.Process] = set()
        self._one_at_a_time = asyncio.Lock()
        self._told: set[tuple[str, ...]] = set()

    def adopt(self, estate: Estate) -> Iterator[Timed]:
        """Everything of this estate that is done by a cron expression."""
        self._estate = estate
        for audit in estate.watch.audits:
            yield Timed(f"audit {audit.id}", audit.cron, partial(self.audit, audit))
        for report in estate.watch.reports:
            yield Timed(f"report {report.id}", report.cron, partial(self.report, report))
        yield Timed("expiring", estate.watch.expiring, self.expiring)

    def restore(self, log: Iterable[Event]) -> None:
        """What was told before is not told again."""
        self._told.update(_key(event) for event in log if event.kind == "expiring")

    async def audit(self, audit: ScheduledAudit) -> None:
        """A whole audit."""
        self._tell(Event(self._now(), "audit-began", audit.id))
        wish = {"errand": "audit", "estate": str(self._path.absolute()), "store": self._store}
        ended = await self._errand(wish)
        if "run" in ended:
            self._tell(Event(self._now(), "audit-ended", audit.id, ended))
        else:
            self._tell(Event(self._now(), "failed", audit.id, {"what": "audit", **ended}))

    async def report(self, report: ScheduledReport) -> None:
        """The report of the newest run."""
        root = Path(self._estate.root if self._estate is not None else ".")
        file = str(root / report.file)
        wish = {
            "errand": "report",
            "store": self._store,
            "format": report.format,
            "language": report.language,
            "file": file,
        }
        ended = await self._errand(wish)
        if "run" in ended:
            self._tell(Event(self._now(), "report-written", report.id, {"file": file, **ended}))
        else:
            self._tell(Event(self._now(), "failed", report.id, {"what": "report", "file": file, **ended}))

    async def expiring(self) -> None:
        """Tell once of each thing that expires within `ahead`."""
        estate = self._estate
        if estate is None:
            return
        policy, now = self._catalogue.policy(estate), self._now()

        def age(grade: int) -> timedelta:
            return policy.of(DRILL, grade).duration("age") if DRILL in policy.limits else timedelta.max

        drills: tuple[RestoreState, ...] = ()
        with suppress(Stop):  # the watch tells of a lost store by itself
            drills = await asyncio.to_thread(recorded, self._store)
        for one in expiring(estate, now, estate.watch.ahead, age, drills):
            values = {"what": one.what, "name": one.name, "expires": one.ends.isoformat(), "past": one.ends < now}
            event = Event(now, "expiring", one.subject, values)
            if _key(event) not in self._told:
                self._told.add(_key(event))
                self._tell(event)

    async def end(self) -> None:
        """Tell what still runs to end in order, and wait a moment."""
        children = tuple(self._children)
        for child in children:
            with suppress(ProcessLookupError):
                child.terminate()
        waiting = [asyncio.ensure_future(child.wait()) for child in children]
        if waiting:
            await asyncio.wait(waiting, timeout=GRACE)
        for child in children:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    child.kill()

    async def _errand(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        async with self._one_at_a_time:
            try:
                child = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", "audit.app.watching.errand"),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            except OSError as broken:
                return {"exit": 70, "says": [broken.strerror or ""]}
            self._children.add(child)
            try:
                async with asyncio.timeout(LONGEST.total_seconds()):
                    out, _ = await child.communicate(json.dumps(wish).encode())
            except TimeoutError:
                return {"exit": 70, "says": ["it did not end in time"]}
            finally:
                self._children.discard(child)
                if child.returncode is None:
                    with suppress(ProcessLookupError):
                        child.kill()
        try:
            told = json.loads(out)
        except ValueError:
            told = {}
        return told if isinstance(told, dict) and told else {"exit": child.returncode, "says": ["it broke off"]}


def _key(event: Event) -> tuple[str, ...]:
    return (event.subject, *(str(event.values.get(name)) for name in ("what", "name", "expires", "past")))

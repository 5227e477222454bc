"""A real PostgreSQL whose connections stand still in, a canary that goes on over new ones out."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest

from audit.model.item import Secret
from audit.world.build import real_world
from audit.world.secrets import Secrets
from audit.world.switching.ledger import PATIENCE, Course, beating
from audit.world.switching.rows import Rows
from tests.real.around import planted
from tests.real.clusters import Pair

pytestmark = pytest.mark.real
_WRITES: Final = (
    "select pid from pg_stat_activity where usename = 'audit' and query like '%haechi_canary%' "
    "order by backend_start desc limit 1"
)


def test_a_connection_that_stands_still_is_given_up_in_time(tmp_path: Path, pair: Pair) -> None:
    pair.primary.sql("create table if not exists haechi_canary (drill text, number bigint)")
    pair.primary.sql("grant select, insert, delete on haechi_canary to audit")
    with planted({"SWITCH_DSN": pair.primary.dsn()}):
        guard = real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path).guard
        rows = Rows(Secrets(tmp_path), guard, Secret("env", "SWITCH_DSN"), "haechi_canary", "still")
        silent, course = asyncio.run(stopped(rows, lambda: int(pair.primary.sql(_WRITES))))
    assert silent < PATIENCE * 20, [round(stroke.at - course.strokes[0].at, 1) for stroke in course.strokes]
    pair.primary.sql("drop table haechi_canary")


async def stopped(rows: Rows, writer: Callable[[], int]) -> tuple[float, Course]:
    """How long nothing was acknowledged after the process that served the canary stood still."""
    course = Course()
    writing = asyncio.create_task(beating(rows, course))
    while len(course.good) < 3:
        await asyncio.sleep(0.05)
    process, began = writer(), time.monotonic()
    os.kill(process, signal.SIGSTOP)
    try:
        before = len(course.good)
        while len(course.good) < before + 3 and time.monotonic() < began + 30:
            await asyncio.sleep(0.05)
        silent = next((one.at for one in course.good[before:] if one.at > began + 0.3), time.monotonic()) - began
    finally:
        os.kill(process, signal.SIGCONT)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
    await rows.clear()
    await rows.close()
    return silent, course

"""This machine becomes a list of what an audit needs of it: what is well, what is not, how to mend it."""

from __future__ import annotations

import locale
import os
import resource
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from audit.cli.asked import speaking, stored
from audit.cli.columns import across, folded
from audit.cli.tools import MARKS, Examined, drivers, installed, there
from audit.cli.voice import tell
from audit.model.clean import line
from audit.model.exit import Exit
from audit.model.message import say

WHOLE: Final = 10_000
"""Columns of what is no terminal: one line for each thing."""
LITTLE: Final = 1_000_000_000
TOO_LITTLE: Final = 50_000_000
FILES: Final = 1024
PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@click.command("doctor")
@click.argument("estate", required=False, type=click.Path(path_type=Path))
@stored
@speaking
def command(estate: Path | None, store: str, lang: str) -> Exit:
    """Examine this machine for what an audit needs: of ESTATE, or of anything that there is.

    + is well, ! means that an audit would see less, x means that it would not work. Exit code 1 if there is an x.
    Nothing is changed and nothing is sent anywhere.

    \b
    Examples:
      haechi doctor inventory/
      haechi doctor --store /srv/audit/haechi.db --lang ko
    """
    from audit.app import planned
    from audit.catalogue import discover
    from audit.cli.needed import programs
    from audit.world.clock import SystemClock
    from reports.translate import Translator

    words = Translator(lang, "UTC")
    loaded = planned(estate).estate if estate is not None else None
    found = tuple(examine(store, os.environ, SystemClock().now(), programs(discover(), loaded)))
    for one in found:
        told = [(f"{MARKS[one.state]} {one.name:<11} ", one.says)]
        told += [(f"  {'':<11} -> ", one.fix)] if one.fix is not None else []
        for head, says in told:
            for text in folded(line(words.message(says)), across(WHOLE), first=head, rest=" " * len(head)):
                tell(text)
    return Exit.FAILED if any(one.state == "bad" for one in found) else Exit.READY


def examine(
    store: str, environment: Mapping[str, str], now: datetime, needs: Mapping[str, Sequence[str]]
) -> Iterator[Examined]:
    """Everything that is examined, in the order in which it is printed; `needs` are programs to who needs them."""
    from audit.model.watching import Door

    yield clock(now, newest=Path(__file__).stat().st_mtime)
    yield zones("Asia/Seoul")
    yield encoding(locale.getpreferredencoding(do_setlocale=False))
    yield terminal_kind(environment, tty=sys.stdout is not None and sys.stdout.isatty())
    yield temporary(Path(tempfile.gettempdir()))
    yield from storage(store)
    yield resolver(Path("/etc/resolv.conf"))
    yield proxy(environment)
    yield from installed(needs, there)
    yield drivers(lambda module: find_spec(module) is not None, needed=store.startswith("postgres"))
    yield open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield ping(Path("/proc/sys/net/ipv4/ping_group_range"), {os.getegid(), *os.getgroups()}, raw=may_echo())
    yield apprise(installed=find_spec("apprise") is not None)
    yield port(Door().machine, Door().port)


def clock(now: datetime, newest: float) -> Examined:
    """A clock that stands before the day on which haechi was installed cannot be right."""
    installed = datetime.fromtimestamp(newest, UTC)
    if now < installed:
        return Examined(
            "clock",
            "bad",
            say(
                "the clock says {now} UTC, which is before haechi was installed", now=now.isoformat(timespec="seconds")
            ),
            say("set the clock, e.g. with `timedatectl set-ntp true`: ages of backups are taken against it"),
        )
    return Examined("clock", "ok", say("the clock says {now} UTC", now=now.isoformat(timespec="seconds")))


def zones(zone: str) -> Examined:
    """Days end in the estate's time zone, so its data must be there."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError):
        return Examined(
            "time zones", "bad", say("no data of the time zone {zone}", zone=zone), say("install the package tzdata")
        )
    return Examined("time zones", "ok", say("data of time zones is there"))


def encoding(name: str) -> Examined:
    """Korean needs UTF-8; other encodings get escapes instead of letters."""
    if name.replace("-", "").lower() == "utf8":
        return Examined("locale", "ok", say("text is written as UTF-8"))
    return Examined(
        "locale",
        "warn",
        say("text is written as {encoding}: Korean letters become escapes", encoding=name),
        say("set LC_ALL=C.UTF-8"),
    )


def terminal_kind(environment: Mapping[str, str], *, tty: bool) -> Examined:
    """Colour is never needed: a verdict is always a sign with a word."""
    if not tty:
        return Examined("terminal", "ok", say("the output is no terminal: plain text without colour"))
    if environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        return Examined("terminal", "ok", say("a terminal without colour, as NO_COLOR or TERM ask for"))
    return Examined("terminal", "ok", say("a terminal with colour"))


def temporary(folder: Path) -> Examined:
    """Secrets for programs and reports being written pass through temporary files."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"haechi")
    except OSError as broken:
        return Examined(
            "temp folder",
            "bad",
            say("cannot write to {folder}: {why}", folder=folder, why=broken.strerror or "?"),
            say("set TMPDIR to a folder that can be written"),
        )
    return Examined("temp folder", "ok", say("{folder} can be written", folder=folder))


def storage(store: str) -> Iterator[Examined]:
    """The store's file and the disk below it."""
    if "://" in store:
        yield Examined("store", "ok", say("a database on a server; a run tells whether it answers"))
        return
    path = Path(store)
    folder = path.parent
    writable = os.access(path, os.W_OK) if path.exists() else os.access(folder, os.W_OK | os.X_OK)
    if not writable:
        yield Examined(
            "store",
            "bad",
            say("cannot write {path}", path=path),
            say("run from a folder that can be written, or name another store with --store"),
        )
        return
    yield Examined("store", "ok", say("{path} can be written", path=path))
    free = shutil.disk_usage(folder).free
    state = "bad" if free < TOO_LITTLE else "warn" if free < LITTLE else "ok"
    yield Examined(
        "disk",
        state,
        say("{free} MB are free where the store lies", free=free // 1_000_000),
        None if state == "ok" else say("make room, or name a store on another disk with --store"),
    )


def resolver(path: Path) -> Examined:
    """Names in the inventory are asked of the resolver that this machine names."""
    try:
        words = [line.split() for line in path.read_text("utf-8", "replace").splitlines()]
    except OSError:
        words = []
    servers = [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
    if servers:
        return Examined("resolver", "ok", say("names are asked of {servers}", servers=", ".join(servers[:3])))
    return Examined(
        "resolver",
        "warn",
        say("{path} names no resolver: only addresses can be looked at", path=path),
        say("name one there, or write addresses in the inventory"),
    )


def proxy(environment: Mapping[str, str]) -> Examined:
    """A proxy's answer is not the system's answer, so none is used. Its value may hold a password: never printed."""
    named = sorted({name.lower() for name in PROXIES if environment.get(name)})
    if not named:
        return Examined("proxy", "ok", say("no proxy is set"))
    return Examined(
        "proxy",
        "warn",
        say("{names} is set, but haechi goes to systems directly", names=", ".join(named)),
        say("run it where the systems can be reached without a proxy"),
    )


def open_files(limit: int) -> Examined:
    """Every look holds some files open."""
    if limit == resource.RLIM_INFINITY or limit >= FILES:
        return Examined("open files", "ok", say("enough files can be open at once"))
    return Examined(
        "open files",
        "warn",
        say("only {limit} files can be open at once", limit=limit),
        say("raise the limit, e.g. `ulimit -n 4096`"),
    )


def may_echo() -> bool:
    """Whether this user may have a raw socket, as root and whoever holds CAP_NET_RAW."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    except OSError:
        return False
    return True


def ping(groups: Path, own: set[int], *, raw: bool) -> Examined:
    """An echo needs a right that not every user has."""
    try:
        first, last = (int(word) for word in groups.read_text().split())
    except (OSError, ValueError):
        first, last = 1, 0
    if raw or any(first <= group <= last for group in own):
        return Examined("ping", "ok", say("this user may send an echo"))
    return Examined(
        "ping",
        "warn",
        say("this user may not send an echo: endpoints of kind icmp will be unknown (denied)"),
        say('run `sysctl -w net.ipv4.ping_group_range="0 2147483647"` once as root'),
    )


def apprise(*, installed: bool) -> Examined:
    """What speaks to the services that alerts go to."""
    if installed:
        return Examined("apprise", "ok", say("apprise is there, for the alerts of a watch"))
    return Examined(
        "apprise",
        "warn",
        say("no apprise: a watch cannot send alerts of kind apprise"),
        say("install haechi[alerts]"),
    )


def port(host: str, number: int) -> Examined:
    """Where a watch answers unless its inventory says otherwise."""
    try:
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, number))
            door.listen()
    except OSError as broken:
        why = os.strerror(broken.errno or 0)
        return Examined(
            "port",
            "warn",
            say("a watch cannot answer /metrics on {host}:{port}: {why}", host=host, port=number, why=why),
            say("name another port under `metrics` of `watch`; where a watch runs already, all is well"),
        )
    return Examined("port", "ok", say("{host}:{port} is free for the /metrics of a watch", host=host, port=number))

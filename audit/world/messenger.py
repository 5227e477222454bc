"""A letter with the channel that it is for to the service behind that channel: the only hand that writes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import anyio
import anyio.abc

from audit.model.address import parse_url
from audit.model.clean import json_escaped, line
from audit.model.item import Secret
from audit.model.message import Message, say
from audit.model.unfit import Unfit
from audit.model.verdict import CannotSee, Reason
from audit.model.watching import Channel, Heartbeat
from audit.world.guard import Guard
from audit.world.resolver import machine_resolver
from audit.world.secrets import Secrets
from audit.world.trust import Trust

DEADLINE: Final = 10.0
"""Seconds for one letter, from the name to the answer."""
START: Final = 20.0
"""Seconds more for the program that speaks for apprise to come up."""
ANSWER: Final = 65_536
"""Bytes of an answer that are read."""
_ALERTS: Final = "/api/v2/alerts"
_COURIER: Final = Path(__file__).with_name("courier.py")
_PARTS: Final = re.compile(r"[\s/:@?&=,]+")
_HANDED_ON: Final = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
)
"""Variables that apprise gets: no proxy, none of the secrets that other parts of the watch have in theirs."""


class CannotSend(Exception):
    """A letter that did not go out, with the reason for people; no secret is in it."""

    def __init__(self, says: Message) -> None:
        super().__init__(says)
        self.says = says

    def __str__(self) -> str:
        return str(self.says)


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert in the form of Alertmanager: the labels say which it is, `ends` that it is over, or when it lapses."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts: str
    ends: str

    def plain(self) -> dict[str, Any]:
        return {
            "labels": dict(self.labels),
            "annotations": dict(self.annotations),
            "startsAt": self.starts,
            "endsAt": self.ends,
        }


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel is told, in both forms: as text for people, as notices for an Alertmanager."""

    title: str
    text: str
    notices: Sequence[Notice] = ()


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends to what the operator's own settings name, so `allow` of the estate does not count here.

    Link-local addresses are refused, redirects are not followed, proxies of the environment are not used.
    """

    secrets: Secrets
    guard: Guard
    trust: Trust
    courier: Sequence[str] = field(default=(sys.executable, "-P", str(_COURIER)))

    async def send(self, channel: Channel, letter: Letter) -> None:
        """Send one letter. CannotSend with the reason."""
        url = self._url(channel.url, channel.secret)
        if channel.kind == "apprise":
            await self._by_apprise(url, letter)
        elif letter.notices:
            document = json_escaped(json.dumps([notice.plain() for notice in letter.notices], ensure_ascii=False))
            await self._ask("POST", url.rstrip("/").removesuffix(_ALERTS) + _ALERTS, document.encode())

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Tell whoever waits for it that the watch is well. CannotSend with the reason."""
        await self._ask("GET", self._url(heartbeat.url, heartbeat.secret), None)

    def _url(self, url: str | None, secret: Secret | None) -> str:
        if url or secret is None:
            return url or ""
        try:
            found = self.secrets.reveal(secret)
        except CannotSee as gap:
            raise CannotSend(gap.says) from gap
        # A service may say a part of it again: the path alone, the token that it did not take.
        for part in _PARTS.split(f"{found}/{unquote(found)}"):
            if len(part) >= 8:
                self.secrets.remember(part)
        return found

    async def _ask(self, method: str, written: str, body: bytes | None) -> None:
        import httpx

        try:
            with anyio.fail_after(DEADLINE):
                await self._visit(method, written, body)
        except TimeoutError as late:
            raise CannotSend(say("no answer within {count} seconds", count=int(DEADLINE))) from late
        except CannotSee as gap:
            raise CannotSend(gap.says) from gap
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as broken:
            raise CannotSend(self._failed(f"{type(broken).__name__}: {broken}")) from broken

    async def _visit(self, method: str, written: str, body: bytes | None) -> None:
        import httpx

        user, password, url = _parted(written)
        for secret in (user, password, b64encode(f"{user}:{password}".encode()).decode() if user else ""):
            if secret:
                self.secrets.remember(secret)
        headers = {"Host": url.netloc.decode("ascii"), "User-Agent": "haechi (continuity audit)", "Accept": "*/*"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        context = self.trust.trusting(None)  # what this machine trusts: httpx has a list of its own
        async with httpx.AsyncClient(verify=context, trust_env=False, timeout=DEADLINE) as client:
            addresses = await self._addresses(url.host)
            for address in addresses:
                request = client.build_request(
                    method,
                    url.copy_with(host=address),
                    headers=headers,
                    content=body,
                    extensions={"sni_hostname": url.raw_host.decode("ascii")},
                )
                try:
                    answer = await client.send(
                        request, auth=(user, password) if user else None, stream=True, follow_redirects=False
                    )
                    break
                except httpx.ConnectError:
                    if address == addresses[-1]:
                        raise
            try:
                told = await _beginning(answer)
            finally:
                await answer.aclose()
        if not 200 <= answer.status_code <= 299:
            raise CannotSend(self._failed(f"{answer.status_code} {answer.reason_phrase} {told}"))

    async def _addresses(self, host: str) -> tuple[str, ...]:
        try:
            return await self.guard.check(host)
        except CannotSee as gap:
            if gap.reason is Reason.DENIED:
                raise CannotSend(say("{host} is no address that an alert may go to", host=host)) from gap
            raise

    async def _by_apprise(self, url: str, letter: Letter) -> None:
        if find_spec("apprise") is None:
            raise CannotSend(say("apprise is not installed; install haechi[alerts]"))
        order = json.dumps({"url": url, "title": letter.title, "text": letter.text}).encode()
        environment = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
        environment |= {"NETRC": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            child = await anyio.open_process(
                list(self.courier), stderr=subprocess.DEVNULL, env=environment, start_new_session=True
            )
        except OSError as broken:
            raise CannotSend(self._failed(str(broken))) from broken
        try:
            answer = await _answer(child, order)
        except TimeoutError as late:
            raise CannotSend(say("no answer within {count} seconds", count=int(DEADLINE))) from late
        finally:
            with anyio.CancelScope(shield=True):
                with suppress(ProcessLookupError):
                    child.kill()
                await child.aclose()
        why = answer.get("why", "?")
        if why:
            raise CannotSend(self._failed(str(why)))

    def _failed(self, why: str) -> Message:
        return say("{why}", why=line(self.secrets.redact(why)).strip()[:300] or "?")


def real_messenger(root: Path) -> Messenger:
    """The hand of this machine; secrets in files are beside the inventory."""
    everywhere = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    return Messenger(Secrets(root), Guard(everywhere, machine_resolver()), Trust(root))


def _parted(written: str) -> tuple[str, str, Any]:
    """User, password and the URL without them; a CannotSend repeats nothing of it."""
    import httpx

    try:
        parts = urlsplit(written.strip())
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        url = httpx.URL(parse_url(bare))
    except (Unfit, ValueError, httpx.InvalidURL) as broken:
        raise CannotSend(say("the URL of the channel is no http or https URL")) from broken
    return parts.username or "", parts.password or "", url


async def _beginning(answer: Any) -> str:
    """The first bytes of an answer; what comes after them is not waited for."""
    came = b""
    async for piece in answer.aiter_raw(4096):
        came += piece
        if len(came) >= ANSWER:
            break
    return came[:500].decode("utf-8", "replace")


async def _answer(child: anyio.abc.Process, order: bytes) -> Mapping[str, Any]:
    """What the courier says. It has its own time to come up, then the time of a letter."""
    if child.stdin is None or child.stdout is None:
        raise CannotSend(say("apprise could not be started"))
    came = b""
    with anyio.fail_after(START + DEADLINE):
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await child.stdin.send(order)
            await child.stdin.aclose()
        with suppress(anyio.EndOfStream):
            while b"\n" not in came:
                came += await child.stdout.receive()
            with anyio.fail_after(DEADLINE):
                while len(came) < ANSWER:
                    came += await child.stdout.receive()
    for written in reversed(came.splitlines()):
        with suppress(ValueError):
            found = json.loads(written)
            if isinstance(found, dict):
                return found
    return MappingProxyType({"why": "apprise ended without a word"})

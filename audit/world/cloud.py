"""An operation of a service with the interface of AWS to its answer: boto3 words it, our own HTTP hand carries it."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import anyio
import anyio.from_thread
import anyio.to_thread

from audit.model.message import Message, say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import AwsDoor, S3Answer, S3Door
from audit.world.secrets import Secrets
from audit.world.world import Answer, Http, Page

_DOTS: Final = re.compile(r"(?<=/)\.{1,2}(?=/|$)")
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one answer; whoever reads a large object asks for it in pieces, by `Range`."""
_MOST_MARKS: Final = 300_000
"""A page of a thousand versions has some thirty thousand."""
_CLIENTS: Final = 64
_GRACE: Final = 2.0
_ANYWHERE: Final = "us-east-1"
_HOP: Final = frozenset(("host", "connection", "content-length", "transfer-encoding", "expect"))
"""Fields that whoever sends a request writes."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One operation, with what it may take."""

    service: str
    operation: str
    door: S3Door | AwsDoor
    timeout: timedelta
    ways: int
    """Requests that it may take."""
    no_tool: Message
    late: Message
    post: bool = False
    """Whether the service takes every question as a POST, those that only read too."""
    raw: bool = False
    """Whether a good answer is content that nobody parses."""


class Cloud:
    """No profile, no variable of the environment, no credential of the machine, no proxy takes part.

    What the door names is all there is. Without a key the question goes unsigned.
    """

    def __init__(self, secrets: Secrets, http: Http) -> None:
        self._secrets = secrets
        self._http = http
        self._clients: dict[tuple[str, ...], Any] = {}
        self._carriers = _Carriers()
        # To make a client takes some hundred milliseconds, in threads that may not meet in one session.
        self._making = threading.Lock()

    async def ask(self, errand: Errand, call: Callable[[Any], Mapping[str, Any]]) -> S3Answer:
        """What `call` gets from a client, in a thread; beside it stands `ClockOffset`."""
        try:
            import botocore.exceptions as refused
            from botocore.parsers import ResponseParserError
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, errand.no_tool) from broken
        door = errand.door
        keys = tuple(
            self._secrets.reveal(secret) if secret is not None else ""
            for secret in (door.access, door.secret, door.session)
        )
        if bool(keys[0]) != bool(keys[1]):
            raise CannotSee(Reason.DENIED, say("an access key needs its secret key, and the other way round"))
        # The carrier ends in time by itself; this is for a thread that hangs elsewhere.
        with anyio.move_on_after(errand.timeout.total_seconds() + _GRACE) as limit:
            until = anyio.current_time() + errand.timeout.total_seconds()
            try:
                return await anyio.to_thread.run_sync(
                    lambda: self._asked(errand, keys, call, until), abandon_on_cancel=True
                )
            except refused.ClientError as broken:
                code = str(broken.response.get("Error", {}).get("Code", "")) or "Unknown"
                return S3Answer(MappingProxyType(dict(broken.response)), self._secrets.redact(code)[:100])
            except (refused.BotoCoreError, ResponseParserError, ValueError, RecursionError) as broken:
                # A parser that meets a page which is no answer, an endpoint or a name that cannot be one.
                line = " ".join(self._secrets.redact(str(broken)).split())[:200]
                raise CannotSee(
                    Reason.INCOMPLETE,
                    say("{operation} could not be asked: {why}", operation=errand.operation, why=line),
                ) from None  # the cause may hold the request, which is signed
        if limit.cancelled_caught:
            raise CannotSee(Reason.TIMEOUT, errand.late)
        raise RuntimeError("neither an answer nor a reason")

    def _asked(
        self, errand: Errand, keys: tuple[str, ...], call: Callable[[Any], Mapping[str, Any]], until: float
    ) -> S3Answer:
        """In a thread: one operation through the client of the door."""
        client = self._client(errand, keys)
        if errand.operation not in client.meta.method_to_api_mapping:
            raise CannotSee(
                Reason.DENIED,
                say("{operation} is no operation of {service}", operation=errand.operation, service=errand.service),
            )
        carrier = _Carrier(self._http, errand, until)
        with self._carriers.carried_by(carrier):
            data = dict(call(client))
        data["ClockOffset"] = carrier.offset
        return S3Answer(MappingProxyType(data))

    def _client(self, errand: Errand, keys: tuple[str, ...]) -> Any:
        known = (errand.service, errand.door.endpoint, errand.door.region, *keys)
        with self._making:
            client = self._clients.get(known)
            if client is None:
                if len(self._clients) >= _CLIENTS:
                    self._clients.clear()
                client = self._clients[known] = _client(errand, keys, self._carriers)
            return client


class _Carrier:
    """Takes the signed questions of one operation to the service."""

    def __init__(self, http: Http, errand: Errand, until: float) -> None:
        self._errand = errand
        self._http = http
        self._until = until
        self._left = errand.ways
        self.offset: timedelta | None = None

    def carry(self, request: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        self._left -= 1
        if self._left < 0:
            raise CannotSee(Reason.INCOMPLETE, say("the store sends every question elsewhere"))
        method = str(request.method)
        if method not in (("POST",) if self._errand.post else ("GET", "HEAD")):
            raise CannotSee(Reason.DENIED, say("a visit by {method} could change something", method=method))
        headers = {
            str(name): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
            if name.lower() not in _HOP
        }
        body = request.body or b""
        page = Page(
            _as_it_is(str(request.url)),
            method=method,
            headers={"Accept-Encoding": "identity", **headers},
            follow="none",
            authority=self._errand.door.authority,
            largest=LARGEST,
            body=body.decode("utf-8") if isinstance(body, bytes) else str(body),
            unpack=False,
        )
        answer: Answer = anyio.from_thread.run(self._read, page)
        content = self._errand.raw and answer.status < 300
        if not content and answer.body.count(b"<") > _MOST_MARKS:
            # botocore would make a tree of it that takes fifty times its size.
            why = "the answer has too many elements"
            raise CannotSee(
                Reason.INCOMPLETE,
                say("{operation} could not be asked: {why}", operation=self._errand.operation, why=why),
            )
        if answer.clock_offset is not None:
            self.offset = answer.clock_offset
        return AWSResponse(page.url, answer.status, dict(answer.headers), _Raw(answer.body))

    async def _read(self, page: Page) -> Answer:
        return await self._http.read(page, timedelta(seconds=max(0.01, self._until - anyio.current_time())))


class _Carriers(threading.local):
    """Which carrier the operation of this thread goes by: a client is shared, a deadline is not."""

    def __init__(self) -> None:
        self.carrier: _Carrier | None = None

    def carried_by(self, carrier: _Carrier) -> _Bound:
        return _Bound(self, carrier)

    def carry(self, request: Any, **_: Any) -> Any:
        if self.carrier is None:
            raise RuntimeError("a question that nobody carries")
        return self.carrier.carry(request)


class _Bound:
    def __init__(self, carriers: _Carriers, carrier: _Carrier) -> None:
        self._carriers, self._carrier = carriers, carrier

    def __enter__(self) -> None:
        self._carriers.carrier = self._carrier

    def __exit__(self, *_: object) -> None:
        self._carriers.carrier = None


def _as_it_is(url: str) -> str:
    """A URL in which a key with `..` stays what it is: whoever reads a URL would else go up a folder."""
    path, mark, query = url.partition("?")
    return _DOTS.sub(lambda dots: dots[0].replace(".", "%2E"), path) + mark + query


class _Raw(io.BytesIO):
    """A body as botocore reads one."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def _client(errand: Errand, keys: tuple[str, ...], carriers: _Carriers) -> Any:
    """A client that knows nothing but its door."""
    import botocore.session
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConfigValueStore, ConstantProvider

    session = botocore.session.Session()
    defaults = {name: ConstantProvider(written[2]) for name, written in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}
    # In place of the chain that reads variables of the environment, then files of the user.
    session.register_component("config_store", ConfigValueStore(mapping=defaults))
    for name in ("config_file", "credentials_file"):
        session.set_config_variable(name, os.devnull)
    settings = Config(
        signature_version=None if keys[0] else UNSIGNED,
        retries={"total_max_attempts": 1, "mode": "standard"},
        s3={"addressing_style": "path" if errand.door.endpoint else "auto"},
        proxies={},
        ignore_configured_endpoint_urls=True,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = session.create_client(
        errand.service,
        region_name=errand.door.region or _ANYWHERE,
        endpoint_url=errand.door.endpoint or None,
        aws_access_key_id=keys[0] or None,
        aws_secret_access_key=keys[1] or None,
        aws_session_token=keys[2] or None,
        config=settings,
    )
    client.meta.events.register_first(f"before-send.{errand.service}", carriers.carry)
    return client

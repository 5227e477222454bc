"""An operation of an object store that only reads to what the store answered, or the reason why it did not."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import anyio
import anyio.from_thread
import anyio.to_thread

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import S3Answer, S3Door
from audit.world.secrets import Secrets
from audit.world.world import Answer, Http, Page

_READS: Final = re.compile(r"(get|list|head)_[a-z0-9_]+")
_DOTS: Final = re.compile(r"(?<=/)\.{1,2}(?=/|$)")
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one answer; whoever reads a large object asks for it in pieces, by `Range`."""
_MOST_MARKS: Final = 300_000
"""A page of a thousand versions has some thirty thousand."""
_CLIENTS: Final = 64
_GRACE: Final = 2.0
_WAYS: Final = 4
"""Requests that one operation may take: where a bucket lies in another region, boto3 asks for it and asks again."""
_ANYWHERE: Final = "us-east-1"
_HOP: Final = frozenset(("host", "connection", "content-length", "transfer-encoding", "expect"))
"""Fields that whoever sends a request writes."""


class S3Hand:
    """Object stores, read only: boto3 signs the question and reads the answer, our own HTTP hand carries both.

    No profile, no variable of the environment, no credential of the machine, no proxy takes part: what the door names
    is all there is. Without a key the question goes unsigned.
    """

    def __init__(self, secrets: Secrets, http: Http) -> None:
        self._secrets = secrets
        self._http = http
        self._clients: dict[tuple[str, ...], Any] = {}
        self._carriers = _Carriers()
        # To make a client takes some hundred milliseconds, in threads that may not meet in one session.
        self._making = threading.Lock()

    async def ask(self, door: S3Door, operation: str, arguments: Mapping[str, Any], timeout: timedelta) -> S3Answer:
        if not _READS.fullmatch(operation):
            raise CannotSee(Reason.DENIED, say("{operation} is no operation that only reads", operation=operation))
        try:
            import botocore.exceptions as refused
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("object stores cannot be asked: install haechi[s3]")) from broken
        keys = tuple(
            self._secrets.reveal(secret) if secret is not None else ""
            for secret in (door.access, door.secret, door.session)
        )
        if bool(keys[0]) != bool(keys[1]):
            raise CannotSee(Reason.DENIED, say("an access key needs its secret key, and the other way round"))
        # The carrier ends in time by itself; this is for a thread that hangs elsewhere.
        with anyio.move_on_after(timeout.total_seconds() + _GRACE) as limit:
            until = anyio.current_time() + timeout.total_seconds()
            try:
                return await anyio.to_thread.run_sync(
                    lambda: self._asked(door, keys, operation, arguments, until), abandon_on_cancel=True
                )
            except refused.ClientError as broken:
                code = str(broken.response.get("Error", {}).get("Code", "")) or "Unknown"
                return S3Answer(MappingProxyType(dict(broken.response)), self._secrets.redact(code)[:100])
            except (refused.BotoCoreError, ValueError, RecursionError) as broken:
                # A parser that meets a page which is no answer of S3, an endpoint or a name that cannot be one.
                line = " ".join(self._secrets.redact(str(broken)).split())[:200]
                raise CannotSee(
                    Reason.INCOMPLETE, say("{operation} could not be asked: {why}", operation=operation, why=line)
                ) from None  # the cause may hold the request, which is signed
        if limit.cancelled_caught:
            raise CannotSee(
                Reason.TIMEOUT,
                say(
                    "the store did not answer {operation} within {timeout}", operation=operation, timeout=plain(timeout)
                ),
            )
        raise RuntimeError("neither an answer nor a reason")

    def _asked(
        self, door: S3Door, keys: tuple[str, ...], operation: str, arguments: Mapping[str, Any], until: float
    ) -> S3Answer:
        """In a thread: one operation through the client of the door."""
        client = self._client(door, keys)
        if operation not in client.meta.method_to_api_mapping:
            raise CannotSee(Reason.DENIED, say("{operation} is no operation of S3", operation=operation))
        carrier = _Carrier(self._http, door.authority, until, operation)
        with self._carriers.carried_by(carrier):
            data = dict(getattr(client, operation)(**arguments))
        body = data.get("Body")
        if body is not None:
            data["Body"] = body.read()
        data["ClockOffset"] = carrier.offset
        return S3Answer(MappingProxyType(data))

    def _client(self, door: S3Door, keys: tuple[str, ...]) -> Any:
        known = (door.endpoint, door.region, *keys)
        with self._making:
            client = self._clients.get(known)
            if client is None:
                if len(self._clients) >= _CLIENTS:
                    self._clients.clear()
                client = self._clients[known] = _client(door, keys, self._carriers)
            return client


class _Carrier:
    """Takes the signed questions of one operation to the store."""

    def __init__(self, http: Http, authority: str | None, until: float, operation: str) -> None:
        self._operation = operation
        self._http = http
        self._authority = authority
        self._until = until
        self._left = _WAYS
        self.offset: timedelta | None = None

    def carry(self, request: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        self._left -= 1
        if self._left < 0:
            raise CannotSee(Reason.INCOMPLETE, say("the store sends every question elsewhere"))
        method = str(request.method)
        if method not in ("GET", "HEAD"):
            raise CannotSee(Reason.DENIED, say("a visit by {method} could change something", method=method))
        headers = {
            str(name): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
            if name.lower() not in _HOP
        }
        page = Page(
            _as_it_is(str(request.url)),
            method=method,
            headers={"Accept-Encoding": "identity", **headers},
            follow="none",
            authority=self._authority,
            largest=LARGEST,
            unpack=False,
        )
        answer: Answer = anyio.from_thread.run(self._read, page)
        content = self._operation == "get_object" and answer.status < 300
        if not content and answer.body.count(b"<") > _MOST_MARKS:
            # botocore would make a tree of it that takes fifty times its size.
            why = "the answer has too many elements"
            raise CannotSee(
                Reason.INCOMPLETE, say("{operation} could not be asked: {why}", operation=self._operation, why=why)
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


def _client(door: S3Door, keys: tuple[str, ...], carriers: _Carriers) -> Any:
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
        s3={"addressing_style": "path" if door.endpoint else "auto"},
        proxies={},
        ignore_configured_endpoint_urls=True,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = session.create_client(
        "s3",
        region_name=door.region or _ANYWHERE,
        endpoint_url=door.endpoint or None,
        aws_access_key_id=keys[0] or None,
        aws_secret_access_key=keys[1] or None,
        aws_session_token=keys[2] or None,
        config=settings,
    )
    client.meta.events.register_first("before-send.s3", carriers.carry)
    return client

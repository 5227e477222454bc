"""An operation of an object store that only reads to what the store answered, or the reason why it did not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import S3Answer, S3Door
from audit.world.cloud import LARGEST, Cloud, Errand
from audit.world.secrets import Secrets
from audit.world.world import Http

__all__ = ["LARGEST", "S3Hand"]
_READS: Final = re.compile(r"(get|list|head)_[a-z0-9_]+")
_WAYS: Final = 4
"""Requests that one operation may take: where a bucket lies in another region, boto3 asks for it and asks again."""


class S3Hand:
    """Object stores, read only: by GET and HEAD alone."""

    def __init__(self, secrets: Secrets, http: Http) -> None:
        self._cloud = Cloud(secrets, http)

    async def ask(self, door: S3Door, operation: str, arguments: Mapping[str, Any], timeout: timedelta) -> S3Answer:
        if not _READS.fullmatch(operation):
            raise CannotSee(Reason.DENIED, say("{operation} is no operation that only reads", operation=operation))
        errand = Errand(
            "s3", operation, door, timeout, _WAYS,
            no_tool=say("object stores cannot be asked: install haechi[s3]"),
            late=say("the store did not answer {operation} within {timeout}",
                     operation=operation, timeout=plain(timeout)),
            raw=operation == "get_object",
        )  # fmt: skip

        def call(client: Any) -> Mapping[str, Any]:
            data = dict(getattr(client, operation)(**arguments))
            body = data.get("Body")
            if body is not None:
                data["Body"] = body.read()
            return data

        return await self._cloud.ask(errand, call)

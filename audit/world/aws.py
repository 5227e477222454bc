"""An operation of a cloud that only describes to what the cloud answered, or the reason why it did not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import AwsDoor, S3Answer
from audit.world.cloud import Cloud, Errand
from audit.world.secrets import Secrets
from audit.world.world import Http

SERVICES: Final = ("ec2", "elbv2", "rds")
"""Those in which nothing that is described is a secret."""
_READS: Final = re.compile(r"(describe|list)_[a-z0-9_]+")
_PAGES: Final = 40


class AwsHand:
    """Services with the interface of AWS, read only. They take every question as a POST, signed like any other."""

    def __init__(self, secrets: Secrets, http: Http) -> None:
        self._cloud = Cloud(secrets, http)

    async def call(
        self, door: AwsDoor, service: str, operation: str, arguments: Mapping[str, Any], timeout: timedelta
    ) -> S3Answer:
        if service not in SERVICES or not _READS.fullmatch(operation):
            name = f"{service}.{operation}"
            raise CannotSee(Reason.DENIED, say("{operation} is no operation that only reads", operation=name))
        errand = Errand(
            service, operation, door, timeout, _PAGES,
            no_tool=say("clouds cannot be asked: install haechi[s3]"),
            late=say("the cloud did not answer {operation} within {timeout}",
                     operation=operation, timeout=plain(timeout)),
            post=True,
        )  # fmt: skip

        def call(client: Any) -> Mapping[str, Any]:
            if not client.can_paginate(operation):
                return dict(getattr(client, operation)(**arguments))
            return dict(client.get_paginator(operation).paginate(**arguments).build_full_result())

        return await self._cloud.ask(errand, call)

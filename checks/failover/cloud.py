"""A cloud as the inventory words it becomes its answers to questions that only describe, or why it gave none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

from audit.contract import AwsDoor, CannotSee, Reason, World, say
from audit.model.address import Url
from audit.model.item import SecretRef, Text
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration

_REFUSED: Final = re.compile(
    r"(?i)(access.?denied|unauthorized|auth.?failure|invalid.?client.?token|signature.?does.?not.?match|expired.?token"
    r"|missing.?authentication|opt.?in.?required|unrecognized.?client|incomplete.?signature).*"
)
_BUSY: Final = re.compile(r"(?i)(throttl|request.?limit|service.?unavailable|too.?many).*")


def parse_region(written: str) -> str:
    """The name of a region of a cloud."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,40}", written):
        raise Unexpected(say("a region such as ap-northeast-2"), repr(written[:60]))
    return written


class InCloud(Failover):
    """The keys of what is asked over the interface of AWS."""

    region: Annotated[Text, AfterValidator(parse_region)]
    endpoint: Url | None = None
    """Of the service; AWS itself where it is not written."""
    access: SecretRef | None = None
    secret: SecretRef | None = None
    session: SecretRef | None = None
    authority: Text | None = None
    """File with certificates to trust beside those of the machine."""
    timeout: Duration = timedelta(seconds=20)
    """Deadline of one question, all pages of its answer together."""

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or self.ref if self.endpoint else f"{self.region}.amazonaws.com"

    def door(self, region: str = "") -> AwsDoor:
        """Where it is asked; a replica may be in another region."""
        return AwsDoor(
            region or self.region, self.endpoint or "", self.access, self.secret, self.session, self.authority
        )


async def told(
    switch: InCloud, world: World, service: str, operation: str, arguments: Mapping[str, Any], region: str = ""
) -> Mapping[str, Any]:
    """What the cloud says; CannotSee with its own code where it refuses."""
    answer = await world.aws.call(switch.door(region), service, operation, arguments, switch.timeout)
    if not answer.code:
        return answer.data
    code = "".join(letter for letter in answer.code if letter.isprintable())[:80]
    reason = Reason.DENIED if _REFUSED.match(code) else Reason.TIMEOUT if _BUSY.match(code) else Reason.INCOMPLETE
    raise CannotSee(reason, say("the cloud refuses {operation}: {code}", operation=operation, code=code))


def rows(data: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    """A list of mappings out of an answer; CannotSee where it is none."""
    found = data.get(key)
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise strange()
    return tuple(found)


def text(row: Mapping[str, Any], *path: str) -> str:
    """A text at the end of a path of keys; empty where there is none."""
    found: Any = row
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found[:200] if isinstance(found, str) else ""


def strange() -> CannotSee:
    """What is said of an answer in another form than the one that is known."""
    return CannotSee(Reason.INCOMPLETE, say("the cloud answered in a form that is not known"))

"""Questions to one bucket that share a deadline to what the store answered, or the reason why it did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, S3Answer, S3Door, Timed, say
from checks.backup.s3_bucket import Piece, pieces, refusal

_PAGES: Final = 100


@dataclass(slots=True)
class Look(Timed):
    door: S3Door
    bucket: str
    offset: timedelta = timedelta(0)
    """The store's clock minus ours."""

    @property
    def now(self) -> datetime:
        """By the clock of the store."""
        return self.world.clock.now() + self.offset

    async def ask(self, operation: str, *, door: S3Door | None = None, **arguments: Any) -> S3Answer:
        left = self.left(operation)
        asked = {"Bucket": self.bucket, **arguments}
        answer = await self.world.s3.ask(door or self.door, operation, asked, left)
        offset = answer.data.get("ClockOffset")
        if door is None and isinstance(offset, timedelta):
            self.offset = offset
        return answer

    async def told(self, operation: str, *none: str, **arguments: Any) -> S3Answer | None:
        """The answer; None where its code says that there is no such thing; CannotSee where the store refuses."""
        answer = await self.ask(operation, **arguments)
        if answer.code in none:
            return None
        if answer.code:
            raise refusal(answer, operation)
        return answer

    async def listed(self, prefix: str, *, versions: bool) -> tuple[Piece, ...]:
        """All objects below the prefix, or all their versions."""
        operation, name = ("list_object_versions", "Versions") if versions else ("list_objects_v2", "Contents")
        found: list[Piece] = []
        more: dict[str, Any] = {}
        for _ in range(_PAGES):
            answer = await self.told(operation, Prefix=prefix, **more)
            if answer is None:
                break
            found += pieces(answer, name)
            data = answer.data
            if not isinstance(data.get("IsTruncated"), bool):
                # A page of somebody else who answers in place of the store would else be an empty bucket.
                raise CannotSee(Reason.INCOMPLETE, say("what answers does not list objects as a store does"))
            if not data["IsTruncated"]:
                # Versions come newest first; of those of one second the order is all that tells.
                return tuple(reversed(found)) if versions else tuple(found)
            if versions:
                more = {"KeyMarker": data.get("NextKeyMarker"), "VersionIdMarker": data.get("NextVersionIdMarker")}
            else:
                more = {"ContinuationToken": data.get("NextContinuationToken")}
            if not all(more.values()):
                break
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the bucket holds more than {count} objects below the prefix: write a longer `prefix`",
                count=_PAGES * 1000),
        )  # fmt: skip

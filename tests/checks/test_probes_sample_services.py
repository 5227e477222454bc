"""What Velero and Veeam answer, as it is documented, to what their probes make of it; neither of them ran here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import Answer, CannotSee, Reason, World
from audit.model.backup import BackupState
from audit.world.scene import scene
from checks.backup.veeam import Veeam, restore_points
from checks.backup.velero import Velero
from checks.backup.velero import backups as of_velero

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
STRANGE = ["", "[" * 100_000, "3", "null", "[]", '{"items": 3}', '{"items": [null]}', '{"backups": null}', "{}"]


def look(probe: Any, copy: Any, world: World) -> BackupState:
    found = anyio.run(probe.look, copy, world)
    assert isinstance(found, BackupState)
    return type(found).model_validate(found.plain())


def refusal(probe: Any, copy: Any, world: World) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        look(probe, copy, world)
    return gap.value


def answer(body: Any, status: int = 200) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, {}, text.encode(), "10.0.0.1", timedelta(seconds=1))


def backup(name: str, day: int, phase: str = "Completed", **more: Any) -> dict[str, Any]:
    start = NOW - timedelta(days=day)
    return {
        "metadata": {"name": name, "labels": {"velero.io/schedule-name": "daily", **more.pop("labels", {})}},
        "spec": {"storageLocation": "default"},
        "status": {
            "phase": phase,
            "startTimestamp": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "completionTimestamp": f"{start + timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}",
            "expiration": f"{start + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
            **more,
        },
    }


class TestVelero:
    URL = "https://api.example:6443/apis/velero.io/v1/namespaces/velero"
    WRITTEN = {"id": "v", "kind": "velero", "at": "busan", "api": "https://api.example:6443", "token": {"env": "T"}}
    PLACE = {"spec": {"objectStorage": {"bucket": "vault"}}, "status": {"phase": "Available"}}

    def look(self, *items: Any, place: Any = PLACE, **more: Any) -> BackupState:
        return look(of_velero, Velero.model_validate({**self.WRITTEN, **more}), self.world({"items": items}, place))

    def world(self, listed: Any, place: Any = PLACE) -> World:
        pages = {f"{self.URL}/backups?limit=250": answer(listed)}
        return scene(now=NOW, pages={**pages, f"{self.URL}/backupstoragelocations/default": answer(place)})

    def test_only_completed_ones_count(self) -> None:
        seen = self.look(backup("b", 1), backup("c", 0, "PartiallyFailed", errors=3), backup("a", 2))
        assert [(point.id, point.complete) for point in seen.points] == [("a", True), ("b", True), ("c", False)]
        assert [attempt.ok for attempt in seen.attempts] == [True, True, False]
        assert seen.location == "vault"
        assert seen.clock == NOW + timedelta(seconds=1)

    def test_one_under_way_is_no_failure_while_an_unknown_phase_is_none_that_counts(self) -> None:
        seen = self.look(backup("a", 2), backup("b", 1, "Shiny"), backup("c", 0, "InProgress"), {"metadata": {}})
        assert [point.complete for point in seen.points] == [True, False]

    def test_the_store_empties_itself_once_backups_stop(self) -> None:
        assert self.look(backup("a", 2), backup("b", 1)).empties_after == timedelta(days=30)

    def test_one_whose_time_is_over_does_not_count(self) -> None:
        assert self.look(backup("a", 31)).newest is None

    def test_a_store_out_of_reach_brings_nothing_back(self) -> None:
        seen = self.look(backup("a", 1), place={"spec": {}, "status": {"phase": "Unavailable"}})
        assert seen.newest is None

    def test_schedules_side_by_side_have_to_be_told_apart(self) -> None:
        weekly = backup("w", 3, labels={"velero.io/schedule-name": "weekly"})
        with pytest.raises(CannotSee):
            self.look(backup("a", 1), weekly)
        seen = self.look(backup("a", 1), weekly, schedule="daily")
        assert (seen.sets, seen.taken) == (("daily", "weekly"), ("daily",))

    def test_a_list_of_several_pages(self) -> None:
        first = {"items": [backup("a", 2)], "metadata": {"continue": "x/1"}}
        pages = {
            f"{self.URL}/backups?limit=250": answer(first),
            f"{self.URL}/backups?limit=250&continue=x%2F1": answer({"items": [backup("b", 1)]}),
        }
        seen = look(of_velero, Velero.model_validate(self.WRITTEN), scene(now=NOW, pages=pages))
        assert len(seen.points) == 2
        assert not seen.has("location")

    @pytest.mark.parametrize("text", STRANGE[:-1])
    def test_an_answer_of_another_form(self, text: str) -> None:
        copy = Velero.model_validate(self.WRITTEN)
        assert refusal(of_velero, copy, self.world(text)).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        ("status", "reason"), [(403, Reason.DENIED), (401, Reason.DENIED), (500, Reason.INCOMPLETE)]
    )
    def test_a_refusal(self, status: int, reason: Reason) -> None:
        pages = {f"{self.URL}/backups?limit=250": answer({}, status)}
        assert refusal(of_velero, Velero.model_validate(self.WRITTEN), scene(pages=pages)).reason is reason

    @pytest.mark.parametrize("url", ["api.example", "https://u:planted@api", "https://api/?x", "ftp://api"])
    def test_what_is_no_service(self, url: str) -> None:
        with pytest.raises(ValidationError) as gap:
            Velero.model_validate({**self.WRITTEN, "api": url})
        assert all("planted" not in str(error["msg"]) for error in gap.value.errors())


class TestVeeam:
    URL = "https://veeam.example:9419"
    COPY = Veeam.model_validate(
        {"id": "v", "kind": "veeam", "at": "busan", "server": URL, "user": "AUDIT\\look", "password": {"env": "P"},
         "job": "ledger"}
    )  # fmt: skip

    def world(self, points: Any, sessions: Any = (), *, token: Any = None, status: int = 200) -> World:
        def listed(entries: Any) -> Answer:
            whole = {"data": list(entries), "pagination": {"total": len(entries)}}
            return answer(whole if isinstance(entries, list | tuple) else entries)

        pages: Mapping[str, Answer] = {
            f"POST {self.URL}/api/oauth2/token": answer(token or {"access_token": "planted-token"}, status),
            f"{self.URL}/api/v1/backups?skip=0&limit=500": listed(
                [{"id": "b1", "name": "ledger"}, {"id": "b2", "name": "other"}]
            ),
            f"{self.URL}/api/v1/restorePoints?skip=0&limit=500&backupIdFilter=b1": listed(points),
            f"{self.URL}/api/v1/sessions?skip=0&limit=500&nameFilter=ledger&"
            "createdAfterFilter=2026-08-02T12%3A00%3A01Z": listed(sessions),
        }
        return scene(now=NOW, pages=pages)

    def point(self, hours: int, **more: Any) -> dict[str, Any]:
        made = (NOW - timedelta(hours=hours)).astimezone().isoformat()
        return {
            "id": f"p{hours}",
            "name": "ledger",
            "creationTime": made,
            "allowedOperations": ["StartViVMRestore"],
            **more,
        }

    def test_points_with_the_sessions_of_the_job(self) -> None:
        sessions = [
            {
                "name": "ledger",
                "creationTime": "2026-09-01T01:00:00+09:00",
                "result": {"result": "Failed", "message": "x"},
            },
            {"name": "ledger", "creationTime": "2026-08-31T01:00:00+09:00", "result": {"result": "Warning"}},
            {"name": "ledger", "creationTime": "2026-09-01T02:00:00+09:00", "result": {"result": "None"}},
        ]
        seen = look(restore_points, self.COPY, self.world([self.point(1), self.point(25)], sessions))
        assert [point.id for point in seen.points] == ["p25", "p1"]
        assert seen.points[-1].start == NOW - timedelta(hours=1)
        assert [(attempt.ok, attempt.why) for attempt in seen.attempts] == [(True, ""), (False, "x")]
        assert (seen.sets, seen.taken) == (("ledger", "other"), ("ledger",))
        assert "planted" not in str(seen.plain())

    @pytest.mark.parametrize("more", [{"malwareStatus": "Infected"}, {"malwareStatus": 3}, {"allowedOperations": []}])
    def test_what_cannot_be_trusted_does_not_count(self, more: dict[str, Any]) -> None:
        assert look(restore_points, self.COPY, self.world([self.point(1, **more)])).newest is None

    def test_sessions_that_cannot_be_read_do_not_hide_the_points(self) -> None:
        seen = look(restore_points, self.COPY, self.world([self.point(1)], {"data": 3}))
        assert len(seen.points) == 1
        assert not seen.has("attempts")

    @pytest.mark.parametrize("points", [{"data": []}, {"data": [3], "pagination": {"total": 1}}, [{"id": "x"}], "3"])
    def test_an_answer_of_another_form(self, points: Any) -> None:
        assert refusal(restore_points, self.COPY, self.world(points)).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize("token", [{"access_token": "a\nb"}, {"x": 1}, {"access_token": 3}])
    def test_a_token_that_is_none(self, token: Any) -> None:
        assert refusal(restore_points, self.COPY, self.world([], token=token)).reason is Reason.INCOMPLETE

    def test_a_wrong_password(self) -> None:
        assert refusal(restore_points, self.COPY, self.world([], status=400)).reason is Reason.DENIED

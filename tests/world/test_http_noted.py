"""Pages with headers, kinds, redirects to what a visit keeps of them beside the sample."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from audit.model.facts import Sample
from audit.world.world import Page
from tests.world.hands import LONG, hands, only, run
from tests.world.servers import page, says, served

HANDS = hands()


def visited(talk: Any, *, timeout: timedelta = LONG, **wanted: Any) -> Sample:
    with served(talk) as port:
        return only(run(HANDS.http.visit(Page(f"http://127.0.0.1:{port}/", **wanted), timeout)))


def test_kind_headers_and_sum_are_kept() -> None:
    whole = page(b"hello", b"Content-Type: Text/HTML; charset=utf-8", b"X-Site: busan", b"X-Other: a")
    kept = visited(says(whole), note=("x-site", "x-missing"), digest=True)
    assert (kept.kind, kept.headers) == ("text/html", {"x-site": "busan"})
    assert kept.sha256 == hashlib.sha256(b"hello").hexdigest()


def test_nothing_is_kept_that_was_not_asked_for() -> None:
    kept = visited(says(page(b"hello", b"X-Site: busan")))
    assert not {"headers", "sha256", "location"} & kept.model_fields_set
    assert (kept.headers, kept.sha256) == ({}, "")


def test_a_wrong_status_is_noted_all_the_same() -> None:
    answer = b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\nX-Site: " + b"b" * 5000 + b"\r\n\r\n"
    kept = visited(says(answer), note=("x-site",))
    assert kept.failure == "bad-status"
    assert len(kept.headers["x-site"]) == 200


def test_where_a_redirect_leads_is_kept() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://other.example/x?secret=1\r\nContent-Length: 0\r\n\r\n"
    followed = visited(says(answer))
    assert (followed.failure, followed.location) == ("redirect-policy", "https://other.example/x")
    stayed = visited(says(answer), follow="none", status=(302,))
    assert (stayed.failure, stayed.location) == (None, "https://other.example/x")
    broken = visited(says(answer.replace(b"other.example", b"other.example:b")), follow="none", status=(302,))
    assert (broken.failure, broken.location) == (None, "")

"""References to secrets: what is revealed, what is refused, what no text keeps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.secrets import HIDDEN, Secrets


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path)


def refusal(secrets: Secrets, secret: Secret) -> str:
    with pytest.raises(CannotSee) as gap:
        secrets.reveal(secret)
    assert gap.value.reason is Reason.DENIED
    return str(gap.value)


def kept(tmp_path: Path, content: bytes, mode: int = 0o600) -> Secret:
    (tmp_path / "secret").write_bytes(content)
    (tmp_path / "secret").chmod(mode)
    return Secret("file", "secret")


def test_a_variable(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", "value")
    assert secrets.reveal(Secret("env", "PLANTED")) == "value"


def test_a_missing_variable_is_named(secrets: Secrets) -> None:
    assert "NO_SUCH_VARIABLE" in refusal(secrets, Secret("env", "NO_SUCH_VARIABLE"))


@pytest.mark.parametrize("content", [b"value\n", b"value\r\n", b"value", b"\xef\xbb\xbfvalue\n"])
def test_a_file_without_the_end_of_its_line(secrets: Secrets, tmp_path: Path, content: bytes) -> None:
    assert secrets.reveal(kept(tmp_path, content)) == "value"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_may_use_is_refused_with_what_to_do(secrets: Secrets, tmp_path: Path, mode: int) -> None:
    assert "chmod 600" in refusal(secrets, kept(tmp_path, b"value", mode))


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n", b"a\0b", b"\xff\xfe\xfa", b"x" * 70_000])
def test_a_file_that_holds_no_secret(secrets: Secrets, tmp_path: Path, content: bytes) -> None:
    refusal(secrets, kept(tmp_path, content))


def test_a_pipe_or_a_folder_does_not_hold_anything_up(secrets: Secrets, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    refusal(secrets, Secret("file", "pipe"))
    refusal(secrets, Secret("file", "."))
    refusal(secrets, Secret("file", "gone"))
    refusal(secrets, Secret("file", "a\0b"))


def test_no_text_keeps_a_revealed_value(secrets: Secrets, tmp_path: Path) -> None:
    secrets.reveal(kept(tmp_path, b"c0rrect horse/+\n"))
    said = secrets.redact("wrong: c0rrect horse/+ and c0rrect%20horse%2F%2B.")
    assert said == f"wrong: {HIDDEN} and {HIDDEN}."


def test_what_has_come_to_its_end_is_forgotten(secrets: Secrets) -> None:
    secrets.remember("old/token")
    secrets.remember("new/token")
    secrets.forget("old/token")
    assert secrets.redact("old/token old%2Ftoken new/token") == f"old/token old%2Ftoken {HIDDEN}"


def test_every_line_of_a_longer_secret_is_taken_out(secrets: Secrets, tmp_path: Path) -> None:
    secrets.reveal(kept(tmp_path, b"first-line\nsecond-line\n"))
    assert "second-line" not in secrets.redact("it says second-line")


def test_a_short_secret_does_not_tear_words_apart(secrets: Secrets) -> None:
    secrets.remember("ab")
    assert secrets.redact("about ab, cab") == f"about {HIDDEN}, cab"


@pytest.mark.parametrize(
    ("text", "planted"),
    [
        ("host=db password=hunter22 user=x", "hunter22"),
        ("password = 'hun ter22' x", "ter22"),
        ("passwd:hunter22", "hunter22"),
        ("PGPASSWORD=hunter22 pg_dump", "hunter22"),
        ("export RESTIC_REST_PASSWORD: hunter22", "hunter22"),
        ("AWS_SECRET_ACCESS_KEY=hunter22", "hunter22"),
        ("authorization: basic YXVkaXQ6aHVudGVyMjI=", "YXVkaXQ6aHVudGVyMjI="),
        ("postgresql://audit:hunter22@db/x", "hunter22"),
        ("rest:https://hunter22@backup/", "hunter22"),
        ("Authorization: Bearer hunter22hunter22", "hunter22"),
        ("api_key=hunter22", "hunter22"),
        ("-----BEGIN RSA PRIVATE KEY-----\nhunter22\n-----END RSA PRIVATE KEY----- after", "hunter22"),
        ("BORG_KEY 1a2b3c4d5e6f7a8b9c0d\nhqlhbGdvcml0aG2mc2hhMjU2\npGRhdGHaAZ7hunter22hunter22\n", "hunter22"),
        ("[repository]\nid = 12\nkey = hqlhbGdvcml0aG2mc2hh\n\tpGRhdGHaAZ7hunter22\n\tabhunter22=\n", "hunter22"),
        ("age: AGE-SECRET-KEY-1QQQQHUNTER22QQQQQQQQQQQQQQQQQ", "HUNTER22"),
        ("-----BEGIN PRIVATE KEY-----\nhunter22", "hunter22"),
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_unseen(secrets: Secrets, text: str, planted: str) -> None:
    assert planted not in secrets.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Fatal: wrong password or no key found",
        "401 Basic authentication required",
        "CN=Example Basic Constraints CA 2026,O=Secretariat: the Bearer certificates",
        "BYPASS: on bypass: the load is not protected",
    ],
)
def test_what_says_no_secret_stays(secrets: Secrets, text: str) -> None:
    assert secrets.redact(text) == text

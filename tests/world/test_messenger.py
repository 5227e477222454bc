"""Letters go to web servers of the test, by apprise or in the form of Alertmanager; what fails says why."""

from __future__ import annotations

import json
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from audit.model.watching import Channel, Heartbeat
from audit.world.messenger import CannotSend, Letter, Messenger, Notice, real_messenger

pytestmark = pytest.mark.anyio
NOTICE = Notice({"alertname": "HaechiDown", "subject": "kibo/대출"}, {}, "2026-09-01T00:00:00Z", "2026-09-01T01:00:00Z")
LETTER = Letter("통합 인증 is down", "since:\n  noon <b>", (NOTICE,))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Service:
    """What a service was sent; `status` is what it answers."""

    port: int = 0
    status: int = 200
    says: str = "because"
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.asked.append((self.command, self.path, dict(self.headers), body))
            self.send_response(found.status)
            self.send_header("Location", "/elsewhere")
            told = found.says.format(path=self.path, given=self.headers.get("Authorization")).encode()
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST

        def log_message(self, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def sealed(folder: Path, url: str) -> tuple[Messenger, dict[str, str]]:
    (folder / "url").write_text(url)
    (folder / "url").chmod(0o600)
    return real_messenger(folder), {"file": "url"}


def channel(kind: str, secret: dict[str, str]) -> Channel:
    return Channel.model_validate({"id": "c", "kind": kind, "secret": secret})


async def why(messenger: Messenger, kind: str, secret: dict[str, str]) -> str:
    with pytest.raises(CannotSend) as cannot:
        await messenger.send(channel(kind, secret), LETTER)
    return str(cannot.value)


async def test_apprise(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    messenger, secret = sealed(tmp_path, f"json://kim:longpassword@127.0.0.1:{service.port}/hook\n")
    await messenger.send(channel("apprise", secret), LETTER)
    ((_, path, headers, body),) = service.asked
    assert (path, headers["Authorization"][:5]) == ("/hook", "Basic")
    told = json.loads(body)
    assert (told["title"], told["message"]) == (LETTER.title, LETTER.text)


@pytest.mark.parametrize(("status", "reason"), [(500, "500"), (302, "302")])
async def test_apprise_that_is_refused(tmp_path: Path, service: Service, status: int, reason: str) -> None:
    service.status = status
    messenger, secret = sealed(tmp_path, f"json://127.0.0.1:{service.port}/tokentoken")
    said = await why(messenger, "apprise", secret)
    assert reason in said
    assert "tokentoken" not in said
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "url", ["json://169.254.169.254/", "json://[fe80::1]/", "json://127.0.0.1:1/", "what://x", " "]
)
async def test_apprise_that_cannot_work(tmp_path: Path, url: str) -> None:
    messenger, secret = sealed(tmp_path, url)
    assert await why(messenger, "apprise", secret)


async def test_a_courier_that_never_ends_or_says_nothing(tmp_path: Path) -> None:
    messenger, secret = sealed(tmp_path, "json://127.0.0.1:1/")
    for script in ("print('{')", "raise SystemExit(3)", "print('[]')"):
        broken = Messenger(messenger.secrets, messenger.guard, messenger.trust, (sys.executable, "-c", script))
        assert "without a word" in await why(broken, "apprise", secret)
    missing = Messenger(messenger.secrets, messenger.guard, messenger.trust, ("/nowhere/python",))
    assert "No such file" in await why(missing, "apprise", secret)


async def test_alertmanager(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    messenger, secret = sealed(tmp_path, f"http://kim:longpassword@localhost:{service.port}/am/")
    await messenger.send(channel("alertmanager", secret), LETTER)
    ((method, path, headers, body),) = service.asked
    assert (method, path, headers["Host"]) == ("POST", "/am/api/v2/alerts", f"localhost:{service.port}")
    assert headers["Authorization"].startswith("Basic")
    assert json.loads(body) == [NOTICE.plain()]


@pytest.mark.parametrize("status", [302, 400, 503])
async def test_alertmanager_that_refuses(tmp_path: Path, service: Service, status: int) -> None:
    service.status = status
    messenger, secret = sealed(tmp_path, f"http://kim:longpassword@127.0.0.1:{service.port}")
    said = await why(messenger, "alertmanager", secret)
    assert str(status) in said
    assert "because" in said
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/", "http://[fe80::1]/", "http://[::ffff:169.254.1.1]/", "http://0.0.0.0/", "ftp://x/"],
)
async def test_where_no_alert_goes(tmp_path: Path, url: str) -> None:
    messenger, secret = sealed(tmp_path, url)
    said = await why(messenger, "alertmanager", secret)
    assert "no address that an alert may go to" in said or "no http or https URL" in said


async def test_a_secret_that_is_not_there(tmp_path: Path) -> None:
    assert "NOT_SET_ANYWHERE" in await why(real_messenger(tmp_path), "apprise", {"env": "NOT_SET_ANYWHERE"})


async def test_the_heart_beats(tmp_path: Path, service: Service) -> None:
    messenger, secret = sealed(tmp_path, f"http://127.0.0.1:{service.port}/ping/longtoken")
    heartbeat = Heartbeat.model_validate({"secret": secret})
    await messenger.beat(heartbeat)
    assert service.asked[0][:2] == ("GET", "/ping/longtoken")
    service.status = 404
    with pytest.raises(CannotSend, match="404"):
        await messenger.beat(heartbeat)


@pytest.mark.parametrize("kind", ["alertmanager", "heartbeat"])
async def test_a_service_that_says_its_secret_address_again(tmp_path: Path, service: Service, kind: str) -> None:
    service.status, service.says = 403, "no {path} for {given}"
    url = f"http://kim:longpassword@127.0.0.1:{service.port}/tokentoken/more%2Dtoken?key=keykeykey"
    messenger, secret = sealed(tmp_path, url)
    sending = (
        messenger.beat(Heartbeat.model_validate({"secret": secret}))
        if kind == "heartbeat"
        else messenger.send(channel(kind, secret), LETTER)
    )
    with pytest.raises(CannotSend) as cannot:
        await sending
    assert "403" in str(cannot.value)
    given = b64encode(b"kim:longpassword").decode()
    assert not [
        word for word in ("tokentoken", "2Dtoken", "more-token", "keykeykey", given) if word in str(cannot.value)
    ]


async def test_apprise_gets_no_secret_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD_OF_A_PLUGIN", "plugin-password")
    messenger, secret = sealed(tmp_path, "json://127.0.0.1:1/")
    script = "import json, os; print(json.dumps({'why': ' '.join(os.environ)}))"
    telling = Messenger(messenger.secrets, messenger.guard, messenger.trust, (sys.executable, "-c", script))
    said = await why(telling, "apprise", secret)
    assert "PATH" in said
    assert "PGPASSWORD_OF_A_PLUGIN" not in said

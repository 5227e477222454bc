"""Folders with settings become a running nginx or named on loopback that ends with its test."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.real.children import free_port, wait_until
from tests.real.daemons import end

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 4096; }}
http {{
    access_log off; server_tokens off;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {servers}
}}
"""
NAMED = """
options {{
    directory "{folder}"; pid-file none; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion no; session-keyfile "{folder}/session.key"; dnssec-validation no; minimal-responses {minimal};
}};
controls {{ }};
zone "kibo.example" {{ type primary; file "zone"; }};
"""


@contextlib.contextmanager
def _running(argv: list[str], folder: Path, port: int) -> Iterator[None]:
    log = folder / "output"
    with log.open("wb") as output:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_until(lambda: child.poll() is not None or answers(port), argv[0])
        if child.poll() is not None:
            raise RuntimeError(f"{argv[0]} ended at once: {log.read_text()[-2000:]}")
        yield
    finally:
        end(child)


def answers(port: int) -> bool:
    with socket.socket() as channel:
        return channel.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def web(program: Path, folder: Path, servers: str, port: int) -> Iterator[None]:
    """An nginx with these server blocks, one of which listens on `port`."""
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(folder=folder, servers=servers))
    with _running([str(program), "-p", str(folder), "-c", str(settings), "-e", "stderr"], folder, port):
        yield


@contextlib.contextmanager
def names(program: Path, folder: Path, zone: str, *, minimal: str = "no") -> Iterator[int]:
    """The port of a BIND that is the authority of the zone kibo.example."""
    port = free_port()
    (folder / "zone").write_text(zone)
    (folder / "named.conf").write_text(NAMED.format(folder=folder, port=port, minimal=minimal))
    with _running([str(program), "-g", "-4", "-n", "1", "-c", str(folder / "named.conf")], folder, port):
        yield port

"""A folder to an nginx with three web servers behind it, one of them its standby."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import free_port
from tests.real.daemons import end, run, serving
from tests.real.lab import Lab, Said, tree
from tests.real.labs.haproxy import website

NEEDS: Final = ("nginx", "curl")
MAIN: Final = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 64; }}
http {{
    access_log off; server_tokens off;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include conf.d/*.conf;
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://loans; proxy_read_timeout 5s; }} }}
}}
"""
UPSTREAM: Final = "upstream loans {{ {} }}\n"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    hosts = {"daejeon1": "127.0.1.1", "daejeon2": "127.0.1.2", "busan1": "127.0.2.1"}
    port = free_port()
    with ExitStack() as stack:
        sites = {name: stack.enter_context(website(root / name, host)) for name, host in hosts.items()}
        folder = root / "nginx"
        (folder / "conf.d").mkdir(parents=True)
        settings, file = folder / "nginx.conf", folder / "conf.d" / "loans.conf"
        argv = ("nginx", "-p", str(folder), "-c", str(settings), "-e", "stderr")

        def written(first: str = "", second: str = "", third: str = "backup") -> None:
            lines = [
                f"server {hosts[name]}:{sites[name][0]} {more};"
                for name, more in zip(hosts, (first, second, third), strict=True)
            ]
            file.write_text(UPSTREAM.format(" ".join(lines)))

        def code() -> str:
            return run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{port}/").stdout

        first = f"{hosts['daejeon1']}:{sites['daejeon1'][0]}"
        running = ExitStack()
        stack.callback(running.close)

        def started() -> subprocess.Popen[bytes]:
            running.close()
            return running.enter_context(serving(argv, lambda: code() == "200", folder / "log"))

        def said() -> Said:
            tested = run(*argv, "-t")
            line = tested.stderr.strip().splitlines()[-1].rpartition(" ")[2]
            found = code()
            return Said(f"nginx -t: {line}; a page through nginx: {found}", content=found == "200")

        settings.write_text(MAIN.format(folder=folder, port=port))
        written()
        started()

        def dead() -> Said:
            for name in ("daejeon2", "busan1"):
                end(sites[name][1])
            return said()

        def frozen() -> Said:
            """Both still take connections: the system does that for them."""
            for name in ("daejeon2", "busan1"):
                sites[name][1].send_signal(signal.SIGSTOP)
            return said()

        def down() -> Said:
            written(second="down", third="down")
            started()
            return said()

        def endless() -> Said:
            """A server that never counts as dead, which it is."""
            written(first="max_fails=0")
            started()
            return said()

        def instead(old: str, new: str) -> Said:
            settings.write_text(settings.read_text().replace(old, new))
            started()
            return said()

        def off() -> Said:
            return instead("proxy_read_timeout", "proxy_next_upstream off; proxy_read_timeout")

        def nowhere() -> Said:
            """The page of the maintenance of last month, which says that all is well."""
            return instead("proxy_pass http://loans; proxy_read_timeout 5s;", "return 200 ok;")

        def once() -> Said:
            """One server under the names of all."""
            file.write_text(file.read_text().replace(f"{hosts['daejeon2']}:{sites['daejeon2'][0]}", first).replace(
                f"{hosts['busan1']}:{sites['busan1'][0]}", first))  # fmt: skip
            started()
            return said()

        def last() -> Said:
            """The standby serves, and there is no other."""
            for name in ("daejeon1", "daejeon2"):
                end(sites[name][1])
            return said()

        yield Lab(
            item={"kind": "nginx", "config": str(settings), "upstream": "loans", "health": "/", "timeout": "6s"},
            state=lambda: {key: value for key, value in tree(folder).items() if key.endswith(".conf")},
            breaks={"dead": dead, "frozen": frozen, "down": down, "endless": endless, "off": off,
                    "nowhere": nowhere, "once": once, "last": last},
            role="failover",
        )  # fmt: skip

"""A folder to a made-up API server of a cluster with a workload of two pods in two zones."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.lab import Lab, Said

NEEDS: Final = ()
TOKEN: Final = "planted-cluster-token"
WORKLOAD: Final = "apis/apps/v1/namespaces/prod/deployments/loans"
ZONE: Final = "topology.kubernetes.io/zone"
BUDGETS: Final = "apis/policy/v1/namespaces/prod/poddisruptionbudgets"
SCALERS: Final = "apis/autoscaling/v2/namespaces/prod/horizontalpodautoscalers"
PODS: Final = "api/v1/namespaces/prod/pods"


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": list(items)}


def pod(number: int) -> dict[str, Any]:
    return {
        "metadata": {"name": f"loans-{number}", "labels": {"app": "loans"}},
        "spec": {"nodeName": f"n{number}", "containers": [{"name": "web", "image": "loans:7"}]},
        "status": {"phase": "Running", "hostIP": f"10.{number}.0.1",
                   "conditions": [{"type": "Ready", "status": "True"}]},
    }  # fmt: skip


def node(number: int, zone: str) -> dict[str, Any]:
    return {"metadata": {"name": f"n{number}", "labels": {ZONE: zone}}}


def cluster() -> dict[str, Any]:
    """What stands at each path."""
    spread = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule"}
    return {
        WORKLOAD: {
            "metadata": {"name": "loans"},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "loans"}},
                     "template": {"metadata": {"labels": {"app": "loans"}},
                                  "spec": {"topologySpreadConstraints": [spread]}}},
            "status": {"replicas": 2, "readyReplicas": 2, "availableReplicas": 2},
        },
        PODS: listed(pod(1), pod(2)),
        "api/v1/nodes/n1": node(1, "daejeon"), "api/v1/nodes/n2": node(2, "busan"),
        BUDGETS: listed({"metadata": {"name": "loans"},
                         "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "loans"}}},
                         "status": {"currentHealthy": 2, "desiredHealthy": 1, "disruptionsAllowed": 1}}),
        SCALERS: listed({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "loans"}, "maxReplicas": 6}}),
    }  # fmt: skip


@contextmanager
def serving(documents: dict[str, Any], asked: list[str]) -> Iterator[str]:
    """The URL of a server of these documents; what is None is forbidden."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/")
            asked.append(path)
            code = 401 if self.headers.get("authorization") != f"Bearer {TOKEN}" else 200 if path in documents else 404
            told = documents.get(path)
            if code == 200 and told is None:
                code = 403
            body = told if isinstance(told, bytes) else json.dumps(told if code == 200 else {"kind": "Status"}).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    documents = cluster()
    with serving(documents, []) as url:

        def said() -> Said:
            status = documents[WORKLOAD]["status"]
            line = f"made-up cluster: readyReplicas {status['readyReplicas']}"
            return Said(line, content=status["readyReplicas"] == documents[WORKLOAD]["spec"]["replicas"])

        def together() -> Said:
            """The machine of the other zone was lost, and the second pod started beside the first."""
            documents["api/v1/nodes/n2"] = node(2, "daejeon")
            return said()

        def wish() -> Said:
            rules = documents[WORKLOAD]["spec"]["template"]["spec"]["topologySpreadConstraints"]
            rules[0]["whenUnsatisfiable"] = "ScheduleAnyway"
            return said()

        def starting() -> Said:
            documents[WORKLOAD]["status"]["readyReplicas"] = 1
            documents[PODS]["items"][1]["status"]["conditions"][0] = {
                "type": "Ready", "status": "False", "reason": "ContainersNotReady",
            }  # fmt: skip
            return said()

        def unguarded() -> Said:
            documents[BUDGETS] = listed()
            return said()

        def forbidden() -> Said:
            documents[PODS] = None
            return said()

        yield Lab(
            item={"kind": "kubernetes", "api": url, "token": {"env": "LAB_CLUSTER"}, "namespace": "prod",
                  "workload": "deployment/loans", "mode": "active-active"},
            state=lambda: {"documents": json.dumps(documents, sort_keys=True)},
            breaks={"together": together, "wish": wish, "starting": starting, "unguarded": unguarded,
                    "forbidden": forbidden},
            role="failover",
            environment={"LAB_CLUSTER": TOKEN},
        )  # fmt: skip

"""A port, a folder become sushy-emulator with power, leaks, a place of its own added from a file of wishes."""

from __future__ import annotations

import json
import logging
import sys
from itertools import cycle
from pathlib import Path
from typing import Any, Final

WISHES: Final = "wishes.json"
PLACE: Final = {"PostalAddress": {"City": "Daejeon", "Building": "Hall A"}, "Placement": {"Rack": "R12"}}


def serve(port: int, root: Path) -> None:
    """The emulator's own program with what it lacks of the newer tree."""
    from flask import Response
    from sushy_tools.emulator import main as emulator

    app: Any = emulator.app
    app.config.update(
        SUSHY_EMULATOR_FAKE_DRIVER=True, SUSHY_EMULATOR_AUTH_FILE=str(root / "users"),
        SUSHY_EMULATOR_STATE_DIR=str(root),
    )  # fmt: skip

    def wishes() -> dict[str, Any]:
        found: dict[str, Any] = json.loads((root / WISHES).read_text())
        return found

    # Never what it was before, nor ever upwards: by chance it would be called flat, or a counter.
    turns = cycle((0, 4, 1, 6))

    def told(document: dict[str, Any]) -> Response:
        return Response(json.dumps(document), mimetype="application/json")

    @app.after_request  # type: ignore[untyped-decorator, unused-ignore]
    def changed(response: Response) -> Response:
        from flask import request

        path = request.path.rstrip("/")
        if response.status_code != 200 or "/Chassis/" not in path:
            return response
        document = json.loads(response.get_data())
        if path.endswith("/Thermal"):
            for one in document["Temperatures"]:
                if not wishes().get("frozen"):
                    one["ReadingCelsius"] = 24 + next(turns) / 4
                if wishes().get("hot"):
                    one.update(ReadingCelsius=62, Status={"State": "Enabled", "Health": "OK"})
        elif path.count("/") == 4:
            document.update(
                Location=PLACE,
                PowerSubsystem={"@odata.id": f"{path}/PowerSubsystem"},
                LeakDetectors={"@odata.id": f"{path}/LeakDetectors"},
            )
        response.set_data(json.dumps(document))
        return response

    base = "/redfish/v1/Chassis/<identity>"

    def power(identity: str) -> Response:
        here, lost = f"/redfish/v1/Chassis/{identity}/PowerSubsystem", wishes().get("lost")
        state = {"State": "Enabled", "Health": "Warning" if lost else "OK"}
        return told(
            {"Id": "PowerSubsystem", "PowerSupplies": {"@odata.id": f"{here}/PowerSupplies"},
             "PowerSupplyRedundancy": [{"RedundancyType": "NPlusM", "Status": state}]}
        )  # fmt: skip

    def supplies(identity: str) -> Response:
        here = f"/redfish/v1/Chassis/{identity}/PowerSubsystem/PowerSupplies"
        return told({"Members": [{"@odata.id": f"{here}/{number}"} for number in (1, 2)]})

    def supply(identity: str, number: str) -> Response:
        lost = number == "2" and wishes().get("lost")
        state = {"State": "UnavailableOffline" if lost else "Enabled", "Health": "Critical" if lost else "OK"}
        return told({"Id": number, "Name": f"supply {number}", "Status": state})

    def leaks(identity: str) -> Response:
        return told({"Members": [{"@odata.id": f"/redfish/v1/Chassis/{identity}/LeakDetectors/1"}]})

    def detector(identity: str) -> Response:
        state = "Critical" if wishes().get("leak") else "OK"
        return told(
            {"Id": "1", "Name": "floor", "DetectorState": state, "Status": {"State": "Enabled", "Health": "OK"}}
        )

    for path, made in (
        (f"{base}/PowerSubsystem", power), (f"{base}/PowerSubsystem/PowerSupplies", supplies),
        (f"{base}/PowerSubsystem/PowerSupplies/<number>", supply), (f"{base}/LeakDetectors", leaks),
        (f"{base}/LeakDetectors/1", detector),
    ):  # fmt: skip
        app.add_url_rule(path, path, made)
    sys.argv = ["sushy-emulator", "--fake", "-i", "127.0.0.1", "-p", str(port)]
    emulator.main()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    serve(int(sys.argv[1]), Path(sys.argv[2]))

"""What tools write of themselves, as they write it: targets, objects, transfers, logs of the kernel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.model.listed import Edge, Entry
from tests.world.lists.test_lists import read, refusal


def target(instance: str, address: str = "", **more: Any) -> dict[str, Any]:
    """As Prometheus 2.42 tells it."""
    before = {"__address__": address or instance, "__metrics_path__": "/metrics", "__scheme__": "http", "job": "node"}
    return {
        "discoveredLabels": before,
        "labels": {"instance": instance, "job": "node"},
        "scrapePool": "node",
        "scrapeUrl": f"http://{address or instance}/metrics",
        "lastScrape": "0001-01-01T00:00:00Z",
        "health": "unknown",
        **more,
    }


def answer(*active: dict[str, Any], **more: Any) -> str:
    gone = {"discoveredLabels": {"__address__": "gone.kibo.example:1", "job": "gone"}}
    return json.dumps({"status": "success", "data": {"activeTargets": active, "droppedTargets": [gone]}, **more})


def told(text: str) -> list[tuple[int, str, tuple[str, ...], str]]:
    return [(one.line, one.name, one.addresses, one.alias) for one in read(text, "monitoring").entries]


class TestPrometheus:
    def test_ports_schemes_paths_are_no_part_of_a_name(self) -> None:
        text = answer(
            target("Web1.Kibo.example:9100"), target("[::1]:9100"), target("10.20.0.9:443"), target("10.20.0.9:9100"),
            target("https://portal.kibo.example/login"), target("web2", "10.20.0.7:9100"), target("db", "db.kibo:9187"),
        )  # fmt: skip
        assert told(text) == [
            (1, "web1.kibo.example", (), ""),
            (2, "", ("::1",), ""),
            (3, "", ("10.20.0.9",), ""),
            (5, "portal.kibo.example", (), ""),
            (6, "web2", ("10.20.0.7",), ""),
            (7, "db", (), "db.kibo"),
        ]

    def test_a_prober_is_not_what_it_probes(self) -> None:
        one = target("", "127.0.0.1:9115")
        one["discoveredLabels"]["__param_target"] = "https://portal.kibo.example"
        assert told(answer(one)) == [(1, "portal.kibo.example", (), "")]

    def test_targets_in_a_file(self) -> None:
        assert told('[{"targets": ["web1:9100", "web1:9187", "10.0.0.1"], "labels": {"a": "b"}}]') == [
            (1, "web1", (), ""),
            (3, "", ("10.0.0.1",), ""),
        ]

    @pytest.mark.parametrize(
        "text",
        ['{"status": "error", "data": {"activeTargets": []}}', "{}", "[1]", '{"status": "success", "data": 1}', "[",
         '[{"targets": [7]}]', answer(target("")), '[{"targets": [""]}]', "[" * 100_000],
    )  # fmt: skip
    def test_anything_else_is_refused(self, text: str) -> None:
        assert refusal(text, "monitoring")[0].startswith("list:1:")


class TestNagios:
    CACHE = (
        "########\n# NAGIOS OBJECT CACHE FILE\n########\n\ndefine command {\n\tcommand_name\tcheck-alive\n"
        "\tcommand_line\t$USER1$/check_ping -H $HOSTADDRESS$ -w 3000.0,80% -p 5\n\t}\n\n"
        "define host {\n\thost_name\tweb1\n\talias\tThe first; of two\n\taddress\t10.0.0.1\n\t}\n\n"
        "define service {\n\thost_name\tweb1\n\tservice_description\tPING\n\t}\n\n"
    )
    WRITTEN = (
        "define host{\n  name linux ; a template\n  register 0\n}\n"
        "define host { \n host_name  db \n address  db.kibo.example ; by name\n use linux }\n"
    )

    def test_the_cache_of_all_objects(self) -> None:
        assert told(self.CACHE) == [(10, "web1", ("10.0.0.1",), "")]

    def test_written_by_hand(self) -> None:
        assert told(self.WRITTEN) == [(5, "db", (), "db.kibo.example")]

    def test_what_is_not_whole(self) -> None:
        assert refusal(self.CACHE + "define host {\n host_name x\n", "monitoring")[0].startswith("list:21:1: ")
        assert refusal(self.WRITTEN + "cfg_dir=/etc/x\n", "monitoring")[0].startswith("list:9:1: this leans on")
        assert refusal(self.WRITTEN + "define host {\n use linux\n}\n", "monitoring")[0].startswith("list:9:1: ")


def test_a_zone_as_dig_transfers_it() -> None:
    soa = "kibo.example.\t\t300\tIN\tSOA\tns.kibo.example. root.kibo.example. 1 2 3 4 5\n"
    text = (
        "\n; <<>> DiG 9.18.49 <<>> axfr kibo.example @127.0.0.1\n;; global options: +cmd\n" + soa
        + "_sip._tcp.kibo.example.\t300\tIN\tSRV\t1 1 5060 www.kibo.example.\n"
        + 'www.kibo.example.\t300\tIN\tTXT\t"a;b" "c"\nwww.kibo.example.\t300\tIN\tA\t10.0.0.1\n'
        + "*.wild.kibo.example.\t300\tIN\tA\t10.0.0.7\n" + soa
        + ";; Query time: 0 msec\n;; XFR size: 6 records (messages 1, bytes 300)\n"
    )  # fmt: skip
    assert [one.name for one in read(text, "dns-zone").entries] == ["www.kibo.example", "*.wild.kibo.example"]


@pytest.mark.parametrize(
    "text",
    [
        (
            "kibo.example.\t\t\t\t      300 IN SOA\tns.kibo.example. root.kibo.example. 1 2 3 4 5\n"
            "www.kibo.example.\t\t\t      300 IN A\t\t10.0.0.1\nwww.kibo.example.\t      300 IN AAAA\t2001:db8::1\n"
        ),
        (
            "$ORIGIN .\n$TTL 300\t; 5 minutes\nkibo.example\t\tIN SOA\tns.kibo.example. root.kibo.example. (\n"
            "\t\t\t\t1          ; serial\n\t\t\t\t2 3 4 5\n\t\t\t\t)\n\t\t\tNS\tns.kibo.example.\n"
            "$ORIGIN kibo.example.\nwww\t\t\tA\t10.0.0.1\n\t\t\tAAAA\t2001:db8::1\n"
        ),
    ],
    ids=["full", "relative"],
)
def test_a_zone_as_bind_compiles_it(text: str) -> None:
    (entry,) = read(text, "dns-zone").entries
    assert (entry.name, entry.addresses) == ("www.kibo.example", ("10.0.0.1", "2001:db8::1"))


class TestKernel:
    TCP = "LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=51749 DF PROTO=TCP SPT=51093 DPT=5432 WINDOW=64240 RES=0x00 SYN URGP=0"

    def edges(self, *lines: str) -> tuple[Edge, ...]:
        return read("".join(f"Nov 22 10:00:00 drop-1 kernel: [7.1] {one}\n" for one in lines), "firewall").edges

    def test_what_was_let_through(self) -> None:
        found = self.edges(
            f"[UFW ALLOW] IN=eth0 OUT= MAC=00:0c SRC=10.0.0.1 DST=10.0.0.2 {self.TCP}",
            f"new: IN=eth0 OUT=eth1 SRC=10.0.0.1 DST=10.0.0.2 {self.TCP} MARK=0x1",
            f"IN= OUT=eth0 SRC=2001:0db8:0000:0000:0000:0000:0000:0001 DST=2001:0db8::2 {self.TCP}",
        )
        assert [(one.source, one.target, one.port, one.count) for one in found] == [
            ("10.0.0.1", "10.0.0.2", "5432", 2),
            ("2001:db8::1", "2001:db8::2", "5432", 1),
        ]

    @pytest.mark.parametrize(
        "before", ["[UFW BLOCK]", "[UFW LIMIT BLOCK]", "DROP:", "INPUT-REJECT", "IPTABLES Dropped:"]
    )
    def test_what_was_refused_is_no_conversation(self, before: str) -> None:
        assert self.edges(f"{before} IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 {self.TCP}") == ()

    def test_other_makers_name_the_action(self) -> None:
        line = 'date=2026-11-22 srcip=10.0.0.1 dstip=10.0.0.2 dstport=443 action="{}"'
        assert [len(self.edges(line.format(one))) for one in ("accept", "close", "deny", "blocked")] == [1, 1, 0, 0]

    def test_what_is_meant_for_everybody(self) -> None:
        assert (
            self.edges(*(f"IN=eth0 SRC=10.0.0.1 DST={one} {self.TCP}" for one in ("224.0.0.1", "255.255.255.255")))
            == ()
        )

    def test_an_error_is_not_what_it_is_about(self) -> None:
        inner = "[SRC=10.0.0.1 DST=10.0.0.2 LEN=60 PROTO=UDP SPT=5 DPT=53 LEN=40 ]"
        (found,) = self.edges(f"IN=eth0 SRC=10.0.0.2 DST=10.0.0.1 PROTO=ICMP TYPE=3 CODE=3 {inner}")
        assert (found.source, found.target, found.port) == ("10.0.0.2", "10.0.0.1", "")


def test_rows_stay_rows() -> None:
    found = read("Host,IP\nweb1,10.0.0.1\n", "monitoring").entries
    assert found == (Entry(line=2, name="web1", addresses=("10.0.0.1",)),)

"""Exported lists, sound and hostile, to what is read of them or where they are refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from audit.model.listed import ListState
from audit.world.lists import MOST_BYTES, parsed
from audit.world.lists.wrong import MOST_ROWS, BadList


def read(content: bytes | str, form: str = "assets", **columns: str) -> ListState:
    raw = content.encode() if isinstance(content, str) else content
    return parsed(raw, "list", form, columns, "", None)


def refusal(content: bytes | str, form: str = "assets", **columns: str) -> tuple[str, ...]:
    with pytest.raises(BadList) as caught:
        read(content, form, **columns)
    return tuple(map(str, caught.value.lines))


def workbook(*rows: tuple[object, ...]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def altered(content: bytes, **parts: bytes) -> bytes:
    """A workbook with parts replaced or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, parts.pop(name, old.read(name)))
        for name, part in parts.items():
            new.writestr(name, part)
    return file.getvalue()


class TestTables:
    def test_korean_heads_and_many_addresses(self) -> None:
        found = read("시스템명;호스트명;IP주소;위치;담당자\n보증 신청;web1;10.0.0.1, ::ffff:10.0.0.2/64;부산;-\n")
        (entry,) = found.entries
        assert (entry.line, entry.system, entry.name, entry.location, entry.owner) == (
            2,
            "보증 신청",
            "web1",
            "부산",
            "",
        )
        assert entry.addresses == ("10.0.0.1", "10.0.0.2")

    def test_spreadsheets_of_korean_windows(self) -> None:
        assert read("호스트명\n서울\n".encode("cp949")).entries[0].name == "서울"

    def test_every_bad_cell_is_named(self) -> None:
        lines = refusal("host,ip,owner\na,10.0.0.1,\nb,10.0.0.999,\n,,Kim\n")
        assert lines[0].startswith("list:3:2: '10.0.0.999' is no address; ")
        assert lines[1].startswith("list:4:1: this row names nothing; ")

    def test_many_bad_cells_are_counted(self) -> None:
        lines = refusal("host,ip\n" + "a,x\n" * 50)
        assert len(lines) == 21
        assert lines[-1].startswith("and 30 more")

    def test_columns_by_name(self) -> None:
        assert read("Box,Where\nweb1,d\n", name="box").entries[0].name == "web1"
        assert "did you mean 'Box'" in refusal("Box,Where\nweb1,d\n", name="Bxo")[0]

    def test_no_column_says_what_it_is_about(self) -> None:
        assert refusal("colour\nred\n")[0].startswith("list:1:1: no column")

    @pytest.mark.parametrize("content", [b"\x00\x01\x02\xff", b"host\n\x00\n", b'host\n"open\n', b"\xff\xfe\x00"])
    def test_no_text_is_refused(self, content: bytes) -> None:
        assert refusal(content)[0].startswith("list:")

    def test_too_much_is_refused_before_it_is_read(self) -> None:
        with pytest.raises(Exception, match="longer than"):
            read(b"a" * (MOST_BYTES + 1))

    def test_too_many_rows(self) -> None:
        assert "more than" in refusal("host\n" + "a\n" * (MOST_ROWS + 2))[0]

    def test_one_endless_cell(self) -> None:
        assert refusal("host\n" + "a" * 5000)[0].startswith("list:2:1: ")
        assert refusal("host\n" + '"' + "a" * 200_000 + '"')[0].startswith("list:2:1: ")


class TestWorkbooks:
    def test_rows(self) -> None:
        found = read(workbook(("hostname", "ip", "rack", None), ("web1", "10.0.0.1", 7), (), ("web2", None, 7.5)))
        assert [(one.line, one.name, one.addresses) for one in found.entries] == [
            (2, "web1", ("10.0.0.1",)),
            (4, "web2", ()),
        ]

    def test_a_formula_is_named(self) -> None:
        assert refusal(workbook(("host",), ("a",), ("=1+1",)))[0].startswith("list:3:1: this cell holds a formula")

    def test_a_bomb_is_refused_before_it_is_parsed(self) -> None:
        big = altered(workbook(("host",)), **{"xl/worksheets/sheet1.xml": b"<a>" + b" " * 50_000_000})
        assert len(big) < 200_000
        assert "unpacks to" in refusal(big)[0]

    def test_entities_are_refused(self) -> None:
        bad = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
        assert "entities" in refusal(altered(workbook(("host",)), **{"xl/worksheets/sheet1.xml": bad}))[0]

    def test_many_parts(self) -> None:
        parts = {f"xl/media/{number}": b"" for number in range(600)}
        assert "parts" in refusal(altered(workbook(("host",)), **parts))[0]

    def test_torn_files(self) -> None:
        whole = workbook(("host",), ("web1",))
        for length in (4, 100, len(whole) // 2, len(whole) - 1):
            assert refusal(whole[:length])[0].startswith("list:1:1: ")
        for part in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            assert refusal(altered(whole, **{part: b"<a"}))[0].startswith("list:1:1: ")


class TestZones:
    ZONE = (
        "$ORIGIN kibo.example.\n$TTL 300\n@ IN SOA ns root 1 2 3 4 5\n  NS ns\n"
        "www A 10.0.0.1\n    AAAA 2001:DB8::1\nold CNAME WWW\n"
    )

    def test_names_addresses_aliases(self) -> None:
        found = {one.name: one for one in read(self.ZONE, "dns-zone").entries}
        assert found["www.kibo.example"].addresses == ("10.0.0.1", "2001:db8::1")
        assert found["www.kibo.example"].line == 5
        assert found["old.kibo.example"].alias == "www.kibo.example"
        assert set(found) == {"www.kibo.example", "old.kibo.example"}

    def test_nothing_outside_the_zone_is_passed_over(self) -> None:
        text = self.ZONE + "elsewhere.example. A 10.0.0.9\n"
        assert "elsewhere.example" in {one.name for one in read(text, "dns-zone").entries}

    @pytest.mark.parametrize(
        "word", ["$GENERATE 0-4294967295 a$ A 10.0.0.1", "$INCLUDE /etc/passwd", "$generate 0-9 a$ A 1"]
    )
    def test_what_leads_elsewhere_is_refused(self, word: str) -> None:
        assert refusal(self.ZONE + word + "\n", "dns-zone")[0].startswith("list:8:1: ")

    def test_a_broken_record_is_named_by_its_line(self) -> None:
        assert refusal(self.ZONE + "bad A 10.0.0.999\n", "dns-zone")[0].startswith("list:8:1: ")

    def test_a_zone_without_a_name(self) -> None:
        assert "its own name" in refusal("www 300 IN A 10.0.0.1\n", "dns-zone")[0]
        found = parsed(b"www 300 IN A 10.0.0.1\n", "list", "dns-zone", {}, "kibo.example", None)
        assert found.entries[0].name == "www.kibo.example"


class TestFirewalls:
    def test_tables_are_counted_by_pair(self) -> None:
        found = read("src,dst,dport\n10.0.0.1,10.0.0.2,tcp/443\n10.0.0.1,10.0.0.2,443\n", "firewall")
        assert [(one.line, one.port, one.count) for one in found.edges] == [(2, "443", 2)]

    def test_logs(self) -> None:
        line = "Nov 1 kernel: [1] IN=eth0 SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP SPT=5 DPT=443\n"
        found = read("something else\n" + line * 3, "firewall")
        assert [(one.line, one.source, one.target, one.port, one.count) for one in found.edges] == [
            (2, "10.0.0.1", "10.0.0.2", "443", 3)
        ]

    def test_bad_cells(self) -> None:
        lines = refusal("src,dst,port\n10.0.0.1,,1\na,b,99999\n", "firewall")
        assert lines[0].startswith("list:2:2: ")
        assert lines[1].startswith("list:3:3: ")

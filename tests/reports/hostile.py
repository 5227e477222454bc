"""One text that attacks every medium a report is printed on, with what would show that it got through."""

from __future__ import annotations

from typing import Final

POLYGLOT: Final = (
    '=HYPERLINK("http://evil.example")\r\n@SUM(1)\n+1\n-1\n\t=2'
    "'\"><script>alert(1)</script><img src=x onerror=alert(2)>--></style></title>{{7*7}}{% raw %}${7*7}"
    "[bold red]rich[/bold red][link=http://evil.example]x[/link]"
    "\x1b[2J\x1b]0;owned\x07\x9b31m\x00\x08\x7f\x85"
    "\u202egnp.exe\u202c\u2066\u2069\u200f\u061c\u2028\u2029\ufeff\u200b]]>&lt;\ud800\udfff\uffff"
    "{subject}{ref}`; rm -rf /`"
)
CONTROLS: Final = (
    *(chr(code) for code in range(32) if chr(code) not in "\t\n\r"),
    *(chr(code) for code in range(0x7F, 0xA0)),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029\ufeff\u200b",
)

"""The text of a catalogue in, the same translations as Babel reads out."""

from io import BytesIO

from babel.messages.pofile import read_po

from audit.model.wording import Wording, translations
from tests.reports.messages import CATALOGUE

SMALL = r'''# A catalogue.
msgid ""
msgstr ""
"Language: ko\n"

#: audit/a.py
msgid "plain"
msgstr "그대로"

#: audit/b.py
#, fuzzy
msgid "doubtful"
msgstr "의심"

msgid "not yet"
msgstr ""

msgid ""
"in two "
"parts"
msgstr ""
"두 부분"
"으로"

#, python-format
msgid "signs: \"a\"\t\\n\n{b}"
msgstr "기호: \"a\"\t\\n\n{b}"

#~ msgid "gone"
#~ msgstr "없어짐"

msgid "last"
msgstr "끝"'''


def read(catalogue: bytes) -> dict[str, str]:
    entries = read_po(BytesIO(catalogue), locale="ko")
    return {str(one.id): str(one.string) for one in entries if one.id and one.string and not one.fuzzy}


def test_a_small_catalogue() -> None:
    for end in ("", "\n"):
        raw = (SMALL + end).encode()
        found = translations(raw)
        assert dict(found) == read(raw)
        assert set(found) == {"plain", "in two parts", 'signs: "a"\t\\n\n{b}', "last"}
        words = Wording(raw)
        assert {text: words.of(text) for text in found} == found
        for text in ("", "doubtful", "not yet", "gone", "plai", "lain", "\udcff"):
            assert words.of(text) == text


def test_the_korean_catalogue() -> None:
    raw = CATALOGUE.read_bytes()
    found = translations(raw)
    assert dict(found) == read(raw)
    words = Wording(raw)
    assert [text for text in found if words.of(text) != found[text]] == []

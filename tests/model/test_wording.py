"""The text of a catalogue in, its translations out."""

from audit.model.wording import translations

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


def test_what_is_doubtful_empty_or_gone_is_left_out() -> None:
    for end in ("", "\n"):
        assert dict(translations((SMALL + end).encode())) == {
            "plain": "그대로",
            "in two parts": "두 부분으로",
            'signs: "a"\t\\n\n{b}': '기호: "a"\t\\n\n{b}',
            "last": "끝",
        }

"""A command line in Korean in, help and complaints without an English sentence out."""

from __future__ import annotations

import re
from collections.abc import Mapping

import click
import pytest

from audit.cli import haechi, main
from audit.cli.columns import cells
from audit.cli.helped import Retold
from audit.cli.tongue import wording
from audit.model.exit import Exit
from tests.cli.test_frame import run
from tests.reports.messages import contexts, heard

Output = pytest.CaptureFixture[str]
NAMES = ["-h", "--help"]
ROOT = haechi.context_class(haechi, info_name="haechi", help_option_names=NAMES, terminal_width=80, obj="ko")
CONTEXTS: Mapping[str, click.Context] = {one.command_path: one for one in contexts(haechi, ROOT)}
HANGUL = re.compile("[가-힣]")


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.mark.parametrize("path", CONTEXTS)
def test_every_help_is_korean_in_eighty_columns(path: str) -> None:
    context = CONTEXTS[path]
    words = wording("ko")
    assert [text for text in heard(context) if not HANGUL.search(words.get(text, text))] == []
    told = context.get_help()
    assert told.startswith(f"사용법: {path} ")
    prose = told.partition("\n  예:\n")[0] + told.partition("\n옵션:\n")[2]
    wide = [line for line in prose.splitlines() if cells(line) > 80 and not line.startswith("  --format [")]
    assert wide == [] or path == "haechi completion"
    assert not re.search(r"\b(the|of|Exit code|Options|Usage|default|required)\b", prose.replace("operator of the", ""))


@pytest.mark.parametrize("path", CONTEXTS)
def test_the_same_words_stand_in_both_languages(path: str) -> None:
    context = CONTEXTS[path]
    plain, kept = click.HelpFormatter(width=80), Retold(lambda text: text, width=80)
    for formatter in (plain, kept):
        context.command.format_help(context, formatter)
    # Click breaks lines after a hyphen too.
    assert kept.getvalue().split("\n\n")[-1].split()[:2] == plain.getvalue().split("\n\n")[-1].split()[:2]
    assert "".join(kept.getvalue().split()) == "".join(plain.getvalue().split())
    korean = context.get_help()
    for option in context.command.params:
        for name in (*option.opts, *option.secondary_opts):
            assert name in korean or not isinstance(option, click.Option) or option.hidden


def test_columns_line_up() -> None:
    for context in CONTEXTS.values():
        rows = context.get_help().partition("\n옵션:\n")[2].partition("\n\n")[0].splitlines()
        indents = {len(row) - len(row.lstrip()) for row in rows}
        column = max(cells(row.rpartition("  이 도움말을")[0]) + 2 for row in rows if "  이 도움말을" in row)
        assert indents <= {2, column}
        for row in (row for row in rows if "  " in row.strip()):
            end = next(end for end in range(len(row)) if cells(row[:end]) == column)
            assert row[end - 2 : end] == "  ", row
            assert row[end] != " ", row


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("words", "head"),
    [
        ("--help", "Usage:"),
        ("--lang ko --help", "사용법:"),
        ("--help --lang=ko", "사용법:"),
        ("--lang ko run --help", "사용법:"),
        ("run --help --lang ko", "사용법:"),
        ("--lang ko run --help --lang en", "Usage:"),
        ("runs --lang ko --help", "사용법:"),
        ("drill --lang ko restore --help", "사용법:"),
        ("drill restore --help --lang ko", "사용법:"),
    ],
)
def test_the_option_decides_wherever_it_stands(words: str, head: str, capsys: Output) -> None:
    assert main(words.split()) == Exit.READY
    said = capsys.readouterr()
    assert said.out.startswith(f"{head} haechi")
    assert said.err == ""


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    for words, head in (("", "사용법:"), ("spof --help", "사용법:"), ("spof --help --lang en", "Usage:")):
        code = main(words.split())
        said = capsys.readouterr()
        assert (said.out or said.err).startswith(head)
        assert code == (Exit.READY if words else Exit.USAGE)


@pytest.mark.usefixtures("english")
def test_the_option_before_a_command_holds_for_it(capsys: Output) -> None:
    for words in ("--lang ko show --store none.db", "--lang ko runs --store none.db", "runs --store none.db --lang ko"):
        assert main(words.split()) == Exit.USAGE
        assert "저장소 none.db 없음" in capsys.readouterr().err


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run", "오류: 필요한 인자가 없습니다: 'ESTATE'."),
        ("vaildate", "오류: 알 수 없는 명령: 'vaildate'. 혹시 'validate'입니까?"),
        ("frobnicate", "오류: 알 수 없는 명령: 'frobnicate'. `haechi --help`로 목록을 볼 수 있습니다."),
        ("drill frob", "오류: 알 수 없는 명령: 'frob'."),
        ("runs --fromat json", "오류: 알 수 없는 옵션: '--fromat'. 혹시 '--format'입니까?"),
        ("runs x y", "오류: 남는 인자가 있습니다: x y"),
        ("spof x --top a", "오류: '--top' 값이 올바르지 않습니다: 'a' 대신 정수를 쓰십시오."),
        ("spof x --top 0", "오류: '--top' 값이 올바르지 않습니다: 0 대신 범위 1<=x<=100000의 값을 쓰십시오."),
        (
            "runs --format x",
            "오류: '--format' 값이 올바르지 않습니다: 'x' 대신 다음 중 하나를 쓰십시오: 'text', 'json'.",
        ),
        ("watch x --for 9q", "오류: '--for' 값이 올바르지 않습니다: 15m, 2h, 1d, 10y와 같은 기간이 필요한데 '9q'"),
        ("cutsets x y --order 99", "오류: '--order' 값이 올바르지 않습니다: '99' 대신 1부터 20까지의 수나 'all'을"),
        ("alerts --test mail", "오류: --test에는 그 채널이 기재된 자산목록이 필요합니다"),
        ("completion ksh", "오류: '{bash|zsh|fish}' 값이 올바르지 않습니다: 'ksh' 대신 다음 중 하나를 쓰십시오:"),
    ],
)
def test_wrong_usage_is_told_in_korean(words: str, told: str, capsys: Output) -> None:
    assert main(["--lang", "ko", *words.split()]) == Exit.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("\n")
    usage, more, _, error = said.err.split("\n", 3)
    assert usage.startswith("사용법: haechi")
    assert re.fullmatch("도움말: haechi.* --help", more)
    assert error.startswith(told)


def test_completion_describes_the_commands_in_korean() -> None:
    answer = run(_HAECHI_COMPLETE="zsh_complete", COMP_WORDS="haechi va", COMP_CWORD="1", LC_ALL="ko_KR.UTF-8")
    assert answer.stdout.decode() == "plain\nvalidate\n자산목록에서 잘못된 것을 모두 알려 줍니다.\n"


def test_completion_describes_the_options_in_korean() -> None:
    answer = run(_HAECHI_COMPLETE="zsh_complete", COMP_WORDS="haechi run --ch", COMP_CWORD="2", LC_ALL="ko_KR.UTF-8")
    kind, option, says = answer.stdout.decode().splitlines()
    assert (kind, option) == ("plain", "--check")
    assert not says.isascii()


def test_completion_behind_a_wrong_command_is_silent() -> None:
    answer = run(_HAECHI_COMPLETE="bash_complete", COMP_WORDS="haechi rum --", COMP_CWORD="2")
    assert (answer.returncode, answer.stderr) == (0, b"")


def test_korean_help_imports_nothing_heavy() -> None:
    answer = run("--lang", "ko", "run", "--help", PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in answer.stderr.decode().splitlines()}
    assert imported & {"anyio", "jinja2", "pydantic", "rich", "sqlalchemy", "yaml", "audit.app", "reports"} == set()
    assert "audit.cli.helped" in imported

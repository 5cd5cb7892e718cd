"""What ``tongda`` does not take is told in both languages, with a code, what was probably meant, and the help to read."""

from __future__ import annotations

import pytest

from ops.cli import main
from schemas.errors import Exit


@pytest.mark.parametrize(
    ("words", "english", "chinese", "step"),
    [
        (["sorces"], "no such command: tongda sorces; there are: up, ", "没有命令 tongda sorces;可用:up、", "tongda"),
        (["sorces"], "did you mean sources?", "是否指 sources?", "tongda"),
        (["sources", "shwo"], "did you mean show?", "是否指 show?", "tongda sources"),
        (
            ["up", "--detatch"],
            "no such option: --detatch; there are: --detach, --help; did you mean --detach?",
            "没有选项 --detatch;可用:--detach、--help;是否指 --detach?",
            "tongda up",
        ),
        (
            ["verify", "--wiat", "3"],
            "no such option: --wiat; there are: --format, --help, --wait; did you mean --wait?",
            "没有选项 --wiat;可用:--format、--help、--wait;是否指 --wait?",
            "tongda verify",
        ),
        (["sources", "show"], "SOURCE is missing: id of the platform", "缺少 SOURCE:平台编号", "tongda sources show"),
        (["sources", "show", "a", "b"], "too many words: b", "多余的参数:b", "tongda sources show"),
        (
            ["doctor", "kafak"],
            "what: 'kafak' is no value of it; accepted: tools, kafka, database, sources, secrets, folders, processes, "
            "conservation; did you mean kafka?",
            "what 不能是 'kafak';可用:tools、kafka、database、sources、secrets、folders、processes、conservation;是否指 kafka?",
            "tongda doctor",
        ),
        (["topics", "list", "--format", "jsn"], "did you mean json?", "是否指 json?", "tongda topics list"),
        (["topics", "list", "--format"], "--format needs a value", "选项 --format 需要一个值", "tongda"),
        (["up", "--detach=yes"], "--detach takes no value", "选项 --detach 不带值", "tongda"),
        (["verify", "--wait", "long"], "--wait: ", "--wait 的值不可用:", "tongda verify"),
        (
            ["figures", "check", "--period", "2025-13"],
            "--period: '2025-13' is no period",
            "不是有效的期间",
            "tongda figures",
        ),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_not_taken_is_told_with_what_was_meant(
    words: list[str],
    english: str,
    chinese: str,
    step: str,
    lang: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TONGDA_LANG", lang)
    assert main(words) == Exit.USAGE
    first, next_step, last = capsys.readouterr().err.splitlines()
    told = {"zh": first, "en": last} if lang == "zh" else {"zh": last, "en": first}
    assert told["zh"].startswith("错误 T2001  ") and chinese in told["zh"]
    assert told["en"].startswith("error T2001: ") and english in told["en"]
    assert next_step.split("  ")[-1].startswith(step) and next_step.endswith("--help")


def test_the_language_before_a_word_that_is_not_known_holds_for_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGDA_LANG", "zh")
    assert main(["--lang", "en", "fly"]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("error T2001: no such command: tongda fly")


def test_a_word_that_is_near_nothing_gets_the_list_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zzz"]) == Exit.USAGE
    shown = capsys.readouterr().err
    assert "did you mean" not in shown and "是否指" not in shown


def test_a_group_without_a_command_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sources"])
    assert ended.value.code == Exit.USAGE
    assert "Usage: tongda sources" in capsys.readouterr().err


def test_a_source_or_a_feed_that_is_not_there_is_told_with_the_one_that_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sources", "show", "hn_ip_servise"]) == Exit.NOT_FOUND
    assert "没有平台 hn_ip_servise;是否指 hn_ip_service?;已有 " in capsys.readouterr().err
    assert main(["sources", "sample", "hn_ip_service", "suply"]) == Exit.NOT_FOUND
    assert "did you mean supply?" in capsys.readouterr().err

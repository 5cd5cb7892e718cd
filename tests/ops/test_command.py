"""The command ``tongda`` as people meet it: results on stdout, errors as sentences in their language, exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand

from ops import run
from ops.cli import ended, main
from ops.cli.lazy import Deferred
from ops.cli.table import COMMANDS, ROLES
from ops.embedded.service import free_port
from ops.say import failure, number
from ops.settings import ROOT, read_settings
from ops.supervisor.parts import PARTS, TONGDA, chosen, environment
from ops.supervisor.up import not_polled
from schemas.errors import Exit, HubError, Unreachable
from schemas.topics import TOPICS
from tests.ops.commands import walk

HEAVY = {
    "pydantic",
    "kafka",
    "faust",
    "aiokafka",
    "psycopg",
    "fastapi",
    "httpx",
    "numpy",
    "rich.console",
    "yaml",
    "lxml",
}


def tongda(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell does."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TONGDA_", "LC_", "LANG"))}
    return subprocess.run(
        [*TONGDA, *arguments],
        env={
            **clean,
            "TONGDA_HOME": str(home),
            "TONGDA_PORT": str(free_port()),
            "TONGDA_OPERATOR": "127.0.0.1:0",
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_settings_are_shown_with_their_origin_and_without_secrets(tmp_path: Path) -> None:
    done = tongda(tmp_path, "settings", TONGDA_PARTITIONS="8", TONGDA_DATABASE="postgresql://hub:secret@db/tongda")
    assert (done.returncode, done.stderr) == (0, "")
    heading, *lines = done.stdout.splitlines()
    shown = {line.split()[0]: line.split()[1:] for line in lines}
    assert heading.split() == ["设置", "setting", "值", "value", "来源", "origin"]
    assert shown["TONGDA_PARTITIONS"] == ["8", "environment"]
    assert shown["TONGDA_BATCH_RECORDS"] == ["20000", "default"]
    assert "secret" not in done.stdout


def test_one_setting_is_explained_by_its_name(tmp_path: Path) -> None:
    done = tongda(tmp_path, "settings", "explain", "partitions")
    assert done.stdout.splitlines() == [
        "setting  TONGDA_PARTITIONS",
        "value    4",
        "origin   default",
        "default  4",
        "meaning  partitions of a topic when it is created; never changes afterwards",
    ]
    port = tongda(tmp_path, "settings", "explain", "TONGDA_PORT", TONGDA_PORT="8081")
    assert (port.returncode, port.stdout.splitlines()[:3]) == (
        0,
        ["setting  TONGDA_PORT", "value    8081", "origin   environment"],
    )
    for typed, next_step in (
        ("TONGDA_PROT", "tongda settings explain TONGDA_PORT"),
        ("parttions", "tongda settings explain TONGDA_PARTITIONS"),
        ("foo", "tongda settings show"),
    ):
        wrong = tongda(tmp_path, "settings", "explain", typed)
        assert (wrong.returncode, next_step in wrong.stderr) == (Exit.NOT_FOUND, True), typed


def test_a_setting_of_one_platform_or_one_secret_is_explained_and_shown_where_it_is_given(tmp_path: Path) -> None:
    name, address = "TONGDA_SOURCE_CONVERTIBLE_POOL_BASE", "http://127.0.0.1:9000"
    given = tongda(tmp_path, "settings", "explain", name, "--format", "json", **{name: address})
    assert json.loads(given.stdout) == {
        "setting": name,
        "value": address,
        "origin": "environment",
        "default": "",
        "meaning": "address of a platform in place of that of its definition",
    }
    assert address in tongda(tmp_path, "settings", **{name: address}).stdout
    for typed in ("TONGDA_SECRET_HN_KEY_FILE", "TONGDA_SOURCE_<ID>_BASE"):
        assert tongda(tmp_path, "settings", "explain", typed).returncode == 0


def test_a_wrong_setting_is_told_in_the_language_of_the_locale(tmp_path: Path) -> None:
    chinese = tongda(tmp_path, "status", TONGDA_PARTITION="8")
    english = tongda(tmp_path, "status", TONGDA_PARTITION="8", LANG="en_US.UTF-8")
    assert (chinese.returncode, chinese.stdout) == (3, "")
    assert chinese.stderr.splitlines() == [
        "错误 T3002  没有设置项 TONGDA_PARTITION,最接近的是 TONGDA_PARTITIONS",
        "  下一步  tongda settings show",
        "error T3002: TONGDA_PARTITION is no setting; the nearest one is TONGDA_PARTITIONS (exit 3)",
    ]
    assert english.stderr.splitlines()[0].startswith("error T3002: TONGDA_PARTITION is no setting")
    assert english.stderr.splitlines()[-1].startswith("错误 T3002")


def test_status_of_a_machine_where_nothing_runs(tmp_path: Path) -> None:
    done = tongda(tmp_path, "status", "--format", "json")
    told = json.loads(done.stdout)
    assert done.returncode == 10
    assert (told["running"], told["ready"]) == (False, False)
    assert [part["name"] for part in told["parts"]] == [part.name for part in PARTS if part.form != "step"]
    assert tongda(tmp_path, "status").stdout.splitlines()[-1] == "  下一步  tongda up"
    english = tongda(tmp_path, "status", TONGDA_LANG="en").stdout
    assert english.splitlines()[-1] == "  next  tongda up" and "  streams     not running" in english
    assert not IN_CHINESE.search(english.replace("通达", ""))


def test_the_doctor_names_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    done = tongda(tmp_path, "doctor", "database")
    assert done.returncode == 10
    assert done.stdout.splitlines() == [
        "异常  hub           通达未运行",
        "      下一步  tongda up --detach",
    ]
    english = tongda(tmp_path, "doctor", "database", TONGDA_LANG="en")
    assert english.stdout.splitlines() == [
        "bad  hub           the hub is stopped",
        "      next  tongda up --detach",
    ]
    broker = f"127.0.0.1:{free_port()}"
    silent = tongda(tmp_path, "doctor", "kafka", TONGDA_KAFKA=broker)
    assert silent.stdout.splitlines()[-1] == f"      下一步  start {broker}, or TONGDA_KAFKA names another one"
    nowhere = tongda(tmp_path, "doctor", "database", TONGDA_KAFKA=broker)
    assert nowhere.stdout.splitlines() == [
        "异常  database      未指明数据库,本机也没有运行",
        "      下一步  tongda up",
    ]
    away = json.loads(tongda(tmp_path, "doctor", "processes", "--format", "json", TONGDA_KAFKA=broker).stdout)
    assert {each["next_step"] for each in away} == {"tongda up"}
    tools = {each["check"]: each for each in json.loads(tongda(tmp_path, "doctor", "tools", "--format", "json").stdout)}
    assert [tools[name]["well"] for name in ("java", "postgres", "disk")] == [True, True, True]


def test_a_source_whose_definition_cannot_be_used_is_named_by_the_doctor_and_at_the_start(tmp_path: Path) -> None:
    good, bad = tmp_path / "sources" / "convertible_pool", tmp_path / "sources" / "broken"
    shutil.copytree(ROOT / "connectors" / "sources" / "convertible_pool", good)
    bad.mkdir()
    (bad / "source.yml").write_text("id: [\n")
    done = tongda(tmp_path, "doctor", "sources", "--format", "json", TONGDA_SOURCES=str(tmp_path / "sources"))
    (found,) = json.loads(done.stdout)
    assert (done.returncode, found["well"]) == (10, False)
    assert found["detail"].startswith("broken is not polled: T3010 ")
    (line,) = not_polled(read_settings({"TONGDA_SOURCES": str(tmp_path / "sources")}))
    assert line.startswith("不轮询 broken is not polled: T3010 ")
    status = tongda(tmp_path, "status", TONGDA_SOURCES=str(tmp_path / "sources")).stdout.splitlines()
    assert status[-3].startswith("  不轮询 broken: T3010 ")
    assert status[-2] == f"  下一步  correct {bad / 'source.yml'}"
    told = json.loads(tongda(tmp_path, "status", "--format", "json", TONGDA_SOURCES=str(tmp_path / "sources")).stdout)
    assert [(one["source"], one["code"]) for one in told["refused"]] == [("broken", "T3010")]


def test_declared_topics_are_listed_without_a_broker(tmp_path: Path) -> None:
    done = tongda(tmp_path, "topics")
    heading, *lines = done.stdout.splitlines()
    assert heading.split()[:2] == ["主题", "topic"]
    assert [line.split()[0] for line in lines] == [topic.name for topic in TOPICS]


def test_down_where_nothing_runs_is_no_fault(tmp_path: Path) -> None:
    done = tongda(tmp_path, "down")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "本机没有运行 nothing runs here\n")


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fly"]) == Exit.USAGE
    assert "no such command: tongda fly; there are: up, " in capsys.readouterr().err


TREE = [pytest.param(path, command, id=" ".join(path)) for path, command in walk()]
IN_CHINESE, IN_ENGLISH = re.compile(r"[\u4e00-\u9fff]{2}"), re.compile(r"[a-z]+ [a-z]+")


@pytest.mark.parametrize(("path", "command"), TREE)
def test_a_command_is_told_in_both_languages_under_the_name_that_is_typed(
    path: tuple[str, ...], command: TyperCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.help
    assert IN_CHINESE.search(command.help) and IN_ENGLISH.search(command.help)
    if isinstance(command, Deferred):
        return  # an older module still reads its arguments
    with pytest.raises(SystemExit) as ended:
        main([*path, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert shown.startswith(f"Usage: tongda {' '.join(path)} ")
    assert "python -m" not in shown
    for parameter in command.params:
        help = getattr(parameter, "help", None) or ""
        assert IN_CHINESE.search(help) and IN_ENGLISH.search(help), parameter.name


@pytest.mark.parametrize(("path", "command"), TREE)
def test_what_is_called_a_list_is_given_as_json_too(path: tuple[str, ...], command: TyperCommand) -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    if path[-1] in ("list", "held", "status", "show", "doctor") and path != ("dead-letters", "show"):
        assert "--format" in options


@pytest.mark.parametrize("words", [("topics", "list"), ("settings", "show"), ("sources", "show", "cnipa_gazette")])
def test_a_list_as_json_is_a_list_of_objects(words: tuple[str, ...], tmp_path: Path) -> None:
    done = tongda(tmp_path, *words, "--format", "json")
    rows = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert rows and all(isinstance(row, dict) for row in rows)


def test_help_shows_every_command_and_every_exit_code_and_imports_none_of_them() -> None:
    script = f"import sys; sys.argv = ['tongda', '--help']\nfrom ops.cli import main\ntry: main()\nfinally: print(sorted(set(sys.modules) & {HEAVY}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]"
    for line in COMMANDS:
        assert re.search(rf"^  {line.name} +{re.escape(line.help[:20])}", done.stdout, re.M)
    for exit in Exit:
        assert re.search(rf"^ +{exit.value}  {re.escape(exit.meaning)}$", done.stdout, re.M)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tongda so", ["sources"]),
        ("tongda sources re", ["record", "resume", "requests", "release"]),
        ("tongda run s", ["streams", "store"]),
        ("tongda status --format ", ["table", "json"]),
        ("tongda rebuild start --w", ["--workers"]),
    ],
)
def test_the_shell_completes_commands_options_and_choices(typed: str, offered: list[str], tmp_path: Path) -> None:
    words = typed.split(" ")
    asked = {"_TONGDA_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    assert tongda(tmp_path, **asked).stdout.split() == offered


@pytest.mark.parametrize("part", [part for part in PARTS if part.form != "server"], ids=lambda part: part.name)
def test_each_part_is_started_by_a_command_that_exists(part: object) -> None:
    done = subprocess.run([*part.command, "--help"], capture_output=True, text=True, check=False)  # type: ignore[attr-defined]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("role", [line.name for line in ROLES])
def test_every_process_tells_a_wrong_setting_alike(role: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TONGDA_HOME": str(tmp_path), "TONGDA_PARTITION": "8", "TONGDA_LANG": "zh"}
    done = subprocess.run(
        [*TONGDA, "run", role], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[0] == "错误 T3002  没有设置项 TONGDA_PARTITION,最接近的是 TONGDA_PARTITIONS"


def test_run_knows_every_process_of_the_supervisor() -> None:
    assert {line.name for line in ROLES} == {part.name for part in PARTS if part.form == "process"}


def test_what_the_environment_names_is_not_started_here(tmp_path: Path) -> None:
    environ = {"TONGDA_HOME": str(tmp_path), "TONGDA_KAFKA": "broker:9092"}
    names = {part.name for part in chosen(read_settings(environ), environ)}
    assert names == {part.name for part in PARTS} - {"kafka"}


def test_children_are_told_where_the_embedded_parts_and_the_stand_ins_are(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    run.write(settings.run, "kafka", os.getpid(), address="127.0.0.1:1")
    run.write(settings.run, "postgres", os.getpid(), address="postgresql://tongda@h/d", password_file="/p")
    run.write(settings.run, "platforms", os.getpid(), sources={"hn_ip_service": "http://127.0.0.1:2"})
    assert (
        environment(settings, {"PATH": "/bin"})
        == {
            "PATH": "/bin",
            "TONGDA_HOME": str(tmp_path),
            "TONGDA_KAFKA": "127.0.0.1:1",
            "TONGDA_DATABASE": "postgresql://tongda@h/d",
            "TONGDA_DATABASE_PASSWORD_FILE": "/p",
            "TONGDA_SOURCE_HN_IP_SERVICE_BASE": "http://127.0.0.1:2",
            "TONGDA_SOURCE_HUB_DESK_BASE": "http://127.0.0.1:8080",  # the portal's, which the list of its desk is polled from
        }
    )


def test_an_error_is_a_code_a_sentence_and_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    error = Unreachable("the broker is away · 消息总线无应答", next_step="tongda doctor kafka")
    assert failure(error, "en") == 8
    assert capsys.readouterr().err == (
        "error T8001: the broker is away\n  next  tongda doctor kafka\n错误 T8001  消息总线无应答\n"
    )
    assert failure(HubError("only English"), "zh") == 1
    first, step, last = capsys.readouterr().err.splitlines()
    assert (first, last) == ("错误 T1000  内部错误（only English）", "error T1000: only English (exit 1)")
    assert step == f"  下一步  less {ROOT / 'ops/runbook/codes.md'}", (
        "what has no next step of its own has that of its code"
    )


@pytest.mark.parametrize("words", [("up",), ("up", "--detach"), *(("run", line.name) for line in ROLES)])
def test_a_home_that_cannot_be_written_to_is_told_before_anything_is_started(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    home = tmp_path / "file"
    home.write_text("")
    done = tongda(home, *words, LANG="en_US.UTF-8")
    assert (done.returncode, done.stdout) == (Exit.MISCONFIGURED, "")
    assert done.stderr.startswith(f"error T3032: TONGDA_HOME = {home}: nothing can be written there: Not a directory\n")


def test_a_health_listener_that_cannot_be_opened_is_an_error_with_a_code(tmp_path: Path) -> None:
    done = tongda(tmp_path, "run", "connectors", TONGDA_HEALTH="192.0.2.1:80", LANG="en_US.UTF-8")
    assert done.returncode == Exit.MISCONFIGURED
    assert done.stderr.splitlines()[0] == "error T3033: TONGDA_HEALTH = 192.0.2.1:80: Cannot assign requested address"


@pytest.mark.parametrize(
    "words", [("figures", "release", "2025-03", "--signed-by", " "), ("keys", "make", "--name", "")]
)
def test_nobody_signs_or_gets_a_key_without_a_name(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = tongda(tmp_path, *words)
    assert done.returncode == Exit.USAGE
    assert "is blank" in done.stderr and "不能为空" in done.stderr


def test_a_number_and_its_noun_agree() -> None:
    assert [number(count, "feed") for count in (0, 1, 2)] == ["0 feeds", "1 feed", "2 feeds"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("explain", "transfers:2025", "--as-of", "2099-99-99"), "is not in the calendar"),
        (("explain", "transfers:2025", "--as-of", "yesterday"), "is no instant; accepted: 2025-03-01"),
        (("figures", "check", "--period", "2025-13"), "'2025-13' is no period; accepted: 2025, 2025-03, current"),
    ],
)
def test_a_moment_or_a_period_that_cannot_be_is_a_wrong_use(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = tongda(tmp_path, *words, COLUMNS="300")
    assert done.returncode == Exit.USAGE
    assert told in done.stderr


def test_an_interrupt_ends_a_command_with_130() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert ended(interrupted) == Exit.INTERRUPTED == 130


def test_no_module_reads_arguments_by_a_parser_of_its_own() -> None:
    files = [file for folder in ("ops", "connectors", "streams") for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 80
    assert [str(file) for file in files if re.search(r"\bargparse\b", file.read_text(encoding="utf-8"))] == []


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As a command is started: whoever runs tests side by side ignores Ctrl-C in them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_counts_also_where_a_library_takes_it_for_an_error_of_its_own() -> None:
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException as error:  # as kafka-python's loop does
            raise Unreachable("the broker does not answer") from error

    assert ended(work) == Exit.INTERRUPTED
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_a_waiting_command_with_130_and_without_a_trace(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and answers nothing
        environ = {**os.environ, "TONGDA_HOME": str(tmp_path), "TONGDA_KAFKA": f"127.0.0.1:{silent.getsockname()[1]}"}
        command = subprocess.Popen([*TONGDA, "topics", "diff"], env=environ, stderr=subprocess.PIPE, text=True)
        with silent.accept()[0]:
            command.send_signal(signal.SIGINT)
            _, told = command.communicate(timeout=60)
    assert (command.returncode, "Traceback" in told) == (Exit.INTERRUPTED, False)

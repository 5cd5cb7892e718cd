"""``python -m streams run [STAGE …]``: one process with all stages, or with those named."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ops import failpoints, say, telemetry
from ops.health import Health
from ops.settings import Settings, language, read_settings
from schemas.errors import HubError, Misconfigured
from streams.stages import STAGES, Stage


def chosen(names: list[str], settings: Settings, table: Sequence[Stage]) -> list[Stage]:
    """The stages named on the command line, else by TONGDA_STAGES. Raises Misconfigured."""
    wanted = names or [name.strip() for name in settings.stages.split(",")]
    known = {stage.name: stage for stage in table}
    if wanted == ["all"]:
        return list(table)
    if unknown := [name for name in wanted if name not in known]:
        raise Misconfigured(
            f"no stage is called {unknown[0]!r}; known: {', '.join(known)}",
            next_step="tongda settings explain TONGDA_STAGES",
        )
    return [known[name] for name in wanted]


def main(arguments: list[str] | None = None, table: Sequence[Stage] = STAGES) -> int:
    parser = argparse.ArgumentParser(prog="python -m streams", description="Raw records become figures.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run", help="run stages until a signal")
    command.add_argument("stages", nargs="*", metavar="STAGE", help=f"of {', '.join(stage.name for stage in table)}")
    command.add_argument(
        "--generation", type=int, default=0, help="make this one beside the running one: tongda rebuild"
    )
    options = parser.parse_args(arguments)
    try:
        settings = read_settings(os.environ).model_copy(update={"generation": options.generation})
        telemetry.configure_logging(settings, "streams")
        telemetry.gauge("tongda_failpoints_armed", failpoints.arm(settings))
        stages = chosen(options.stages, settings, table)
        health = Health(settings, "streams", stages=[stage.name for stage in stages])
        health.start()
    except HubError as error:
        return say.failure(error, language(os.environ))
    from streams.runtime.app import run  # Faust's import takes half a second; a wrong setting should not

    try:
        run(settings, stages, health)
    except HubError as error:
        return say.failure(error, settings.lang)
    finally:
        health.stop()


if __name__ == "__main__":
    sys.exit(main())

"""The command line ``tongda``: ``ops.cli.table`` lists all commands, ``main`` turns every error into an exit code.

How a folder adds its commands:

- The module is ``<folder>.commands`` or ``<folder>/commands/<noun>.py``. It imports what it needs inside its functions, so
  that help and completion stay quick.
- A single command is a function; several are a group: ``app = group()``, then ``@app.command("list")``. Both are
  attached by a line of the table: ``Command("sources", "connectors.commands.sources:app", "平台", "how each feed fares")``.
- Parameters are annotated as Typer wants them. A line of help is Chinese, a space, English. The docstring of a command in
  a group is its help; a command of the table has its help there.
- What lists something takes ``form: Format = Form.TABLE`` and prints by ``ops.say.listing``.
- A function returns None or an ``Exit``. It catches no ``HubError`` and prints no error: ``main`` turns one into a code, a
  sentence, a next step and an exit code. A process begins with ``settings = ops.cli.start.begin("<role>")``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ops import say
from schemas.errors import Exit, HubError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of ``tongda``; gives the exit code. Raises SystemExit for help and completion."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return ended(lambda: _run(given))


def _run(given: list[str]) -> None:
    from ops.cli.tree import tongda

    tongda()(args=given, prog_name="tongda")


def ended(work: Callable[[], object]) -> int:
    """Do it; an error is told in the language of the settings. Gives the exit code."""
    with _interrupts() as interrupted:
        try:
            work()
        except HubError as error:
            return Exit.INTERRUPTED if interrupted.is_set() else say.failure(error, say.language(os.environ))
        except KeyboardInterrupt:
            return Exit.INTERRUPTED
        except Exception as error:
            from ops.cli.definitions import fault

            told = fault(error)
            if told is None:
                raise
            return say.failure(told, say.language(os.environ))
        return Exit.OK


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Says whether Ctrl-C was pressed: kafka-python takes the interruption of a request for an error of the broker."""
    interrupted = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # left alone where it is ignored
        yield interrupted
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

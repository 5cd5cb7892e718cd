"""What can go wrong, sorted by what to do next.

    HubError
    ├── Misconfigured    stop at the start; names the setting, the value, the place (exit 3)
    ├── NotFound         nothing has that name (exit 4)
    ├── Refused          a rule said no: identity, guard, permission, schema (exit 5)
    ├── Unreachable      a platform, the broker or the database does not answer (exit 8)
    ├── Retry(after)     the same again later: timeouts, 429, broker away
    ├── Reject(reason)   this record becomes a dead letter, in the same transaction; go on
    ├── Paused(after)    a far end is full: its partitions wait, nothing else does
    └── Fenced           another owner took over: end this process, touch nothing

The class docstring is the default sentence. Anything else that is raised is a bug: in connectors, stages and sinks it
ends the process before its commit.
"""

from __future__ import annotations


class HubError(Exception):
    """Something the hub knows about went wrong."""

    code = "T1000"
    exit_code = 1

    def __init__(self, message: str = "", *, next_step: str = "", code: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.next_step = next_step
        self.code = code or type(self).code
        super().__init__(self.message)


class Misconfigured(HubError):
    """A setting has a value the hub cannot work with."""

    code, exit_code = "T3001", 3


class NotFound(HubError):
    """Nothing has that name."""

    code, exit_code = "T4001", 4


class Refused(HubError):
    """A rule said no."""

    code, exit_code = "T5001", 5


class Unreachable(HubError):
    """A far end does not answer."""

    code, exit_code = "T8001", 8


class Retry(HubError):
    """The same again later."""

    code = "T8002"

    def __init__(self, message: str = "", *, after_seconds: float = 0.0) -> None:
        self.after_seconds = after_seconds
        super().__init__(message)


class Paused(HubError):
    """A far end is full; its partitions wait."""

    code = "T8003"

    def __init__(self, message: str = "", *, after_seconds: float = 1.0) -> None:
        self.after_seconds = after_seconds
        super().__init__(message)


class Fenced(HubError):
    """Another owner took over; this process ends."""

    code = "T1001"


class Reject(HubError, ValueError):
    """A record that cannot be understood: it becomes a dead letter.

    ``reason`` is a short word from a bounded set (``money_unreadable``): the dead letter's type and a metric label.
    A ``ValueError``, so that a field reader can raise it inside a pydantic model.
    """

    code = "T6001"

    def __init__(self, reason: str, message: str = "") -> None:
        self.reason = reason
        super().__init__(message or reason)

"""What can go wrong, sorted by what to do next. A code's first digit says which, and is the exit code of the command.

    HubError                T1000  something went wrong that has no code of its own
    ├── Misused             T2001  a command, an option or a value that it does not take   (ops.cli.usage)
    ├── Misconfigured       T3001  stop at the start; the message names the setting or the file, and its value
    ├── NotFound            T4001  nothing has that name
    ├── Moved               T4100  it has another name now                            (sinks.portal.errors)
    ├── Gone                T4101  it was here and is not any more                    (sinks.portal.errors)
    ├── QueryInvalid        T4220  the parameters of a request are unknown or wrong   (sinks.portal.errors)
    ├── KeyNeeded           T4010  it is read with a key, and this request has none that holds  (sinks.portal.errors)
    ├── SignInNeeded        T4011  nobody has signed in, or the session is over       (sinks.portal.errors)
    ├── NotBelieved         T4012  an identity provider's answer is not to be believed  (sinks.access.oidc)
    ├── NotAllowed          T4030  the role of whoever has signed in does not do this  (sinks.portal.errors)
    ├── TooManyStreams      T4291  as many live streams are open as are served at once  (sinks.portal.errors)
    ├── QuotaExceeded       T4292  as many requests of one caller came as are served in a minute  (sinks.portal.errors)
    ├── Refused             T5001  a rule said no: identity, guard, permission, schema
    ├── Reject              T6001  this record becomes a dead letter, in the same transaction; go on
    ├── Failure             T7001  a platform's answer cannot be used; the poll ends with a verdict  (connectors.http.messages)
    ├── Unreachable         T8001  the broker, the database or a stand-in does not answer; try again
    ├── Paused              T8003  a far end has no room; its partitions wait, nothing else does
    ├── Fenced              T1001  another owner took over; end this process and write nothing
    ├── LeaseLost           T1006  another process polls this feed now; leave it          (connectors.process.lease)
    └── Failpoint           T1099  a test made this step fail                             (ops.failpoints)

A class's code is the default; an error that needs advice of its own is raised with a code of its own. Every code has a
line in ``ops/runbook/codes.md``. The first line of a class's docstring is its default sentence. Exceptions of libraries
are mapped to these where the library is used: kafka-python in ``ops.bus``, psycopg in ``sinks.store.database``, httpx in
``connectors.http``, YAML in ``ops.sources``. Anything else that is raised is a bug: in connectors, stages and sinks it
ends the process before its commit.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Exit(IntEnum):
    """How a command ends: the exit codes of ``tongda``, the same for every command and process."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member

    @property
    def chinese(self) -> str:
        """Its meaning in Chinese, which stands before the English one."""
        return self.meaning.partition(" ")[0]

    OK = 0, "完成 done"
    FAILED = 1, "内部错误 an error inside the hub (T1)"
    USAGE = 2, "用法错误 a command or an option that does not exist"
    MISCONFIGURED = 3, "设置有误 a setting or a definition is wrong (T3)"
    NOT_FOUND = 4, "没有此项 nothing has that name (T4)"
    REFUSED = 5, "规则不允许 a rule said no, or a sample is not clean (T5, T6)"
    PLATFORM = 7, "平台异常 a platform gave no complete answer (T7)"
    UNREACHABLE = 8, "无应答 broker or database does not answer (T8)"
    DIFFERENT = 10, "不一致 checked, and something differs or is not well"
    WATCHDOG = 70, "超时自停 a transaction took too long; the process ended itself"
    INTERRUPTED = 130, "已中断 interrupted by Ctrl-C"


EXIT_OF_DIGIT = {str(member.value): member for member in Exit} | {"6": Exit.REFUSED}  # first digit of a code


class HubError(Exception):
    """Something went wrong that has no code of its own."""

    code = "T1000"

    def __init__(self, message: str = "", *, next_step: str = "", code: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.next_step = next_step
        self.code = code or type(self).code
        super().__init__(self.message)

    @property
    def exit_code(self) -> Exit:
        """How a command ends that meets it: by the code's first digit."""
        return EXIT_OF_DIGIT[self.code[1]]


class Misconfigured(HubError):
    """A setting has a value the hub cannot work with."""

    code = "T3001"


class NotFound(HubError):
    """Nothing has that name."""

    code = "T4001"


class Refused(HubError):
    """A rule said no."""

    code = "T5001"


class Unreachable(HubError):
    """A far end does not answer."""

    code = "T8001"


class Paused(HubError):
    """A far end has no room; its partitions wait."""

    code = "T8003"


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

"""The only door to PostgreSQL: bounded connections with time limits, one snapshot a view, one transaction a batch.

Every wait has a limit, set on each connection: connecting, a statement, a lock, an idle transaction; and one here, for a
server that froze with its connections open.

No exception of the driver leaves this module (``_translated``): a server that does not answer is ``Unreachable``, one
without room on its disk ``Paused``, and the next call tries again with a new connection; a value that it cannot hold is a
``Reject``, for it is refused however often it is tried.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from select import POLLIN, poll
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.abc import RV, PQGen
from psycopg.rows import DictRow, class_row, dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from schemas.errors import HubError, Paused, Reject, Unreachable
from schemas.wire import decode, encode
from sinks.store.statements import queries

CONNECT_SECONDS = 5
IDLE_IN_TRANSACTION = "15s"  # a stopped process must not hold its locks for ever
LOCK_TIMEOUT = "20s"  # longer than the above: waiting for a stopped writer ends well
GRACE_SECONDS = 5  # how much later than its own limit a sound server may report that the limit was reached
ABOUT_VALUES = ("22", "23", "54")  # classes of SQLSTATE: data exception, integrity constraint, program limit
REFUSED = "database_refused"  # reason of a Reject
Row = dict[str, Any]
Parameters = Mapping[str, Any]
Statement = str | sql.Composed
Typed = TypeVar("Typed")


class Connection(psycopg.Connection[DictRow]):
    """Waits for an answer no longer than ``answer_seconds``, whatever the state of the server."""

    answer_seconds = 60.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != psycopg.pq.TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()  # its answer may still come: no other statement may be sent on this connection
            raise psycopg.OperationalError(f"no answer in {self.answer_seconds:g} s") from error


class Snapshot:
    """One transaction: reads see one state of the database, writes commit together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        """All rows of a named statement."""
        return self._connection.execute(queries()[name], parameters).fetchall()

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        """The first row, if any."""
        return self._connection.execute(queries()[name], parameters).fetchone()

    def read(self, row: type[Typed], statement: Statement, /, **parameters: Any) -> list[Typed]:
        """All rows of a statement, or of a named one, as instances of a class whose fields are the columns."""
        text = queries()[statement] if isinstance(statement, str) else statement
        with self._connection.cursor(row_factory=class_row(row)) as cursor:
            return cursor.execute(text, parameters).fetchall()

    def execute(self, statement: Statement, parameters: Parameters | None = None) -> int:
        """A statement of our own text; gives the number of rows it touched."""
        return self._connection.execute(statement, parameters).rowcount

    def execute_named(self, name: str, /, **parameters: Any) -> int:
        """A named statement; gives the number of rows it touched."""
        return self.execute(queries()[name], parameters)

    def fetch(self, statement: Statement, parameters: Parameters | None = None) -> list[Row]:
        """All rows of a statement of our own text."""
        return self._connection.execute(statement, parameters).fetchall()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is inside is undone alone when it fails. Raises Reject: PostgreSQL cannot hold a value."""
        try:
            with self._connection.transaction():
                yield
        except psycopg.Error as error:
            refused = _translated(error, "")
            if isinstance(refused, Reject):
                raise refused from error
            raise

    def stream(self, statement: Statement, /, *, size: int = 5000, **parameters: Any) -> Iterator[Row]:
        """Rows of a large answer of a statement, or of a named one, by a cursor on the server."""
        text = queries()[statement] if isinstance(statement, str) else statement
        with self._connection.cursor("stream") as cursor:
            cursor.itersize = size
            yield from cursor.execute(text, parameters)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Many rows at once."""
        into = sql.SQL("copy {} from stdin").format(_columns(table, columns))
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def dump(self, table: str, columns: Sequence[str], write: Callable[[bytes], object]) -> int:
        """Every row in PostgreSQL's own text form, block by block; gives their number."""
        out = sql.SQL("copy {} to stdout").format(_columns(table, columns))
        with self._connection.cursor() as cursor:
            with cursor.copy(out) as copy:
                for block in copy:
                    write(bytes(block))
            return cursor.rowcount

    def load(self, table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> int:
        """Rows as ``dump`` wrote them; gives their number."""
        into = sql.SQL("copy {} from stdin").format(_columns(table, columns))
        with self._connection.cursor() as cursor:
            with cursor.copy(into) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount


def _columns(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("{} ({})").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))


class Database:
    """At most ``size`` connections; a call that finds all of them in use waits, within ``statement_seconds``.

    ``transaction_seconds``: after so long the server ends a whole transaction; 0: never. A client that stands still in the
    middle of several statements sent at once is neither idle nor in a statement, and would hold its locks for ever.
    """

    def __init__(
        self, url: str, *, role: str, size: int = 1, statement_seconds: float = 10, transaction_seconds: float = 0
    ) -> None:
        self.url = url
        self._role = role
        self._seconds = statement_seconds
        self._transaction_seconds = transaction_seconds
        self._open: ContextVar[Snapshot | None] = ContextVar("snapshot", default=None)
        self._free: queue.LifoQueue[Connection | None] = queue.LifoQueue()
        for _ in range(size):
            self._free.put(None)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Read only; inside another one, that one again. Raises Unreachable, Paused, Reject."""
        if (outer := self._open.get()) is not None:
            yield outer
            return
        with self.moment() as snapshot:
            token = self._open.set(snapshot)
            try:
                yield snapshot
            finally:
                self._open.reset(token)

    @contextmanager
    def moment(self) -> Iterator[Snapshot]:
        """As ``snapshot``, for what is sent while it is read: any thread may go on with it, and none is inside it."""
        with self._lent(IsolationLevel.REPEATABLE_READ) as connection, connection.transaction():
            yield Snapshot(connection)

    @contextmanager
    def transaction(self) -> Iterator[Snapshot]:
        """Everything inside commits together when the block ends.

        Raises Unreachable: the outcome is unknown. Paused, Reject: nothing is committed.
        """
        with self._lent(None) as connection, connection.transaction():
            yield Snapshot(connection)

    @contextmanager
    def listening(self, channel: str) -> Iterator[Callable[[float], bool]]:
        """Gives a function that waits until something is notified on the channel, at most so many seconds; gives whether it was.

        A notification is a hint: one may be lost with its connection, or by a pool between here and the server.
        """
        with self._lent(None) as connection:
            connection.add_notify_handler(_ignore)
            connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))

            def wait(seconds: float) -> bool:
                if arrived := _arrived(connection, seconds):
                    connection.execute("")  # takes in what came; raises when it was the end
                return arrived

            yield wait
            connection.execute("unlisten *")

    def close(self) -> None:
        """Close every connection that is not in use."""
        idle = [self._free.get_nowait() for _ in range(self._free.qsize())]
        for connection in filter(None, idle):
            connection.close()
        for _ in idle:
            self._free.put(None)

    @contextmanager
    def _lent(self, isolation: IsolationLevel | None) -> Iterator[Connection]:
        """A connection whose transactions begin with this isolation: read only with one, the server's own without."""
        try:
            connection = self._free.get(timeout=self._seconds)
        except queue.Empty:
            raise Unreachable(
                f"all connections to {self._where} were in use for {self._seconds:g} s",
                next_step="tongda settings explain TONGDA_DATABASE_POOL",
            ) from None
        try:
            if connection is None or connection.closed or not _alive(connection):
                connection = self._connect()
            if connection.isolation_level != isolation:  # said once, and then part of every BEGIN
                connection.isolation_level, connection.read_only = isolation, isolation is not None
            yield connection
        except psycopg.Error as error:
            translated = _translated(error, f" at {self._where}")
            if isinstance(translated, (Unreachable, Paused)) and connection is not None:
                connection.close()
                connection = None
            raise translated from error
        finally:
            if connection is not None and connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.close()
                connection = None
            self._free.put(connection)

    @property
    def _where(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or 5432}{parts.path}" if self.url else "nowhere (no database is named)"

    def _connect(self) -> Connection:
        """Commits wait for the disk, whatever the server's default: offsets and rows are one promise."""
        if not self.url:
            raise Unreachable("no database is named and none runs here", next_step="tongda up")
        milliseconds = int(self._seconds * 1000)
        options = (
            f"-c statement_timeout={milliseconds} -c lock_timeout={LOCK_TIMEOUT} -c synchronous_commit=on "
            f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION} -c timezone=Asia/Shanghai "
            f"-c transaction_timeout={int(self._transaction_seconds * 1000)}"
        )
        connection = Connection.connect(
            self.url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=CONNECT_SECONDS,
            options=options,
            application_name=f"tongda {self._role}",
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=20_000,
        )
        connection.answer_seconds = self._seconds + GRACE_SECONDS
        set_json_dumps(encode, connection)
        set_json_loads(lambda data: decode(data if isinstance(data, bytes) else data.encode()), connection)
        return connection


def _translated(error: psycopg.Error, where: str) -> HubError:
    """The driver's exception as one of the hub's, by its SQLSTATE (PostgreSQL's documentation, appendix A)."""
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    state = error.sqlstate or ""
    match error:
        case psycopg.errors.DiskFull():
            return Paused(f"the disk of PostgreSQL{where} is full · 数据库磁盘已满: {line}")
        case psycopg.errors.UndefinedTable():
            return Unreachable(f"PostgreSQL{where} has no read model yet: {line}", next_step="tongda store migrate")
        case _ if isinstance(error, psycopg.DataError) or state[:2] in ABOUT_VALUES:
            return Reject(REFUSED, line)
        case psycopg.OperationalError() | psycopg.InterfaceError() | psycopg.InternalError():
            return Unreachable(f"PostgreSQL{where}: {line}", next_step="tongda doctor database")
    return HubError(f"PostgreSQL{where} does not accept a statement of the hub: {line}", code="T1007")


def json(value: Any) -> Jsonb:
    """A value as a jsonb parameter."""
    return Jsonb(value)


def _arrived(connection: Connection, seconds: float) -> bool:
    """Whether anything has arrived on an idle connection: its end, or a notification."""
    arrival = poll()
    arrival.register(connection.fileno(), POLLIN)
    return bool(arrival.poll(seconds * 1000))


def _ignore(notification: psycopg.Notify) -> None:
    """That it came is enough; without a handler the driver would keep it for later."""


def _alive(connection: Connection) -> bool:
    """A connection that the server closed while it lay idle is noticed before it is used, not by a reader."""
    if not _arrived(connection, 0):
        return True
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True

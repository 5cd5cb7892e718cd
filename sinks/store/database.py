"""The only door to PostgreSQL: bounded connections with time limits, one snapshot a view, one transaction a batch.

Every wait has a limit, set on each connection: connecting, a statement, a lock, an idle transaction; and one here, for a
server that froze with its connections open. A server that does not answer is ``Unreachable``, one without room on its
disk ``Paused``; the next call tries again with a new connection.
"""

from __future__ import annotations

import functools
import queue
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.abc import RV, PQGen
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from schemas.errors import HubError, Paused, Unreachable
from schemas.wire import decode, encode

CONNECT_SECONDS = 5
IDLE_IN_TRANSACTION = "15s"  # a stopped process must not hold its locks for ever
LOCK_TIMEOUT = "20s"  # longer than the above: waiting for a stopped writer ends well
GRACE_SECONDS = 5  # what a server that lives may take beyond its own limit to say so
Row = dict[str, Any]
Parameters = Mapping[str, Any]


@functools.cache
def queries() -> dict[str, str]:
    """The named statements of queries.sql."""
    text = (Path(__file__).parent / "queries.sql").read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)[^\n]*\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


class Connection(psycopg.Connection[DictRow]):
    """Waits for an answer no longer than ``patience_seconds``, whoever holds the other end."""

    patience_seconds = 60.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.patience_seconds if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != psycopg.pq.TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()  # the question stays open: this connection can be asked nothing more
            raise psycopg.OperationalError(f"no answer in {self.patience_seconds:g} s") from error


class Snapshot:
    """One transaction: reads see one state of the database, writes commit together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """All rows of a named statement."""
        return self._connection.execute(queries()[name], parameters).fetchall()

    def row(self, name: str, **parameters: Any) -> Row | None:
        """The first row, if any."""
        return self._connection.execute(queries()[name], parameters).fetchone()

    def execute(self, statement: str, parameters: Parameters | None = None) -> int:
        """A statement composed of our own words; tells how many rows it touched."""
        return self._connection.execute(statement, parameters).rowcount

    def fetch(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        return self._connection.execute(statement, parameters).fetchall()

    def stream(self, name: str, *, size: int = 5000, **parameters: Any) -> Iterator[Row]:
        """Rows of a large answer, by a cursor on the server."""
        with self._connection.cursor("stream") as cursor:
            cursor.itersize = size
            yield from cursor.execute(queries()[name], parameters)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Many rows at once."""
        into = sql.SQL("copy {} from stdin").format(_place(table, columns))
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def dump(self, table: str, columns: Sequence[str], write: Callable[[bytes], object]) -> int:
        """Every row in PostgreSQL's own text form, block by block; tells how many there were."""
        out = sql.SQL("copy {} to stdout").format(_place(table, columns))
        with self._connection.cursor() as cursor:
            with cursor.copy(out) as copy:
                for block in copy:
                    write(bytes(block))
            return cursor.rowcount

    def load(self, table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> int:
        """Rows as ``dump`` wrote them; tells how many came in."""
        into = sql.SQL("copy {} from stdin").format(_place(table, columns))
        with self._connection.cursor() as cursor:
            with cursor.copy(into) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount


def _place(table: str, columns: Sequence[str]) -> sql.Composed:
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
        self._free: queue.LifoQueue[Connection | None] = queue.LifoQueue()
        for _ in range(size):
            self._free.put(None)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Read only. Raises Unreachable, Paused."""
        with self._lent() as connection, connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            yield Snapshot(connection)

    @contextmanager
    def transaction(self) -> Iterator[Snapshot]:
        """Everything inside commits together when the block ends. Raises Unreachable; the outcome is then unknown."""
        with self._lent() as connection, connection.transaction():
            yield Snapshot(connection)

    def close(self) -> None:
        """Let go of every connection that is not in use."""
        idle = [self._free.get_nowait() for _ in range(self._free.qsize())]
        for connection in filter(None, idle):
            connection.close()
        for _ in idle:
            self._free.put(None)

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        try:
            connection = self._free.get(timeout=self._seconds)
        except queue.Empty:
            raise Unreachable(f"all connections to {self._where} were in use for {self._seconds:g} s") from None
        try:
            if connection is None or connection.closed or not _alive(connection):
                connection = self._connect()
            yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError) as error:
            if connection is not None:
                connection.close()
            connection = None
            raise self._told(error) from error
        except psycopg.ProgrammingError as error:
            if isinstance(error, psycopg.errors.UndefinedTable):
                raise Unreachable(
                    f"PostgreSQL at {self._where} has no read model yet: {str(error).splitlines()[0]}",
                    next_step="tongda store migrate",
                ) from error
            raise
        finally:
            if connection is not None and connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.close()
                connection = None
            self._free.put(connection)

    def _told(self, error: psycopg.Error) -> HubError:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        if isinstance(error, psycopg.errors.DiskFull):
            return Paused(f"the disk of PostgreSQL at {self._where} is full · 数据库磁盘已满: {lines[0]}")
        return Unreachable(f"PostgreSQL at {self._where}: {lines[0]}", next_step="tongda doctor database")

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
        connection.patience_seconds = self._seconds + GRACE_SECONDS
        set_json_dumps(encode, connection)
        set_json_loads(lambda data: decode(data if isinstance(data, bytes) else data.encode()), connection)
        return connection


def json(value: Any) -> Jsonb:
    """A value as a jsonb parameter."""
    return Jsonb(value)


def _alive(connection: Connection) -> bool:
    """A connection that the server closed while it lay idle is noticed before it is used, not by a reader."""
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True

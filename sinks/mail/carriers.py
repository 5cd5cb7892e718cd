"""Carriers: who takes a letter on. A folder of files, or a mail server by SMTP."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from schemas.errors import Unreachable

TIMEOUT_SECONDS = 30
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
NO_SUCH_RECEIVER = (550, 551, 553)  # RFC 5321 §4.2.3, of RCPT


class Answer(NamedTuple):
    """``taken``; or why not, and whether there will never be another answer for this receiver."""

    problem: str = ""
    is_final: bool = False

    @property
    def taken(self) -> bool:
        return not self.problem


class Line(Protocol):
    """A connection, or a folder."""

    def hand_on(self, id: str, mail: EmailMessage, receiver: str) -> Answer:
        """Raises Unreachable: nothing can be handed on now."""


class Carrier(Protocol):
    """Where letters go."""

    @contextmanager
    def line(self) -> Iterator[Line]:
        """For one round. Raises Unreachable."""
        ...


class Folder:
    """A folder with one file for each letter: the same letter is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def line(self) -> Iterator[Folder]:
        self._folder.mkdir(parents=True, exist_ok=True)
        yield self

    def hand_on(self, id: str, mail: EmailMessage, receiver: str) -> Answer:
        file = self._folder / f"{id}.eml"
        part = file.with_suffix(".part")
        with open(part, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as written:
            written.write(mail.as_bytes())
            written.flush()
            os.fsync(written.fileno())
        part.replace(file)
        return Answer()


class Server:
    """A mail server. ``smtp://``: plain; ``smtp+starttls://``: encrypted or not at all; ``smtps://``: encrypted from the first byte."""

    def __init__(self, address: str, sender: str, password: str = "") -> None:
        parts = urlsplit(address)
        self._scheme, self._host, self._port = parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme]
        self._user, self._password, self._sender = unquote(parts.username or ""), password, sender
        self._tls = ssl.create_default_context()

    @contextmanager
    def line(self) -> Iterator[Server.Open]:
        try:
            with self._connected() as connection:
                if self._scheme == "smtp+starttls":
                    connection.starttls(context=self._tls)
                if self._user:
                    connection.login(self._user, self._password)
                yield Server.Open(connection, self._sender)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(
                f"mail server {self._host}:{self._port}: {type(error).__name__}",
                next_step="tongda settings explain TONGDA_MAIL",
            ) from error

    def _connected(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._tls)
        return smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)

    class Open:
        """One connection."""

        def __init__(self, connection: smtplib.SMTP, sender: str) -> None:
            self._connection, self._sender = connection, sender

        def hand_on(self, id: str, mail: EmailMessage, receiver: str) -> Answer:
            """Answers about this letter; what is about the server alone goes on as its exception."""
            try:
                self._connection.sendmail(self._sender, [receiver], mail.as_bytes(policy=SMTP))
            except smtplib.SMTPRecipientsRefused as error:
                code = error.recipients[receiver][0]
                return Answer(f"receiver refused: {code}", code in NO_SUCH_RECEIVER)
            except smtplib.SMTPDataError as error:
                return Answer(f"letter refused: {error.smtp_code}")
            return Answer()

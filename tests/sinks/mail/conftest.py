"""A mail server that listens on loopback, and whoever writes and hands on letters."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from sinks.mail.addresses import Addresses, new_key
from sinks.mail.carriers import Server
from sinks.mail.postman import Postman
from sinks.store.database import Database

SENDER = "digest@tongda.example"


class MailServer:
    """A real SMTP server. ``answers``: what it says to a receiver, by the address; it takes every other one."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.received: list[tuple[str, EmailMessage]] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if said := self.answers.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage) and envelope.mail_from == SENDER
        self.received += [(receiver, mail) for receiver in envelope.rcpt_tos]
        return "250 OK"

    def taken(self, receiver: str) -> list[EmailMessage]:
        """Its letters since it was asked last."""
        found = [mail for each, mail in self.received if each == receiver]
        self.received = [pair for pair in self.received if pair[0] != receiver]
        return found

    def stop(self) -> None:
        self._controller.stop()


@pytest.fixture
def server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def addresses() -> Addresses:
    return Addresses(new_key())


def postman(db: Database, addresses: Addresses, url: str) -> Postman:
    return Postman(db, addresses, Server(url, SENDER), SENDER, lambda: 0.0)

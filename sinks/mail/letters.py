"""Letters: a text and where it goes → the mail as it is sent. Pure."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple


class Text(NamedTuple):
    """What a letter says. ``unsubscribe``: the address that ends what it belongs to."""

    subject: str
    body: str
    unsubscribe: str = ""


class Letter(NamedTuple):
    """One that waits. ``address`` is sealed; ``lease``: the number under which it is ours."""

    id: str
    follow: str
    address: str
    subject: str
    body: str
    unsubscribe: str
    made_at: datetime
    attempts: int
    lease: int


def message(letter: Letter, sender: str, receiver: str) -> EmailMessage:
    """The same bytes however often it is sent. One click ends it (RFC 8058); nothing answers it automatically (RFC 3834)."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    mail["From"] = Address("通达 Tongda", addr_spec=sender)
    mail["To"] = Address(addr_spec=receiver)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(letter.made_at)
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.body, charset="utf-8", cte="base64")
    return mail


def one_line(text: str) -> str:
    """Without what would end a header."""
    return " ".join(text.split())

"""Addresses of mail: sealed with a key that is kept outside of the database, and told apart by a keyed mark."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from schemas.errors import Misconfigured

MOST = 254  # characters, RFC 5321
# As HTML's input of the type email takes them, with a domain of two parts or more.
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{LABEL}\.)+(?!\d+$){LABEL}", re.IGNORECASE)


class Addresses:
    """With one key. Whoever has the database alone learns no address, and cannot try out which ones it holds."""

    def __init__(self, key: bytes) -> None:
        self._key, self._box = key, Fernet(key)

    def seal(self, address: str) -> str:
        """As the database holds it."""
        return self._box.encrypt(address.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Misconfigured: it was sealed with another key."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Misconfigured(
                "the key of mail addresses is not the one with which they were sealed · 邮件地址密钥不符",
                next_step="tongda settings explain TONGDA_MAIL_KEY_FILE",
            ) from None

    def mark(self, address: str) -> str:
        """The same for the same address, and no way back to it."""
        return self._signed(f"address:{address.lower()}")[:32]

    def id_of(self, mark: str, about: str, lang: str) -> str:
        """Of the follow of one thing by one address: asked for again, it is the same."""
        return self._signed(f"follow:{mark}:{lang}:{about}")[:24]

    def link(self, id: str) -> str:
        """What a follow is managed with: it is in no database, only in the letters."""
        return f"{id}-{self._signed(f'link:{id}')[:40]}"

    def holds(self, link: str) -> str:
        """The follow that a link manages; empty when it is none of ours."""
        id = link.partition("-")[0]
        return id if hmac.compare_digest(self.link(id).encode(), link.encode()) else ""

    def _signed(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def read_address(text: str) -> str:
    """The address in one form, its domain in lower case; empty when it is none."""
    found = text.strip()
    if len(found) > MOST or not ADDRESS.fullmatch(found) or ".." in found or found.startswith("."):
        return ""
    name, _, domain = found.rpartition("@")
    return "" if name.endswith(".") else f"{name}@{domain.lower()}"


def new_key() -> bytes:
    return Fernet.generate_key()


def key_of(file: Path) -> bytes:
    """The key in a file, which is made when there is none: by whichever process comes first. Raises Misconfigured."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)  # for its owner alone
        try:
            with os.fdopen(handle, "wb") as made:
                made.write(new_key())
                made.flush()
                os.fsync(made.fileno())
            os.link(name, file)
        except FileExistsError:
            pass
        finally:
            os.unlink(name)
    key = file.read_bytes().strip()
    try:
        Fernet(key)
    except ValueError:
        raise Misconfigured(
            f"{file} holds no key of mail addresses: 32 bytes in URL-safe base64 · 邮件地址密钥文件有误",
            next_step="tongda settings explain TONGDA_MAIL_KEY_FILE",
        ) from None
    return key

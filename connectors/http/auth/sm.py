"""SM: the national algorithms (国密). A body is encrypted with SM4 and signed with SM2 over SM3, the answer encrypted."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from connectors.http.auth import blocks, sm2
from connectors.http.auth.draft import Draft, Occasion, Plain
from connectors.http.messages import Failure

KEY_BYTES = 16


@dataclass
class NationalCiphers(Plain):
    """The body of a request in an envelope ``data`` with encData, signData, appCode and the time.

    Signed are the other parts of the envelope, as ``name=value`` in the order of their names. ``secret`` holds the SM2
    private key in hex, ``cipher`` the SM4 key: 16 characters, or 32 hexadecimal digits.
    """

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        plain = json.dumps(dict(draft.body), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        data = {
            "appCode": self.auth.account,
            "encData": sm4_encrypted(plain, self._cipher_key()),
            "encType": "SM4",
            "signType": "SM2",
            "timestamp": occasion.milliseconds,
            "version": "1.0.0",
        }
        signature = sm2.sign(signed_text(data), self._private_key(), 1 + secrets.randbelow(sm2.N - 1))
        return replace(draft, body={"data": {**data, "signData": base64.b64encode(signature).decode()}})

    def opened(self, body: bytes) -> bytes:
        """The answer with what ``encData`` holds in its place; one without it (an error of the gateway) as it is."""
        try:
            value = json.loads(body)
            data: Any = value["data"]
            text = data["encData"]
        except (ValueError, KeyError, TypeError):
            return body
        plain = sm4_decrypted(str(text), self._cipher_key())
        return json.dumps({**value, "data": _value(plain)}, ensure_ascii=False).encode()

    def _private_key(self) -> int:
        try:
            return int(self.value(self.auth.secret), 16)
        except ValueError:
            raise Failure("local", "secret_missing", f"the secret {self.auth.secret} is no SM2 key in hex") from None

    def _cipher_key(self) -> bytes:
        text = self.value(self.auth.cipher)
        try:
            key = bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else text.encode("ascii")
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise Failure("local", "secret_missing", f"the secret {self.auth.cipher} is no SM4 key of 16 bytes")
        return key


def signed_text(data: dict[str, str]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in sorted(data.items())).encode()


def sm4_encrypted(plain: bytes, key: bytes) -> str:
    """Base64 of SM4 in ECB mode with PKCS #7."""
    return base64.b64encode(blocks.encrypted("SM4", plain, key)).decode()


def sm4_decrypted(text: str, key: bytes) -> bytes:
    """Raises Failure(``blocked``): another key, or damage."""
    try:
        return blocks.decrypted("SM4", base64.b64decode(text, validate=True), key)
    except ValueError:
        raise Failure("blocked", "auth", "encData cannot be decrypted with the SM4 key") from None


def _value(plain: bytes) -> Any:
    try:
        return json.loads(plain)
    except ValueError:
        raise Failure("blocked", "auth", "encData holds no JSON") from None

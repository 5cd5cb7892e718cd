"""Auth: how a request proves who sends it (``access.auth``). Secrets are named, never written; each style has its keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from schemas.frozen import Frozen

Style = Literal[
    "none",
    "header",
    "bearer",
    "basic",
    "token",
    "oauth2",
    "hmac_gateway",
    "tif",
    "md5_sorted",
    "sha1_key",
    "sm",
]


class Code(Frozen):
    """Where a business code stands (JSON Pointer) and which values mean what the key's name says."""

    at: str = Field(pattern=r"^/")
    values: tuple[str | int, ...] = Field(alias="in", min_length=1)


class Login(Frozen):
    """The request that gives a token, or the secret of the day."""

    path: str = Field(min_length=1)
    format: Literal["json", "form"] = "json"
    user: str = "username"  # parameters that take the account and its secret
    password: str = "password"
    token: str = Field("", pattern=r"^(/.*)?$")  # pointers into the answer
    expires: str = Field("", pattern=r"^(/.*)?$")  # seconds from now, or an instant in ms


class Auth(Frozen):
    """How a request proves who sends it. ``secret`` is the name of a setting, never a value."""

    style: Style = "none"
    name: str = Field("", pattern=r"^[A-Za-z0-9_-]*$")  # of the header or parameter; empty: the style's usual one
    place: Literal["header", "query"] = "header"  # where a token goes
    account: str = ""  # user, client, application, system: whatever names the hub to the platform
    service: str = ""  # hmac_gateway: the service that is asked
    secret: str = Field("", pattern=r"^[A-Z0-9_]*$")  # TONGDA_SECRET_<secret>_FILE names its file
    cipher: str = Field("", pattern=r"^[A-Z0-9_]*$")  # sm: the name of the secret with the SM4 key
    scope: str = ""  # oauth2
    login: Login | None = None
    expired: Code | None = None  # a token that is no longer valid: it is renewed once


AUTH: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {  # style → the keys that it needs, and those that it reads as well
        "none": ((), ()),
        "header": (("secret",), ("name",)),
        "bearer": (("secret",), ()),
        "basic": (("account", "secret"), ()),
        "token": (("account", "secret", "login"), ("name", "place", "expired")),
        "oauth2": (("account", "secret", "login"), ("scope", "expired")),
        "hmac_gateway": (("account", "service", "secret"), ("login", "expired")),
        "tif": (("account", "secret"), ()),
        "md5_sorted": (("account", "secret"), ("name",)),
        "sha1_key": (("account", "secret"), ()),
        "sm": (("account", "secret", "cipher"), ()),
    }
)

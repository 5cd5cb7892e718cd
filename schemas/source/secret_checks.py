"""Secret checks: a secret that is written into a definition, where everybody who has the code can read it.

Only keys are judged, and no value is repeated in a complaint: it would then stand in the log as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from schemas.source.complaint import Complaint, Complaints
from schemas.source.model import Access, Feed

INSTEAD = (
    "write access.auth with a style and secret, the name of the secret; "
    "TONGDA_SECRET_<NAME>_FILE names the file with its value"
)
# As parameters and headers are called that prove who asks; compared without case, hyphens and underlines.
OF_SECRETS = frozenset({
    "token", "accesstoken", "authtoken", "refreshtoken", "xtoken", "xauthtoken", "xaccesstoken",
    "password", "passwd", "pwd", "userpwd", "secret", "appsecret", "clientsecret", "secretkey",
    "accesskey", "accesskeysecret", "apikey", "xapikey", "appkey", "authorization", "proxyauthorization",
    "cookie", "credential", "credentials",
})  # fmt: skip


def address_names_nobody(access: Access) -> Complaints:
    """An address with a user or a password, or with a secret among its parameters."""
    if access.style != "http":
        return
    if "@" in access.base.partition("://")[2].partition("/")[0]:
        yield Complaint(("access", "base"), f"holds a user or a password; {INSTEAD}")
    for key, _ in parse_qsl(access.base.partition("?")[2]):
        if is_secret(key):
            yield Complaint(("access", "base"), f"holds a value of {key}, a secret; {INSTEAD}")


def requests_hold_no_secret(feed: Feed, access: Access) -> Complaints:
    """A parameter or a header by which a platform knows who asks."""
    request = feed.request
    if request is None:
        return
    for key, _ in parse_qsl(request.path.partition("?")[2]):
        if is_secret(key):
            yield Complaint(("request", "path"), f"holds a value of {key}, a secret; {INSTEAD}")
    for part in ("query", "body", "form", "headers"):
        for place in secrets_in(getattr(request, part)):
            yield Complaint(("request", part, *place), f"holds a secret; {INSTEAD}")


def secrets_in(given: Any) -> Iterator[tuple[str, ...]]:
    """Where in a mapping, or within the mappings in it, a secret has a value."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            if isinstance(value, (Mapping, list)):
                yield from ((str(key), *place) for place in secrets_in(value))
            elif value not in (None, "") and is_secret(str(key)):
                yield (str(key),)
    elif isinstance(given, list):
        for number, value in enumerate(given):
            yield from ((str(number), *place) for place in secrets_in(value))


def is_secret(key: str) -> bool:
    """A parameter of this name proves who asks."""
    return key.lower().replace("-", "").replace("_", "") in OF_SECRETS

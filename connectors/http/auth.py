"""Auth: the headers that identify the hub to a platform."""

from __future__ import annotations

from collections.abc import Callable

from connectors.http.messages import Failure
from schemas.errors import Misconfigured
from schemas.source.model import Auth

Secret = Callable[[str], str]  # name → value; raises Misconfigured, OSError, ValueError


def credentials(auth: Auth, secret: Secret) -> tuple[tuple[str, str], ...]:
    """The headers of one request. Raises Failure(``local``): the secret cannot be read; its value is never shown."""
    if auth.style == "none":
        return ()
    try:
        value = secret(auth.secret)
    except Misconfigured as error:
        raise Failure("local", "secret_missing", error.message) from None
    except (OSError, ValueError) as error:
        message = f"the file of the secret {auth.secret} cannot be read: {type(error).__name__}"
        raise Failure("local", "secret_missing", message) from None
    if not value or not value.isascii() or not value.isprintable():
        raise Failure("local", "secret_missing", f"the secret {auth.secret} is empty or is no value of a header")
    return ((auth.name, value),)

"""What a request can meet besides an answer; ``web.problems`` makes problem documents of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from schemas.errors import HubError
from schemas.nearest import near


class FieldError(BaseModel):
    """What is wrong with one parameter; ``nearest`` is the known name that was perhaps meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    message: str
    nearest: str | None = None

    @model_serializer(mode="wrap")
    def _without_null(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialise(self).items() if value is not None}


def unknown(field: str, name: str, known: Sequence[str]) -> FieldError:
    """The error of a name that is not known, with the nearest one that is."""
    meant = near(name, known)
    hint = f"did you mean {meant}?" if meant else f"known: {', '.join(known)}"
    return FieldError(name=field[:60], message=f"unknown: {name[:60]}; {hint}", nearest=meant)


class QueryInvalid(HubError):
    """A parameter has a name or a value that is not known (400); ``errors`` has one entry a parameter."""

    code = "T4220"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{error.name}: {error.message}" for error in errors))


class KeyNeeded(HubError):
    """It is read with a key, and this request has none that holds (401)."""

    code = "T4010"

    def __init__(self, message: str, *, was_given: bool = False) -> None:
        self.was_given = was_given  # a key that is unknown or revoked
        super().__init__(message, next_step="/api")


class SignInNeeded(HubError):
    """Nobody has signed in, or the session is over (401)."""

    code = "T4011"


class NotAllowed(HubError):
    """The role of whoever has signed in does not do this (403)."""

    code = "T4030"


class TooManyStreams(HubError):
    """As many live streams are open as are served at once (429)."""

    code = "T4291"


class QuotaExceeded(HubError):
    """As many requests of one caller came as are served in a minute (429)."""

    code = "T4292"

    def __init__(self, message: str, retry_after: int, headers: Mapping[str, str]) -> None:
        self.retry_after, self.headers = retry_after, headers
        super().__init__(message)


class Moved(HubError):
    """What was asked for has another name now (308)."""

    code = "T4100"

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        super().__init__(f"{old} is {new}")


class Gone(HubError):
    """It was here and has been taken down, or was withdrawn long ago (410)."""

    code = "T4101"

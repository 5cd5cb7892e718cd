"""Requests to processes of this machine: never through a proxy that the environment names."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

_opener = build_opener(ProxyHandler({}))


def ask(url: str, seconds: float, method: str = "GET") -> bytes:
    """The body of an answer with a status below 400. Raises OSError for anything else."""
    try:
        with _opener.open(Request(url, method=method), timeout=seconds) as answer:
            body: bytes = answer.read()
            return body
    except HTTPException as error:
        raise OSError(f"{url}: {type(error).__name__} {error}") from error


def denies(url: str, seconds: float = 2.0) -> bool:
    """It answers, and with 503: a process that says of itself that it is not well. Silence is no answer."""
    try:
        ask(url, seconds)
    except HTTPError as error:
        return error.code == 503
    except OSError:
        return False
    return False


def probe(url: str, seconds: float = 2.0) -> dict[str, Any] | None:
    """The JSON object of such an answer; None where there is none."""
    try:
        body = json.loads(ask(url, seconds))
    except (OSError, ValueError):
        return None
    return body if isinstance(body, dict) else None

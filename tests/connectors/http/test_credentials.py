"""A credential goes to its platform's own scheme, host and port, and nowhere else."""

from __future__ import annotations

from datetime import datetime

import pytest

from connectors.http.auth.draft import Draft
from connectors.http.auth.session import Session
from connectors.http.messages import Answer, Failure, HttpRequest
from connectors.http.request import signed_request
from ops.run import CHINA
from ops.settings import ROOT
from ops.sources import load_source
from schemas.source.access import Auth
from schemas.source.model import Source

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)


def source() -> Source:
    loaded = load_source(ROOT / "connectors/sources/hn_ip_service/source.yml")
    access = loaded.access.model_copy(
        update={"base": "https://ip.example", "auth": Auth(style="bearer", secret="KEY"), "hosts": ("other.example",)}
    )
    return loaded.model_copy(update={"access": access})


def answered(request: HttpRequest) -> Answer:
    raise AssertionError(request.url)


def headers(path: str) -> dict[str, str]:
    own = source()
    session = Session(own.access.auth, lambda name: "the-secret", lambda: "nonce")
    return dict(signed_request(own, Draft(path), session, lambda: NOW, answered).headers)


@pytest.mark.parametrize("path", ["/list", "https://ip.example/detail/1", "https://ip.example:443/detail/1"])
def test_its_own_platform_gets_the_credential(path: str) -> None:
    assert headers(path) == {"Authorization": "Bearer the-secret"}


@pytest.mark.parametrize(
    "path",
    [
        "http://ip.example/detail/1",  # in plaintext
        "https://ip.example:8443/detail/1",
        "http://ip.example:443/detail/1",
        "https://other.example/file.pdf",
        "https://ip.example.evil.example/1",
    ],
)
def test_another_scheme_host_or_port_gets_none(path: str) -> None:
    assert headers(path) == {}


def test_a_link_with_a_port_that_is_none_is_refused_as_one() -> None:
    with pytest.raises(Failure, match="is no address"):
        headers("https://ip.example:port/1")

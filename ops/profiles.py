"""Profiles: which combinations of settings each profile allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from schemas.errors import Misconfigured

if TYPE_CHECKING:
    from ops.settings import Settings


def must_be_allowed(settings: Settings, given: Mapping[str, str]) -> None:
    """Raises Misconfigured (T3003) for combinations that no profile, or not this one, allows."""
    if settings.failpoints and settings.profile != "test":
        raise _against("TONGDA_FAILPOINTS", "failpoints work in the test profile only", "unset TONGDA_FAILPOINTS")
    if settings.min_isr > settings.replication:
        raise _against(
            "TONGDA_MIN_ISR",
            f"{settings.min_isr} replicas cannot be in step when there are {settings.replication}",
            f"TONGDA_REPLICATION={settings.min_isr}",
        )
    if settings.profile != "production":
        return
    for name in ("TONGDA_KAFKA", "TONGDA_DATABASE"):
        if not given.get(name):
            raise _against(name, "production has no embedded parts", f"set {name}")
    if settings.kafka_security == "plaintext":
        raise _against("TONGDA_KAFKA_SECURITY", "production refuses plaintext links", "TONGDA_KAFKA_SECURITY=sasl_ssl")
    if urlsplit(given["TONGDA_DATABASE"]).password:
        raise _against(
            "TONGDA_DATABASE", "a password in the URL can be read by others", "TONGDA_DATABASE_PASSWORD_FILE"
        )
    if settings.synthetic_sources:
        raise _against(
            "TONGDA_SOURCE_<ID>_BASE", "production refuses stand-in platforms", "unset the addresses on loopback"
        )


def _against(name: str, why: str, next_step: str) -> Misconfigured:
    return Misconfigured(f"{name}: {why} · 当前运行方式不允许 {name} 的这一取值", code="T3003", next_step=next_step)

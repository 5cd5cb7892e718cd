"""Profiles: which combinations of settings each profile allows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from schemas.errors import Misconfigured

if TYPE_CHECKING:
    from ops.settings import Settings


LOOPBACK = ("127.0.0.1", "localhost", "::1")
VERIFIED = "verify-full"  # of libpq: the certificate by its authority, and the server's name


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
    if settings.oidc_issuer and not (settings.oidc_client and settings.oidc_roles):
        name = "TONGDA_OIDC_ROLES" if settings.oidc_client else "TONGDA_OIDC_CLIENT"
        raise _against(name, "an identity provider needs it too", f"tongda settings explain {name}")
    if settings.profile != "production":
        return
    if settings.oidc_issuer.startswith("http:"):
        raise _against("TONGDA_OIDC_ISSUER", "production refuses plaintext links", "TONGDA_OIDC_ISSUER=https://…")
    if settings.mail.startswith("smtp:") and urlsplit(settings.mail).hostname not in LOOPBACK:
        raise _against("TONGDA_MAIL", "production refuses plaintext links", "TONGDA_MAIL=smtp+starttls://…")
    for name in ("TONGDA_KAFKA", "TONGDA_DATABASE"):
        if not given.get(name):
            raise _against(name, "production has no embedded parts", f"set {name}")
    if settings.kafka_security == "plaintext":
        raise _against("TONGDA_KAFKA_SECURITY", "production refuses plaintext links", "TONGDA_KAFKA_SECURITY=sasl_ssl")
    for name in ("kafka_user", "kafka_password_file"):
        if not getattr(settings, name):
            setting = f"TONGDA_{name.upper()}"
            raise _against(setting, "production signs in to the broker", f"tongda settings explain {setting}")
    parts = urlsplit(given["TONGDA_DATABASE"])
    asked = dict(parse_qsl(parts.query))
    if parts.password or asked.keys() & {"password", "sslpassword", "passfile"}:
        raise _against(
            "TONGDA_DATABASE", "a password in the URL can be read by others", "TONGDA_DATABASE_PASSWORD_FILE"
        )
    if asked.get("sslmode", VERIFIED) != VERIFIED:
        why = f"sslmode={asked['sslmode'][:20]} does not verify the server; accepted: {VERIFIED}, which needs not be written"
        raise _against("TONGDA_DATABASE", why, "tongda settings explain TONGDA_DATABASE_CA_FILE")
    if folders := [name for name in settings.synthetic_sources if settings.source_bases[name].startswith("file:")]:
        base = settings.source_bases[folders[0]]
        raise _against(
            f"TONGDA_SOURCE_{folders[0].upper()}_BASE",
            f"production reads inboxes in the folders of TONGDA_INBOXES alone, and {base} is in none",
            "TONGDA_INBOXES names the folder above the inboxes",
        )
    if settings.synthetic_sources:
        raise _against(
            "TONGDA_SOURCE_<ID>_BASE", "production refuses stand-in platforms", "unset the addresses on loopback"
        )


def verified(url: str, authority: Path | None) -> str:
    """The address of a database whose certificate and name are verified: by this authority, else by those of the system."""
    if not url:
        return url
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    asked["sslmode"] = VERIFIED
    asked.setdefault("sslrootcert", str(authority) if authority else "system")
    return urlunsplit(parts._replace(query=urlencode(asked)))


def _against(name: str, why: str, next_step: str) -> Misconfigured:
    return Misconfigured(f"{name}: {why} · 当前运行方式不允许 {name} 的这一取值", code="T3003", next_step=next_step)

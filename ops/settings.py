"""The settings: one frozen value, read once from an environment that is passed in. A wrong name or value is an error.

A field ``batch_records`` is the setting ``TONGDA_BATCH_RECORDS``. Secrets come from files (``TONGDA_<NAME>_FILE``); an
address that is not set is that of the embedded server, which ``tongda up`` records under HOME/run.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ops import run
from ops.profiles import must_be_allowed, verified
from ops.say import language as language  # read from here by the commands of other folders
from schemas.errors import Misconfigured
from schemas.nearest import near
from schemas.topics import TOPICS

PREFIX = "TONGDA_"
ROOT = Path(__file__).resolve().parent.parent
SOURCE_BASE = re.compile(r"TONGDA_SOURCE_([A-Z0-9_]+)_BASE")
SECRET_FILE = re.compile(r"TONGDA_SECRET_([A-Z0-9_]+)_FILE")
# Not fields, with what they mean.
ALSO_KNOWN = {
    "TONGDA_PORT": "the portal's port; the host stays that of TONGDA_PORTAL",
    "TONGDA_DATABASE_PASSWORD_FILE": "file with the password of TONGDA_DATABASE",
}
# Names that are made of another one, as they are written in documents, with what they mean.
FAMILIES = {
    SOURCE_BASE: ("TONGDA_SOURCE_<ID>_BASE", "address of a platform in place of that of its definition"),
    SECRET_FILE: ("TONGDA_SECRET_<NAME>_FILE", "file with the secret that a definition names"),
}
DERIVED = {"source_bases", "secret_files", "synthetic_sources", "generation"}
OWN_NETWORKS = tuple(map(ip_network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10")))
NEXT = "next."  # prefix of everything that a rebuild makes beside the running generation
SHARED = frozenset(topic.name for topic in TOPICS if not topic.is_made_again)


def _listener(address: str) -> str:
    """``host:port``; an IPv6 host stands in brackets."""
    host, _, port = address.rpartition(":")
    if not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]|[^:\s]+", host) or not port.isdecimal() or int(port) > 65535:
        raise ValueError("accepted: host:port, with a port from 0 to 65535")
    return address


def _bootstrap(addresses: str) -> str:
    """Hosts with or without a port, separated by commas."""
    for address in filter(None, addresses.split(",")):
        if ":" in address:
            _listener(address)
    return addresses


def _beside(portal: str) -> str:
    """The operator's listener of a portal at this address: on loopback, at the next port; 0 stays any free one."""
    port = portal.rpartition(":")[2] or Settings.model_fields["portal"].default.rpartition(":")[2]
    beside = (
        int(port) + 1 if port.isdecimal() and 0 < int(port) < 65535 else 0
    )  # a wrong one is refused as the portal's
    return f"127.0.0.1:{beside}"


def _networks(text: str) -> str:
    """Networks in CIDR form, none of which has addresses of this machine or of its own link (cloud metadata)."""
    for each in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = ip_network(each)
        except ValueError as error:
            raise ValueError(f"accepted: networks as 10.1.0.0/16, separated by commas; {error}") from None
        if any(network.version == own.version and network.overlaps(own) for own in OWN_NETWORKS):
            raise ValueError(f"accepted: networks that hold no address of this machine or its own link; {each} does")
    return text


def _public_url(address: str) -> str:
    """``https://host``, without a path; the portal's own paths follow it."""
    parts = urlsplit(address)
    if address and (
        parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query
    ):
        raise ValueError("accepted: https://host or http://host:port, without a path")
    return address.rstrip("/")


Networks = Annotated[str, AfterValidator(_networks)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Listener = Annotated[str, AfterValidator(_listener)]
Bootstrap = Annotated[str, AfterValidator(_bootstrap)]


class Settings(BaseModel):
    """All settings. The description of a field is its line in the README and in ``tongda settings``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Literal["local", "test", "production"] = Field(
        "local", description="production refuses embedded parts, plaintext links, failpoints and stand-in platforms"
    )
    home: Path = Field(Path("var"), description="data of the embedded parts, evidence, run files, logs")
    kafka: Bootstrap = Field("", description="bootstrap servers; empty: the embedded broker")
    kafka_security: Literal["plaintext", "sasl_ssl"] = Field(
        "plaintext", description="sasl_ssl: SCRAM-SHA-512 over TLS"
    )
    kafka_user: str = Field("", description="SCRAM user")
    kafka_password_file: Path | None = Field(None, description="file with the SCRAM password")
    kafka_ca_file: Path | None = Field(None, description="certificate authority of the broker")
    database: str = Field(
        "",
        description="PostgreSQL URL (17 or later); empty: the embedded database. Its password belongs in "
        "TONGDA_DATABASE_PASSWORD_FILE: production refuses one in the URL",
        repr=False,
    )
    database_ca_file: Path | None = Field(
        None,
        description="certificate authority of the database; production verifies, by those of the system without it",
    )
    database_pool: int = Field(8, ge=1, le=200, description="connections of one process")
    topic_prefix: str = Field("", pattern=r"^[a-z0-9.\-]*$", description="stands before every topic name")
    installation: str = Field(
        "local",
        pattern=r"^[a-z0-9]([a-z0-9.\-]{0,62}[a-z0-9])?$",
        description="name of this hub in the headers of public records (ce_source); one for each hub that a subscriber reads",
    )
    partitions: int = Field(
        4, ge=1, le=256, description="partitions of a topic when it is created; never changes afterwards"
    )
    replication: int = Field(1, ge=1, le=9, description="replicas of a topic when it is created")
    min_isr: int = Field(1, ge=1, le=9, description="replicas that must have a record before it counts as written")
    sources: Path = Field(ROOT / "connectors" / "sources", description="folder of source definitions")
    inboxes: str = Field(
        "", description="folders, separated by commas, in which TONGDA_SOURCE_<ID>_BASE may name a platform's inbox"
    )
    private_networks: Networks = Field(
        "",
        description="private networks, separated by commas, in which platforms may be asked: 59.192.0.0/10,10.1.0.0/16",
    )
    evidence: Path = Field(Path(), description="evidence store; default HOME/evidence")
    backups: Path = Field(Path(), description="where backups are kept; default HOME/backups")
    stages: str = Field("all", description="stages of this streams process, separated by commas")
    session_timeout_seconds: float = Field(
        6, ge=0.5, le=60, description="seconds without a heartbeat after which a process loses its partitions"
    )
    slot: str = Field(
        "", pattern=r"^[A-Za-z0-9._\-]*$", description="static membership id of this process; default: host name"
    )
    batch_records: int = Field(20_000, ge=1, le=100_000, description="most records of one transaction of a stage")
    transaction_timeout_seconds: int = Field(
        15,
        ge=2,
        le=600,
        description="time after which the broker aborts the transaction of a failed writer; readers wait for it",
    )
    page_transaction_records: int = Field(
        500, ge=1, le=10_000, description="most records of one transaction of the connectors"
    )
    restore_limit_seconds: int = Field(900, ge=1, description="longest restore of one partition; then the process ends")
    absence_polls: int = Field(
        2, ge=1, le=100, description="complete polls without a record before it counts as absent"
    )
    absence_share: float = Field(0.05, ge=0, le=1, description="share of absent records above which a slice is held")
    sandbox_every_seconds: float = Field(20, gt=0, description="interval at which the stand-in platforms are polled")
    world_seed: int = Field(1, ge=0, description="seed of the stand-in platforms' world")
    world_size: int = Field(600, ge=1, le=100_000, description="patents in that world at its beginning")
    world_pace: float = Field(0.5, ge=0, le=1000, description="changes a second in that world; 0: only when released")
    hostile: int = Field(
        0,
        ge=0,
        description="seed of the offences that the stand-in platforms commit in their answers; 0: they are honest",
    )
    portal: Listener = Field("127.0.0.1:8080", description="portal's listener; TONGDA_PORT changes the port alone")
    operator: Listener = Field(
        "127.0.0.1:8081",
        description="operator's listener: /operations, keys, audit, /metrics; not set: loopback, at the port after the portal's",
    )
    operator_url: PublicUrl = Field(
        "", description="address at which operators' browsers reach their listener; empty: that of TONGDA_OPERATOR"
    )
    oidc_issuer: str = Field(
        "",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="identity provider at which operators sign in (OpenID Connect); empty: accounts of the hub alone",
    )
    oidc_client: str = Field("", description="the hub's client id there")
    oidc_secret_file: Path | None = Field(None, description="file with the client's secret")
    oidc_claim: str = Field("roles", description="claim of the ID token that says what a person is")
    oidc_roles: str = Field(
        "",
        pattern=r"^([^=,]+=(reader|desk|operator|bureau)(,[^=,]+=(reader|desk|operator|bureau))*)?$",
        description="which role each value of the claim is, the first that fits: ip-ops=operator,ip-bureau=bureau",
    )
    public_url: PublicUrl = Field(
        "", description="address at which readers reach the portal, for its sitemap; empty: that of TONGDA_PORTAL"
    )
    quota_address: int = Field(
        6_000, ge=0, description="requests a minute that one address without a key may send to the portal; 0: no limit"
    )
    quota_key: int = Field(60_000, ge=0, description="requests a minute with one key; 0: no limit")
    webhook_inside: str = Field(
        "",
        pattern=r"^([^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*)?$",
        description="receivers of webhooks (host:port, separated by commas) that may have a private address; all others must be public",
    )
    mail: str = Field(
        "",
        pattern=r"^(smtp|smtp\+starttls|smtps)://[^\s/?#]+$|^$",
        description="mail server that takes digests: smtp+starttls://user@host:587, smtps://user@host:465, smtp://host:25; "
        "empty: files in HOME/mail",
    )
    mail_password_file: Path | None = Field(None, description="file with the password of the user at the mail server")
    mail_from: str = Field(
        "tongda@localhost.localdomain",
        pattern=r"^[A-Za-z0-9._+-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}$",
        description="sender of digests",
    )
    mail_key_file: Path | None = Field(
        None,
        description="file with the key that seals addresses of readers (32 bytes in URL-safe base64); made at HOME/mail.key without it",
    )
    health: Listener = Field(
        "127.0.0.1:0",
        description="health listener of a process; port 0: any free one. `tongda up` gives connectors, streams, store, platforms "
        "and webhooks this port and the four after it",
    )
    actor: str = Field(
        "",
        pattern=r"^[\w.@-]{0,60}$",
        description="who acts by command; the audit trail names them beside the account of the machine (`tongda --actor NAME`)",
    )
    lang: Literal["zh", "en"] = Field("zh", description="language of the command line; not set: LC_ALL or LANG decides")
    log: Literal["json", "text"] = Field("json", description="form of a log line")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="lowest level that is logged")
    failpoints: str = Field("", description="armed failpoints; test profile only")

    source_bases: dict[str, str] = Field({}, description="addresses that replace those of the definitions")
    secret_files: dict[str, Path] = Field({}, description="files with the secrets that definitions name")
    synthetic_sources: frozenset[str] = Field(frozenset(), description="sources answered by stand-ins on loopback")
    generation: int = Field(0, ge=0, description="number of the generation a rebuild makes; 0: the running one")

    @property
    def run(self) -> Path:
        """Where processes record pid and ports."""
        return self.home / "run"

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks in which platforms may be asked."""
        return tuple(ip_network(part.strip()) for part in self.private_networks.split(",") if part.strip())

    @property
    def webhook_receivers(self) -> frozenset[str]:
        """Receivers of webhooks that may have a private address."""
        return frozenset(filter(None, self.webhook_inside.split(",")))

    @property
    def mail_key(self) -> Path:
        """Where the key of mail addresses is."""
        return self.mail_key_file or self.home / "mail.key"

    def topic(self, name: str) -> str:
        """The name on the broker of a topic, group or transactional id: with the prefix, and ``next.`` under a rebuild."""
        return self.topic_prefix + (NEXT if self.generation and name not in SHARED else "") + name

    def ours(self, topic: str) -> str:
        """The hub's name of a topic of the broker: the inverse of ``topic``."""
        name = topic.removeprefix(self.topic_prefix)
        return name.removeprefix(NEXT) if self.generation else name

    def kafka_password(self) -> str:
        """The SCRAM password, or nothing."""
        return _secret(self.kafka_password_file, "TONGDA_KAFKA_PASSWORD_FILE") if self.kafka_password_file else ""

    def oidc_secret(self) -> str:
        """The client's secret at the identity provider, or nothing."""
        return _secret(self.oidc_secret_file, "TONGDA_OIDC_SECRET_FILE") if self.oidc_secret_file else ""

    def mail_password(self) -> str:
        """The password at the mail server, or nothing."""
        return _secret(self.mail_password_file, "TONGDA_MAIL_PASSWORD_FILE") if self.mail_password_file else ""


FIELDS = {PREFIX + name.upper(): name for name in Settings.model_fields if name not in DERIVED}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of this environment. Raises Misconfigured: T3001 value, T3002 name, T3003 rule."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in FIELDS:
            if value or not name.endswith("_FILE"):  # an empty path would be the working folder
                values[FIELDS[name]] = value
        elif not (name in ALSO_KNOWN or any(family.fullmatch(name) for family in FAMILIES)):
            raise _unknown(name)
    home = Path(values.get("home") or "var").absolute()
    values["home"] = home
    values["evidence"] = Path(values.get("evidence") or home / "evidence").absolute()
    values["backups"] = Path(values.get("backups") or home / "backups").absolute()
    values["slot"] = values.get("slot") or re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname()) or "local"
    values["kafka"] = values.get("kafka") or run.read(home / "run", "kafka").get("address", "")
    values["database"] = _database_url(given, values, home)
    stand_ins = run.read(home / "run", "platforms")
    values["lang"] = values.get("lang") or language(environ)
    folder = Path(values.get("sources") or Settings.model_fields["sources"].default)
    values["source_bases"] = _source_bases(given, folder) or dict(stand_ins.get("sources", {}))
    files = {**stand_ins.get("secrets", {}), **_matches(SECRET_FILE, given)}
    values["secret_files"] = {name.upper(): Path(path) for name, path in files.items()}
    inboxes = values.get("inboxes", "")
    values["synthetic_sources"] = frozenset(
        name for name, base in values["source_bases"].items() if is_loopback(base) and not is_inbox(base, inboxes)
    )
    if port := given.get("TONGDA_PORT"):
        host = values.get("portal", Settings.model_fields["portal"].default).rpartition(":")[0]
        values["portal"] = f"{host}:{port}"
    values.setdefault("operator", _beside(values.get("portal", "")))
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _wrong_value(error, given) from None
    must_be_allowed(settings, given)
    if settings.profile == "production" or settings.database_ca_file:
        return settings.model_copy(update={"database": verified(settings.database, settings.database_ca_file)})
    return settings


def is_loopback(address: str) -> bool:
    """An address on this machine alone, or a local folder."""
    parts = urlsplit(address)
    return parts.scheme == "file" or (parts.hostname or "") in ("127.0.0.1", "localhost", "::1")


def is_inbox(address: str, inboxes: str) -> bool:
    """A folder within one of those that the operator allows: real data of a platform, which no stand-in made."""
    parts = urlsplit(address)
    folder = Path(unquote(parts.path)).resolve()
    allowed = [Path(each.strip()).resolve() for each in inboxes.split(",") if each.strip()]
    return parts.scheme == "file" and any(folder.is_relative_to(each) for each in allowed)


def masked(url: str) -> str:
    """The URL without its password, wherever it stands."""
    return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1***", re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url))


def _database_url(given: Mapping[str, str], values: Mapping[str, Any], home: Path) -> str:
    embedded = {} if values.get("database") else run.read(home / "run", "postgres")
    url: str = values.get("database") or embedded.get("address", "")
    password_file = given.get("TONGDA_DATABASE_PASSWORD_FILE") or embedded.get("password_file")
    if not url:
        return url
    parts = _database_parts(url)
    if not password_file or parts.password:
        return url
    password = quote(_secret(Path(password_file), "TONGDA_DATABASE_PASSWORD_FILE"), safe="")
    user, at, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}{at}{place}" if at else place))


def _database_parts(url: str) -> SplitResult:
    """Raises Misconfigured, without the value: it may hold a password."""
    with suppress(ValueError):
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number is a ValueError too
        if host and parts.scheme in ("postgresql", "postgres"):
            return parts
    raise Misconfigured(
        "TONGDA_DATABASE is no URL of a PostgreSQL database; accepted: postgresql://user@host:port/name"
        " · TONGDA_DATABASE 不是 PostgreSQL 地址,应为 postgresql://user@host:port/name",
        next_step="tongda settings explain TONGDA_DATABASE",
    )


def _secret(file: Path, setting: str) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Misconfigured(
            f"{setting} names {file}, which cannot be read: {why} · {setting} 指定的文件 {file} 无法读取:{why}",
            next_step=f"write the secret to {file}, readable by this user",
        ) from None


def _matches(pattern: re.Pattern[str], given: Mapping[str, str]) -> dict[str, str]:
    return {match[1].lower(): value for name, value in given.items() if (match := pattern.fullmatch(name)) and value}


def _source_bases(given: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The addresses by source. Raises Misconfigured: T3002 no source has that name, T3001 it is no address."""
    bases = _matches(SOURCE_BASE, given)
    known = {path.parent.name for path in folder.glob("*/source.yml")}
    for name, base in bases.items():
        setting, parts = f"TONGDA_SOURCE_{name.upper()}_BASE", urlsplit(base)
        if known and name not in known:
            meant = near(name, sorted(known))
            raise _no_setting(setting, meant and f"TONGDA_SOURCE_{meant.upper()}_BASE", f"ls {folder}")
        if not (parts.scheme in ("http", "https") and parts.hostname or parts.scheme == "file" and parts.path):
            raise Misconfigured(
                f"{setting} = {base!r}: accepted: http://host, https://host or file:///folder"
                f" · 设置项 {setting} 的值 {base!r} 不可用",
                next_step=f"{setting}=http://127.0.0.1:9000",
            )
    return bases


def _unknown(name: str) -> Misconfigured:
    known = [each.removeprefix(PREFIX) for each in (*FIELDS, *ALSO_KNOWN)]
    meant = near(name.removeprefix(PREFIX), known)  # the prefix, which all have, makes nothing nearer
    return _no_setting(name, meant and PREFIX + meant, "tongda settings show")


def _no_setting(name: str, meant: str | None, next_step: str) -> Misconfigured:
    """``meant``: the setting that was probably meant, where one is near."""
    english, chinese = (f"; the nearest one is {meant}", f",最接近的是 {meant}") if meant else ("", "")
    return Misconfigured(
        f"{name} is no setting{english} · 没有设置项 {name}{chinese}",
        code="T3002",
        next_step=next_step,
    )


def _wrong_value(error: ValidationError, given: Mapping[str, str]) -> Misconfigured:
    first = error.errors()[0]
    name, value, why = PREFIX + str(first["loc"][0]).upper(), first["input"], first["msg"].removeprefix("Value error, ")
    step = f"tongda settings explain {name}"
    if name == "TONGDA_PORTAL" and given.get("TONGDA_PORT"):
        name, value, why = "TONGDA_PORT", given["TONGDA_PORT"], "accepted: a number from 0 to 65535"
    return Misconfigured(f"{name} = {value!r}: {why} · 设置项 {name} 的值 {value!r} 不可用", next_step=step)

"""What the doctor finds in files and folders: secrets that definitions need, inboxes, evidence, backups."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ops.finding import Finding
from ops.settings import Settings
from ops.sources import read_sources
from schemas.nearest import unknown
from schemas.source.model import Source

MOUNTED = Path("/run/secrets")  # by Docker, with modes of its own
OTHERS = 0o077


def secrets(settings: Settings) -> Iterator[Finding]:
    """Every secret that a definition names is in a file that can be read, holds a value, and is closed to other accounts."""
    needed = needed_by(read_sources(settings.sources, settings).sources)
    found = [
        *(_of_source(name, needed[name], settings.secret_files.get(name)) for name in sorted(needed)),
        *(_unneeded(name, sorted(needed)) for name in sorted(settings.secret_files.keys() - needed.keys())),
    ]
    if settings.kafka_password_file is not None:
        found.append(_at("TONGDA_KAFKA_PASSWORD_FILE", settings.kafka_password_file))
    yield from (each for each in found if not each.well)
    if all(each.well for each in found):
        yield Finding("secrets", True, f"{len(found)} in files of their own · {len(found)} 项,均在各自文件中")


def needed_by(sources: Mapping[str, Source]) -> dict[str, str]:
    """The secrets that platforms need, each with the source that names it; a stand-in needs none."""
    return {
        name: source.id
        for source in sources.values()
        if not source.synthetic
        for name in (source.access.auth.secret, source.access.auth.cipher)
        if name
    }


def _of_source(name: str, source: str, file: Path | None) -> Finding:
    setting = f"TONGDA_SECRET_{name}_FILE"
    if file is None:
        told = f"{source} needs the secret {name}, and {setting} is not set · {source} 需要密钥 {name},未设置 {setting}"
        return Finding("secrets", False, told, f"{setting} names a file with it")
    return _at(setting, file)


def _unneeded(name: str, needed: list[str]) -> Finding:
    what = unknown(name, needed, "secret of a definition") if needed else f"{name}: no definition needs a secret"
    return Finding(
        "secrets", False, f"TONGDA_SECRET_{name}_FILE: {what} · 没有平台使用密钥 {name}", "unset it, or correct it"
    )


def _at(setting: str, file: Path) -> Finding:
    """A secret's file, without its value."""
    try:
        value = file.read_text(encoding="utf-8").strip()
        mode = file.stat().st_mode
    except UnicodeDecodeError:
        return Finding(
            "secrets", False, f"{setting}: {file} is not text · {file} 不是文本", f"write the secret to {file}"
        )
    except OSError as error:
        told = f"{setting}: {file} cannot be read: {error.strerror} · {file} 无法读取:{error.strerror}"
        return Finding("secrets", False, told, f"ls -l {file}")
    if not value or not value.isascii():
        what = ("is empty", "为空") if not value else ("holds other characters than ASCII", "含非 ASCII 字符")
        return Finding(
            "secrets", False, f"{setting}: {file} {what[0]} · {file} {what[1]}", f"write the secret to {file}"
        )
    if mode & OTHERS and not file.is_relative_to(MOUNTED):
        told = f"{setting}: other accounts can read {file} · 其他用户可读 {file}"
        return Finding("secrets", False, told, f"chmod 600 {file}")
    return Finding("secrets", True, setting)


def folders(settings: Settings) -> Iterator[Finding]:
    """Inboxes are there and readable, evidence can be written, and production has a backup."""
    for source in read_sources(settings.sources, settings).sources.values():
        base = urlsplit(source.access.base)
        if (
            base.scheme == "file"
            and not source.synthetic
            and not os.access(folder := unquote(base.path), os.R_OK | os.X_OK)
        ):
            why = ("cannot be read", "无法读取") if os.path.isdir(folder) else ("is no folder", "不存在")
            told = f"the inbox of {source.id}, {folder}, {why[0]} · {source.id} 的收件目录 {folder} {why[1]}"
            yield Finding(
                "inbox", False, told, f"TONGDA_SOURCE_{source.id.upper()}_BASE=file:///FOLDER, or ls -ld {folder}"
            )
    evidence = settings.evidence if settings.evidence.exists() else settings.home
    yield Finding("evidence", os.access(evidence, os.W_OK | os.X_OK), str(evidence), f"ls -ld {evidence}")
    is_whole = any((each / "manifest.sha256").is_file() for each in settings.backups.glob("*"))
    told = f"{settings.backups}: {'there are some · 有备份' if is_whole else 'there is none · 没有备份'}"
    yield Finding("backups", is_whole or settings.profile != "production", told, "tongda backup make")

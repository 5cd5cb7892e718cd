"""One backup is one folder under ``settings.backups``, named by its instant: whole and hashed, or not there.

20261125T163000/          manifest.json, manifest.sha256, TABLE.copy.gz, raw.jsonl.gz, cursor.jsonl.gz, evidence.txt.gz
evidence/                 the bytes, content-addressed, shared by all backups, only ever added to

``make`` writes and verifies one, ``restore`` puts it back.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from schemas.errors import NotFound, Refused
from schemas.fields.date import CHINA
from schemas.frozen import Frozen
from schemas.wire import decode, encode

NAME = re.compile(r"\d{8}T\d{6}")
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
EVIDENCE = "evidence"
LEVEL = 3  # of compression: the disk is the slower part
BLOCK = 1 << 20
Write = Callable[[bytes], object]


class Kept(Frozen):
    """One file of a backup. ``rows``: rows of a table, records of a topic, names of evidence."""

    sha256: str
    bytes: int
    rows: int


class Manifest(Frozen):
    """What a backup holds, and where it fits: the schema, the cluster and the topics that its offsets belong to."""

    format: Literal[1] = 1
    made_at: str
    hub: str
    migrations: tuple[str, ...]
    cluster: str
    topic_prefix: str
    partitions: int
    generation: int  # of the stages: no revision in the tables is of a later one
    offsets: dict[str, dict[int, int]]  # topic → partition → the record to read next
    sequences: dict[str, int]  # the number each gives next
    files: dict[str, Kept]


def backups(folder: Path) -> list[str]:
    """Names of the whole backups, the oldest first."""
    return sorted(path.name for path in folder.glob("*") if NAME.fullmatch(path.name) and (path / SEAL).exists())


def newest(folder: Path) -> float:
    """When the newest whole backup was begun, as its name says; 0 when there is none."""
    made = backups(folder)
    return datetime.strptime(made[-1], "%Y%m%dT%H%M%S").replace(tzinfo=CHINA).timestamp() if made else 0.0


def manifest_of(backup: Path) -> Manifest:
    """Raises NotFound; Refused when it is not the manifest that was written, or of another format."""
    try:
        data, seal = (backup / MANIFEST).read_bytes(), (backup / SEAL).read_text("ascii", "replace").strip()
    except OSError:
        raise NotFound(f"no backup is named {backup.name}", next_step="tongda backup list") from None
    if hashlib.sha256(data).hexdigest() != seal:
        raise damaged(f"{MANIFEST} of {backup.name} is not what was written")
    try:
        return Manifest.model_validate(decode(data))
    except ValidationError as error:
        raise Refused(
            f"{backup.name} is of a form that this program does not read: {error.errors()[0]['msg']}",
            code="T5602",
            next_step="run the program that made it",
        ) from None


def differences(backup: Path, manifest: Manifest) -> list[str]:
    """Files that are not what was written, one sentence each; empty when the backup is sound."""
    return [
        f"{name} of {backup.name} is {'missing' if found is None else 'not what was written'}"
        for name, kept in manifest.files.items()
        if (found := _digest(backup / name)) != kept.sha256
    ]


def state_of(backup: Path) -> str:
    """What a look at names and sizes shows: ``sound``, or the first thing that is not as written. ``differences`` hashes."""
    try:
        manifest = manifest_of(backup)
    except Refused as error:
        return "damaged" if error.code == "T5601" else "of another version"
    for name, kept in manifest.files.items():
        file = backup / name
        if not file.is_file() or file.stat().st_size != kept.bytes:
            return f"damaged: {name}"
    return "sound"


def damaged(what: str) -> Refused:
    """Nothing is restored from a damaged backup."""
    return Refused(f"{what} · 备份已损坏", code="T5601", next_step="tongda backup list")


@contextmanager
def draft(folder: Path, name: str) -> Iterator[Path]:
    """A folder to fill; at the end of the block it takes its name, or is removed. One at a time: others are refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused("another backup is being made · 另一个备份正在进行", next_step="tongda backup list") from None
        for left in folder.glob(".*.part"):  # of a backup that was killed
            shutil.rmtree(left)
        if (folder / name).exists():
            raise Refused(f"there is a backup {name} already", next_step="tongda backup list")
        aside = folder / f".{name}.part"
        aside.mkdir(mode=0o700)
        try:
            yield aside
            sync(aside)
            aside.rename(folder / name)
            sync(folder)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise


def write(path: Path, fill: Callable[[Write], int]) -> Kept:
    """A compressed file, on the disk when this returns. ``fill`` writes it and gives the number of its rows."""
    with path.open("wb") as file:
        with gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
            rows = fill(packed.write)
        file.flush()
        os.fsync(file.fileno())
    return Kept(sha256=_digest(path) or "", bytes=path.stat().st_size, rows=rows)


def blocks(path: Path) -> Iterator[bytes]:
    """What ``write`` wrote, block by block."""
    with gzip.open(path, "rb") as packed:
        while block := packed.read(BLOCK):
            yield block


def lines(path: Path) -> Iterator[bytes]:
    """The same by lines."""
    with gzip.open(path, "rb") as packed:
        for line in packed:
            yield line.rstrip(b"\n")


def seal(backup: Path, manifest: Manifest) -> None:
    """The manifest and its digest: the last files of a backup."""
    data = encode(manifest)
    for name, content in ((MANIFEST, data), (SEAL, f"{hashlib.sha256(data).hexdigest()}\n".encode())):
        with (backup / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None

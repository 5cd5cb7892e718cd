"""Thirty misconfigurations are planted: each is refused at the start or found by the doctor, with a next step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ops.doctor_files import folders, needed_by, secrets
from ops.finding import Finding
from ops.settings import Settings, read_settings
from ops.sources import read_sources
from schemas.errors import Misconfigured
from tests.ops.test_settings import PRODUCTION

BASE = "TONGDA_SOURCE_HN_IP_SERVICE_BASE"


class Planted(NamedTuple):
    """What the environment has beside a sound production profile, the code it is refused with, and a word of the sentence."""

    environment: dict[str, str]
    code: str
    word: str


REFUSED = (
    Planted({"TONGDA_PARTITION": "4"}, "T3002", "TONGDA_PARTITIONS"),
    Planted({"TONGDA_PARTITIONS": "0"}, "T3001", "TONGDA_PARTITIONS"),
    Planted({"TONGDA_PORT": "99999"}, "T3001", "TONGDA_PORT"),
    Planted({"TONGDA_PORTAL": "8080"}, "T3001", "host:port"),
    Planted({"TONGDA_HEALTH": "[::1:80"}, "T3001", "TONGDA_HEALTH"),
    Planted({"TONGDA_PUBLIC_URL": "hub.example/path"}, "T3001", "without a path"),
    Planted({"TONGDA_MIN_ISR": "3", "TONGDA_REPLICATION": "2"}, "T3003", "in step"),
    Planted({"TONGDA_FAILPOINTS": "a=kill"}, "T3003", "test profile"),
    Planted({"TONGDA_KAFKA": ""}, "T3003", "no embedded parts"),
    Planted({"TONGDA_DATABASE": ""}, "T3003", "no embedded parts"),
    Planted({"TONGDA_KAFKA_SECURITY": "plaintext"}, "T3003", "plaintext"),
    Planted({"TONGDA_KAFKA_SECURITY": "ssl"}, "T3001", "sasl_ssl"),
    Planted({"TONGDA_KAFKA_USER": ""}, "T3003", "signs in"),
    Planted({"TONGDA_KAFKA_PASSWORD_FILE": ""}, "T3003", "signs in"),
    Planted({"TONGDA_DATABASE": "mysql://hub@db/t"}, "T3001", "postgresql://"),
    Planted({"TONGDA_DATABASE": "postgresql://hub:s3cret@db/t"}, "T3003", "read by others"),
    Planted({"TONGDA_DATABASE": "postgresql://hub@db/t?password=s3cret"}, "T3003", "read by others"),
    Planted({"TONGDA_DATABASE": "postgresql://hub@db/t?sslmode=disable"}, "T3003", "does not verify"),
    Planted({"TONGDA_DATABASE_PASSWORD_FILE": "/nowhere/password"}, "T3001", "/nowhere/password"),
    Planted({"TONGDA_PRIVATE_NETWORKS": "0.0.0.0/0"}, "T3001", "this machine"),
    Planted({BASE: "http://127.0.0.1:9000"}, "T3003", "stand-in"),
    Planted({BASE: "file:///srv/drops"}, "T3003", "TONGDA_INBOXES"),
    Planted({BASE: "ftp://host/x"}, "T3001", "https://host"),
    Planted({"TONGDA_SOURCE_HN_IP_SERVCE_BASE": "https://host"}, "T3002", BASE),
)


def written(folder: Path, name: str, data: bytes, mode: int = 0o600) -> str:
    file = folder / name
    file.write_bytes(data)
    file.chmod(mode)
    return str(file)


def found_by(check: Callable[[Settings], Iterator[Finding]], home: Path, **environment: str) -> list[Finding]:
    settings = read_settings({"TONGDA_HOME": str(home), **environment})
    return [each for each in check(settings) if not each.well]


def test_a_sound_profile_is_taken(tmp_path: Path) -> None:
    assert read_settings({**PRODUCTION, "TONGDA_HOME": str(tmp_path)}).profile == "production"


def test_what_cannot_work_is_refused_at_the_start_with_a_way_out_and_without_a_secret(tmp_path: Path) -> None:
    for planted in REFUSED:
        try:
            read_settings({**PRODUCTION, "TONGDA_HOME": str(tmp_path), **planted.environment})
        except Misconfigured as error:
            assert (error.code, planted.word in error.message, bool(error.next_step)) == (planted.code, True, True), (
                planted
            )
            assert "s3cret" not in error.message + error.next_step
        else:
            raise AssertionError(planted)


def test_what_lies_wrong_in_files_is_found_by_the_doctor_with_a_next_step(tmp_path: Path) -> None:
    """Secrets at the broker stand for those of platforms: their files are looked at in one place."""
    broker = "TONGDA_KAFKA_PASSWORD_FILE"
    planted = {
        "cannot be read": {broker: str(tmp_path / "none")},
        "is empty": {broker: written(tmp_path, "empty", b" \n")},
        "is not text": {broker: written(tmp_path, "binary", b"\xff\xfe")},
        "other characters": {broker: written(tmp_path, "chinese", "密码".encode())},
        "other accounts can read": {broker: written(tmp_path, "open", b"s3cret", 0o644)},
        "is no secret of a definition": {"TONGDA_SECRET_TYPO_FILE": written(tmp_path, "unused", b"s3cret")},
    }
    needed = needed_by(read_sources(read_settings({}).sources).sources)
    sound = {f"TONGDA_SECRET_{name}_FILE": written(tmp_path, "sound", b"s3cret") for name in needed}
    for words, environment in planted.items():
        (found,) = found_by(secrets, tmp_path, **sound, **environment)
        assert (words in found.detail, bool(found.next_step), "s3cret" in str(found)) == (True, True, False), found
    assert found_by(secrets, tmp_path, **sound, **{broker: written(tmp_path, "sound", b"s3cret")}) == []
    assert len(REFUSED) + len(planted) == 30


def test_folders_that_are_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    environment = {"TONGDA_INBOXES": str(tmp_path / "in"), BASE: f"file://{tmp_path}/in/hn"}
    found = {
        each.check: each.detail for each in found_by(folders, tmp_path, **environment) if "hn_ip_service" in each.detail
    }
    assert found["inbox"].startswith(f"the inbox of hn_ip_service, {tmp_path}/in/hn, is no folder")
    os.makedirs(tmp_path / "in" / "hn")
    assert not [each for each in found_by(folders, tmp_path, **environment) if "hn_ip_service" in each.detail]
    assert [each.check for each in found_by(folders, tmp_path, **PRODUCTION) if each.check == "backups"] == ["backups"]

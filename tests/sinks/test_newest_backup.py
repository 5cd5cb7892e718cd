"""The newest backup is the newest whole one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from schemas.fields.date import CHINA
from sinks.store.backup.folder import SEAL, newest


def test_a_backup_without_its_seal_is_none(tmp_path: Path) -> None:
    assert newest(tmp_path / "none") == 0
    for name, is_whole in (("20261124T163000", True), ("20261125T163000", False), ("evidence", True)):
        (tmp_path / name).mkdir()
        if is_whole:
            (tmp_path / name / SEAL).touch()
    assert newest(tmp_path) == datetime(2026, 11, 24, 16, 30, tzinfo=CHINA).timestamp()

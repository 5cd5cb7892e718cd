"""The evidence store gives back exactly the bytes it was given, or says that it cannot."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ops.evidence import EvidenceStore
from schemas.errors import NotFound, Refused


def test_bytes_come_back_as_they_were_put(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    data = "转让公告".encode("gb18030") * 100
    sha = store.put(data)
    assert sha == hashlib.sha256(data).hexdigest()
    assert store.get(sha) == data
    assert store.has(sha)


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    assert store.put(b"page") == store.put(b"page")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_name_that_was_never_put_is_not_found(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    for name in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(NotFound):
            store.get(name)
        assert not store.has(name)


def test_damaged_evidence_is_refused_never_returned(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    one, other = store.put(b"one"), store.put(b"other")
    (tmp_path / one[:2] / f"{one}.zlib").write_bytes((tmp_path / other[:2] / f"{other}.zlib").read_bytes())
    with pytest.raises(Refused):
        store.get(one)
    (tmp_path / other[:2] / f"{other}.zlib").write_bytes(b"not zlib")
    with pytest.raises(Refused):
        store.get(other)

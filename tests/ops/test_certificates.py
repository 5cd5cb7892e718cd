"""Until when the authorities of the links are valid is measured, and a replaced file is read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ops.certificates import ends, measure_certificates
from ops.settings import Settings
from tests.ops.authority import authority
from tests.ops.metrics import sample

METRIC = "tongda_certificate_expiry_timestamp_seconds"
DAY = datetime(2027, 3, 1, tzinfo=UTC)


def test_the_first_to_end_of_a_file_is_what_counts_also_when_the_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority(DAY + timedelta(days=9)) + authority(DAY))
    settings = Settings(kafka_ca_file=file, database_ca_file=tmp_path / "missing.pem")
    measure_certificates(settings)
    assert sample(METRIC, certificate="kafka-ca") == DAY.timestamp()
    assert sample(METRIC, certificate="database-ca") is None
    file.unlink()
    (tmp_path / "new.pem").write_bytes(authority(DAY + timedelta(days=300)))
    (tmp_path / "new.pem").rename(file)
    measure_certificates(settings)
    assert sample(METRIC, certificate="kafka-ca") == (DAY + timedelta(days=300)).timestamp()


def test_a_file_that_holds_none_has_no_end(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    assert ends(tmp_path / "ca.pem") == 0

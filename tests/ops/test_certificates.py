"""Until when the authorities of the links are valid is measured, and a replaced file is read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ops.certificates import ends, measure_certificates
from ops.settings import Settings
from tests.ops.metrics import sample

METRIC = "tongda_certificate_expiry_timestamp_seconds"
DAY = datetime(2027, 3, 1, tzinfo=UTC)


def authority(until: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(DAY - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


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

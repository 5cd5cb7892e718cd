"""Certificates: until when the authorities are valid by which this process knows its broker and its database."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

from ops import telemetry
from ops.settings import Settings


def measure_certificates(settings: Settings) -> None:
    """Measure each file that is named; one that cannot be read has no value, and the link says why it fails."""
    for name, file in (("kafka-ca", settings.kafka_ca_file), ("database-ca", settings.database_ca_file)):
        if file is not None and (end := ends(file)):
            telemetry.gauge("tongda_certificate_expiry_timestamp_seconds", end, certificate=name)


def ends(file: Path) -> float:
    """When the first authority of a PEM file ends, in seconds; 0 when none can be read."""
    try:
        return _ends(file, file.stat().st_mtime_ns)
    except (OSError, ValueError):  # an error of TLS is an OSError
        return 0.0


@cache
def _ends(file: Path, changed: int) -> float:
    """``changed``: a file that is replaced is read again."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=file)
    return min(ssl.cert_time_to_seconds(str(each["notAfter"])) for each in context.get_ca_certs())

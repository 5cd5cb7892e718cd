"""CloudEvents 1.0 in Kafka's binary form: the headers that every public record carries.

``ce_source`` is what sends them, and is added where they are sent (``sent_by``): stages know of no installation.
"""

from __future__ import annotations

from functools import cache

Headers = tuple[tuple[str, bytes], ...]

SCHEMA = "urn:tongda:schema:"  # and the topic: what the value is, by the JSON Schema of that version


def cloud_event(topic: str, subject: str, revision: int, received_at: str) -> Headers:
    """Of one revision of what stands under this key of a topic; ``received_at``: its newest statement's."""
    version, kind, schema, form = _of_topic(topic)
    return (
        version,
        ("ce_id", f"{subject}.{revision}".encode()),
        kind,
        ("ce_subject", subject.encode()),
        ("ce_time", received_at.encode()),
        schema,
        form,
    )


@cache
def _of_topic(topic: str) -> Headers:
    """The headers that all records of a topic have."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", topic.encode()),
        ("ce_dataschema", f"{SCHEMA}{topic}".encode()),
        ("content-type", b"application/json"),
    )


def sent_by(installation: str, headers: Headers) -> list[tuple[str, bytes]]:
    """As they are sent: a public record with the installation as its source, unless it has one; any other as it is."""
    if not headers or headers[0][0] != "ce_specversion" or any(name == "ce_source" for name, _ in headers):
        return list(headers)
    return [*headers, ("ce_source", f"/tongda/{installation}".encode())]

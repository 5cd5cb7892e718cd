"""What is published, held to the JSON Schema of its topic: the same that subscribers are given."""

from __future__ import annotations

from functools import cache

from jsonschema_rs import Draft202012Validator

from schemas.contract.records import RECORDS, schema_of
from schemas.topics import named
from schemas.wire import decode


@cache
def validator(topic: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(named(topic)), validate_formats=True)


def unlike_its_schema(topic: str, value: bytes | None) -> list[str]:
    """Where a public record is not as its schema says; nothing for another topic's, and for a tombstone."""
    if topic not in RECORDS or value is None:
        return []
    return [f"{topic}{error.instance_path}: {error.message}" for error in validator(topic).iter_errors(decode(value))]

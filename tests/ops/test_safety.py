"""No client of the broker starts with a setting that breaks a promise in silence."""

from __future__ import annotations

from typing import Any

import pytest

from ops.bus.connection import CONSUMER, PRODUCER, SAFE_READER, SAFE_WRITER
from ops.bus.safety import complaints, must_be_safe
from schemas.errors import Misconfigured

READER = dict(CONSUMER)
WRITER = {**PRODUCER, "acks": -1, "transaction_timeout_ms": 15_000}
UNSAFE: list[tuple[dict[str, Any], str, object]] = [
    (READER, "isolation_level", "read_uncommitted"),
    (READER, "enable_auto_commit", True),
    (READER, "check_crcs", False),
    (READER, "auto_offset_reset", "latest"),
    (READER, "allow_auto_create_topics", True),
    (WRITER, "acks", 1),
    (WRITER, "acks", 0),
    (WRITER, "enable_idempotence", False),
    (WRITER, "transaction_timeout_ms", 900_000),
    (WRITER, "max_in_flight_requests_per_connection", 6),
    (WRITER, "allow_auto_create_topics", True),
]


def test_the_bus_s_own_settings_are_safe() -> None:
    assert complaints(READER, SAFE_READER) == complaints(WRITER, SAFE_WRITER) == []


@pytest.mark.parametrize(
    ("config", "name", "value"), UNSAFE, ids=lambda part: str(part) if not isinstance(part, dict) else ""
)
def test_an_unsafe_value_is_refused_by_name(config: dict[str, Any], name: str, value: object) -> None:
    rules = SAFE_READER if config is READER else SAFE_WRITER
    with pytest.raises(Misconfigured, match=f"{name} is {value!r}") as refused:
        must_be_safe({**config, name: value}, rules)
    assert (refused.value.code, refused.value.exit_code) == ("T3004", 3)


@pytest.mark.parametrize("name", [*SAFE_READER, *SAFE_WRITER])
def test_a_safe_value_is_written_out_not_left_to_the_client(name: str) -> None:
    config, rules = (READER, SAFE_READER) if name in SAFE_READER and name in READER else (WRITER, SAFE_WRITER)
    assert complaints({key: value for key, value in config.items() if key != name}, rules) == [f"{name} is not set"]

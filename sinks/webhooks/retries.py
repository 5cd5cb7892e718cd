"""Retries: when a message is tried again, and when a receiver is given up. Pure: how often it failed → how long to wait."""

from __future__ import annotations

from collections.abc import Callable

# The schedule that Standard Webhooks proposes: ten tries, the last after 75 hours and 35 minutes.
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
DEAD_SECONDS = sum(WAITS)  # for so long nothing may arrive before the receiver counts as dead
LONGEST_RECEIVER_WAIT = 300.0  # until a receiver that fails is asked again, by one message
LONGEST_RETRY_AFTER = 86_400.0
JITTER = 0.1
VERIFY_TRIES = 10


def wait_of(attempts: int, random: Callable[[], float]) -> float | None:
    """Seconds until the next try of a message that failed so often; None: it was the last."""
    return WAITS[attempts - 1] * (1 + JITTER * random()) if attempts <= len(WAITS) else None


def receiver_wait(failures: int, random: Callable[[], float]) -> float:
    """Seconds until a receiver that failed so often in a row is asked again, whatever message is due."""
    return min(float(WAITS[0] * 2 ** min(failures - 1, 10)), LONGEST_RECEIVER_WAIT) * (1 + JITTER * random())


def retry_after(text: str) -> float:
    """The seconds that a receiver asks to wait, within a day; another form, or none: 0."""
    return min(float(text), LONGEST_RETRY_AFTER) if text.isascii() and text.isdecimal() else 0.0

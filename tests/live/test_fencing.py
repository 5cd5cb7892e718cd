"""Two processes that both believe they own something: the late one's commit is refused, and nothing shows that it was there."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.settings import Settings
from tests.live.edge_subjects import PollSubject, StoreSubject
from tests.live.subject import Subject
from tests.live.workers import until

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("make", "place"),
    [(PollSubject, "poll.commit.before"), (PollSubject, "poll.body.after"), (StoreSubject, "sink.commit.after"),
     (StoreSubject, "sink.commit.before")],
)
def test_a_zombie_whose_partitions_another_took_writes_nothing_more(
    settings: Settings, tmp_path: Path, make: Callable[[Settings, str], Subject], place: str
) -> None:
    subject = make(settings.model_copy(update={"home": tmp_path}), f"zombie-{place.replace('.', '-')}")
    try:
        subject.feed()
        zombie = subject.start(f"{place}=stop@2")
        assert until(lambda: fed_until(subject, lambda: bool(zombie.reached())))
        successor = subject.start(slot="b")
        subject.feed()
        assert until(subject.settled, 60)
        zombie.signal(signal.SIGCONT)
        assert zombie.wait(30) > 0
        subject.feed()
        assert until(subject.settled, 60)
        assert subject.wrong() == []
        assert successor.process.poll() is None
    finally:
        subject.close()


def fed_until(subject: Subject, condition: Callable[[], bool]) -> bool:
    """More work as long as the condition does not hold."""
    if not (held := condition()):
        subject.feed()
    return held

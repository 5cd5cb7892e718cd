"""Two processes that hold the same partitions or lease: the commit of the earlier one is refused and leaves no trace."""

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
    ("make", "place", "ends"),
    [
        (PollSubject, "poll.commit.before", True),  # in its transaction: its commit is refused
        (
            PollSubject,
            "poll.body.after",
            False,
        ),  # with a page in hand: fenced, or it first learns that it lost its lease
        (StoreSubject, "sink.commit.before", False),  # the database has thrown out its transaction
        (StoreSubject, "sink.commit.after", False),
    ],
)
def test_nothing_of_a_zombie_is_visible_after_another_took_its_partitions(
    settings: Settings, tmp_path: Path, make: Callable[[Settings, str], Subject], place: str, ends: bool
) -> None:
    subject = make(settings.model_copy(update={"home": tmp_path}), f"zombie-{place.replace('.', '-')}")
    try:
        subject.feed()
        earlier = subject.start()  # leaves a state that each of the others has to read
        assert until(subject.settled, 60), earlier.end_with_its_stack()
        earlier.end()
        subject.feed()
        zombie = subject.start(f"{place}=stop@2")
        assert until(lambda: fed_until(subject, lambda: bool(zombie.reached())))
        successor = subject.start(slot="b")
        subject.feed()
        assert until(subject.settled, 60), successor.end_with_its_stack()
        zombie.signal(signal.SIGCONT)
        assert not ends or zombie.wait(30) > 0
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

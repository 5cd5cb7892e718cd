"""A real broker and a real database for the tests: started once when a test asks, on free ports, ended by pid.

Every test gets the marks of what it needs (tests/needs.py); ``pytest -m unit`` does not even import the others' folders.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import needs

if TYPE_CHECKING:  # imported by the fixtures: the process that only hands out tests needs none of it
    from ops.embedded import Service
    from ops.settings import Settings

_numbers = itertools.count(1)
_guard = needs.Guard()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Folders without a unit test cost a unit run nothing."""
    return True if config.getoption("markexpr") == "unit" and collection_path.name in needs.FOLDERS else None


def pytest_collection(session: pytest.Session) -> None:
    """Nothing of what is imported and collected becomes garbage: the collector need not look through it meanwhile."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Nor afterwards: what was collected stays until the end, and each full collection would go through all of it again."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        needs.mark(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with _guard.watching(item):
        return (yield)


@pytest.fixture(scope="session")
def embedded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of the embedded parts of this session."""
    return tmp_path_factory.mktemp("tongda")


@pytest.fixture(scope="session")
def kafka(embedded_home: Path) -> Iterator[Service]:
    """A running broker; ``kafka.address`` is its bootstrap server."""
    from ops.embedded import start_kafka

    service = start_kafka(embedded_home, 0)
    yield service
    service.stop()


@pytest.fixture(scope="session")
def database(embedded_home: Path) -> Iterator[Service]:
    """A running database; ``database.url`` reaches it with its password."""
    from ops.embedded import start_postgres

    service = start_postgres(embedded_home, 0)
    yield service
    service.stop()


@pytest.fixture(scope="session")
def settings(kafka: Service, database: Service, embedded_home: Path) -> Settings:
    """Settings over both, shared by the whole session."""
    from ops.settings import Settings

    return Settings(
        profile="test",
        home=embedded_home,
        evidence=embedded_home / "evidence",
        kafka=kafka.address,
        database=database.url,
        slot="test",
    )


@pytest.fixture
def fresh_settings(settings: Settings, database: Service, tmp_path: Path) -> Settings:
    """Settings for one test: topics under a prefix of its own, an empty database and a home of its own."""
    from tests.databases import create_database

    name = f"t{next(_numbers)}"
    return settings.model_copy(
        update={
            "home": tmp_path,
            "evidence": tmp_path / "evidence",
            "topic_prefix": f"{name}.",
            "database": create_database(database.url, name),
        }
    )

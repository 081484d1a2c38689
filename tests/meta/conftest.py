"""The planted world of a kind of database, and everybody’s walk through it, for all meta tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.crawl import Crawl, Worlds
from tests.world import World


@pytest.fixture(scope="session")
def worlds() -> Iterator[Worlds]:
    with ExitStack() as stack:
        yield Worlds(stack)


@pytest.fixture
def world(worlds: Worlds, kind: str) -> World:
    return worlds.on(kind)


@pytest.fixture
def walk(worlds: Worlds, kind: str) -> Callable[[str], Crawl]:
    """Somebody’s walk, by their name; it is walked once for all that is asked of it."""
    return lambda name: worlds.walk(kind, name)

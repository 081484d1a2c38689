"""Serving many at once: two workers, eight visitors, each on a connection of its own."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlencode

from tests.bench.answers import TYPED
from tests.bench.measuring import Line, figure, rate
from tests.bench.stage import Stage
from tests.bench.starting import BARE, OURS, free_port, serving

WORKERS, VISITORS = 2, 8
WRITES, READS, ROUNDS = 25, 25, 3
"""How many each visitor sends in a round, and how many rounds; ours and the floor in turns."""

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Visitor:
    """Somebody at one worker."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": cookie}
        self.token = ""

    def get(self, path: str) -> bytes:
        return self._send("GET", path)

    def post(self, path: str, **fields: str) -> bytes:
        body = urlencode({**fields, "csrf_token": self.token})
        return self._send("POST", path, body)

    def find_token(self, path: str) -> None:
        """Open a page with a form, as a browser does before it sends one."""
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found is not None
        self.token = found[1].decode()

    def _send(self, method: str, path: str, body: str | None = None) -> bytes:
        self.connection.request(method, path, body, self.headers | (FORM if body else {}))
        response = self.connection.getresponse()
        for kept in response.msg.get_all("Set-Cookie") or ():
            self.headers["Cookie"] += f"; {kept.partition(';')[0]}"
        content = response.read()
        assert response.status == 200, f"{method} {path}: {response.status}"
        return content


Deed = Callable[[Visitor], object]


def lines(small: Stage) -> Iterator[Line]:
    cookie = f"sid={small.token(small.cast.alice)}"
    audit = small.live_audit(1200, answered=False)
    hundred = small.live_audit(100, answered=True)
    with visitors(OURS, small, cookie) as ours, visitors(BARE, small) as bare:
        for each in ours:
            each.find_token(f"/audits/{audit}/checklist/1")
        yield from writing(ours, bare, audit)
        for work, path, floor, most in (
            ("list of 50", "/audits/", "/audits", 10),
            ("checklist page of 100", f"/audits/{hundred}/checklist", f"/checklist/{hundred}", 7),
        ):
            size = len(ours[0].get(path))
            yield reading(work, (ours, path), (bare, f"{floor}?size={size}"), least=1 / most)


@contextmanager
def visitors(command: list[str], stage: Stage, cookie: str = "") -> Iterator[list[Visitor]]:
    """Start the workers on the database of a stage; give the visitors, shared among them."""
    with ExitStack() as stack:
        ports = [free_port() for _ in range(WORKERS)]
        for port in ports:
            told = ["serve", "--port", str(port)] if cookie else [str(port), str(stage.path)]
            stack.enter_context(serving([*command, *told], port, stage.settings.instance))
        yield [Visitor(port, cookie) for _, port in zip(range(VISITORS), itertools.cycle(ports))]


def writing(ours: list[Visitor], bare: list[Visitor], audit: int) -> Iterator[Line]:
    numbers, floor_numbers = itertools.count(1), itertools.count(1)

    def save(visitor: Visitor) -> None:
        visitor.post(f"/audits/{audit}/checklist/{next(numbers)}", **TYPED)

    def floor(visitor: Visitor) -> None:
        visitor.post(f"/checklist/{audit}/{next(floor_numbers) + 600}", **TYPED)

    rates, waits = in_turns((ours, save), (bare, floor), WRITES // ROUNDS)
    name = f"{VISITORS} writers, {WORKERS} workers"
    yield rate(name, rates[0], rates[1], least=1 / 5)
    yield figure("  longest wait", max(waits[0]) * 1000, unit="ms", most=500)


def reading(
    work: str, ours: tuple[list[Visitor], str], bare: tuple[list[Visitor], str], *, least: float
) -> Line:
    acts = [(who, lambda visitor, path=path: visitor.get(path)) for who, path in (ours, bare)]
    rates, _ = in_turns(*acts, READS // ROUNDS)
    return rate(f"requests/s, {work}", rates[0], rates[1], least=least)


def in_turns(
    ours: tuple[list[Visitor], Deed], bare: tuple[list[Visitor], Deed], count: int
) -> tuple[list[float], list[list[float]]]:
    """Let all act at once, ours and the floor in turns.

    :returns: the median rate of each, a second, and how long every request waited.
    """
    rates: list[list[float]] = [[], []]
    waits: list[list[float]] = [[], []]
    for who, act in (ours, bare):
        all_at_once(who, act, 1)  # the first request of a worker loads its page
    for _ in range(ROUNDS):
        for place, (who, act) in enumerate((ours, bare)):
            began = time.perf_counter()
            found = all_at_once(who, act, count)
            rates[place].append(len(found) / (time.perf_counter() - began))
            waits[place] += found
    return [median(each) for each in rates], waits


def all_at_once(who: list[Visitor], act: Deed, count: int) -> list[float]:
    """Let every visitor act ``count`` times; an answer that is not 200 ends it all."""

    def visit(visitor: Visitor) -> list[float]:
        waited = []
        for _ in range(count):
            began = time.perf_counter()
            act(visitor)
            waited.append(time.perf_counter() - began)
        return waited

    with ThreadPoolExecutor(len(who)) as pool:
        return [each for found in pool.map(visit, who) for each in found]

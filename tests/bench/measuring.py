"""Measuring, and the table that tells it."""

import gc
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Engine, event

Act = Callable[[], Any]
HEADS = ("work", "ours", "floor", "ratio", "CPU ratio", "SQL", "goal", "")
MEBI = 1024 * 1024


@dataclass
class Times:
    """How long one act took, each time, in seconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Of this process and of the children that ended."""

    def note(self, wall: float, cpu: float) -> None:
        self.wall.append(wall)
        self.cpu.append(cpu)

    def __str__(self) -> str:
        if len(self.wall) < 3:
            return milliseconds(median(self.wall))
        low, _, high = quantiles(self.wall, n=4)
        spread = (high - low) / 2 / median(self.wall)
        return f"{milliseconds(median(self.wall))} ±{spread:.0%}"


def milliseconds(seconds: float) -> str:
    ms = seconds * 1000
    return f"{ms:,.0f} ms" if ms >= 100 else f"{ms:.3g} ms"


def cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(act: Act, repeat: int) -> Times:
    """Time ``act`` after one run that does not count."""
    (times,) = side_by_side(act, repeat=repeat)
    return times


def side_by_side(*acts: Act, repeat: int, warm: bool = True) -> list[Times]:
    """Time several acts in turns, so that the noise of the machine meets them all."""
    for act in acts if warm else ():
        act()
    found = [Times() for _ in acts]
    gc.collect()
    for _ in range(repeat):
        for act, times in zip(acts, found, strict=True):
            cpu, wall = cpu_seconds(), time.perf_counter()
            act()
            times.note(time.perf_counter() - wall, cpu_seconds() - cpu)
    return found


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the SQL sent meanwhile; transaction control is not counted."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def count_sql(engine: Engine, act: Act) -> int:
    with statements(engine) as seen:
        act()
    return len(seen)


def memory_of(pid: int | str = "self", what: str = "VmRSS") -> float:
    """Return a memory figure of a process, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(what)


def peak_growth(act: Act) -> float:
    """Return by how many MiB this process grew at most while acting."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = memory_of()
    act()
    return max(0.0, memory_of(what="VmHWM") - before)


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    work: str
    ours: object
    floor: object = ""
    ratio: str = ""
    cpu_ratio: str = ""
    sql: int | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        word = {True: "met", False: "MISSED", None: ""}[self.met]
        sql = "" if self.sql is None else str(self.sql)
        figures = (str(self.ours), str(self.floor), self.ratio, self.cpu_ratio)
        return (self.work, *figures, sql, self.goal, word)


def against(
    work: str,
    ours: Times,
    floor: Times,
    *,
    most: float | None = None,
    unit: str = "F",
    sql: int | None = None,
    most_sql: int | None = None,
) -> Line:
    """Return the line of a work beside its floor, or beside itself on less (``unit``: growth)."""
    wall = median(ours.wall) / median(floor.wall)
    cpu = median(ours.cpu) / median(floor.cpu)
    goals = [f"≤ {most:g} {unit}"] if most is not None else []
    goals += [f"≤ {most_sql} SQL"] if most_sql is not None else []
    checks = [] if most is None else [cpu <= most]
    checks += [] if most_sql is None or sql is None else [sql <= most_sql]
    return Line(
        work,
        ours,
        floor,
        f"{wall:.2f}",
        f"{cpu:.2f}",
        sql,
        ", ".join(goals),
        all(checks) if checks else None,
    )


def figure(work: str, value: float, *, unit: str, most: float, why: str = "") -> Line:
    """Return the line of a figure that has a limit of its own."""
    goal = f"≤ {most:g} {unit}{f' ({why})' if why else ''}"
    return Line(work, f"{value:,.1f} {unit}", goal=goal, met=value <= most)


def rate(work: str, ours: float, floor: float, *, least: float) -> Line:
    """Return the line of how often a second a work is done, beside its floor."""
    return Line(
        work,
        f"{ours:,.0f} /s",
        f"{floor:,.0f} /s",
        f"{floor / ours:.2f}",
        goal=f"≥ F/{1 / least:.0f}",
        met=ours >= floor * least,
    )


def as_json(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the table for programs: the figures as printed, and whether each goal is met."""
    return [
        {**dict(zip(HEADS[:-1], line.cells()[:-1], strict=True)), "met": line.met} for line in lines
    ]


def table(lines: list[Line]) -> str:
    rows = [HEADS, *(line.cells() for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    aligned = [
        "  ".join(
            cell.ljust(width) if n in {0, 6, 7} else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([aligned[0], "  ".join("-" * width for width in widths), *aligned[1:]])

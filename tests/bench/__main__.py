"""Measure everything and print the table; name themes to measure only those; ``--json`` too."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from qse_audit import footprint
from tests.bench import (
    answers,
    coherence,
    duerp,
    indicators,
    pages,
    papers,
    planning,
    risks,
    series,
    serving,
    starting,
)
from tests.bench.measuring import Line, as_json, table
from tests.bench.stage import open_stage


def main(wanted: list[str], *, as_programs: bool) -> None:
    began = time.perf_counter()
    footprint.settle()  # as every process that serves: what is loaded is not looked at again
    with (
        tempfile.TemporaryDirectory(prefix="qse-bench-") as name,
        open_stage(Path(name) / "empty") as empty,
        open_stage(Path(name) / "small", audits=1_200, answers=12_000) as small,
        open_stage(Path(name) / "large", audits=100_000, answers=135_000) as large,
    ):
        folder = Path(name)
        themes: dict[str, Callable[[], Iterable[Line]]] = {
            "starting": lambda: starting.lines(folder, small),
            "planning": lambda: planning.lines(folder, empty, small),
            "pages": lambda: pages.lines(small, large),
            "answers": lambda: answers.lines(folder, small, large),
            "papers": lambda: papers.lines(folder, small, empty),
            "serving": lambda: serving.lines(small),
            "series": series.lines,
            "coherence": coherence.lines,
            "duerp": lambda: duerp.lines(folder),
            "risks": lambda: risks.lines(folder),
            "indicators": lambda: indicators.lines(folder),
        }
        found: list[Line] = []
        for theme, lines in themes.items():
            if not wanted or theme in wanted:
                sys.stderr.write(f"{time.perf_counter() - began:5.0f} s  {theme}\n")
                found += lines()
    if as_programs:
        sys.stdout.write(f"{json.dumps(as_json(found), ensure_ascii=False, indent=1)}\n")
        return
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    sys.stdout.write(
        f"\n{table(found)}\n\n"
        f"Median wall time and half the interquartile range; ratios of medians. Goals look at the "
        f"CPU ratio.\n{os.cpu_count()} processors, load {load} (quiet is under 1), "
        f"{time.perf_counter() - began:.0f} s in all.\n"
    )


if __name__ == "__main__":
    asked = sys.argv[1:]
    main([each for each in asked if each != "--json"], as_programs="--json" in asked)

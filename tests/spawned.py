"""Processes of our own that wait for a word, so that several begin together."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qse_audit.paths import PACKAGE

Process = subprocess.Popen[str]


@contextmanager
def spawning(module: str) -> Iterator[Callable[..., Process]]:
    """Give what starts ``module`` with arguments and waits until it is ready; end all."""
    running: list[Process] = []

    def spawn(*arguments: object) -> Process:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *(str(each) for each in arguments)],
            cwd=PACKAGE.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        return process

    yield spawn
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def begin(*processes: Process) -> None:
    """Say the word."""
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()

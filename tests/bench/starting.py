"""Starting: from the process to its first answer, and the memory that a worker keeps."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from tests.bench.measuring import (
    Line,
    Times,
    against,
    cpu_seconds,
    figure,
    measure,
    memory_of,
)
from tests.bench.stage import Stage

ROOT = Path(__file__).parents[2]
BARE = [sys.executable, str(Path(__file__).with_name("bare_server.py"))]
OURS = [sys.executable, "-m", "qse_audit"]
TICKS = os.sysconf("SC_CLK_TCK")
REPEAT = 3


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    pid: int
    port: int
    wall: float
    cpu: float

    def get(self, path: str, cookie: str = "") -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, f"{path}: {response.status}"


def environment(instance: Path) -> dict[str, str]:
    """Return that of an installed server: its modules are compiled once, at the first boot."""
    values = {**os.environ, "QSE_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)}
    values.pop("PYTHONDONTWRITEBYTECODE", None)
    return values | {"PYTHONPYCACHEPREFIX": str(instance.parent / "bytecode")}


@contextmanager
def serving(command: list[str], port: int, instance: Path) -> Iterator[Server]:
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment(instance),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait(port, process)
        wall = time.perf_counter() - started
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        yield Server(process.pid, port, wall, (int(fields[11]) + int(fields[12])) / TICKS)
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Ask until there is an answer."""
    while process.poll() is None:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"the server ended with {process.returncode}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def lines(folder: Path, small: Stage) -> Iterator[Line]:
    instance = folder / "new"
    boot = [*OURS, "init-db"]
    run = {"env": environment(instance), "check": True, "capture_output": True}
    subprocess.run([*OURS, "--version"], **run)  # compiles the modules, as an installer does
    before = cpu_seconds()
    subprocess.run(boot, **run)
    first = cpu_seconds() - before
    yield figure("first boot, CPU of migrations and all", first, unit="s", most=3.3, why="P/80")
    ours, floor, idle, bare = Times(), Times(), [], []
    for _ in range(REPEAT):
        port = free_port()
        with serving([*BARE, str(port)], port, instance) as server:
            floor.note(server.wall, server.cpu)
            bare.append(memory_of(server.pid))
        with serving([*OURS, "serve", "--port", str(port)], port, instance) as server:
            ours.note(server.wall, server.cpu)
            idle.append(memory_of(server.pid))
    yield against("start to first answer", ours, floor, most=3)
    yield figure(
        f"memory of an idle worker (bare: {median(bare):.0f})", median(idle), unit="MiB", most=80
    )
    yield figure("  after use", used_memory(small), unit="MiB", most=120)


def used_memory(stage: Stage) -> float:
    """Return what a worker holds once people have used it, on an instance served before."""
    audit = stage.live_audit(1200, answered=True)
    cookie = f"sid={stage.token(stage.cast.claire)}"
    port = free_port()
    command = [*OURS, "serve", "--port", str(port)]
    pages = ["/", "/audits/", "/findings/", "/actions/", f"/audits/{audit}"]
    pages += [f"/audits/{audit}/checklist", "/audits/export.xlsx"]
    for repeat in (1, 9):
        with serving(command, port, stage.settings.instance) as server:
            measure(lambda: [server.get(page, cookie) for page in pages], repeat=repeat)
            used = memory_of(server.pid)
    return used

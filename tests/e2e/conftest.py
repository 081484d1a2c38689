"""A real server on a real demo company, and a browser that reports everything it dislikes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.shared import folder, shared

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=20_000)  # a busy machine takes its time
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}


@dataclass(frozen=True)
class Demo:
    """The address of the running demo, and what it holds."""

    url: str
    accounts: dict[str, dict[str, str]]
    audits: list[int]
    candidacies: list[int]
    instance: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


COMMAND = (sys.executable, "-m", "qse_audit", "demo")


def environment_of(instance: Path) -> dict[str, str]:
    return {**os.environ, "QSE_INSTANCE": str(instance), "QSE_DATABASE_URL": ""}


def load_demo() -> dict[str, Any]:
    """Load the demo company, once for all workers, and return what it told."""
    loaded = subprocess.run(
        [*COMMAND, "--no-serve", "--json"],
        env=environment_of(folder() / "demo"),
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(loaded.stdout)
    return told


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Serve a copy of the demo company until the tests end."""
    instance = tmp_path_factory.mktemp("demo")
    told = shared("demo", load_demo)
    shutil.copytree(folder() / "demo", instance, dirs_exist_ok=True)
    port = free_port()
    with subprocess.Popen([*COMMAND, "--port", str(port)], env=environment_of(instance)) as server:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/health")
        accounts = {each["role"]: each for each in reversed(told["accounts"])}
        yield Demo(url, accounts, told["audits"], told["candidacies"], instance)
        server.terminate()


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """One signed-in browser window; what the console said is kept and must be nothing."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def check(self) -> None:
        """Refuse accessibility violations, sideways scrolling and console messages."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
        over = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 0, f"{self.page.url} scrolls sideways by {over} px"
        assert self.complaints == []


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(demo: Demo, browser: Browser, width: str) -> Iterator[Callable[..., Visit]]:
    """Sign in as somebody of the demo, by role, in a window of the current width."""
    opened = []

    def visit(role: str | None = None) -> Visit:
        x, y = WIDTHS[width]
        context = browser.new_context(viewport={"width": x, "height": y}, locale="fr-FR")
        opened.append(context)
        found = Visit(context.new_page(), demo.url)
        watch(found)
        if role:
            account = demo.accounts[role]
            page = found.open("/sign-in")
            page.get_by_label("Adresse électronique").fill(account["email"])
            page.get_by_label("Mot de passe").fill(account["password"])
            page.get_by_role("button", name="Se connecter").click()
            page.wait_for_url(f"{demo.url}/")
        return found

    yield visit
    for context in opened:
        context.close()


def watch(visit: Visit) -> None:
    """Keep every error, warning and refused resource of a window."""

    def console(message: object) -> None:
        if message.type in {"error", "warning"}:
            visit.complaints.append(f"{message.type}: {message.text}")

    def response(answer: object) -> None:
        if answer.status >= 400:
            visit.complaints.append(f"{answer.status} {answer.request.method} {answer.url}")

    visit.page.on("console", console)
    visit.page.on("response", response)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))

"""Take the two screenshots of the README: ``python -m tests.e2e.screenshots FOLDER``."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS, free_port, wait_for

SHOTS = {
    "audit": ("candidate", "/audits/6", (1280, 900)),
    "portfolio": ("candidate", "/candidacies/1", (390, 844)),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance:
        environment = {**os.environ, "QSE_INSTANCE": instance, "QSE_DATABASE_URL": ""}
        command = [sys.executable, "-m", "qse_audit", "demo"]
        told = subprocess.check_output([*command, "--no-serve", "--json"], env=environment)
        accounts = {each["role"]: each for each in reversed(json.loads(told)["accounts"])}
        port = free_port()
        with subprocess.Popen([*command, "--port", str(port)], env=environment) as server:
            wait_for(f"http://127.0.0.1:{port}/health")
            take(folder, f"http://127.0.0.1:{port}", accounts)
            server.terminate()


def take(folder: Path, url: str, accounts: dict[str, dict[str, str]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for name, (role, path, (width, height)) in SHOTS.items():
            page = browser.new_page(
                viewport={"width": width, "height": height}, locale="fr-FR", device_scale_factor=1
            )
            page.goto(f"{url}/sign-in?next={path}")
            page.get_by_label("Adresse électronique").fill(accounts[role]["email"])
            page.get_by_label("Mot de passe").fill(accounts[role]["password"])
            page.get_by_role("button", name="Se connecter").click()
            page.wait_for_url(f"{url}{path}")
            page.wait_for_timeout(300)
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Finds a Chromium for the browser tests, and installs one where that can be done: python -m tests.browser.chromium."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO = (
    "The browser tests need Chromium and found none. Install it with the system's package manager "
    "(Debian: apt-get install chromium fonts-noto-cjk), or run: .venv/bin/playwright install chromium"
)
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]


def find() -> str | None:
    """The browser on this machine, else the one that Playwright has installed for itself, else none."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or playwrights_own()


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install() -> str | None:
    """On Debian, as root, ask the package manager; anywhere else a person has to."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    wanted = ["chromium", "fonts-noto-cjk"]
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], env=quiet, check=False)
    return find()


if __name__ == "__main__":
    sys.exit(None if find() or install() else HOW_TO)

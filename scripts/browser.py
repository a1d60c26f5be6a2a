"""Find a Chromium for the browser tests and benchmarks, or install one; find a Firefox for its main journeys.

`python scripts/browser.py` prints the path of the browser that would be used; with `--install` it first installs one
where none is found: Playwright's, or Debian's package when run as root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium-headless-shell",  # no window: 63 s of processor time where the whole browser takes 80
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
ARGUMENTS = (
    "--no-sandbox",  # tests run as root in containers, on pages of our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NONE_FOUND = """\
No browser was found for the browser tests. Any one of these is enough:
  - install Chromium or Google Chrome with your system's package manager
  - set CHROMIUM to the path of one:  CHROMIUM=/path/to/chromium make test
  - let Playwright fetch its own:     .venv/bin/python -m playwright install chromium
Everything but the browser tests runs without one: make unit"""
FIREFOX_NAMES = ("firefox-esr", "firefox")
NO_FIREFOX_FOUND = """\
No Firefox was found for the main journeys. Either of these is enough:
  - install it:  apt-get install --no-install-recommends firefox-esr
  - set FIREFOX to the path of one:  FIREFOX=/path/to/firefox make test"""


def find() -> str | None:
    """Return the path of a browser: CHROMIUM's, an installed one, or Playwright's own; None when there is none."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    installed = (shutil.which(name) for name in NAMES)
    placed = (place for place in PLACES if Path(place).is_file())
    return next((path for path in (*installed, *placed) if path), None) or _playwrights()


def find_firefox() -> str | None:
    """Return the path of a Firefox: FIREFOX's or an installed one; None when there is none."""
    names = (os.environ.get("FIREFOX"), *FIREFOX_NAMES)
    return next((path for name in names if name and (path := shutil.which(name))), None)


def install() -> str | None:
    """Install a browser and return its path, None when that is not possible here."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if _may_use_apt():
        attempts += [
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
        ]
    for command in attempts:
        print(f"$ {' '.join(command)}", file=sys.stderr)
        _run(command)
        if found := find():
            return found
    return None


def _playwrights() -> str | None:
    """Ask Playwright in its own process: its driver takes a second to start and must not stay."""
    program = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return path if path and Path(path).is_file() else None


def _may_use_apt() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def _run(command: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, check=False, timeout=600, env=environment, stdout=sys.stderr)
    except subprocess.TimeoutExpired:
        print("  gave no answer for ten minutes", file=sys.stderr)


def main() -> int:
    """Print the browser's path; exit with 1 and a message when there is none."""
    found = find()
    if found is None and "--install" in sys.argv[1:]:
        found = install()
    print(found or NONE_FOUND, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())

"""Lock every package, transitive ones too, in one form for all Pythons and systems.

`python scripts/lock.py` resolves `requirements*.txt` into `locks/*.txt`, which pip installs from, and checks that every
pin has a wheel wherever the app is promised to run. Pins that still fit stay; `--upgrade` takes the newest that the
ranges allow. `--compare` prints where the running environment differs from `locks/dev.txt`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "locks"
LOCKED = {"dev": "requirements-dev.txt", "cluster": "requirements-cluster.txt", "app": "requirements.txt"}
"""What each lock is resolved from. The first one holds all that the others hold, and they take its pins."""

PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = (
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)
"""Where every pin must have a wheel. TensorFlow has none for macOS on Intel and for Windows on Arm."""

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def lock(upgrade: bool) -> None:
    """Write `locks/*.txt`; raise `subprocess.CalledProcessError` where the ranges cannot be met."""
    LOCKS.mkdir(exist_ok=True)
    for name, source in LOCKED.items():
        options = ["--universal", "--python-version", PYTHONS[0], "--generate-hashes", "--no-annotate"]
        options += ["--no-emit-index-url", "--no-emit-find-links"]
        if name != "dev":
            options += ["--constraints", "locks/dev.txt"]
        elif upgrade:
            options += ["--upgrade"]
        _uv("compile", *options, "--output-file", f"locks/{name}.txt", source)


def check() -> None:
    """Resolve the largest lock from wheels alone, for every system and Python, without downloading them."""
    for platform in PLATFORMS:
        for python in PYTHONS:
            print(f"{platform}, Python {python}", flush=True)
            with tempfile.TemporaryDirectory() as empty:
                where = ["--target", empty, "--python-platform", platform, "--python-version", python]
                _uv(
                    "install",
                    "--dry-run",
                    "--require-hashes",
                    "--only-binary",
                    ":all:",
                    *where,
                    "-r",
                    "locks/dev.txt",
                )


def differences() -> list[str]:
    """Return a line for each installed package of another version than `locks/dev.txt` pins, or that it lacks."""
    locked = {_normal(name): version for name, version in PIN.findall((LOCKS / "dev.txt").read_text("utf-8"))}
    installed = {_normal(each.name): each.version for each in metadata.distributions()}
    return [
        f"{name} {locked.get(name, 'not locked')} -> {version}"
        for name, version in sorted(installed.items())
        if name != "pip" and locked.get(name) != version
    ]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _uv(*arguments: str) -> None:
    environment = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"}  # the head of the files
    command = [sys.executable, "-m", "uv", "pip", arguments[0], "--quiet", "--no-config", *arguments[1:]]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest that the ranges allow")
    parser.add_argument("--compare", action="store_true", help="print what is installed and differs from the lock")
    chosen = parser.parse_args()
    if chosen.compare:
        print("\n".join(differences()) or "All as in locks/dev.txt")
        return
    try:
        lock(chosen.upgrade)
        check()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()

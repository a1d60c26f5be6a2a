"""Limit the memory, processor time and files of a process that reads an untrusted file."""

from __future__ import annotations

MAX_OPEN_FILES = 16
"""Files that may be open at once: those of modules that are imported while the file is read."""


def limit_this_process(memory_bytes: int, cpu_seconds: int, open_files: int = MAX_OPEN_FILES) -> None:
    """Limit this process, which can write no file from then on.

    Windows has no such limits: there the time limit of the parent process is the only one.

    Args:
        memory_bytes: Address space.
        cpu_seconds: Processor time.
        open_files: Files open at once, standard input, output and error included.
    """
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        ("RLIMIT_AS", memory_bytes),
        ("RLIMIT_CPU", cpu_seconds),
        ("RLIMIT_NOFILE", open_files),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (AttributeError, ValueError, OSError):
            continue  # macOS refuses some of them

"""The scheduler's refusals: why a job is not accepted, and why it was ended."""

from __future__ import annotations

from cnnviz.core.errors import Refusal
from cnnviz.jobs.scheduler.job_state import JobState, Limits


def check_open(closed: bool, refusal: Refusal | None) -> None:
    """Raise a `Refusal` if nothing can be trained now."""
    if closed:
        raise Refusal("Nothing can be trained at this moment: the app is being stopped. Please try again later.")
    if refusal is not None:
        raise refusal


def check_limits(own: int, waiting: int, limits: Limits) -> None:
    """Raise a `Refusal` if the owner has too many jobs, or too many jobs wait in total."""
    if own >= limits.max_active:
        raise Refusal(
            "One training of yours is running and one is waiting, and no visitor may have more. Wait until one has "
            "ended, or cancel one: choose it under “Your runs”, then press “Cancel”."
        )
    if waiting >= limits.max_queued:
        raise Refusal(
            "{most} trainings are waiting on this server, so no other can be started now. Your settings are kept: "
            "press the button again in a few minutes.",
            most=limits.max_queued,
        )


def already_active() -> Refusal:
    """Explain that a job can only be continued once it has ended."""
    return Refusal(
        "This training is already waiting or running, perhaps started in another tab. Watch it here; once it has ended "
        "it can go on."
    )


def is_over_time(job: JobState, now: float, limits: Limits) -> bool:
    """Return whether a placed job has used up its running time or its time in place."""
    return job.run_seconds > limits.run_seconds or now - job.placed_at > limits.place_seconds


def time_limit(seconds: float) -> Refusal:
    """Explain that a job was stopped after its running time."""
    return Refusal(
        "A training may run for {minutes} minutes; this one was stopped then. What it had learned is kept. Choose "
        "fewer epochs or a smaller network.",
        minutes=round(seconds / 60),
    )


def lease_expired(seconds: float) -> Refusal:
    """Explain that a job was cancelled because no page showed it."""
    return Refusal(
        "Nobody looked at this training for {minutes} minutes, so it was cancelled. Start it again, and choose “Keep "
        "training when I leave” before you do.",
        minutes=round(seconds / 60),
    )


def worker_lost() -> Refusal:
    """Explain that the worker died at every attempt."""
    return Refusal(
        "The process that trained this network ended twice without a word, perhaps for lack of memory. The last whole "
        "epoch is kept. Try a smaller network or batch."
    )


def program_error(number: str) -> Refusal:
    """Explain that the trainer raised an error; `number` identifies its traceback in the log."""
    return Refusal(
        "This training failed because of an error in the program (number {number} in the server's log). Please try "
        "again, or another plan.",
        number=number,
    )


def no_process() -> Refusal:
    """Explain that the system gives no process for a worker."""
    return Refusal("No process for a training can be started at this moment. Please try again later.")


def moved_elsewhere() -> Refusal:
    """Explain that another app process has adopted the job."""
    return Refusal("This training is followed by another server now. Reload the page to see it.")


def unknown_job() -> Refusal:
    """Explain that this process does not know the job."""
    return Refusal("This training was interrupted: the server was started anew meanwhile. Start it again.")

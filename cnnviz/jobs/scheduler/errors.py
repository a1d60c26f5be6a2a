"""What the engine refuses, and what it tells a learner about a job that it ended."""

from __future__ import annotations

from cnnviz.core.errors import Refusal
from cnnviz.jobs.scheduler.job_state import Limits, Ticket


def check_free(closed: bool, refusal: Refusal | None) -> None:
    """Raise a `Refusal` where nothing can be trained now."""
    if closed:
        raise Refusal("Nothing can be trained at this moment: the app is being stopped. Please try again later.")
    if refusal is not None:
        raise refusal


def check_room(own: int, waiting: int, limits: Limits) -> None:
    """Raise a `Refusal` where the owner has too many jobs or too many wait altogether."""
    if own >= limits.active:
        raise Refusal(
            "A learner may have one training running and one waiting. Received: one more. Wait until one has ended, "
            "or stop one."
        )
    if waiting >= limits.queued:
        raise Refusal(
            "At most {most} trainings can wait at a time. Received: one more. Please try again in a few minutes.",
            most=limits.queued,
        )


def under_way() -> Refusal:
    return Refusal(
        "A training goes on once it has ended. Received: one that waits or runs. Watch it, or wait until it has ended."
    )


def is_over(ticket: Ticket, now: float, limits: Limits) -> bool:
    """Whether a job that has a place had it long enough."""
    return ticket.ran > limits.running or now - ticket.since > limits.held


def too_long(seconds: float) -> Refusal:
    return Refusal(
        "A training may run for {minutes} minutes; this one was stopped then. What it had learned is kept. Choose "
        "fewer epochs or a smaller network.",
        minutes=round(seconds / 60),
    )


def abandoned(seconds: float) -> Refusal:
    return Refusal(
        "Nobody looked at this training for {minutes} minutes, so it was cancelled. Start it again, and choose “Keep "
        "training when I leave” before you do.",
        minutes=round(seconds / 60),
    )


def lost() -> Refusal:
    return Refusal(
        "The process that trained this network ended twice without a word, perhaps for lack of memory. The last whole "
        "epoch is kept. Try a smaller network or batch."
    )


def failed(number: str) -> Refusal:
    """`number` stands before the traceback in the log."""
    return Refusal(
        "This training failed because of an error in the program (number {number} in the server's log). Please try "
        "again, or another plan.",
        number=number,
    )


def unstartable() -> Refusal:
    return Refusal("No process for a training can be started at this moment. Please try again later.")


def moved() -> Refusal:
    return Refusal("This training is followed by another server now. Reload the page to see it.")


def unknown() -> Refusal:
    return Refusal("This training was interrupted: the server was started anew meanwhile. Start it again.")

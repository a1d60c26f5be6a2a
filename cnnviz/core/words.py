"""The mark of a sentence that is shown to visitors, for sentences that are written away from where they are shown."""


def mark(message: str) -> str:
    """Return `message` unchanged; tells the extraction of texts that it belongs in the catalogue."""
    return message

"""What a layer did to the digit: a text that follows what `feature_maps.publish` brings, without a run of the page."""

from __future__ import annotations

from cnnviz.ui.components.mount import mount


def finding(key: str, *, channel: str, of: str) -> None:
    """Show the text that is published on a channel under a name.

    While nothing is published under it, as long as the pen is down, the last text stays, dimmed.

    Args:
        key: The element's key.
        channel: Where `feature_maps.publish` brings `texts`.
        of: The name of the text.
    """
    mount("finding", key=key, data={"channel": channel, "of": of})

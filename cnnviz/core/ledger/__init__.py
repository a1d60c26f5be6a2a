"""Explain one value of any layer: every product and sum that it is computed from, down to the pixels."""

from cnnviz.core.ledger.account import ACCOUNTS, account
from cnnviz.core.ledger.backtrace import descend, is_path
from cnnviz.core.ledger.cells import INPUT, Cell, Level
from cnnviz.core.ledger.feeds import Feeds, MapTotal, find_feeds, sum_over_map
from cnnviz.core.ledger.ledger import Ledger, Line, Part, Shares, Terms
from cnnviz.core.ledger.receptive_field import find_receptive_field
from cnnviz.core.ledger.shortened import shorten, shorten_feeds, shorten_total

__all__ = [
    "ACCOUNTS",
    "INPUT",
    "Cell",
    "Feeds",
    "Ledger",
    "Level",
    "Line",
    "MapTotal",
    "Part",
    "Shares",
    "Terms",
    "account",
    "descend",
    "find_feeds",
    "find_receptive_field",
    "is_path",
    "shorten",
    "shorten_feeds",
    "shorten_total",
    "sum_over_map",
]

"""Explain one value of any layer: every product and sum that it is computed from, down to the pixels."""

from cnnviz.core.ledger.account import ACCOUNTS, account
from cnnviz.core.ledger.backtrace import descend, is_path
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.ledger import Ledger, Line, Part, Shares, Terms
from cnnviz.core.ledger.receptive_field import find_receptive_field

__all__ = [
    "ACCOUNTS",
    "INPUT",
    "Cell",
    "Ledger",
    "Line",
    "Part",
    "Shares",
    "Terms",
    "account",
    "descend",
    "find_receptive_field",
    "is_path",
]

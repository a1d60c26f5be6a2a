"""One cell, accounted for: a value of any layer followed sum by sum, down to the pixels that it was made of."""

from cnnviz.core.ledger.account import ACCOUNTS, account
from cnnviz.core.ledger.backtrace import descend, is_path
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.ledger import Ledger, Line, Part, Shares, Terms
from cnnviz.core.ledger.receptive_field import receptive_field

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
    "is_path",
    "receptive_field",
]

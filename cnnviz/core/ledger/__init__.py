"""One cell, accounted for: a value of any layer followed sum by sum, down to the pixels that it was made of."""

from cnnviz.core.ledger.account import ACCOUNTS, account
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.path import down
from cnnviz.core.ledger.reach import receptive_field
from cnnviz.core.ledger.record import Ledger, Line, Part, Said, Shares, Terms

__all__ = [
    "ACCOUNTS",
    "INPUT",
    "Cell",
    "Ledger",
    "Line",
    "Part",
    "Said",
    "Shares",
    "Terms",
    "account",
    "down",
    "receptive_field",
]

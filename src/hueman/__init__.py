"""hueman: people doing any action in clothes of any colour."""

__version__ = "0.1.0"

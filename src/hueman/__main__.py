"""`python -m hueman` is the command `hueman`."""

from hueman.cli import main

main()

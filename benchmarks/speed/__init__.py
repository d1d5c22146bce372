"""How fast hueman is: everything against a named baseline, in one run, turn by turn."""

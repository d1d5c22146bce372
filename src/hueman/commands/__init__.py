"""The commands. Each calls one function of one room and prints where its result is.

Rooms are imported inside the commands: `hueman --help` need not wait for torch.
"""

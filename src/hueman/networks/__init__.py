"""The networks, one for each file. They know nothing of files or training."""

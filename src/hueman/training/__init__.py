"""Losses, data and the training loops of stage I and stage II."""

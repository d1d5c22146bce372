"""The registry of pretrained weights: where they come from, how they are checked and read."""

"""What computes the frames: torch, or a graph that was exported from it."""

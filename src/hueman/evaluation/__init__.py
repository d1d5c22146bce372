"""Metrics and the measurement of a trained model on held-out clips."""

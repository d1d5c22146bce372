"""Whole comparisons by name: data, methods, trainings, judgement, the paper's Table 1."""

"""The paper's figures, made from real clips and a model: uint8 RGB pictures on white."""

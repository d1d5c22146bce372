"""Prepared datasets as WebDataset tar shards, for training from other machines and from stores."""

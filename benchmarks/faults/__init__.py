"""Commands that are killed by kill -9 at random moments, run again and compared."""

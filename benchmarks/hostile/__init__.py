"""Bad input: good files, what is done to them, and what the program makes of them."""

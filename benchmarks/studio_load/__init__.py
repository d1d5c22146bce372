"""A crowd of visitors in a real studio: who gets what, and what they leave behind."""

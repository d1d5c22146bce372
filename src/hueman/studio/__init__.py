"""A web page on which everything is done with the mouse, a finger or the keyboard.

Only `page`, `callbacks`, `theme` and `serve` know of gradio.
"""

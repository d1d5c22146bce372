"""Rendered actors doing actions, with all that a camera cannot know beside the pictures."""

"""The screen that tells what holds a run up, and what would help."""

"""Remembering runs: the journal that records them, and the past runs read from it."""

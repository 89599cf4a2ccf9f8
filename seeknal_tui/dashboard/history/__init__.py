"""The runs of the past: their list, and two of them side by side."""

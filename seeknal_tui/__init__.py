"""A terminal dashboard that runs a data pipeline and lets its owner watch, understand and rerun it."""

__version__ = "0.1.0"

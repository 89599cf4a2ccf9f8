"""Asking things of a run from another process: a socket that only its owner may open."""

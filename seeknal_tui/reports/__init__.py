"""Handing a run out: plain lines and JSON."""

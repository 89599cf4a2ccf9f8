"""How the property tests draw their examples.

A check before a merge must give the same answer twice, so the examples are the same each time. To look for new ones, by
hand: ``python -m pytest --hypothesis-profile=search``.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("repeatable")

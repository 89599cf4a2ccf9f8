"""Showing it: the Textual application. The only room that imports Textual."""

import os

if "TEXTUAL_FPS" not in os.environ:
    # How often Textual looks whether anything is to be painted: by default a key waits up to 17 ms for that.
    os.environ["TEXTUAL_FPS"] = "120"
    import textual.constants  # noqa: F401 - which reads it once

    del os.environ["TEXTUAL_FPS"]  # it is not for the tasks

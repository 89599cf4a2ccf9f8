"""How often Textual looks whether anything is to be painted. To be imported before Textual, which reads it once."""

import os

if "TEXTUAL_FPS" not in os.environ:
    os.environ["TEXTUAL_FPS"] = "120"  # with Textual's 60 a key waits up to 17 ms
    import textual.constants  # noqa: F401

    del os.environ["TEXTUAL_FPS"]  # it is not for the tasks

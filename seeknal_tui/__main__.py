"""``python -m seeknal_tui`` is the command ``seeknal-tui``."""

from seeknal_tui.cli import main

main()

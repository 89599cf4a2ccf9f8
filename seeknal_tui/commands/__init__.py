"""The commands, a module each. A module is imported only when its command is typed, or help is asked for."""

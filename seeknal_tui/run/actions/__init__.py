"""What a task does: one module for each kind of action."""

"""Running it: events, their fold, the scheduler, the runner and its actions."""

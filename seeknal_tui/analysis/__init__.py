"""Understanding a run: pure functions over a pipeline and the state of its run."""

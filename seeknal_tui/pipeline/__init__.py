"""What is to be run: tasks and pipelines, loaded, checked and selected. Executes nothing."""

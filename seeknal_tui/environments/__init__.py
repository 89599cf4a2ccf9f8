"""Environments: which there are, what is different in one, making its results production's, removing one."""

"""Showing it: the Textual application. The only room that imports Textual."""

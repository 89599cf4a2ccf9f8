"""What tasks printed: read from disk as far as it is seen, searched in another process, copied without its marks."""

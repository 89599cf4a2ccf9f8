"""The graph pane: layout in layers, routing in tracks, painting of cells."""

"""JSON files that configure a model: what they make a loader do."""

"""Services of the built-in blueprints, as teams get them: rendered, updated, judged, run."""

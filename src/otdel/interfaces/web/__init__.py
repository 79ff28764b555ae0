"""Web pages: one module per room, htmx fragments inside their pages."""

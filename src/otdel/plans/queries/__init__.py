"""Questions about plans and facts."""

"""An invented Russian firm with 18 months of history, the same for the same seed."""

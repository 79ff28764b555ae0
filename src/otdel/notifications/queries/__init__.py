"""What there is to be told."""

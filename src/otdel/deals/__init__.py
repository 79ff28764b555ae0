"""What we are trying to sell, where it stands, every step it took."""

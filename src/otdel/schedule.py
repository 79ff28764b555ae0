"""What happens by the clock. To time what urls.py is to addresses."""

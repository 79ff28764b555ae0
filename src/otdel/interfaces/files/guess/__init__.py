"""Guesses about a file, each with its confidence and reason; the user has the last word."""

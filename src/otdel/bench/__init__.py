"""Ratios of our pages to a floor measured in the same run."""

"""Target and fact of the same metric over the same period."""

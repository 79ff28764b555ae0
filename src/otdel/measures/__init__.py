"""What we do about a plan that fails: manual control, declared for a time and kept by the day."""

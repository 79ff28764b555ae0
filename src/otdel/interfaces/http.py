"""What every door shares: the typed request and the status of each refusal."""

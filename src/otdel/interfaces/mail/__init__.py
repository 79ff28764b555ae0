"""Letters that come in: an answer becomes a comment, a letter to one's own task address becomes a task."""

"""Work given in writing: by whom, to whom, about whom, until when, and how it ended."""

"""The doors: pages, programs, files, letters, live updates. They translate; rooms decide."""

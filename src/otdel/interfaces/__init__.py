"""The doors: web pages and files. They translate; rooms decide."""

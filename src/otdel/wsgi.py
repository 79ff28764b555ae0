"""The door web servers enter by."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdel.settings")
application = get_wsgi_application()
# What is here by now stays for good: looking through it again and again for garbage is a tenth of a page of a
# thousand rows. A page makes tens of thousands of small things and leaves them all, so look after many, not every 700.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)

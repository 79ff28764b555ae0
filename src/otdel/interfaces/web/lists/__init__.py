"""Every list of records: how it is drawn, narrowed, remembered, shared by its address, and taken away as a file.

A room's page module describes its list as a `ListPage` and adds `urls(page)` to its addresses.
"""

from otdel.interfaces.web.lists.addresses import urls
from otdel.interfaces.web.lists.many import allowed
from otdel.interfaces.web.lists.page import BulkAction, ListPage
from otdel.interfaces.web.lists.state import asking_of, state_of
from otdel.interfaces.web.lists.views import chips

__all__ = ["BulkAction", "ListPage", "allowed", "asking_of", "chips", "state_of", "urls"]

"""The same for one or many deals and leads: whose they are, tags, the bin."""

from __future__ import annotations

from otdel.deals import access
from otdel.org.actions.many import Kind

DEALS = Kind("deal", access.deals)
LEADS = Kind("lead", access.leads)

# a closed deal stays with the department it was closed in
assign_deals = DEALS.assign
tag_deals = DEALS.tag
bin_deals = DEALS.put_in_bin
restore_deals = DEALS.restore
undo_deals = DEALS.undo

assign_leads = LEADS.assign
tag_leads = LEADS.tag
bin_leads = LEADS.put_in_bin
restore_leads = LEADS.restore
undo_leads = LEADS.undo

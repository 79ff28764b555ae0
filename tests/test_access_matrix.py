"""Who may reach what: every address of the product, by everybody who may try.

Columns: Anna owns the record; Boris heads her department; Olga heads the one above it; Vera is a manager of another
department and Gleb her head; Zoya keeps the books; the administrator keeps the settings; nobody has not signed in.

Cells: `sees` is a page with Anna's record in it, `open` a page without, `done` a submission that was carried out or a
page that leads on, `login` the sign-in page; a number is the status of a refusal. A refused submission writes nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from matrix_requests import name_of, prepared, sent
from people import NOW
from world import ANNAS, VERAS, World, make_world

from otdel.core.models import Event, FieldChange

WHO = ("anna", "boris", "olga", "vera", "gleb", "zoya", "admin", "nobody")

# Anna's part of a plan is hers to see; what Boris has in it, and so the whole, is not.
OF_BORIS = re.compile(r"1.?112.?223|1\.11M|8.?766.?544|8\.77M")
THE_PLAN = re.compile(r"7.?654.?321|7\.65M|8.?766.?544|8\.77M|15.?310.?876")  # Anna's, the department's, Olga's whole

# Left: kinds, put one by one for {}; method; names of addresses. `name?query` asks with a query, `name+body` posts
# what matrix_requests.py says.
MATRIX = """
kinds                            | what                                  | Anna  Boris Olga  Vera  Gleb  Zoya  admin nobody

customer contact deal            | GET {} {}_history                     | sees  sees  sees  404   404   sees  404   login
lead                             | GET {} {}_history                     | sees  sees  sees  404   404   404   404   login
invoice payment shipment         | GET {}                                | sees  sees  sees  404   404   sees  404   login
activity                         | GET {}                                | sees  sees  sees  404   404   404   404   login
product                          | GET {}                                | open  open  open  open  open  open  open  login

customer contact deal            | GET {}_edit                           | sees  sees  sees  404   404   403   404   login
lead                             | GET {}_edit                           | sees  sees  sees  404   404   404   404   login
invoice                          | GET {}_edit                           | sees  sees  sees  404   404   sees  404   login
payment shipment                 | GET {}_edit                           | 403   sees  sees  404   404   sees  404   login
activity                         | GET {}_edit                           | sees  sees  sees  404   404   404   404   login
product                          | GET {}_edit                           | 403   open  open  403   open  open  open  login

customer contact deal            | POST {}_edit                          | 422   422   422   404   404   403   404   login
lead                             | POST {}_edit                          | 422   422   422   404   404   404   404   login
customer deal                    | POST {}_field                         | 422   422   422   404   404   403   404   login
contact                          | POST {}_field                         | done  done  done  404   404   403   404   login
lead                             | POST {}_field                         | done  done  done  404   404   404   404   login
invoice                          | POST {}_edit                          | 422   422   422   404   404   422   404   login
payment shipment                 | POST {}_edit                          | 403   422   422   404   404   422   404   login
activity                         | POST {}_edit                          | 422   422   422   404   404   404   404   login
product                          | POST {}_edit                          | 403   422   422   403   422   422   422   login

customer contact deal            | GET {}_field                          | sees  sees  sees  404   404   403   404   login
lead                             | GET {}_field                          | sees  sees  sees  404   404   404   404   login

customer contact deal            | POST {}_assign+anna                   | done  done  done  404   404   403   403   login
lead                             | POST {}_assign+anna                   | done  done  done  404   404   403   403   login
customer contact deal            | POST {}_assign+vera                   | 403   403   done  404   404   403   403   login
lead                             | POST {}_assign+vera                   | 403   403   done  404   404   403   403   login

customer contact deal            | POST {}_bin                           | 403   done  done  403   404   403   403   login
lead                             | POST {}_bin                           | 403   done  done  403   404   403   403   login
invoice payment shipment         | POST {}_bin                           | 403   done  done  404   404   done  404   login
activity                         | POST {}_bin                           | 403   done  done  404   404   404   404   login
product                          | POST {}_bin                           | 403   403   done  403   403   403   done  login

binned-customer binned-contact binned-deal  | POST {}_restore            | 403   done  done  403   404   403   403   login
binned-lead                      | POST {}_restore                       | 403   done  done  403   404   403   403   login
binned-activity                  | POST {}_restore                       | 404   done  done  404   404   404   404   login
binned-invoice binned-payment binned-shipment | POST {}_restore          | 404   done  done  404   404   done  404   login
binned-product                   | POST {}_restore                       | 404   404   done  404   404   404   done  login

customer contact deal            | GET {}_new                            | open  open  open  open  open  403   403   login
lead activity                    | GET {}_new                            | open  open  open  open  open  403   403   login
invoice                          | GET {}_new                            | open  open  open  open  open  open  403   login
payment shipment                 | GET {}_new                            | 403   open  open  403   open  open  403   login
product                          | GET {}_new                            | 403   open  open  403   open  open  open  login
customer contact deal lead activity | POST {}_new                        | 422   422   422   422   422   403   403   login
invoice                          | POST {}_new                           | 422   422   422   422   422   422   403   login
payment shipment                 | POST {}_new                           | 403   422   422   403   422   422   403   login
product                          | POST {}_new                           | 403   422   422   403   422   422   422   login
deal                             | POST {}_new+annas                     | done  done  done  422   422   403   403   login
activity                         | POST {}_new+annas {}_quick+annas      | done  done  done  422+404 422+404 403 403 login
invoice                          | POST {}_new+annas                     | done  done  done  422   422   done  403   login
payment shipment                 | POST {}_new+annas                     | 403   done  done  403   422   done  403   login
deal activity                    | GET {}_new?customer={customer}        | sees  sees  sees  open  open  403   403   login
invoice                          | GET {}_new?customer={customer}        | sees  sees  sees  open  open  sees  403   login
payment                          | GET {}_new?customer={customer}        | 403   sees  sees  403   open  sees  403   login
payment                          | GET {}_new?invoice={invoice}          | 403   sees  sees  403   404   sees  403   login
-                                | GET customers_same?name=zhiraf+ltd    | sees  sees  sees  open  open  sees  open  login

-                                | POST deal_move+won                    | done  done  done  404   404   403   404   login
-                                | POST deal_reopen                      | 404   404   404   404   404   403   404   login
-                                | POST lead_take lead_reject+why        | done  done  done  404   404   404   404   login
-                                | POST lead_return                      | 409   409   409   404   404   404   404   login
-                                | POST lead_convert                     | done  done  done  404   404   404   404   login
-                                | GET deal_lines                        | sees  sees  sees  404   404   403   404   login
-                                | POST deal_lines                       | done  done  done  404   404   403   404   login
-                                | POST deal_lines_amount                | 422   422   422   404   404   403   404   login
-                                | POST activity_done                    | done  done  done  404   404   404   404   login
-                                | POST invoice_cancel                   | done  done  done  404   404   done  404   login
-                                | POST invoice_reopen                   | 409   409   409   404   404   409   404   login
-                                | POST payment_spread+auto              | 403   done  done  404   404   done  404   login
-                                | GET part:customer:money part:deal:money | sees sees sees 404   404   sees  404   login
-                                | GET part:deal:lines                   | open  open  open  404   404   open  404   login
-                                | GET part:customer:activities part:deal:activities | sees sees sees 404 404 open 404 login
-                                | GET part:lead:activities              | open  open  open  404   404   404   404   login

customers contacts deals         | GET {} {}?q=hira | sees sees sees open open sees 403 login
leads activities                 | GET {} {}?q=hira                      | sees  sees  sees  open  open  403   403   login
invoices payments shipments      | GET {}                                | sees  sees  sees  open  open  sees  403   login
products                         | GET {} {}_filters {}_file {}_file.xlsx | open open  open  open  open  open  open  login
customers contacts               | GET {}_file {}_file.xlsx              | sees  sees  sees  open  open  sees  403   login
deals                            | GET {}_file {}_file.xlsx              | sees  sees  sees  open  open  403   403   login
leads activities                 | GET {}_file {}_file.xlsx              | sees  sees  sees  open  open  403   403   login
invoices payments shipments      | GET {}_file {}_file.xlsx              | sees  sees  sees  open  open  sees  403   login
customers contacts deals invoices payments shipments | GET {}_filters    | open  open  open  open  open  open  403   login
leads activities                 | GET {}_filters                        | open  open  open  open  open  403   403   login
customers contacts deals invoices payments shipments | GET {}_count      | done  done  done  done  done  done  403   login
leads activities                 | GET {}_count                          | done  done  done  done  done  403   403   login
products                         | GET {}_count                          | done  done  done  done  done  done  done  login
customers contacts deals invoices payments shipments | POST {}_columns {}_views+name | done done done done done done 403 login
leads activities                 | POST {}_columns {}_views+name         | done  done  done  done  done  403   403   login
products                         | POST {}_columns {}_views+name         | done  done  done  done  done  done  done  login
customers contacts deals invoices payments shipments | POST {}_view_delete | done 404 404   404   404   404   403   login
leads activities                 | POST {}_view_delete                   | done  404   404   404   404   403   403   login
products                         | POST {}_view_delete                   | done  404   404   404   404   404   404   login
customers contacts deals         | POST {}_bulk+bin                      | 404   done  done  404   404   404   403   login
leads                            | POST {}_bulk+bin                      | 404   done  done  404   404   403   403   login
customers contacts deals         | POST {}_bulk+give                     | done  done  done  404   404   404   403   login
leads                            | POST {}_bulk+give                     | done  done  done  404   404   403   403   login
activities                       | POST {}_bulk+bin                      | 404   404   404   404   404   403   403   login
invoices payments shipments      | POST {}_bulk+bin                      | 404   404   404   404   404   404   403   login
products                         | POST {}_bulk+bin                      | 404   404   404   404   404   404   404   login
people                           | GET {}_filters                        | open  open  open  open  open  open  open  login
people                           | GET {}_file {}_file.xlsx              | 403   open  open  403   open  403   open  login
people                           | GET {}_count                          | done  done  done  done  done  done  done  login
people                           | POST {}_columns {}_views+name         | done  done  done  done  done  done  done  login
people                           | POST {}_view_delete                   | done  404   404   404   404   404   404   login
people                           | POST {}_bulk+bin                      | 404   404   404   404   404   404   404   login
-                                | POST undo:customer undo:deal          | 404   done  404   404   404   404   404   login

-                                | GET search?q=hira                     | sees  sees  sees  open  open  sees  open  login
-                                | GET kanban                            | sees  sees  sees  open  open  sees  403   login
-                                | GET money                             | sees  sees  sees  open  open  sees  done  login
-                                | GET pick:customer?q=hira pick:deal?q=hira | sees sees sees open open  sees  open  login
-                                | GET pick:invoice?q=hira               | sees  sees  sees  open  open  sees  open  login
-                                | GET pick:product?q=bolt               | open  open  open  open  open  open  open  login
-                                | GET product_groups                    | open  open  open  open  open  open  open  login
-                                | POST product_groups+name              | 403   done  done  403   done  done  done  login
-                                | POST product_group_change+name        | 403   done  done  403   done  done  done  login

-                                | GET plan plan?cut=region              | sees  sees  sees  open  open  403   403   login
-                                | GET plan_quality plan_quality?period=2026-01 | open open open open  open  403   403   login
-                                | GET plan_rows                         | sees  sees  sees  open  open  403   403   login
-                                | GET plan_task?unit={north}&row=person-{anna} | done done done 404 404 403   403   login
-                                | GET plan_board_file                   | sees  sees  sees  open  open  403   403   login
-                                | GET plan_board_file.pdf               | open  open  open  open  open  403   403   login
-                                | GET plan?unit={north} plan_rows?unit={north} plan_board_file?unit={north} | sees  sees  sees  404   404   403   403   login
-                                | GET plan_quality?unit={north}         | open  open  open  404   404   403   403   login
-                                | GET plan?person={anna} plan_rows?person={anna} plan_board_file?person={anna} | sees sees sees 404 404 403 403 login
-                                | GET plans                             | sees  sees  sees  open  open  open  open  login
-                                | GET plan_new                          | open  open  open  open  open  open  open  login
-                                | POST plan_new                         | 422   422   422   422   422   422   422   login
-                                | POST plan_new+north                   | 422   done  done  422   422   422   422   login
-                                | GET plan_grid plan_sheet              | sees  sees  sees  404   404   404   404   login
-                                | GET draft:plan_grid draft:plan_sheet  | 404   sees  sees  404   404   404   404   login
-                                | POST draft:plan_save+cell draft:plan_sheet_apply+cell | 404 done done 404 404 404 404 login
-                                | GET draft:plan_segment                | 404   open  open  404   404   404   404   login
-                                | POST draft:plan_segment+volga         | 404   done  done  404   404   404   404   login
-                                | POST draft:plan_spread+north          | 404   409   409   404   404   404   404   login
-                                | POST draft:plan_agree draft:plan_delete | 404 done  done  404   404   404   404   login
-                                | POST draft:plan_sheet_upload          | 422   422   422   422   422   422   422   login
-                                | POST draft:plan_sheet_upload+file     | 404   422   422   404   404   404   404   login
-                                | POST agreed:plan_return+why           | 404   done  done  404   404   404   404   login
-                                | POST agreed:plan_approve              | 404   403   done  404   404   404   404   login
-                                | POST plan_revise+why                  | 403   done  done  404   404   404   404   login
-                                | GET plan_compare                      | sees  sees  sees  404   404   404   404   login

-                                | GET controls                          | open  open  open  open  open  open  open  login
-                                | GET control                           | sees  sees  sees  404   404   404   404   login
-                                | GET control_new                       | 404   sees  sees  404   open  404   404   login
-                                | GET control_new?person={anna}         | 404   sees  sees  404   404   404   404   login
-                                | GET control_new?unit={north}          | 404   sees  sees  404   404   404   404   login
-                                | POST control_new                      | 404   422   422   404   422   404   404   login
-                                | POST control_end                      | 403   done  done  404   404   404   404   login
-                                | POST control_go_on                    | 403   422   422   404   404   404   404   login
-                                | POST control_go_on+control            | 403   done  done  404   404   404   404   login
-                                | GET control_days                      | 403   sees  sees  403   open  403   403   login
-                                | GET control_day                       | sees  sees  sees  404   404   404   404   login
-                                | POST control_day_do:confirm           | done  403   403   404   404   404   404   login
-                                | POST control_day_do:add+control       | done  done  done  404   404   404   404   login
-                                | POST control_day_do:remove            | 403   404   404   404   404   404   404   login
-                                | POST control_day_do:hand_in           | 409   403   403   404   404   404   404   login
-                                | POST control_day_do:accept control_day_do:return | 403 409 409 404 404 404 404 login
-                                | GET control_norms                     | open  open  open  open  open  403   403   login
-                                | POST control_norms                    | 404   422   422   404   422   403   403   login
-                                | POST control_norms+control            | 404   done  done  404   422   403   403   login
-                                | POST control_norm_drop                | 404   done  done  404   404   403   403   login

-                                | GET rules rule_new rule_new?when=NO_CONTACT&then=TAG | 403 open open 403   open  403   open  login
-                                | GET rule rule_edit                    | 403   open  open  403   404   403   open  login
-                                | GET rule?try=1                        | 403   open  open  403   404   403   open  login
-                                | POST rule_new                         | 403   422   422   403   422   403   422   login
-                                | POST rule_new+rule                    | 403   done  done  403   422   403   done  login
-                                | POST rule_edit                        | 403   422   422   403   404   403   422   login
-                                | POST rule_edit+rule                   | 403   done  done  403   404   403   done  login
-                                | POST rule_switch+on rule_drop         | 403   done  done  403   404   403   done  login
-                                | POST rule_recipe                      | 403   done  done  403   done  403   done  login
-                                | POST rule_again                       | 403   404   404   403   404   403   404   login

-                                | GET people units                      | open  open  open  open  open  open  open  login
-                                | GET person                            | open  open  open  open  open  open  open  login
-                                | GET person_new unit_new               | 403   403   open  403   403   403   open  login
-                                | POST person_new unit_new              | 403   403   422   403   403   403   422   login
-                                | GET person_edit person_move person_leave | 403 403  open  403   403   403   open  login
-                                | POST person_edit person_move person_leave | 403 403 422  403   403   403   422   login
-                                | GET person_handover                   | 403   403   open  403   open  403   403   login
-                                | POST person_handover                  | 403   403   422   403   422   403   403   login
-                                | POST handover_undo                    | 404   404   404   404   404   404   404   login
-                                | POST person_invite                    | 403   403   409   403   403   403   409   login
-                                | POST person_call_back                 | 403   403   done  403   403   403   done  login
-                                | POST person_unlock                    | 403   403   409   403   403   403   409   login
-                                | POST person_undo_move                 | 403   403   409   403   403   403   409   login
-                                | GET unit                              | 403   403   open  403   403   403   open  login
-                                | POST unit                             | 403   403   422   403   403   403   422   login
-                                | POST unit_close                       | 403   403   409   403   403   403   409   login
-                                | POST unit_open                        | 403   403   done  403   403   403   done  login
-                                | GET settings calendar roles short_list pipelines fields | 403 403 open 403 403 403 open login
-                                | GET short_lists all_fields            | done  done  done  done  done  done  done  login
-                                | GET role                              | 403   403   open  403   403   403   open  login
-                                | POST settings role                    | 403   403   422   403   403   403   422   login
-                                | POST role_new+name                    | 403   403   done  403   403   403   done  login
-                                | POST role_delete                      | 403   403   done  403   403   403   done  login
-                                | POST role_reset                       | 403   403   404   403   403   403   404   login
-                                | POST calendar_set+day calendar_clear  | 403   403   done  403   403   403   done  login
-                                | POST leave_demo                       | 403   403   409   403   403   403   409   login
-                                | POST entry_add+name entry_change+name pipeline_add+name pipeline_change+name stage_add+name stage_change+name | 403 403 done 403 403 403 done login
-                                | POST field_add+name field_change+name fields_required | 403 403 done 403 403 403 done login

-                                | GET task task_history                 | sees  sees  sees  404   404   404   404   login
-                                | GET task_edit                         | 403   sees  sees  404   404   404   404   login
-                                | GET task_file                         | 404   404   404   404   404   404   404   login
-                                | GET today task_board                  | sees  open  open  open  open  open  open  login
-                                | GET task_team                         | open  open  open  open  open  open  open  login
-                                | GET task_gantt                        | sees  sees  sees  404   404   404   404   login
-                                | GET task_efficiency                   | open  open  open  open  open  open  open  login
-                                | GET task_calendar                     | open  open  open  open  open  open  open  login
-                                | POST task_day                         | 422   422   422   422   422   422   422   login
-                                | GET task_templates                    | open  sees  open  open  open  open  open  login
-                                | GET task_template task_repeat_new     | 404   sees  404   404   404   404   404   login
-                                | POST task_template                    | 404   422   404   404   404   404   404   login
-                                | GET task_template_new task_names?q=a  | open  open  open  open  open  open  open  login
-                                | POST task_template_new                | 422   422   422   422   422   422   422   login
-                                | POST task_template_drop               | 404   done  404   404   404   404   404   login
-                                | POST task_each                        | 422   422   422   422   422   422   422   login
-                                | POST task_repeat_new                  | 404   422   404   404   404   404   404   login
-                                | GET task_repeat                       | 404   sees  sees  404   404   404   404   login
-                                | POST task_repeat_do:stop task_repeat_do:drop | 404 done done 404 404  404   404   login
-                                | GET task_new                          | open  sees  open  open  open  open  open  login
-                                | GET task_counters                     | done  done  done  done  done  done  done  login
-                                | POST task_do:start                    | done  403   403   404   404   404   404   login
-                                | POST task_do:bin                      | 403   done  done  404   404   404   404   login
-                                | POST task_undo                        | 404   404   404   404   404   404   404   login
-                                | POST task_lane                        | 422   422   422   422   422   422   422   login
-                                | POST task_edit                        | 403   422   422   404   404   404   404   login
tasks                            | GET {} {}_file {}_file.xlsx           | sees  sees  sees  open  open  open  open  login
tasks                            | GET {}_filters                        | open  open  open  open  open  open  open  login
tasks                            | GET {}_count                          | done  done  done  done  done  done  done  login
tasks                            | POST {}_columns {}_views+name         | done  done  done  done  done  done  done  login
tasks                            | POST {}_view_delete                   | done  404   404   404   404   404   404   login
tasks                            | POST {}_bulk+bin                      | 403   done  done  404   404   404   404   login
-                                | GET import                            | open  sees  sees  open  open  open  sees  login
-                                | GET import_example                    | open  open  open  open  open  open  open  login
-                                | POST import_upload                    | 403   done  done  403   done  done  done  login
-                                | GET import_columns import_options     | 404   sees  sees  404   404   404   sees  login
-                                | GET import_open                       | 404   done  done  404   404   404   done  login
-                                | GET import_result                     | 404   sees  sees  404   404   404   sees  login
-                                | GET import_refused                    | 404   409   409   404   404   404   409   login
-                                | POST import_columns                   | 404   422   422   404   404   404   422   login
-                                | POST import_options import_drop       | 404   done  done  404   404   404   done  login
-                                | POST import_start                     | 404   done  done  404   404   404   403   login
-                                | POST import_stop import_resume import_undo | 404 409  409   404   404   404   409   login

-                                | GET notices notice_settings notice_log absence_add | sees open open open open open open login
-                                | GET reminder_add notice_quiet notice_hours | sees  open  open  open  open  open  open  login
-                                | GET notice_open                       | done  404   404   404   404   404   404   login
-                                | POST notices_read notice_channels notice_quiet notice_hours reminder_rules_own | done done done done done done done login
-                                | POST absence_add reminder_add         | 422   422   422   422   422   422   422   login
-                                | POST reminder_remove                  | done  404   404   404   404   404   404   login
-                                | POST absence_remove                   | done  done  done  403   403   403   done  login
-                                | GET absences absence_new              | 403   open  open  403   open  403   open  login
-                                | POST absence_new                      | 403   422   422   403   422   403   422   login
-                                | GET absence_edit                      | open  open  open  404   404   404   open  login
-                                | POST absence_edit                     | 422   422   422   404   404   404   422   login
-                                | GET incoming_letters                  | 403   403   open  403   403   403   open  login
-                                | GET remind:task remind:lead           | sees  sees  sees  404   404   404   404   login
-                                | GET remind:customer remind:deal remind:contact | sees sees sees 404 404 sees  404   login
-                                | POST remind_me:task+hour remind_me:lead+hour | done done done 404 404   404   404   login
-                                | POST remind_me:task                   | 422   422   422   404   404   404   404   login
-                                | POST notice_test                      | 422   422   422   422   422   422   422   login
-                                | GET reminder_rules deliveries         | 403   403   open  403   403   403   open  login
-                                | GET reminder_rules?unit={north}       | 403   open  open  403   403   403   open  login
-                                | POST reminder_rules_save              | 403   403   done  403   403   403   done  login
-                                | POST reminder_rules_save+north        | 403   done  done  403   403   403   done  login
-                                | POST company_hours                    | 403   403   422   403   403   403   422   login
-                                | POST deliveries_retry+all deliveries_forget+all | 403 403 done 403   403   403   done  login

-                                | GET home                              | done  done  done  done  done  done  done  login
-                                | GET profile gallery mfa_index         | open  open  open  open  open  open  open  login
-                                | GET devices                           | sees  open  open  open  open  open  open  login
-                                | POST device_rename+title device_switch device_remove | done 404 404 404 404 404 404 login
-                                | GET keys                              | sees  open  open  open  open  open  open  login
-                                | POST keys                             | 422   422   422   422   422   422   422   login
-                                | POST key_revoke                       | done  404   404   404   404   404   404   login
-                                | POST device_test                      | 422   404   404   404   404   404   404   login
-                                | POST device_push device_webhook device_messenger | 422 422 422 422 422 422 422 login
-                                | POST end_session                      | 404   404   404   404   404   404   404   login
-                                | GET account_change_password mfa_list_webauthn mfa_reauthenticate | open+done open+done open+done open+done open+done open+done open+done login
-                                | GET mfa_activate_totp mfa_deactivate_totp mfa_add_webauthn mfa_reauthenticate_webauthn | open+done+404 open+done+404 open+done+404 open+done+404 open+done+404 open+done+404 open+done+404 login
-                                | GET mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes | open+done+404 open+done+404 open+done+404 open+done+404 open+done+404 open+done+404 open+done+404 login
-                                | GET mfa_remove_webauthn mfa_edit_webauthn | done+404 done+404 done+404 done+404 done+404 done+404 done+404 login
-                                | GET account_reauthenticate account_set_password | open+done open+done open+done open+done open+done open+done open+done login
-                                | POST end_other_sessions               | done  done  done  done  done  done  done  login
"""  # noqa: E501 - a table is read by its columns

# What anybody may open, signed in or not: the way in, the first run, how the page looks, how alive the server is.
PUBLIC = {
    "account_login", "account_logout", "account_inactive", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "join", "mfa_authenticate",
    "mfa_login_webauthn", "start", "start_own", "start_demo", "start_progress", "set_language", "set_theme",
    "healthz", "readyz", "manifest", "worker", "offline",
    "letter_link", "letter_stop",  # signed, and bound to a person: tests/notifications/test_letter_links.py
}  # fmt: skip


def addresses(resolver: URLResolver | None = None) -> Iterator[str]:
    """Yield the names of pages; programs have no pages, and a table of their own: tests/api/test_api.py."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLPattern):
            yield each.name or str(each.pattern)
        elif each.namespace != "api":
            yield from addresses(each)


def rows() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (method, target, what everybody gets)."""
    for text in MATRIX.strip().splitlines()[1:]:
        if text.strip():
            kinds, what, cells = (part.split() for part in text.split("|"))
            assert len(cells) == len(WHO), text
            for kind in kinds:
                for target in what[1:]:
                    shown = target.replace("{}", kind, 1) if kind != "-" else target
                    yield what[0], shown, dict(zip(WHO, cells, strict=True))


def test_every_address_is_in_the_table():
    known = {name_of(target) for _method, target, _cells in rows()} | PUBLIC
    missing = sorted(set(addresses()) - known)
    assert missing == [], "say in MATRIX who may open these, or in PUBLIC that everybody may"
    assert sorted(known - set(addresses()) - {"healthz", "readyz"}) == [], "these addresses are gone"


@pytest.fixture
def world(db) -> Iterator[World]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield make_world()


@pytest.mark.slow
@pytest.mark.parametrize("who", WHO)
def test_access_matrix(world: World, who: str):
    client = Client()
    if who != "nobody":
        client.force_login(getattr(world.firm, who))
    wrong = []
    for method, target, cells in rows():
        got = attempt(client, world, method, target, who)
        if got not in cells[who].split("+"):
            wrong.append(f"{method} {target}: {who} should get {cells[who]}, but gets {got}")
    assert not wrong, "\n".join(wrong)


def is_recorded(target: str) -> bool:
    """Exports are written down, and so is that whom a task is for has opened it."""
    return name_of(target).endswith("_file") or name_of(target) == "task"


def attempt(client: Client, world: World, method: str, target: str, who: str) -> str:
    """Ask, tell what came of it, and take everything back."""
    with transaction.atomic():
        address = prepared(world, target)
        before = writings()
        answer = client.generic(method, address, **sent(world, target, method))
        said = text_of(answer)
        got = outcome(answer, said)
        if writings() != before and got != "done" and not is_recorded(target):
            got += " and wrote"
        if VERAS in said and who not in ("vera", "gleb", "olga", "zoya"):
            got += " and shows Vera's"
        if who == "anna" and OF_BORIS.search(said):
            got += " and shows the plan of Boris"
        transaction.set_rollback(True)
    return got


def outcome(answer, said: str) -> str:
    if answer.status_code in (301, 302):
        return "login" if answer["Location"].startswith("/sign-in/") else "done"
    if answer.status_code == 204:
        return "done"
    seen = ANNAS in said or THE_PLAN.search(said)
    if answer.status_code == 200:
        return "sees" if seen else "open"
    return f"{answer.status_code}{' and shows it' if seen and answer.status_code in (403, 404) else ''}"


def writings() -> tuple[int, int]:
    return FieldChange.objects.count(), Event.objects.count()


def text_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    if content.startswith(b"PK"):
        book = zipfile.ZipFile(BytesIO(content))
        content = b"".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace")

"""Rules as a head meets them: a ready one taken, one's own written with the keyboard, on a phone and a desktop."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from ledger import make_customer, make_invoice
from playwright.sync_api import expect

from otdel.automation.models import Rule


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1440, "light"), ("ru", 390, "dark")])
def test_a_head_takes_a_ready_rule_and_writes_one(firm, opened, axe, fits, picture, language, width, theme):
    late = (timezone.localdate() - timedelta(days=20)).isoformat()
    due = timezone.localdate() - timedelta(days=10)
    make_invoice(firm, make_customer(firm.anna), 100, day=late, number="A-7", due_on=due, owner_id=firm.anna.pk)
    page = opened("/rules/", firm.boris, width=width, language=language, theme=theme)
    axe(page)
    fits(page)
    picture(page, f"recipes-{language}")

    # one press: it is written, switched off, and says what it would have done
    page.locator(".recipes form button").first.press("Enter")
    page.wait_for_url(re.compile(r"/rules/\d+/\?try=1"))
    expect(page.locator("#tried")).to_contain_text("A-7")
    axe(page)
    fits(page)
    picture(page, f"tried-{language}")
    assert not Rule.objects.get().is_on

    # one's own: the sentence follows what is chosen, keeps what was typed and where one is
    page.goto(page.url.partition("/rules/")[0] + "/rules/new/")
    page.fill("#id_name", "Mine")
    page.locator("#when").focus()
    page.select_option("#when", "LEAD_CREATED")
    expect(page.locator("#id_entered")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "when"
    page.select_option("#then", "FIELD")
    expect(page.locator("#id_field")).to_be_visible()
    page.select_option("#id_field", "status")
    expect(page.locator("#id_value option[value=WORK]")).to_have_count(1)
    assert page.input_value("#id_name") == "Mine"
    page.wait_for_load_state("networkidle")
    page.locator("details.fold summary").press("Enter")
    expect(page.locator("details.fold")).to_have_attribute("open", "")
    axe(page)
    fits(page)
    picture(page, f"editor-{language}")
    page.locator("button.primary", has_text=re.compile("Save|Сохранить")).press("Enter")
    page.wait_for_url(re.compile(r"/rules/\d+/$"))
    rule = Rule.objects.latest("pk")
    assert (rule.name, rule.when, rule.does) == ("Mine", "LEAD_CREATED", {"field": "status", "value": "WORK"})
    page.locator("button.primary").press("Enter")
    expect(page.locator(".lead .badge, .lead .mark").first).to_be_visible()
    rule.refresh_from_db()
    assert rule.is_on
    axe(page)


# a choice in the very moment the sentence is drawn anew, and a name typed until the answer to it comes
IN_A_ROW = """() => {
  const choose = (id, value) => {
    const found = document.getElementById(id);
    found.value = value;
    found.dispatchEvent(new Event("change", {bubbles: true}));
  };
  addEventListener("htmx:afterSwap", () => {
    choose("then", "FIELD");
    document.getElementById("id_name").value = "Mine";
  }, {once: true});
  choose("when", "LEAD_CREATED");
}"""


def test_what_is_chosen_and_typed_while_the_sentence_is_drawn_is_not_lost(firm, opened):
    page = opened("/rules/new/", firm.boris)
    page.evaluate(IN_A_ROW)
    expect(page.locator("#id_field option[value=status]")).to_have_count(1)
    assert [page.input_value(each) for each in ("#when", "#then", "#id_name")] == ["LEAD_CREATED", "FIELD", "Mine"]

// Calendar: Shift and an arrow on a task moves its deadline by a day or a week, as dragging does.
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
document.addEventListener("keydown", (event) => {
  const item = event.shiftKey && steps[event.key] && event.target.closest("[data-days] li[data-id]");
  if (!item) return;
  const lists = [...document.querySelectorAll("[data-days] ul[data-value]")];
  const target = lists[lists.indexOf(item.parentElement) + steps[event.key]];
  event.preventDefault();
  if (!target) return;
  target.append(item);
  item.querySelector("a").focus();
  item.dispatchEvent(new CustomEvent("sortable:moved", { bubbles: true, detail: { to: target.dataset.value } }));
});

// A deadline moved by hand may need a reason: asked before it is sent; without one the task goes back where it was.
document.addEventListener("htmx:confirm", (event) => {
  const { elt, triggeringEvent, issueRequest } = event.detail;
  const dialog = document.getElementById("why");
  if (triggeringEvent?.type !== "sortable:moved" || !("asks" in elt.dataset) || !dialog) return;
  event.preventDefault();
  const form = dialog.querySelector("form[data-why]");
  let said = false;
  form.onsubmit = () => { said = true; triggeringEvent.detail.reason = form.elements.reason.value; issueRequest(true); form.reset(); };
  dialog.onclose = () => said || location.reload();
  dialog.showModal();
});
// What others do is shown at once, but not under the hand of whoever is choosing, typing or dragging: then as soon as it is away.
let held = null;
const HAND = "input:checked, details[open], .sortable-chosen", SENT = ", .htmx-request";
const inHand = (block, what) => block.querySelector(what) || document.querySelector("dialog[open]");
function hold(event, what) {
  const { requestConfig: { elt: asks }, target: block } = event.detail;
  if (!asks.matches("[data-live]") || !inHand(block, what)) return false;
  held ??= { place: asks.getAttribute("hx-target"), timer: setInterval(letGo, 500) };
  return true;
}
function letGo() {
  if (!held || inHand(document.querySelector(held.place), HAND + SENT)) return;
  clearInterval(held.timer);
  held = null;
  document.body.dispatchEvent(new CustomEvent("live:again"));
}
// the last tick taken off, the menu or the dialog closed: at once; what was dragged or sent, when its answer is here
for (const kind of ["change", "toggle", "close", "reset"]) document.addEventListener(kind, () => setTimeout(letGo), true);
document.addEventListener("htmx:beforeRequest", (event) => { if (hold(event, HAND)) event.preventDefault(); });
document.addEventListener("htmx:beforeSwap", (event) => { if (hold(event, HAND + SENT)) event.detail.shouldSwap = false; });

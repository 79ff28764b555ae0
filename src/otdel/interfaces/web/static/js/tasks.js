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

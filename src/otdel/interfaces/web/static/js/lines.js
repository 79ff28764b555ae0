// Lines of a form: rows are added as they fill, prices come from the price list, sums run along.
const lang = document.documentElement.lang || "ru";
const written = new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const typed = new Intl.NumberFormat(lang, { maximumFractionDigits: 4, useGrouping: false });
const read = (text) => {
  const clean = text.replace(/[\s\u00a0\u202f']/g, "").replace(",", ".").replace("−", "-");
  return clean === "" ? NaN : Number(clean);
};
const cents = (value) => Math.round((value + Number.EPSILON * Math.sign(value)) * 100) / 100;

for (const box of document.querySelectorAll("[data-lines]")) start(box);

function start(box) {
  const body = box.querySelector("tbody");
  const blank = box.querySelector("template");
  const field = (row, name) => row.querySelector(`[name=line_${name}]`);
  const empty = (row) => ["what", "price"].every((name) => !field(row, name).value.trim());
  for (const row of [...body.rows].slice(0, -1)) if (empty(row)) row.remove();
  const show = (part) => { for (const each of part.querySelectorAll("[data-scripted]")) each.hidden = false; };
  show(box);

  const add = () => {
    const row = blank.content.cloneNode(true).firstElementChild;
    show(row);
    body.append(row);
    window.htmx?.process(row);
    return row;
  };
  const sum = (row) => {
    const [quantity, price] = [read(field(row, "quantity").value), read(field(row, "price").value)];
    const [wasQuantity, wasPrice, wasAmount] = field(row, "was").value.split("|");
    if (wasAmount && field(row, "quantity").value === wasQuantity && field(row, "price").value === wasPrice) return Number(wasAmount);
    return empty(row) || Number.isNaN(price) ? NaN : cents((Number.isNaN(quantity) ? 1 : quantity) * price);
  };
  const refresh = () => {
    let total = 0;
    for (const row of body.rows) {
      const amount = sum(row);
      row.querySelector("output").textContent = Number.isNaN(amount) ? "" : written.format(amount);
      if (!Number.isNaN(amount)) total += amount;
    }
    box.querySelector("[data-total]").textContent = written.format(cents(total));
    if (!body.rows.length || !empty(body.rows[body.rows.length - 1])) add();
  };
  // the price of a product just chosen, unless a price stands there
  const price = (row) => {
    const chosen = [...(field(row, "what").list?.options ?? [])].find((each) => each.value === field(row, "what").value);
    if (chosen?.dataset.price && !field(row, "price").value.trim()) field(row, "price").value = typed.format(Number(chosen.dataset.price));
  };

  box.addEventListener("input", (event) => { if (event.target.name === "line_what") price(event.target.closest("tr")); refresh(); });
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-line]")) { add().querySelector("input").focus(); refresh(); }
    const removed = event.target.closest("[data-remove-line]")?.closest("tr");
    if (removed) { removed.remove(); refresh(); box.querySelector("tbody tr:last-child input")?.focus(); }
  });
  // Enter goes down the column, as in a spreadsheet, instead of sending the form
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    const next = event.target.closest("tr").nextElementSibling ?? add();
    next.querySelector(`[name=${event.target.name}]`).focus();
  });
  refresh();
}

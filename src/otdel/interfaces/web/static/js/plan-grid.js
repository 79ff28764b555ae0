// The plan grid: arrows and Enter move, a block pasted from Excel fills cells, Ctrl+Z undoes, sums follow the typing.
// Without this script the same form works: every cell is an ordinary input.

const form = document.querySelector("[data-plan-grid]");
const table = form.querySelector("table");
const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input:not([type=hidden])")]);
const undoButton = form.querySelector("[data-undo]");
const lang = document.documentElement.lang || "en";
const decimal = (1.5).toLocaleString(lang).charAt(1);
const history = [];

function place(input) {
  const row = rows.findIndex((cells) => cells.includes(input));
  return [row, row < 0 ? -1 : rows[row].indexOf(input)];
}

// The same reading as core/amounts.py; the server has the last word.
function amount(text) {
  let plain = text.replace(/[\s\u00a0\u2009\u202f'’₽$€]/g, "").replace(/[−–]/g, "-");
  if (!plain) return null;
  const other = decimal === "," ? "." : ",";
  if (plain.includes(",") && plain.includes(".")) {
    plain = plain.split(plain.lastIndexOf(".") > plain.lastIndexOf(",") ? "," : ".").join("");
  } else if (plain.split(other).length > 2 || new RegExp(`^-?\\d{1,3}(\\${other}\\d{3})+$`).test(plain)) {
    plain = plain.split(other).join("");
  }
  plain = plain.replace(",", ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });

function recount() {
  const known = rows.map((cells) => cells.map((input) => amount(input.value)));
  rows.forEach((cells, at) => {
    cells.forEach((input, column) => input.toggleAttribute("aria-invalid", Number.isNaN(known[at][column])));
    const sum = table.tBodies[0].rows[at].querySelector("[data-sum]");
    // where a department has no number of its own, what stands below it counts, as in the cells
    const shown = cells.map((input, column) => (known[at][column] === null ? amount(input.placeholder) : known[at][column]));
    if (sum) sum.textContent = shown.every((one) => one === null) ? "" : number.format(shown.reduce((total, one) => total + (one || 0), 0));
  });
  const top = rows[0] || [];
  const sums = [...table.querySelectorAll("[data-column-sum]")];
  let grand = 0;
  sums.forEach((cell, column) => {
    const own = known[0] && known[0][column];
    const shown = own === null || own === undefined ? amount(top[column]?.placeholder || "") || 0 : own || 0;
    grand += shown;
    cell.textContent = number.format(shown);
  });
  const all = table.querySelector("[data-grand-sum]");
  if (all) all.textContent = number.format(grand);
}

function remember(changes) {
  history.push(changes);
  undoButton.disabled = false;
}

function write(changes) {
  remember(changes.map(([input]) => [input, input.dataset.before ?? input.value]));
  changes.forEach(([input, text]) => {
    input.value = text;
    input.dataset.before = text;
  });
  form.dispatchEvent(new Event("input", { bubbles: true }));
  recount();
}

function undo() {
  const changes = history.pop();
  if (!changes) return;
  changes.forEach(([input, text]) => {
    input.value = text;
    input.dataset.before = text;
  });
  undoButton.disabled = history.length === 0;
  changes[0][0].focus();
  recount();
}

rows.flat().forEach((input) => { input.dataset.before = input.value; input.dataset.first = input.value; });

form.addEventListener("change", (event) => {
  const input = event.target;
  if (input.dataset.before === undefined || input.dataset.before === input.value) return;
  remember([[input, input.dataset.before]]);
  input.dataset.before = input.value;
});
form.addEventListener("input", recount);
// The first click into a cell takes its whole number, so that typing replaces it, as in Excel; the second puts the caret.
form.addEventListener("mousedown", (event) => {
  const input = event.target;
  if (input.dataset?.before === undefined || input === document.activeElement || event.button) return;
  event.preventDefault();
  input.focus();
  input.select();
});
undoButton.addEventListener("click", undo);

form.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyZ" && !event.shiftKey) {
    const input = event.target;
    if (input.dataset?.before !== undefined && input.value !== input.dataset.before) return; // the field's own undo first
    event.preventDefault();
    undo();
    return;
  }
  const [row, column] = place(event.target);
  if (row < 0) return;
  const input = event.target;
  // a cell just entered is wholly selected: then an arrow means the next cell, as in Excel
  const atStart = input.selectionStart === 0;
  const atEnd = input.selectionEnd === input.value.length;
  const moves = {
    Enter: [event.shiftKey ? -1 : 1, 0],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowLeft: atStart ? [0, -1] : null,
    ArrowRight: atEnd ? [0, 1] : null,
  };
  const move = moves[event.key];
  if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const next = rows[row + move[0]]?.[column + move[1]];
  if (next) {
    next.focus();
    next.select();
  }
});

form.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text");
  if (!/[\t\n]/.test(text.trim())) return;
  const [row, column] = place(event.target);
  if (row < 0) return;
  event.preventDefault();
  const changes = [];
  text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => {
    line.split("\t").forEach((cell, right) => {
      const input = rows[row + down]?.[column + right];
      if (input) changes.push([input, cell.trim()]);
    });
  });
  if (changes.length) write(changes);
});

// Only what was typed is sent: a plan of a thousand people has twelve thousand cells.
form.addEventListener("submit", () => {
  rows.flat().forEach((input) => { input.disabled = input.value === input.dataset.first && !input.hasAttribute("aria-invalid"); });
  setTimeout(() => rows.flat().forEach((input) => { input.disabled = false; }), 0);
});

// A text field with bold, lists and links, and names completed after @. The field itself is what is sent.
const data = JSON.parse(document.getElementById("otdel-data")?.textContent ?? "{}");
const words = data.words ?? {};
const tools = [
  ["B", words.bold, "b", (field) => around(field, "**", "**")],
  ["•", words.list, "", (field) => lines(field)],
  ["↗", words.link, "k", (field) => around(field, "[", "](https://)")],
];

export function mountEditors(root) {
  for (const field of root.querySelectorAll("textarea[data-rich]")) if (!field.dataset.live) mount(field);
}
function mount(field) {
  field.dataset.live = "yes";
  const bar = document.createElement("div");
  bar.className = "tools";
  for (const [sign, label, key, act] of tools) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn quiet icon-only", textContent: sign, title: label + (key ? ` (Ctrl+${key.toUpperCase()})` : "") });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", () => { act(field); field.focus(); });
    bar.append(made);
  }
  field.before(bar);
  field.addEventListener("keydown", (event) => {
    const found = (event.ctrlKey || event.metaKey) && tools.find((each) => each[2] && each[2] === event.key.toLowerCase());
    if (found) { event.preventDefault(); found[3](field); }
    else if (event.key === "Enter" && !event.isComposing) again(field, event);
  });
  complete(field);
}
// execCommand keeps the browser's own undo.
function put(field, text, from, to) {
  field.focus();
  field.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, from, to, "end");
}
function around(field, before, after) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const inside = value.slice(from, to);
  put(field, before + inside + after, from, to);
  const at = from + before.length;
  if (after.startsWith("](")) field.setSelectionRange(inside ? at + inside.length + 2 : at, inside ? at + inside.length + after.length - 1 : at);
  else field.setSelectionRange(at, at + inside.length);
}
function lines(field) {
  const { selectionStart, selectionEnd, value } = field;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const end = value.indexOf("\n", selectionEnd);
  const to = end < 0 ? value.length : end;
  const rows = value.slice(from, to).split("\n");
  const on = rows.every((row) => row.startsWith("- "));
  put(field, rows.map((row) => (on ? row.slice(2) : `- ${row}`)).join("\n"), from, to);
}
// Enter inside a list begins the next item; on an empty one it ends the list.
function again(field, event) {
  const { selectionStart: at, value } = field;
  const from = value.lastIndexOf("\n", at - 1) + 1;
  const found = /^(- |(\d{1,3})\. )(.*)$/.exec(value.slice(from, at));
  if (!found || at !== field.selectionEnd) return;
  event.preventDefault();
  if (!found[3]) return put(field, "", from, at);
  put(field, `\n${found[2] ? `${Number(found[2]) + 1}. ` : "- "}`, at, at);
}

// @ and a few letters: people to choose with the arrows, Enter or a press.
function complete(field) {
  const list = document.createElement("ul");
  Object.assign(list, { className: "names-offered", hidden: true, id: `${field.id || field.name}-names` });
  list.setAttribute("role", "listbox");
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  let from = -1, timer = 0, asked = "";
  const close = () => { list.hidden = true; list.replaceChildren(); from = -1; };
  const choose = (item) => { put(field, `@${item.textContent} `, from, field.selectionStart); close(); };
  field.addEventListener("input", () => {
    const typed = /(?:^|\s)@([\p{L}-]{1,40}(?: [\p{L}-]{0,40})?)$/u.exec(field.value.slice(0, field.selectionStart));
    if (!typed) return close();
    from = field.selectionStart - typed[1].length - 1;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asked = typed[1];
      const answer = await fetch(`${field.dataset.rich}?q=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok || asked !== typed[1] || from < 0) return;
      const { names } = await answer.json();
      list.replaceChildren(...names.map((name, place) => {
        const item = document.createElement("li");
        item.textContent = name;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(place === 0));
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(item); });
        return item;
      }));
      list.hidden = !names.length;
    }, 150);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const items = [...list.children], now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); close(); }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); event.stopImmediatePropagation(); choose(items[now]); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = items[(now + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length];
      for (const item of items) item.setAttribute("aria-selected", String(item === next));
    }
  }, true);
  field.addEventListener("blur", close);
}

// Keys, themes, toasts, dialogs, menus, drop zones, rows and charts. Nothing here is needed to work: pages answer without it.
const data = JSON.parse(document.getElementById("otdel-data")?.textContent ?? "{}");
const words = data.words ?? {};
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Toasts: toast("Saved"), toast("Deal moved", {undo: "/deals/7/undo/"}), toast("…", {tone: "bad"}).
export function toast(text, { tone = "", undo = "", stay = 0 } = {}) {
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  const words_ = document.createElement("span");
  words_.textContent = text;
  box.append(words_);
  if (undo) box.append(button(words.undo, () => { box.remove(); post(undo); }));
  box.append(button("✕", () => box.remove(), words.close));
  $("#toasts")?.append(box);
  setTimeout(() => box.matches(":hover, :focus-within") || box.remove(), stay || (undo || tone === "bad" ? 10000 : 5000));
}
function button(text, act, label = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = text;
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
const csrf = () => $("meta[name=csrf]")?.content ?? "";
async function post(url) {
  // the page the answer leads to is not asked for: it would use up what this one is to say after the reload
  const answer = await fetch(url, { method: "POST", redirect: "manual", headers: { "X-CSRFToken": csrf() } }).catch(() => null);
  if (answer?.ok || answer?.type === "opaqueredirect") location.reload(); else toast(answer ? problem(await answer.text()) : words.failed, { tone: "bad" });
}
const problem = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-problem]")?.textContent.trim() || words.failed;

// htmx: the token with every request, refusals as toasts, a thin line when the answer takes more than 300 ms.
let waiting = 0;
const busy = (by) => { waiting = Math.max(0, waiting + by); $("#busy")?.classList.toggle("on", waiting > 0); };
document.addEventListener("htmx:configRequest", ({ detail }) => { if (detail.triggeringEvent?.type === "sortable:moved") Object.assign(detail.parameters, detail.triggeringEvent.detail); });
document.addEventListener("htmx:configRequest", (event) => { if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf(); });
document.addEventListener("htmx:beforeRequest", (event) => event.target.closest("[data-quiet]") || busy(1));
document.addEventListener("htmx:afterRequest", (event) => event.target.closest("[data-quiet]") || busy(-1));
// The same line when a page is asked for anew with another choice, and while a file is being made: wide boards take seconds.
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
  if (link.matches("[data-file]")) makeFile(link);
  else if (link.origin === location.origin && link.pathname === location.pathname && link.search !== location.search) busy(1);
});
addEventListener("submit", ({ target, defaultPrevented }) => { if (!defaultPrevented && target.method === "get" && new URL(target.action).pathname === location.pathname) busy(1); });
addEventListener("pageshow", ({ persisted }) => { if (persisted) busy(-waiting); });
function makeFile(link) {
  const made = Math.random().toString(36).slice(2, 14), url = new URL(link.href), until = Date.now() + 120_000;
  url.searchParams.set("made", made);
  link.href = url;
  busy(1);
  const asked = setInterval(() => { if (document.cookie.includes(`made=${made}`) || Date.now() > until) { clearInterval(asked); busy(-1); } }, 200);
}
// A card refused goes back where it was.
document.addEventListener("htmx:responseError", ({ detail }) => { if (detail.requestConfig.triggeringEvent?.type === "sortable:moved") setTimeout(() => location.reload(), 2500); });
document.addEventListener("htmx:responseError", (event) => event.target.closest("[data-silent]") || refuse(event.target, problem(event.detail.xhr.responseText)));
document.addEventListener("htmx:sendError", (event) => event.target.closest("[data-silent]") || toast(words.failed, { tone: "bad" }));
document.addEventListener("toast", ({ target, detail }) => { const text = detail.text ?? detail.value; if (detail.tone === "bad") refuse(target, text, detail.field); else toast(text, detail); });
// A form says what was refused where one looks: by the field it is about, else above or below itself, else as a toast.
// Several at once stand by their fields and in a list above them; one begins with the first.
const refusals = new WeakMap();
const keeps = (form) => form?.matches("[data-kept]") || form?.closest("dialog[open]");
function refuse(target, text, field = "", all = []) {
  const form = target.closest?.("form[method=post]");
  if (!keeps(form)) return toast(text, { tone: "bad" });
  forgive(form);
  const problems = (all.length ? all : [{ text, field }]).map((each) => ({ ...each, about: named(form, each) }));
  const marked = problems.filter(({ about }) => about).map(({ text, about }) => ({ about, said: mark(about, text) }));
  if (problems.length > 1 || !marked.length) marked.push({ said: marked.length ? listed(form, problems) : told(form, text) });
  refusals.set(form, marked);
  if (problems.length > 1) for (const { about, said } of marked) about && said.removeAttribute("role"); // read out once
  const first = marked.find(({ about }) => about)?.about;
  first?.closest("details:not([open])")?.setAttribute("open", "");
  first?.focus();
  marked[0].said.scrollIntoView({ block: "nearest" });
}
function named(form, { field, about = field && form.elements.namedItem(field) }) {
  if (about instanceof RadioNodeList) [about] = about;
  return about instanceof HTMLElement && about.type !== "hidden" ? about : null;
}
function mark(control, text) {
  const said = saying("p", "error", text), place = control.closest(".field, .in-row, .line") ?? control;
  said.id = `${control.id || control.name}-refused`;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-errormessage", said.id);
  if (place.matches(".field")) place.append(said); else place.after(said);
  return said;
}
function listed(form, problems) {
  const box = saying("div", "alert under", ""), list = document.createElement("ul");
  for (const { text, about } of problems) {
    const line = list.appendChild(document.createElement("li")), label = about?.labels?.[0]?.firstChild?.textContent.trim();
    if (label) {
      const link = line.appendChild(document.createElement("a"));
      link.href = `#${about.id}`;
      link.textContent = label;
      link.addEventListener("click", (event) => { event.preventDefault(); about.focus(); });
    }
    line.append(label ? `: ${text}` : text);
  }
  const inside = document.createElement("div");
  inside.append(Object.assign(document.createElement("b"), { textContent: words.mend }), list);
  box.append(inside);
  ($(".body", form) ?? form).prepend(box);
  return box;
}
function told(form, text) {
  const body = $(".body", form), said = saying("p", body ? "alert under" : "error", text);
  if (body) body.prepend(said); else form.after(said);
  return said;
}
function saying(tag, className, textContent) {
  const said = Object.assign(document.createElement(tag), { className, textContent });
  said.setAttribute("role", "alert");
  return said;
}
function forgive(form) {
  for (const { said, about } of refusals.get(form) ?? []) {
    said.remove();
    for (const name of ["aria-invalid", "aria-errormessage"]) about?.removeAttribute(name);
  }
  refusals.delete(form);
}
// What the browser itself refuses to send is said the same way, all of it: its own bubble names the first field only.
const seen = new WeakSet();
document.addEventListener("invalid", (event) => {
  const form = event.target.form;
  if (form?.method !== "post" || !keeps(form)) return;
  event.preventDefault();
  if (seen.has(form)) return;
  seen.add(form);
  setTimeout(() => seen.delete(form));
  const wrong = [...form.elements].filter((each) => each.willValidate && !each.validity.valid && (each.type !== "radio" || form.elements.namedItem(each.name)[0] === each));
  refuse(form, "", "", wrong.map((about) => ({ about, text: about.validity.valueMissing ? words.needed : about.validationMessage })));
}, true);
// A form marked data-kept does not leave the page until it is taken: what was typed stays where it is.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-kept]")) return;
  event.preventDefault();
  send(form, event.submitter);
});
async function send(form, by) {
  if (form.dataset.sending) return;
  forgive(form);
  const given = new FormData(form);
  if (by?.name) given.append(by.name, by.value);
  const body = form.enctype === "multipart/form-data" ? given : new URLSearchParams(given);
  form.dataset.sending = "yes";
  busy(1);
  const answer = await fetch(by?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, { method: "POST", body, headers: { "X-Kept": "1" } }).catch(() => null);
  busy(-1);
  delete form.dataset.sending;
  const leads = answer?.headers.get("X-Leads-To");
  if (leads) return follow(leads);
  if (answer?.redirected) return location.assign(answer.url);
  if (form.matches("[data-guard]")) form.dataset.dirty = "yes";
  if (!answer) return toast(words.failed, { tone: "bad" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), said = $("[data-problem]", page);
  const all = $$("[data-problems] li", page).map((each) => ({ text: each.textContent.trim(), field: each.dataset.field }));
  if (said || !$("main", page)) return refuse(form, said?.textContent.trim() || words.failed, said?.dataset.field, all);
  const main = document.importNode($("main", page), true);
  $("main").replaceWith(main);
  window.htmx?.process(main);
  mount(main);
}
// A form marked data-redrawn is drawn anew by what is chosen in it: what is typed, ticked or unfolded until the answer comes stays.
let given = new Map();
const ticked = ({ type }) => type === "checkbox" || type === "radio";
const called = (each) => [each.tagName, each.name, ticked(each) ? each.value : ""].join();
const stands = (form) => new Map([...form.elements].map((each) => [called(each), ticked(each) ? each.checked : each.value]));
document.addEventListener("htmx:beforeSend", ({ target }) => { if (target.matches("[data-redrawn]")) given = stands(target); });
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  const form = detail.shouldSwap && target.closest("[data-redrawn]");
  if (!form) return;
  const since = new Map([...stands(form)].filter(([name, value]) => given.get(name) !== value)), folds = $$("details", form).map((each) => each.open);
  const at = document.activeElement?.selectionStart ?? null;
  form.addEventListener("htmx:afterSwap", () => {
    for (const each of form.elements) {
      const value = since.get(called(each));
      if (value === undefined || (each.options && ![...each.options].some((option) => option.value === value))) continue;
      if (ticked(each)) each.checked = value; else each.value = value;
      if (at !== null && each === document.activeElement) each.setSelectionRange(at, at);
    }
    $$("details", form).forEach((each, index) => { each.open ||= folds[index]; });
  }, { once: true });
});
// The same page again keeps its place, another one begins at its top.
function follow(address) {
  const url = new URL(address, location.href);
  if (url.pathname !== location.pathname || url.search !== location.search) return location.assign(url);
  if (url.hash) history.replaceState(history.state, "", url);
  location.reload();
}
// What waits for the person, asked for once the page is there: on the rail, in the title, on the installed app. Until the
// answer comes a page shows what the page before it knew.
const KNOWN = "otdel-counters";
document.addEventListener("counters", ({ detail }) => {
  const before = JSON.parse(sessionStorage.getItem(KNOWN) ?? "{}");
  sessionStorage.setItem(KNOWN, JSON.stringify(detail));
  count(detail);
  navigator.setAppBadge?.(detail.total).catch(() => {});
  if (detail.news > before.news) import(data.live).then((live) => live.sound());
});
function count({ rooms, waits, total }) {
  for (const each of $$("[data-waits]")) waited(each, waits?.[each.dataset.waits] ?? 0);
  for (const [url, number] of Object.entries(rooms)) {
    const link = $(`nav.rail a[href="${url}"], nav.rail a[href^="${url}?"], a[data-counted][href="${url}"]`);
    if (!link) continue;
    const mark = $(".n", link) ?? link.appendChild(document.createElement("span"));
    mark.className = "n hot";
    mark.textContent = number || "";
    mark.hidden = !number;
    // what is seen is part of what is read out
    if (link.title) link.setAttribute("aria-label", number ? `${link.title}: ${number}` : link.title);
  }
  document.title = (total ? `(${total}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}
function waited(link, number) {
  const mark = $(".n", link);
  mark.textContent = number || (link.title ? "" : "0");
  mark.classList.toggle("hot", number > 0 && "hot" in link.dataset);
  if (link.title) { mark.hidden = !number; link.setAttribute("aria-label", number ? `${link.title}: ${number}` : link.title); }
  if (link.matches(".chip")) link.hidden = !number;
}
if (!$("nav.rail")) sessionStorage.removeItem(KNOWN); else if (sessionStorage.getItem(KNOWN)) count(JSON.parse(sessionStorage.getItem(KNOWN)));
document.addEventListener("live", ({ detail }) => import(data.live).then((live) => live.listen(detail.url)));
// The installed app: registered once somebody is signed in; its notifications end when they sign out here.
const pushed = () => localStorage.getItem("otdel-push");
if ($("nav.rail") && "serviceWorker" in navigator) addEventListener("load", () => {
  navigator.serviceWorker.register(data.worker).catch(() => {});
  if (pushed()) import(data.push).then((push) => push.keep(data.pushed)).catch(() => {});
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signs-out]") || !pushed()) return;
  event.preventDefault();
  let left = false;
  const leave = () => { if (!left) { left = true; event.target.submit(); } };
  setTimeout(leave, 1500);
  import(data.push).then((push) => push.forget()).finally(leave);
});
document.addEventListener("htmx:load", (event) => mount(event.detail.elt));

// Keys. A letter alone does nothing while one types or a dialog is open.
let before = "";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return closeMenus(null, true);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]") || $("dialog[open]")) return;
  const pressed = before ? `${before} ${event.key}` : event.key;
  before = "";
  if (act(pressed, event)) event.preventDefault();
});
function act(pressed, event) {
  const link = $$("[data-key]").findLast((each) => each.dataset.key === pressed);
  if (link) return link.click(), true;
  if (pressed === "?") return $("#keys")?.showModal(), true;
  if (pressed === "/") return openSearch();
  if (pressed === "c") return openAdd();
  if (pressed === "g") { before = "g"; setTimeout(() => { before = ""; }, 1200); return true; }
  if (pressed === "j" || pressed === "k") return stepRow(pressed === "j" ? 1 : -1);
  if (pressed === "Enter" && event.target.matches("tr[data-href]")) return location.assign(event.target.dataset.href), true;
  return false;
}
function openSearch() {
  const box = $("#search") ?? $("main input[type=search]");
  box?.closest(".search")?.classList.add("open");
  box?.focus();
  return Boolean(box);
}
function openAdd() {
  const menu = $("#add");
  if (!menu) return false;
  menu.open = true;
  $("a", menu)?.focus();
  return true;
}
function stepRow(by) {
  const rows = $$("main tr[data-href]");
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement);
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  next.tabIndex = -1;
  next.focus();
  return true;
}

// Clicks: whole rows, openers, menus, themes.
document.addEventListener("click", (event) => {
  const from = event.target;
  closeMenus(from.closest("details.menu"));
  const opener = from.closest("[data-opens]");
  if (opener && openIt(opener.dataset.opens) && opener.matches("a")) event.preventDefault();
  if (from.closest("[data-closes]")) from.closest("dialog")?.close();
  if (from.matches("dialog")) from.close();
  const theme = from.closest("button[name=theme]");
  if (theme) { event.preventDefault(); setTheme(theme); }
  const row = from.closest("tr[data-href]");
  if (row && !from.closest("a, button, input, label, summary, [popover]") && !String(getSelection())) location.assign(row.dataset.href);
});
function openIt(id) {
  const target = document.getElementById(id);
  if (target?.showModal) { closeMenus(null); target.showModal(); return true; }
  return id === "search" && openSearch();
}
function closeMenus(keep, refocus = false) {
  for (const menu of $$("details.menu[open]")) {
    if (menu === keep || menu.contains(keep)) continue;
    menu.open = false;
    if (refocus) $("summary", menu)?.focus();
  }
  if (refocus) $(".search.open")?.classList.remove("open");
}
document.addEventListener("toggle", (event) => { if (event.target.matches?.("details.menu[open]")) $("[data-narrows]", event.target)?.focus(); }, true);
function setTheme(chosen) {
  const value = chosen.value;
  document.cookie = `theme=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  document.documentElement.dataset.theme = value;
  for (const each of $$("button[name=theme]")) each.setAttribute("aria-pressed", String(each.value === value));
  document.dispatchEvent(new CustomEvent("theme"));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme")));

// Typing narrows a long menu; picking submits a form marked so.
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrows]")) return;
  const typed = event.target.value.trim().toLowerCase();
  for (const item of $$("li", event.target.parentElement)) item.hidden = !item.textContent.toLowerCase().includes(typed);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form?.requestSubmit();
  if (event.target.matches("[data-drop] input[type=file]")) showFiles(event.target);
  if (event.target.matches("[data-checks-all]")) for (const box of $$(`input[name="${event.target.dataset.checksAll}"]`)) box.checked = event.target.checked;
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.dirty = "yes";
});
document.addEventListener("submit", (event) => { delete event.target.dataset.dirty; const ask = event.submitter?.dataset.confirm; if (ask && !confirm(ask)) event.preventDefault(); });
addEventListener("beforeunload", (event) => { if ($("form[data-dirty]")) event.preventDefault(); });

// A file dropped on the zone is the file chosen in its field.
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const zone = event.target.closest?.("[data-drop]");
  if (!zone) return;
  event.preventDefault();
  zone.classList.toggle("over", kind === "dragover");
  if (kind !== "drop" || !event.dataTransfer.files.length) return;
  const field = $("input[type=file]", zone);
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
function showFiles(field) {
  const line = $(".chosen", field.closest("[data-drop]"));
  line.textContent = [...field.files].map((file) => `${file.name} · ${size(file.size)}`).join(", ");
}
const size = (bytes) => new Intl.NumberFormat(data.locale, { style: "unit", unit: bytes < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: 1 }).format(bytes / (bytes < 1e6 ? 1e3 : 1e6));

// Whatever arrives, with the page or by htmx, is brought to life here.
function mount(root) {
  for (const each of $$("[data-toast]", root)) { toast(each.dataset.toast, { tone: each.dataset.tone === "error" ? "bad" : "", undo: each.dataset.undo ?? "" }); each.remove(); }
  for (const box of $$("dialog[open]:not(:modal)", root)) { box.close(); box.showModal(); }
  $("[data-focus]", root)?.focus();
  for (const row of $$("tr[data-href]", root)) row.tabIndex = -1;
  for (const wrap of $$(".table-wrap:not(.as-cards, .scroll)", root)) widths.observe(wrap);
  const figures = $$("figure[data-chart]:not(.mounted)", root);
  if (figures.length) import(data.charts).then((charts) => charts.mountAll(figures, data));
  if ($("textarea[data-rich]", root)) import(data.editor).then((editor) => editor.mountEditors(root));
  const lists = $$("[data-sortable]", root);
  if (lists.length) script(data.sortable).then(() => lists.forEach(sortable));
}
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) target.classList.toggle("fits-not", target.firstElementChild.scrollWidth > target.clientWidth + 1);
});
// data-sortable="group" on a list; a drop sends `sortable:moved` with what, where to and before whom, for hx-trigger.
function sortable(list) {
  if (list.dataset.live) return;
  list.dataset.live = "yes";
  window.Sortable.create(list, {
    group: list.dataset.sortable, animation: 120, handle: list.dataset.handle || undefined, delay: 120, delayOnTouchOnly: true,
    onEnd: ({ item, from, to, oldIndex }) => {
      if (from === to && [...to.children].indexOf(item) === oldIndex) return;
      item.dispatchEvent(new CustomEvent("sortable:moved", { bubbles: true, detail: { to: to.dataset.value, next: item.nextElementSibling?.dataset.id ?? "" } }));
    },
  });
}
const loaded = new Map();
export function script(url) {
  if (!loaded.has(url)) loaded.set(url, new Promise((done, fail) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.onload = done;
    tag.onerror = fail;
    document.head.append(tag);
  }));
  return loaded.get(url);
}
window.otdel = { toast, script };
mount(document);
// A link that ends with the name of a dialog opens it: /tasks/7/#submit
const asked = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (asked && asked.matches("dialog:not([open])")) asked.showModal();

// Tabs that do not fit: the one we are on comes into sight.
$$(".tabs [aria-current]").forEach((tab) => { const row = tab.parentElement; row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2; });

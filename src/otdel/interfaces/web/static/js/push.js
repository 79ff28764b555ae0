// Notifications of this browser: turned on and off on the page of devices, and kept true on every page.
const KEPT = "otdel-push";
const $ = (selector, root = document) => root.querySelector(selector);
const can = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const subscription = async () => can() ? (await navigator.serviceWorker.ready).pushManager.getSubscription() : null;

// The browser may give a new address whenever it likes; ours would be told to the old one.
export async function keep(url) {
  const found = await subscription();
  const known = localStorage.getItem(KEPT);
  if (!found) return localStorage.removeItem(KEPT);
  if (found.endpoint === known) return;
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": $("meta[name=csrf]").content }, body: fields(found) });
  if (answer.ok) localStorage.setItem(KEPT, found.endpoint);
}
// Whoever signs in next must not be told what concerns the one before.
export async function forget() {
  localStorage.removeItem(KEPT);
  await (await subscription())?.unsubscribe();
}
function fields(found) {
  const { endpoint, keys } = found.toJSON();
  return new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
}

// The page of devices.
const box = $("[data-push]");
if (box) {
  navigator.serviceWorker?.ready.then(draw);
  if (!can()) show("cannot");
  $("[data-push-on]", box)?.addEventListener("click", turnOn);
}
function show(state) { for (const each of box.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state; }
async function draw() {
  if (!can()) return show("cannot");
  if (Notification.permission === "denied") return show("denied");
  const found = await subscription();
  const mark = found ? await digest(found.endpoint) : "";
  const row = mark && document.querySelector(`[data-mark="${mark}"]`);
  if (row) { row.querySelector("[data-this]").hidden = false; localStorage.setItem(KEPT, found.endpoint); }
  show(row ? "on" : "off");
}
async function digest(text) {
  const made = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(made)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
async function turnOn(event) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    if (await Notification.requestPermission() !== "granted") return draw();
    const manager = (await navigator.serviceWorker.ready).pushManager;
    await (await manager.getSubscription())?.unsubscribe(); // it may be of another key
    const found = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.push });
    localStorage.setItem(KEPT, found.endpoint);
    const form = $("form", box);
    for (const [name, value] of fields(found)) form.elements[name].value = value;
    form.requestSubmit();
  } catch {
    show("failed");
  } finally {
    button.disabled = false;
  }
}

// Installing: browsers that can offer it say so.
addEventListener("beforeinstallprompt", (event) => {
  const offer = $("[data-install]");
  if (!offer) return;
  event.preventDefault();
  offer.hidden = false;
  offer.addEventListener("click", () => event.prompt(), { once: true });
});
const installed = $("[data-installed]");
if (installed) installed.hidden = !matchMedia("(display-mode: standalone)").matches;

// A sound for something new, in this browser only.
const sound = $("[data-sound]");
if (sound) {
  sound.checked = localStorage.getItem("otdel-sound") === "on";
  sound.addEventListener("change", async () => {
    localStorage.setItem("otdel-sound", sound.checked ? "on" : "off");
    if (sound.checked) (await import(sound.dataset.sound)).play();
  });
}

// The service worker: a page that says there is no connection, and notifications. It keeps no page of anybody's.
// OTDEL and VERSION are put before it by interfaces/web/pwa.py.
const CACHE = `otdel-${VERSION}`;
const asked = new URL(location).searchParams.get("lang");
const OFFLINE = OTDEL.offline[asked] ?? OTDEL.offline.ru;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...OTDEL.assets])).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await registration.navigationPreload?.enable();
    await clients.claim();
  };
  event.waitUntil(tidy());
});
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (OTDEL.assets.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => caches.match(request)));
});
async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

addEventListener("push", (event) => {
  let said = {};
  try { said = event.data?.json() ?? {}; } catch { /* not ours: shown without words */ }
  const shown = registration.showNotification(said.title ?? "Otdel", {
    body: said.body ?? "", lang: said.lang, tag: said.tag, icon: OTDEL.icon, badge: OTDEL.badge, data: { url: said.url },
  });
  event.waitUntil(Promise.all([shown, badge(said.unread)]));
});
const badge = (number) => Number.isInteger(number) ? navigator.setAppBadge?.(number).catch(() => {}) : undefined;

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.url));
});
// Only our own pages are opened, whatever a notification says.
async function show(given) {
  let path = "/";
  try { const url = new URL(given, location.origin); path = url.pathname + url.search; } catch { /* the first page */ }
  const windows = await clients.matchAll({ type: "window" });
  const open = windows.find((each) => each.focused) ?? windows[0];
  if (!open) return clients.openWindow(path);
  await open.focus();
  return open.navigate(path).catch(() => clients.openWindow(path));
}
// The browser made a new address by itself; a page of ours tells it the next time it is open.
addEventListener("pushsubscriptionchange", (event) => {
  const options = event.oldSubscription?.options;
  if (options) event.waitUntil(registration.pushManager.subscribe(options).catch(() => {}));
});

// Live updates: one tab of the browser holds the line, the others hear from it. The line says only what to look at again;
// where there is none, pages ask every minute all the same.
const FIRST = 1000, LONGEST = 60000, AWAY = 300000, SILENT = 50000, ANSWER = 10000;
let url = "", line = null, heard = 0, pause = FIRST, notBefore = 0, timer = 0, ours = false, asked = false, broken = false;
const lately = new Map(); // what the line said, and when
const made = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.requestStart ?? 0);
const others = window.BroadcastChannel ? new BroadcastChannel("otdel-live") : null;
const say = (topics) => { for (const topic of topics) document.body.dispatchEvent(new CustomEvent(`live:${topic}`)); };
const ask = () => document.body.dispatchEvent(new CustomEvent("live:again"));
const isOpen = () => line?.readyState === 1;

// The answer about counters brings a fresh address each time.
export function listen(given) {
  url = given;
  const dead = line && Date.now() - heard > SILENT;
  if (dead) hangUp();
  if (ours && !line && Date.now() >= notBefore) call();
  if (dead) ask();
}
function call() {
  clearTimeout(timer);
  // with the first call the line also says what changed since this page was asked for
  line = new EventSource(asked ? url : `${url}&age=${Math.ceil((Date.now() - made) / 1000)}`);
  asked = true;
  heard = Date.now();
  line.onopen = () => {
    pause = FIRST;
    heard = Date.now();
    document.documentElement.dataset.line = "open";
    if (broken) others?.postMessage({ topics: ["again"] });
    broken = false;
  };
  line.onerror = () => { hangUp(); later(pause); pause = Math.min(pause * 2, LONGEST); };
  line.addEventListener("beat", () => { heard = Date.now(); });
  line.addEventListener("look", ({ data }) => {
    heard = Date.now();
    const topics = data.split(",");
    for (const topic of topics) lately.set(topic, heard);
    say(topics);
    others?.postMessage({ topics });
  });
  line.addEventListener("leave", () => { hangUp(); later(AWAY); });
}
function hangUp() {
  line?.close();
  line = null;
  broken = true;
  delete document.documentElement.dataset.line;
}
function later(wait) {
  const jittered = wait * (0.5 + Math.random());
  notBefore = Date.now() + jittered;
  clearTimeout(timer);
  timer = setTimeout(() => {
    notBefore = 0;
    ask();
    timer = setTimeout(() => line || later(pause), ANSWER);
  }, jittered);
}
// A tab that has just come asks the one with the line what it said since that tab's page was made.
others?.addEventListener("message", ({ data: { topics, since } }) => {
  if (topics && !isOpen()) say(topics);
  if (!since || !isOpen()) return;
  const missed = [...lately].filter(([, when]) => when >= since).map(([topic]) => topic);
  if (missed.length) others.postMessage({ topics: missed });
});
others?.postMessage({ since: made });
addEventListener("pagehide", hangUp);
addEventListener("pageshow", ({ persisted }) => persisted && ask());
addEventListener("online", comeBack);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !(line && Date.now() - heard < SILENT)) comeBack();
});
function comeBack() {
  notBefore = 0;
  pause = FIRST;
  ask();
}
function begin() { ours = true; if (url && !line) call(); }
if (navigator.locks) navigator.locks.request("otdel-live", () => { begin(); return new Promise(() => {}); }); else begin();

// A sound for something new, for who turned it on for this browser: one tab makes it.
export function sound() {
  if (!ours || localStorage.getItem("otdel-sound") !== "on") return;
  play();
}
export function play() {
  const context = new AudioContext();
  const volume = new GainNode(context, { gain: 0 });
  volume.connect(context.destination);
  for (const [start, pitch] of [[0, 880], [0.12, 1174.7]]) {
    const tone = new OscillatorNode(context, { frequency: pitch });
    tone.connect(volume);
    tone.start(context.currentTime + start);
    tone.stop(context.currentTime + start + 0.2);
  }
  volume.gain.setTargetAtTime(0.15, context.currentTime, 0.01);
  volume.gain.setTargetAtTime(0, context.currentTime + 0.25, 0.05);
  setTimeout(() => context.close(), 1000);
}

// Charts: plan is a line, fact is solid, forecast is a fan, last year is dashed grey; the same everywhere.
// data: {labels, plan, fact, low, middle, high, past, today, unit, series: [{name, values}]}; missing points are null.
const mounted = new Map();
let settings = {};

export async function mountAll(figures, data) {
  settings = data;
  await load(data.echarts);
  figures.forEach(mount);
}
function load(url) {
  if (window.echarts) return Promise.resolve();
  return window.otdel.script(url);
}
function mount(figure) {
  if (mounted.has(figure)) return;
  figure.classList.add("mounted");
  addToggle(figure);
  const chart = window.echarts.init(figure.querySelector(".canvas"), null, { renderer: "canvas" });
  const numbers = JSON.parse(figure.dataset.numbers);
  mounted.set(figure, { chart, numbers });
  draw(figure);
  new ResizeObserver(() => chart.resize()).observe(figure.querySelector(".canvas"));
}
function addToggle(figure) {
  const words = settings.words;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn quiet";
  button.textContent = words.asTable;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const table = figure.classList.toggle("as-table");
    button.setAttribute("aria-pressed", String(table));
    button.textContent = table ? words.asChart : words.asTable;
    if (!table) mounted.get(figure).chart.resize();
  });
  figure.querySelector("figcaption").append(button);
}
function draw(figure) {
  const { chart, numbers } = mounted.get(figure);
  const kinds = { cumulative, bars };
  chart.setOption((kinds[figure.dataset.chart] ?? bars)(numbers, colours()), true);
}
document.addEventListener("theme", () => { for (const figure of mounted.keys()) if (figure.isConnected) draw(figure); else mounted.delete(figure); });

for (const moment of ["beforeprint", "afterprint"]) addEventListener(moment, () => { for (const { chart } of mounted.values()) chart.resize(); });

function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ink", "ink-2", "ink-3", "line", "paper", "fact", "fan", "plan", "past", "under", "over", "accent"];
  return Object.fromEntries([...names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]), ["font", style.getPropertyValue("--font")]]);
}
const short = (value) => new Intl.NumberFormat(settings.locale, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
const full = (value) => (value == null ? "—" : new Intl.NumberFormat(settings.locale, { maximumFractionDigits: 2 }).format(value).replace("-", "−"));

function common(numbers, c) {
  const text = { color: c["ink-3"], fontFamily: c.font, fontSize: 11 };
  return {
    animation: false, textStyle: { fontFamily: c.font }, grid: { left: 4, right: 14, top: 18, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: numbers.labels, axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, axisLabel: { ...text, hideOverlap: true, ...months(numbers) } },
    yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: c.line } }, axisLabel: { ...text, formatter: short } },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: c.paper, borderColor: c.line, textStyle: { color: c.ink, fontFamily: c.font, fontSize: 12 }, axisPointer: { lineStyle: { color: c["ink-3"] }, shadowStyle: { color: c.line, opacity: .35 } } },
  };
}
// A long stretch of days is marked where its months begin.
function months({ ticks }) {
  return ticks ? { interval: (at) => at in ticks, formatter: (label, at) => ticks[at] ?? label } : {};
}
function line(name, values, color, width, more = {}) {
  return { name, type: "line", data: values, symbol: "none", lineStyle: { color, width, ...more }, itemStyle: { color }, emphasis: { disabled: true }, z: 3 };
}
function cumulative(numbers, c) {
  const words = settings.words;
  const option = common(numbers, c);
  option.xAxis.boundaryGap = false;
  option.tooltip.formatter = (points) => tip(numbers, points[0].dataIndex);
  option.series = [];
  if (numbers.past) option.series.push(line(words.past, numbers.past, c.past, 1.5, { type: [5, 5] }));
  if (numbers.high) option.series.push(...fan(numbers, c));
  if (numbers.middle) option.series.push(line(words.forecast, numbers.middle, c.fact, 2, { type: [2, 4] }));
  if (numbers.plan) option.series.push(line(words.plan, numbers.plan, c.plan, 1.5));
  if (numbers.fact) option.series.push({ ...line(words.fact, numbers.fact, c.fact, 3), z: 5, ...today(numbers, c) });
  return option;
}
// The fan is a transparent floor with a filled difference stacked on it.
function fan(numbers, c) {
  const base = { type: "line", stack: "fan", symbol: "none", silent: true, lineStyle: { opacity: 0 }, emphasis: { disabled: true }, z: 1 };
  const gap = numbers.high.map((high, at) => (high == null ? null : high - numbers.low[at]));
  return [{ ...base, data: numbers.low }, { ...base, data: gap, areaStyle: { color: c.fan, opacity: .55 } }];
}
function today(numbers, c) {
  if (numbers.today == null) return {};
  const at = numbers.today;
  return {
    markLine: { silent: true, symbol: "none", animation: false, data: [{ xAxis: at }], lineStyle: { color: c["ink-3"], type: [2, 3], width: 1 }, label: { formatter: numbers.todayLabel ?? settings.words.today, position: "insideStartTop", rotate: 0, color: c["ink-3"], fontSize: 11, fontFamily: c.font, distance: [6, 6], align: at > numbers.labels.length * .8 ? "right" : "left" } },
    markPoint: { silent: true, animation: false, symbol: "circle", symbolSize: 8, label: { show: false }, itemStyle: { color: c.fact }, data: [{ coord: [at, numbers.fact[at]] }] },
  };
}
function tip(numbers, at) {
  const words = settings.words;
  const rows = [[words.plan, numbers.plan], [words.fact, numbers.fact], [words.past, numbers.past]].filter(([, values]) => values?.[at] != null).map(([name, values]) => `${name}: ${full(values[at])}`);
  if (numbers.high?.[at] != null && at !== numbers.today) rows.push(`${words.forecast}: ${full(numbers.low[at])} – ${full(numbers.high[at])}`);
  return [numbers.names?.[at] ?? numbers.labels[at], ...rows].join("\n");
}
function bars(numbers, c) {
  const words = settings.words;
  const option = common(numbers, c);
  const paint = [c.fact, c.fan, c["ink-3"], c.past];
  const named = [[words.fact, numbers.fact, c.fact], [words.past, numbers.past, c.past]].filter(([, values]) => values).map(([name, values, color]) => ({ name, values, color }));
  const all = [...named, ...(numbers.series ?? []).map((each, at) => ({ ...each, color: paint[at % paint.length] }))];
  option.series = all.map(({ name, values, color }) => ({ name, type: "bar", data: values, itemStyle: { color, borderRadius: [2, 2, 0, 0] }, barMaxWidth: 36, barGap: "15%", emphasis: { disabled: true } }));
  if (numbers.plan) option.series.push({ ...line(words.plan, numbers.plan, c.plan, 1.5), step: "middle" });
  option.tooltip.axisPointer.type = "shadow";
  option.tooltip.formatter = (points) => [numbers.names?.[points[0].dataIndex] ?? points[0].name, ...points.map((point) => `${point.seriesName}: ${full(point.value)}`)].join("\n");
  return option;
}

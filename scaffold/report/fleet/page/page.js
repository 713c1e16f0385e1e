try {
(() => {
"use strict";
const $ = (id) => document.getElementById(id);
const order = new Intl.Collator("en", {numeric: true}).compare;
const STATES = ["unreadable", "unadopted", "conflict", "drift", "edited", "incomplete", "behind", "unknown", "lapsing", "paused", "current"];
const text = (cell) => cell ? cell.textContent.trim() : "";

// Heads of tables become buttons: `sorted` is called with the number of a column and 1 (ascending) or -1.
function headed(table, sorted) {
  const heads = [...table.tHead.rows[0].cells];
  const by = (column, way) => {
    heads.forEach((head, at) => at === column ? head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending") : head.removeAttribute("aria-sort"));
    sorted(column, way);
  };
  heads.forEach((head, column) => {
    if (head.classList.contains("plain")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => by(column, head.getAttribute("aria-sort") === "ascending" ? -1 : 1));
  });
  return by;
}

// What a cell is sorted by; without anything in it a row comes last, whichever way.
function arranged(rows, key, way) {
  const keyed = rows.map((row) => [key(row), row]);
  const known = [...new Set(keyed.map(([said]) => said))]; // far fewer, and to compare texts takes long
  known.sort((a, b) => (a === "") - (b === "") || way * (typeof a === "number" && typeof b === "number" ? a - b : order(a, b)));
  const place = new Map(known.map((said, at) => [said, at]));
  return keyed.sort(([a], [b]) => place.get(a) - place.get(b)).map(([, row]) => row);
}

for (const table of document.querySelectorAll("table.sort")) {
  headed(table, (column, way) => table.tBodies[0].append(...arranged([...table.tBodies[0].rows], (row) => text(row.cells[column]), way)));
}

const table = $("m"), body = table.tBodies[0], STEP = innerWidth > 760 ? 100 : 50;
const NAME = 0, STATE = 1, OWNER = 3, MISSION = 4, BLUEPRINT = 5, RULES = 8;
const words = (cell) => text(cell).split(/[\s,]+/);
const all = [...body.rows].map((row) => ({
  row,
  text: row.textContent.toLowerCase(),
  keys: [],
  states: words(row.cells[STATE]),
  owner: text(row.cells[OWNER]),
  mission: text(row.cells[MISSION]),
  blueprint: row.cells[BLUEPRINT].firstChild ? row.cells[BLUEPRINT].firstChild.textContent : "",
  rules: row.cells[RULES].lastElementChild ? row.cells[RULES].lastElementChild.textContent.split(" ") : [],
}));
const values = {
  state: (one) => one.states, owner: (one) => [one.owner], mission: (one) => [one.mission],
  blueprint: (one) => [one.blueprint], rule: (one) => one.rules,
};
const filters = Object.keys(values).filter((name) => $("f-" + name));
let found = all, shown = STEP, arrangement = all;

for (const name of filters) {
  const counts = new Map();
  for (const one of all) for (const value of values[name](one)) if (value) counts.set(value, (counts.get(value) || 0) + 1);
  const known = [...counts.keys()].sort(name === "state" ? (a, b) => STATES.indexOf(a) - STATES.indexOf(b) : order);
  for (const value of known) $("f-" + name).add(new Option(`${value} (${counts.get(value).toLocaleString("en")})`, value));
}

function key(one, column) {
  if (!(column in one.keys)) {
    const said = text(one.row.cells[column]);
    one.keys[column] = column === STATE ? STATES.indexOf(one.states[0]) : /^\d+( of .*)?$/.test(said) ? parseFloat(said) : said;
  }
  return one.keys[column];
}

function show() {
  body.replaceChildren(...found.slice(0, shown).map((one) => one.row));
  const number = (count) => count.toLocaleString("en");
  const some = found.length > shown ? `the first ${number(shown)} of ` : "";
  $("count").textContent = `Showing ${some}${number(found.length)} member${found.length === 1 ? "" : "s"}${found.length < all.length ? `, of ${number(all.length)}` : ""}`;
  $("more").hidden = found.length <= shown;
}

function filter() {
  const said = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = filters.map((name) => [values[name], $("f-" + name).value]).filter(([, value]) => value);
  found = arrangement.filter((one) => said.every((word) => one.text.includes(word)) && wanted.every(([of, value]) => of(one).includes(value)));
  shown = STEP;
  show();
  const kept = new URLSearchParams(filters.map((name) => [name, $("f-" + name).value]).concat([["q", $("q").value]]).filter(([, value]) => value));
  try { history.replaceState(null, "", kept.size ? "#members?" + kept : location.pathname + location.search); } catch { /* a page that may not */ }
}

function sort(column, way) {
  arrangement = arranged(all, (one) => key(one, column), way);
  const meant = new Set(found);
  found = arrangement.filter((one) => meant.has(one));
  shown = STEP;
  show();
  $("by").value = `${column} ${way}`;
}

[...table.tHead.rows[0].cells].forEach((head, column) => {
  if (getComputedStyle(head).display === "none") return;
  $("by").add(new Option(text(head), `${column} 1`));
  $("by").add(new Option(`${text(head)}, the other way`, `${column} -1`));
});
const by = headed(table, sort);
$("by").value = "";
$("by").addEventListener("change", () => { const [column, way] = $("by").value.split(" ").map(Number); by(column, way); });
for (const name of filters) $("f-" + name).addEventListener("change", filter);
$("q").addEventListener("input", filter);
$("tools").addEventListener("submit", (event) => event.preventDefault());
$("tools").addEventListener("reset", () => setTimeout(filter));
$("next").textContent = `Show ${STEP} more`;
$("next").addEventListener("click", () => { shown += STEP; show(); });
$("all").addEventListener("click", () => { shown = found.length; show(); });

// A name of an owner, mission, blueprint or rule anywhere on the page chooses its members.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-f]");
  if (!link) return;
  for (const name of filters) $("f-" + name).value = name === link.dataset.f ? text(link) : "";
  $("q").value = "";
  filter();
  if (event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  $("members").scrollIntoView();
  $("q").focus({preventScroll: true});
});

// A link such as #members?owner=@acme/shop does the same.
function called() {
  const asked = new URLSearchParams(location.hash.split("?")[1] || "");
  for (const name of filters) $("f-" + name).value = asked.get(name) || "";
  $("q").value = asked.get("q") || "";
  $("tools").hidden = false;
  if ([...asked].length) { filter(); $("members").scrollIntoView(); } else show();
}
addEventListener("hashchange", () => location.hash.startsWith("#members?") && called());
addEventListener("beforeprint", () => body.replaceChildren(...found.map((one) => one.row)));
addEventListener("afterprint", show);
called();
})();
} finally {
  document.documentElement.className = "";
}

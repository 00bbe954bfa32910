// What a page cannot do by itself: progress, checks while typing, charts, and the look's switch.
"use strict";

const POLL = 1000;
const TYPING_PAUSE = 500;
const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

function cookie(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

// Light or dark: as the device says, until somebody chooses; the server then says it at once.
function themes() {
  const button = document.querySelector(".theme");
  if (!button) return;
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (device.matches ? "dark" : "light")) === "dark";
  const say = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    cookie("leadline_theme", next);
    say();
    drawAll();
  });
  device.addEventListener("change", () => { say(); drawAll(); });
  say();
}

// Parts of a page that come later (data-load) or are asked for again and again (data-live).
async function fetched(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", redirect: "manual", ...options });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    window.location.reload();
    return null;
  }
  return answer;
}

async function load(part) {
  try {
    const answer = await fetched(part.dataset.load);
    if (!answer) return;
    if (!answer.ok) throw new Error(String(answer.status));
    part.innerHTML = await answer.text();
    enliven(part);
  } catch {
    part.querySelectorAll(".busy").forEach((each) => {
      each.classList.remove("busy");
      each.textContent = "This part could not be read: load the page again.";
    });
  } finally {
    part.removeAttribute("aria-busy");
  }
}

async function live(part) {
  if (document.hidden) return;
  try {
    const answer = await fetched(part.dataset.live);
    if (!answer || !answer.ok) return;
    const text = await answer.text();
    if (text === part.dataset.shown) return;
    if (part.querySelector("details[open]")) return; // somebody reads
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.dataset.shown = text;
    part.innerHTML = text;
    enliven(part);
    if (focused) document.getElementById(focused)?.focus();
  } catch {
    // The server is being restarted: the next turn asks again.
  }
}

// A draft of a model is checked while it is written.
function draft(form) {
  const text = form.querySelector("textarea");
  const said = document.getElementById(form.dataset.said);
  let waiting = 0;
  let turn = 0;
  const check = async () => {
    const mine = ++turn;
    const body = new FormData(form);
    const answer = await fetched(form.dataset.check, { method: "POST", body, headers: { "X-CSRF-Token": csrf() } });
    if (!answer || mine !== turn) return;
    if (!answer.ok) { said.textContent = `The draft could not be checked (${answer.status}).`; return; }
    said.innerHTML = await answer.text();
    text.setAttribute("aria-invalid", said.querySelector("[data-wrong]") ? "true" : "false");
  };
  text.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => check().catch(() => {}), TYPING_PAUSE);
  });
  said.addEventListener("click", (event) => {
    const line = event.target.dataset?.line;
    if (line) goTo(text, Number(line));
  });
  form.querySelector("[data-download]")?.addEventListener("click", (event) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text.value], { type: "application/toml" }));
    link.download = event.target.dataset.download;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

function goTo(text, line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] || "").length);
  text.scrollTop = (line - 5) * (text.scrollHeight / lines.length);
}

// Charts: the data stand in the page, beside a table of the same numbers.
function colour(name) {
  const probe = document.createElement("i"); // light-dark() is resolved only where it is used
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function coloured(value) {
  if (typeof value === "string" && value.startsWith("@")) return colour(value.slice(1));
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, coloured(each)]));
  }
  return value;
}

function draw(chart) {
  const said = coloured(JSON.parse(chart.querySelector('script[type="application/json"]').textContent));
  const plot = chart.querySelector(".plot");
  const narrow = chart.clientWidth < 520;
  const ticks = said.layout?.yaxis?.ticktext;
  if (narrow && ticks) {
    said.layout.yaxis.ticktext = ticks.map((name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name));
  }
  const axis = { gridcolor: colour("line"), zerolinecolor: colour("soft"), linecolor: colour("line"), automargin: true, fixedrange: true };
  const layout = {
    font: { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 13, color: colour("soft") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 8, r: narrow ? 28 : 44, t: 8, b: 8 },
    showlegend: false,
    dragmode: false,
    bargap: 0.25,
    height: chart.clientHeight || 260,
    ...said.layout,
    xaxis: { ...axis, ...said.layout?.xaxis },
    yaxis: { ...axis, ...said.layout?.yaxis },
  };
  Plotly.react(plot, said.data, layout, { displayModeBar: false, responsive: true });
}

function drawAll(inside = document) {
  if (typeof Plotly !== "undefined") inside.querySelectorAll(".chart").forEach(draw);
}

function enliven(inside) {
  drawAll(inside);
  inside.querySelectorAll("[data-load]").forEach(load);
  inside.querySelectorAll("form[data-check]").forEach(draft);
  inside.querySelectorAll("form[data-busy]").forEach((form) => {
    form.addEventListener("submit", () => {
      const button = form.querySelector('button[type="submit"]');
      // Only after the form is on its way: a disabled button is not sent.
      window.setTimeout(() => { button.disabled = true; button.textContent = form.dataset.busy; }, 0);
    });
  });
  inside.querySelectorAll("form[data-sure]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (!window.confirm(form.dataset.sure)) event.preventDefault();
    });
  });
}

themes();
enliven(document);
document.querySelectorAll("[data-live]").forEach((part) => {
  window.setInterval(() => live(part), POLL);
});
// A page that comes back from the browser's memory has its buttons again.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

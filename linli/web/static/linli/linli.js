// What a script adds: keys, drafts, a calm second click. Every page works without it.
const $ = (query, root = document) => root.querySelector(query);
const all = (query, root = document) => [...root.querySelectorAll(query)];
const wait = (work, after) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(work, after, ...given); }; };
const typing = (at) => at.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
const seen = (at) => at.checkVisibility({ visibilityProperty: true });

// —— keys: data-key="P" is Alt P, data-key="F8" is F8. Digits act inside a focused group only (WCAG 2.1.4).
function reach(at) {
  const to = at.matches("fieldset") ? $(":checked", at) ?? $("input", at) : at;
  to.focus();
  if (to.select && typing(to)) to.select();
  if (to.matches("button, a, summary")) to.click();
}

function opensHelp() { return localStorage.getItem("linli-help-key") !== "off"; }

function showKeys() {
  const box = $("#keys"), list = box && $("[data-keys]", box);
  if (!list) return;
  all("[data-of-page]", list).forEach((row) => row.remove());
  for (const at of all("[data-key]").filter(seen)) {
    const row = document.createElement("div"), key = document.createElement("dt"), name = document.createElement("dd");
    row.dataset.ofPage = "";
    const cap = document.createElement("kbd");
    cap.textContent = /^F\d/.test(at.dataset.key) ? at.dataset.key : `Alt ${at.dataset.key}`;
    const label = (at.matches("fieldset") ? $("legend", at) : at.labels?.[0] ?? at).cloneNode(true);
    all("kbd, .opt, svg", label).forEach((part) => part.remove());
    name.textContent = label.textContent.trim();
    key.append(cap);
    row.append(key, name);
    list.append(row);
  }
  box.showModal();
}

addEventListener("keydown", (e) => {
  const at = document.activeElement ?? document.body;
  const letter = e.code.replace(/^(Key|Digit)/, "");
  if ((e.ctrlKey || e.metaKey) && e.key === "Enter") {
    // The form one stands in or has opened; else the page's own. Never one that is not to be seen.
    const form = at.form ?? at.closest("form") ?? [at.closest("details[open]") ?? document].flatMap((root) => all("form[data-primary]", root)).find(seen);
    if (form?.matches("[data-primary]")) { e.preventDefault(); form.requestSubmit([...form.elements].findLast((one) => one.matches("button.primary")) ?? null); }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.isComposing) return;
  const named = e.altKey ? letter : /^F\d+$/.test(e.key) ? e.key : null;
  const to = named && all("[data-key]").find((one) => one.dataset.key === named && seen(one));
  if (to) { e.preventDefault(); reach(to); return; }
  if (e.altKey) return;
  const group = at.matches("input[type=radio], input[type=checkbox]") && at.closest("fieldset");
  const choice = group && /^[1-9]$/.test(e.key) && all("input", group).filter(seen)[e.key - 1];
  if (choice) { e.preventDefault(); choice.focus(); choice.click(); return; }
  if (e.key === "?" && !typing(at) && opensHelp() && !$("dialog[open]")) { e.preventDefault(); showKeys(); }
});

// —— drafts: kept in this tab only, put back after a crash, dropped once the server has taken the form.
const slot = (form) => `linli:${document.body.dataset.user}:${form.dataset.draft}`;
const fields = (form) => [...form.elements].filter((at) => at.name && at.type !== "file" && at.type !== "hidden" && at.type !== "password" && !at.closest("[data-no-draft]"));

function keep(form) {
  const values = fields(form).map((at) => (/radio|checkbox/.test(at.type) ? at.checked : at.value));
  sessionStorage.setItem(slot(form), JSON.stringify(values));
}

function putBack(form) {
  const kept = JSON.parse(sessionStorage.getItem(slot(form)) ?? "null"), into = fields(form);
  // A form with errors comes filled by the server; a changed form does not fit the draft any more.
  if (!kept || kept.length !== into.length || $("[data-errors]", form)) return;
  let changed = false;
  into.forEach((at, i) => {
    const what = typeof kept[i] === "boolean" ? "checked" : "value";
    if (at[what] !== kept[i]) { at[what] = kept[i]; changed = true; }
  });
  if (!changed) return;
  // What hangs on the fields (hints, texts) is fetched again once htmx stands.
  addEventListener("load", () => document.body.dispatchEvent(new Event("draft")), { once: true });
  form.closest("details")?.setAttribute("open", "");
  ($("[data-note]", form) ?? form).prepend($("#t-draft").content.cloneNode(true));
}

function forget(key) { sessionStorage.removeItem(key); }

function settleDrafts() {
  const sent = JSON.parse(sessionStorage.getItem("linli-sent") ?? "null");
  forget("linli-sent");
  const [visit] = performance.getEntriesByType("navigation");
  // Arrived by the form's own redirect, without errors: the server has it.
  if (sent && visit?.type === "navigate" && document.referrer === sent.from && !$("[data-errors], [data-problem]")) forget(sent.key);
  all("form[data-draft]").forEach(putBack);
}

addEventListener("htmx:afterSettle", (e) => all("form[data-draft]", e.detail.elt).forEach(putBack));

const keepSoon = wait(keep, 250);
addEventListener("input", (e) => { if (e.target.form?.matches("[data-draft]")) keepSoon(e.target.form); });

// —— sending: the first click counts, the second does nothing; the server stays the truth.
addEventListener("submit", (e) => {
  const form = e.target;
  if (form.method === "dialog") return;
  if (form.hasAttribute("aria-busy")) { e.preventDefault(); return; }
  if (form.matches("[data-appearance]")) { e.preventDefault(); restyle(e.submitter); return; }
  if (form.matches("[data-forget]")) Object.keys(sessionStorage).filter((key) => key.startsWith("linli")).forEach(forget);
  if (form.method !== "post") return;
  form.setAttribute("aria-busy", "true");
  setTimeout(() => form.removeAttribute("aria-busy"), 15000);
  if (form.matches("[data-draft]")) {
    keep(form);
    sessionStorage.setItem("linli-sent", JSON.stringify({ key: slot(form), from: location.href }));
  }
});
addEventListener("pageshow", (e) => {
  all("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy"));
  if (e.persisted) forget("linli-sent");
});

function restyle(button) {
  document.cookie = `linli_${button.name}=${button.value}; path=/; max-age=31536000; samesite=lax`;
  const root = document.documentElement.dataset, plain = /normal|auto/.test(button.value);
  if (plain) delete root[button.name]; else root[button.name] = button.value;
  all(`[name=${button.name}]`, button.form).forEach((one) => one.setAttribute("aria-pressed", one === button));
}

// —— small things a click does
addEventListener("click", (e) => {
  const at = e.target.closest?.("button, a, [data-copy]");
  if (!at?.closest(".menu")) all(".menu[open]").forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
  if (!at) return;
  if ("opens" in at.dataset) showKeys();
  if ("dismiss" in at.dataset) at.closest(".toast").remove();
  if ("discard" in at.dataset) { const form = at.closest("form"); forget(slot(form)); form.reset(); $(".draft-note", form).remove(); }
  if ("copy" in at.dataset) navigator.clipboard?.writeText(at.dataset.copy).then(() => at.setAttribute("data-copied", ""));
  if (at.closest("[data-errors]") && at.hash) {
    const to = document.getElementById(at.hash.slice(1));
    if (to) { e.preventDefault(); reach(to); }
  }
});
addEventListener("keyup", (e) => { if (e.key === "Escape") all(".menu[open]").forEach((menu) => { menu.open = false; }); });

// —— a running clock: the server says since when
const clocks = () => all("time[data-since]").forEach((at) => {
  const full = Math.max(0, Math.floor((Date.now() - new Date(at.dataset.since)) / 1000));
  const parts = full >= 3600 ? [Math.floor(full / 3600), Math.floor(full / 60) % 60, full % 60] : [Math.floor(full / 60), full % 60];
  at.textContent = parts.map((part) => `${part}`.padStart(2, "0")).join(":");
});
setInterval(clocks, 1000);

// —— a photo chosen beside a form is shown at once, from the device
all("[data-photo-choice]").forEach((at) => { at.hidden = false; });
addEventListener("change", (e) => {
  const into = e.target.dataset?.shows && document.getElementById(e.target.dataset.shows), [file] = e.target.files ?? [];
  if (!into || !file) return;
  URL.revokeObjectURL(into.src);
  into.src = URL.createObjectURL(file);
  into.hidden = false;
});

// —— htmx: an answer that did not come is said, never swallowed
function say(text) {
  const note = $("#t-failed").content.cloneNode(true);
  if (text) $("span", note).textContent = text;
  $("#toasts").replaceChildren(note);
}
addEventListener("htmx:sendError", () => say());
addEventListener("htmx:responseError", (e) => {
  const page = new DOMParser().parseFromString(e.detail.xhr.responseText, "text/html");
  say($("[data-problem]", page)?.textContent.trim());
});
// A step that a rule refused comes with its own part of the page: that part says why.
addEventListener("htmx:beforeSwap", (e) => {
  if (e.detail.xhr.status === 409 && e.detail.target.id === "phone") { e.detail.shouldSwap = true; e.detail.isError = false; }
});

all("[data-opens], [data-dismiss]").forEach((at) => { at.hidden = false; });
const choice = $("[data-help-key]");
if (choice) {
  choice.checked = opensHelp();
  choice.addEventListener("change", () => localStorage.setItem("linli-help-key", choice.checked ? "on" : "off"));
}
settleDrafts();
$("[data-errors]")?.focus();

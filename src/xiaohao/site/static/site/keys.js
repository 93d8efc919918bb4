// Keyboard moves in lists: j/k, Enter, o, x, e, /, ?. A list is [data-list]; its rows are [data-row].
// A row may carry data-open (address), data-panel (address loaded beside), [data-confirm-key] (button for Enter),
// [data-change-key] (link or button for e), a checkbox (x). Shift+x selects up to the row.
"use strict";
(() => {
  const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter((row) => row.offsetParent);
  let here = null;
  let lastTicked = null;

  function go(row) {
    if (!row) return;
    if (here) here.classList.remove("here");
    here = row;
    row.classList.add("here");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const panel = document.getElementById("panel");
    if (panel && panel.open && row.dataset.panel) load(row);
  }

  function step(by) {
    const all = rows();
    const index = all.indexOf(here);
    go(all[index < 0 ? 0 : Math.min(Math.max(index + by, 0), all.length - 1)]);
  }

  function load(row) {
    window.htmx.ajax("GET", row.dataset.panel, { target: "#panel-body", swap: "innerHTML" });
  }

  function open(row, own) {
    const panel = document.getElementById("panel");
    if (row.dataset.panel && !own && !(panel.open && row.dataset.shown)) {
      for (const other of rows()) delete other.dataset.shown;
      row.dataset.shown = "1";
      load(row);
    } else if (row.dataset.open) {
      location.assign(row.dataset.open);
    }
  }

  function tick(row, upTo) {
    const box = row.querySelector("input[type=checkbox]");
    if (!box) return;
    const on = !box.checked;
    const all = rows();
    const [from, to] = [all.indexOf(upTo && lastTicked ? lastTicked : row), all.indexOf(row)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) set(one, on);
    lastTicked = row;
  }

  function set(row, on) {
    const box = row.querySelector("input[type=checkbox]");
    if (!box || box.checked === on) return;
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const moves = {
    j: () => step(1),
    k: () => step(-1),
    o: () => here && open(here, true),
    x: () => here && tick(here, false),
    X: () => here && tick(here, true),
    e: () => here && click(here, "[data-change-key]"),
    u: () => click(document, "[data-key-undo]"),
    "/": () => focus(),
    "?": () => help(),
    Enter: () => here && (click(here, "[data-confirm-key]") || open(here, false)),
  };

  function click(root, selector) {
    const found = root.querySelector(selector);
    if (found) found.click();
    return Boolean(found);
  }

  function focus() {
    const field = document.querySelector("[data-key-search]");
    if (field) {
      field.focus();
      field.select();
    }
  }

  function help() {
    const keys = document.getElementById("keys");
    if (keys && !keys.open) keys.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (document.querySelector("dialog:modal")) return;
    if (event.key === "Enter" && event.target !== here) return;
    const move = moves[event.key];
    // A page may add its own: <button data-key="m">.
    const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!move && !own) return;
    event.preventDefault();
    if (own) own.click();
    else move();
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-list] [data-row]");
    if (!row || event.target.closest("a, button, input, label, summary, form")) return;
    if (String(window.getSelection())) return;
    go(row);
    open(row, false);
  });

  // Ticks: the row says so, the bulk bar counts.
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list || event.target.type !== "checkbox") return;
    if (event.target.matches("[data-all]")) for (const row of rows()) set(row, event.target.checked);
    const row = event.target.closest("[data-row]");
    if (row) row.setAttribute("aria-selected", String(event.target.checked));
    const count = list.querySelectorAll("[data-row] input[type=checkbox]:checked").length;
    for (const bar of document.querySelectorAll("[data-bulk]")) {
      bar.hidden = count === 0;
      for (const shown of bar.querySelectorAll("[data-count]")) shown.textContent = String(count);
    }
  });

  // After a row has gone (confirmed, moved), the next one is in hand.
  document.addEventListener("htmx:afterSettle", () => {
    if (here && !here.isConnected) {
      const index = Number(here.dataset.index) || 0;
      here = null;
      const all = rows();
      go(all[Math.min(index, all.length - 1)]);
    }
    rows().forEach((row, i) => {
      row.dataset.index = String(i);
    });
  });
  rows().forEach((row, i) => {
    row.dataset.index = String(i);
  });
})();

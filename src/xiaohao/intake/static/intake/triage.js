// Triage by keyboard: Enter confirms, e goes to the first field, guesses fill in with a click.
// Taking a call: Ctrl+Enter sends, Alt+N and Alt+P jump. Pages work without it.
"use strict";
(() => {
  const desk = document.querySelector("[data-triage]");
  const call = document.querySelector("[data-call]");
  const typing = (element) => element.closest("input, textarea, select, button, a, summary, [contenteditable]");

  if (desk) {
    const confirm = desk.querySelector("[data-confirm]");
    const change = desk.querySelector("[data-change]");
    const first = () => desk.querySelector(".decide .picker input, .decide [name=unit]");
    change.hidden = false;
    change.addEventListener("click", () => first().focus());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target.closest(".decide")) event.target.blur();
      if (event.key !== "Enter" || event.isComposing || document.querySelector("dialog:modal")) return;
      const anywhere = event.ctrlKey || event.metaKey;
      if (!anywhere && typing(event.target)) return;
      event.preventDefault();
      confirm.click();
    });
    desk.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-fill]");
      if (chip) fill(chip.dataset);
    });
  }

  function fill(given) {
    const field = desk.querySelector(`[name=${CSS.escape(given.fill === "urgency" ? "urgent" : given.fill)}]`);
    if (!field) return;
    if (field.type === "checkbox") field.checked = true;
    else field.value = given.value;
    const shown = field.closest(".picker")?.querySelector('input:not([type="hidden"])');
    if (shown) shown.value = given.label;
  }

  if (call) {
    const jump = { n: "[name=name]", p: "[name=place]" };
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        call.requestSubmit();
      }
      const wanted = event.altKey && jump[event.key.toLowerCase()];
      if (!wanted) return;
      event.preventDefault();
      const field = call.querySelector(wanted);
      (field.closest(".picker")?.querySelector('input:not([type="hidden"])') || field).focus();
    });
  }
})();

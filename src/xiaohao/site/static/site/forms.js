// Forms: one submit only, counting characters, searching places and units, looking at photos before they are sent.
"use strict";
(() => {
  const words = document.getElementById("words").dataset;

  // A second click on a button that is already sending does nothing. Coming back with "back" frees it again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    if (form.hasAttribute("hx-post")) return;
    form.dataset.sending = "1";
    const button = event.submitter;
    if (button) setTimeout(() => button.setAttribute("aria-disabled", "true"));
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      for (const button of form.querySelectorAll('[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
    }
  });

  // Leaving a half-written form asks first.
  const written = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) written.add(form);
    if (event.target.dataset.counter) count(event.target);
  });
  document.addEventListener("submit", (event) => written.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    if (written.size) event.preventDefault();
  });

  // Characters are counted as people count them: an emoji is one.
  function count(area) {
    const line = document.getElementById(area.dataset.counter);
    if (!line) return;
    const left = Number(line.dataset.limit) - [...area.value].length;
    line.querySelector("[data-left]").textContent = left.toLocaleString("en-US");
    line.classList.toggle("low", left < Number(line.dataset.limit) / 10 && left >= 0);
    line.classList.toggle("over", left < 0);
  }

  // A picker: an input with data-picker (address answering ?q= with <li role="option">) becomes a combobox.
  // The code chosen goes into the field itself; what people see stands in a second, nameless input.
  let made = 0;
  class Picker {
    constructor(field) {
      this.field = field;
      this.input = field.cloneNode();
      for (const name of ["name", "data-picker", "data-label", "required"]) this.input.removeAttribute(name);
      this.input.value = field.dataset.label || field.value;
      field.type = "hidden";
      field.removeAttribute("id");
      this.list = document.createElement("ul");
      this.list.className = "picker-list";
      this.list.id = `picker-${++made}`;
      this.list.setAttribute("role", "listbox");
      const label = document.querySelector(`label[for="${this.input.id}"]`);
      this.list.setAttribute("aria-label", label ? label.textContent.trim() : "");
      this.list.hidden = true;
      const box = document.createElement("div");
      box.className = "picker";
      field.before(box);
      box.append(this.input, this.list, field);
      Object.entries({
        role: "combobox",
        autocomplete: "off",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": this.list.id,
      }).forEach(([name, value]) => this.input.setAttribute(name, value));
      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("focus", () => this.input.value || this.ask());
      this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.choose(event.target.closest("[data-value]"));
      });
    }

    typed() {
      this.field.value = this.input.value;
      clearTimeout(this.wait);
      this.wait = setTimeout(() => this.ask(), 180);
    }

    async ask() {
      const asked = this.input.value.trim();
      const address = new URL(this.field.dataset.picker, location.href);
      address.searchParams.set("q", asked);
      let answer;
      try {
        answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      } catch {
        return;
      }
      if (!answer.ok || asked !== this.input.value.trim() || document.activeElement !== this.input) return;
      const text = new DOMParser().parseFromString(await answer.text(), "text/html");
      const options = [...text.querySelectorAll('[role="option"]')];
      options.forEach((option, i) => {
        option.id = `${this.list.id}-${i}`;
      });
      // An answer that comes late must not move what somebody has already marked.
      const marked = this.options[this.index]?.dataset.value;
      this.list.replaceChildren(...options);
      this.open(this.options.findIndex((option) => option.dataset.value === marked));
    }

    open(index) {
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.mark(index);
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    get options() {
      return [...this.list.querySelectorAll("[data-value]")];
    }

    mark(index) {
      this.index = index;
      this.options.forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
      const option = this.options[index];
      if (option) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }

    key(event) {
      const count = this.options.length;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (this.list.hidden) this.ask();
        else if (count) this.mark((this.index + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
      } else if (event.key === "Enter" && !this.list.hidden && count) {
        event.preventDefault();
        event.stopPropagation();
        this.choose(this.options[Math.max(this.index, 0)]);
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.stopPropagation();
        this.close();
      }
    }

    choose(option) {
      if (!option) return;
      this.field.value = option.dataset.value;
      this.input.value = option.dataset.label;
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
      this.close();
    }
  }

  // Photos chosen are shown before they are sent.
  function photos(input) {
    const shown = document.createElement("ul");
    shown.className = "photos";
    input.after(shown);
    input.addEventListener("change", () => {
      for (const image of shown.querySelectorAll("img")) URL.revokeObjectURL(image.src);
      shown.replaceChildren(
        ...[...input.files].map((file) => {
          const item = document.createElement("li");
          const image = document.createElement("img");
          const name = document.createElement("p");
          image.src = URL.createObjectURL(file);
          image.alt = name.textContent = file.name;
          name.className = "small quiet";
          item.append(image, name);
          return item;
        }),
      );
    });
  }

  function prepare(root) {
    for (const field of root.querySelectorAll("input[data-picker]:not([type=hidden])")) new Picker(field);
    for (const area of root.querySelectorAll("[data-counter]")) count(area);
    for (const input of root.querySelectorAll("input[type=file][data-photos]")) photos(input);
  }

  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.target));
  prepare(document);
  window.house.sending = words.sending;
})();

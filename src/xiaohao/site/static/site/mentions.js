// Naming a post in a comment: after "@" a list opens that the keyboard leads through.
// A textarea with data-mentions (address answering ?q= with <li role="option">) gets it.
"use strict";
(() => {
  const TOKEN = /(^|[^A-Za-z0-9._%+-])[@＠]([^\s@＠,，.。;；:：、!！?？]{0,40})$/;
  let made = 0;

  class Mentions {
    constructor(area) {
      this.area = area;
      this.list = document.createElement("ul");
      this.list.className = "picker-list";
      this.list.id = `mentions-${++made}`;
      this.list.setAttribute("role", "listbox");
      const label = area.labels?.[0]?.textContent ?? area.getAttribute("aria-label") ?? "";
      this.list.setAttribute("aria-label", label.trim());
      this.list.hidden = true;
      const box = document.createElement("div");
      box.className = "picker";
      area.before(box);
      box.append(area, this.list);
      area.setAttribute("aria-autocomplete", "list");
      area.setAttribute("aria-controls", this.list.id);
      area.addEventListener("input", () => this.typed());
      area.addEventListener("keydown", (event) => this.key(event));
      area.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.choose(event.target.closest("[data-value]"));
      });
    }

    get asked() {
      const found = TOKEN.exec(this.area.value.slice(0, this.area.selectionStart));
      return found ? found[2] : null;
    }

    get options() {
      return [...this.list.querySelectorAll("[data-value]")];
    }

    typed() {
      clearTimeout(this.wait);
      if (this.asked === null) this.close();
      else this.wait = setTimeout(() => this.ask(), 150);
    }

    async ask() {
      const asked = this.asked;
      if (asked === null) return;
      const address = new URL(this.area.dataset.mentions, location.href);
      address.searchParams.set("q", asked);
      let answer;
      try {
        answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      } catch {
        return;
      }
      if (!answer.ok || asked !== this.asked || document.activeElement !== this.area) return;
      const text = new DOMParser().parseFromString(await answer.text(), "text/html");
      const options = [...text.querySelectorAll('[role="option"]')];
      options.forEach((option, i) => {
        option.id = `${this.list.id}-${i}`;
      });
      this.list.replaceChildren(...options);
      this.list.hidden = false;
      this.mark(0);
    }

    close() {
      this.list.hidden = true;
      this.area.removeAttribute("aria-activedescendant");
    }

    mark(index) {
      this.index = index;
      this.options.forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
      const option = this.options[index];
      if (!option) return;
      this.area.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }

    key(event) {
      const count = this.options.length;
      if (this.list.hidden || !count) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.mark((this.index + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
      } else if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        this.choose(this.options[this.index]);
      } else if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      }
    }

    choose(option) {
      if (!option) return;
      const end = this.area.selectionStart;
      const begin = end - this.asked.length;
      this.area.setRangeText(`${option.dataset.label} `, begin, end, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
      this.close();
    }
  }

  function prepare(root) {
    for (const area of root.querySelectorAll("textarea[data-mentions]:not([data-ready])")) {
      area.dataset.ready = "1";
      new Mentions(area);
    }
  }
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
})();

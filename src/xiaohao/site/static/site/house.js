// What every page does beyond plain HTML: menus, dialogs, the side panel, toasts, copying, large photos.
// Pages work without it.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const words = $("#words").dataset;

  // htmx: send the CSRF token, open the side panel when something was loaded into it, say when the server is gone.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "panel-body") {
      const panel = $("#panel");
      if (!panel.open) panel.show();
      const head = $("h1, h2", target);
      if (head) {
        head.tabIndex = -1;
        head.focus({ preventScroll: true });
      }
    }
    prepare(target);
  });
  document.addEventListener("htmx:sendError", () => say(words.failed, "red"));
  document.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 403 ? words.denied : words.failed, "red");
  });

  // Things that only work with JavaScript are hidden until it runs.
  function prepare(root) {
    for (const button of root.querySelectorAll("[data-copy], [data-dismiss], [data-opens]")) button.hidden = false;
    for (const toast of root.querySelectorAll("[data-toast]")) startToast(toast);
    const focus = $("[data-focus]", root);
    if (focus) focus.focus();
  }

  // Menus close on Esc, on a click elsewhere, and when another one opens.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    for (const hint of document.querySelectorAll('[data-hint][aria-expanded="true"]')) {
      if (!hint.contains(event.target)) hint.setAttribute("aria-expanded", "false");
    }
    const hint = event.target.closest("[data-hint]");
    if (hint) hint.setAttribute("aria-expanded", String(hint.getAttribute("aria-expanded") !== "true"));
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-toast]").remove();
    const large = event.target.closest("a[data-large]");
    if (large && $("img", large) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      showLarge(large);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = $("details[data-menu][open]");
    const panel = $("#panel");
    for (const hint of document.querySelectorAll("[data-hint]")) {
      hint.setAttribute("aria-expanded", "false");
      hint.classList.add("shut");
      hint.addEventListener("pointerleave", () => hint.classList.remove("shut"), { once: true });
      hint.addEventListener("blur", () => hint.classList.remove("shut"), { once: true });
    }
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (panel && panel.open && !$("dialog:modal")) {
      panel.close();
    }
  });

  // A form with data-confirm asks in the dialog of that name, then posts.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const dialog = form.dataset.confirm && document.getElementById(form.dataset.confirm);
    if (!dialog || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        form.dataset.confirmed = "1";
        form.requestSubmit();
      },
      { once: true },
    );
    dialog.showModal();
  }, true);

  // Offices often run without TLS, where browsers hide the clipboard: then the old way.
  async function copy(button) {
    const source = $(".copy-text", button.parentElement);
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(source.textContent);
    } else {
      window.getSelection().selectAllChildren(source);
      document.execCommand("copy");
    }
    say(button.dataset.copied, "green");
  }

  function showLarge(link) {
    const dialog = document.createElement("dialog");
    const image = document.createElement("img");
    const caption = document.createElement("p");
    dialog.className = "large";
    image.src = link.href;
    image.alt = caption.textContent = $("img", link).alt;
    dialog.append(image, caption);
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      link.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  function startToast(toast) {
    let seconds = Number(toast.dataset.toast);
    const shown = $("[data-seconds]", toast);
    if (!seconds) return;
    const tick = () => {
      if (toast.matches(":hover, :focus-within")) return;
      if (shown) shown.textContent = words.seconds.replace("{n}", String(seconds));
      if (seconds-- > 0) return;
      clearInterval(timer);
      toast.remove();
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  function say(text, tone) {
    const line = document.createElement("div");
    const p = document.createElement("p");
    line.className = `toast-line tone-${tone}`;
    line.dataset.toast = tone === "red" ? "15" : "4";
    line.setAttribute("role", tone === "red" ? "alert" : "status");
    p.textContent = text;
    line.append(p);
    $("#toasts").append(line);
    startToast(line);
  }

  window.house = { prepare, say, words };
  prepare(document);
})();

// A small sum for the browser, so that floods cost something: finds a nonce for which
// SHA-256(challenge + ":" + nonce) begins with as many zero bits as asked, and puts it into the form.
// <div data-pow data-worker="…/pow-worker.js" data-challenge="…" data-bits="18"><input type="hidden" name="pow_nonce"></div>
"use strict";
(() => {
  const words = document.getElementById("words").dataset;
  for (const box of document.querySelectorAll("[data-pow]")) {
    const form = box.closest("form");
    const field = box.querySelector("input");
    const line = document.createElement("p");
    line.className = "help";
    line.setAttribute("role", "status");
    box.append(line);
    let wanted = null;
    const worker = new Worker(box.dataset.worker);
    worker.onmessage = (event) => {
      field.value = event.data;
      worker.terminate();
      if (!wanted) return;
      line.textContent = words.worked;
      form.requestSubmit(wanted.button);
    };
    worker.postMessage({ challenge: box.dataset.challenge, bits: Number(box.dataset.bits) });
    // Sent before the sum is done: wait for it, then send by itself.
    form.addEventListener(
      "submit",
      (event) => {
        if (field.value) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        wanted = { button: event.submitter };
        line.textContent = words.working;
      },
      true,
    );
  }
})();

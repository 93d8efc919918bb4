// The receipt is printed with a button; a link with the code behind "#" opens its status.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
  const form = document.querySelector("[data-code-form]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!form || !/^[0-9A-Za-z -]{12,20}$/.test(code)) return;
  // The part behind "#" never leaves the browser by itself; now it goes in a form, and out of the address.
  history.replaceState(null, "", location.pathname);
  form.querySelector("input[name=code]").value = code;
  form.requestSubmit();
})();

// A part of a page that renews itself: asks every data-live seconds, with what it shows as a validator,
// and puts the new part in its place. It rests while the page is hidden or somebody is in it.
"use strict";
(() => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  let shown = part.dataset.version;

  const busy = () => document.hidden || part.contains(document.activeElement) || document.querySelector("dialog[open], details[data-menu][open]");

  async function renew() {
    if (busy()) return;
    let answer;
    try {
      answer = await fetch(location.href, { headers: { "If-None-Match": shown, "X-Live": "1" }, cache: "no-store" });
    } catch {
      return; // the server is away: ask again next time
    }
    if (answer.status !== 200 || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh || busy()) return;
    shown = fresh.dataset.version;
    part.replaceChildren(...fresh.childNodes);
    for (const old of document.querySelectorAll(".meta")) {
      const now = page.querySelector(".meta");
      if (now) old.replaceChildren(...now.childNodes);
    }
    part.dispatchEvent(new CustomEvent("live:renewed", { bubbles: true }));
  }
  setInterval(renew, Number(part.dataset.live) * 1000);
})();

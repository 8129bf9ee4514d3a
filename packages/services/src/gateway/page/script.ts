// SPDX-License-Identifier: GPL-3.0-or-later

/** Milliseconds between two looks. */
const EVERY = 20_000;

/**
 * Puts what the server says now in place of what it said, without moving who reads. Where the server does not answer, the page
 * says since when it is old: a page that has stopped must not look well. It runs in browsers as it is.
 */
export const SCRIPT = `
let last = Date.now();
async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(${EVERY / 2}) });
    if (!answer.ok) throw new Error(answer.statusText);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = next.title;
    for (const name of ["header", "main"]) {
      const [now, then] = [document.querySelector(name), next.querySelector(name)];
      if (now.innerHTML !== then.innerHTML) now.innerHTML = then.innerHTML;
      now.className = then.className;
    }
    last = Date.now();
    document.getElementById("old").hidden = true;
  } catch {
    const old = document.getElementById("old");
    old.textContent = "The gateway has not answered for " + Math.round((Date.now() - last) / 1000) + " s. What is below is old.";
    old.hidden = false;
    document.title = "No answer · Vitalproof gateway";
  }
}
setInterval(look, ${EVERY});
`;

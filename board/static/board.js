// When something has changed, the page looks again and puts what is new in its place. Without this
// file everything works, too; the page then stands still.
"use strict";

const AGAIN = 3000; // milliseconds until a stream that was refused is asked for once more

// Whoever writes is not disturbed: what they send is then refused, if it was decided upon what is
// no longer so.
const isWritten = (field) =>
  field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.matches("select")
      ? field.selectedIndex !== Math.max([...field.options].findIndex((it) => it.defaultSelected), 0)
      : field.type !== "hidden" && field.value !== field.defaultValue;
const isBusy = (piece) =>
  (piece.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) ||
  [...piece.querySelectorAll("input, textarea, select")].some(isWritten);

function put(piece, fresh) {
  const focus = piece.contains(document.activeElement) ? twin(document.activeElement, fresh) : null;
  for (const details of piece.querySelectorAll("details[id]")) {
    const other = fresh.querySelector(`#${details.id}`);
    if (other) other.open = details.open;
  }
  if (fresh.outerHTML === piece.outerHTML) return;
  piece.replaceWith(fresh);
  focus?.focus();
}

// What stands in the new piece where somebody is in the old one; else the nearest that can be reached.
function twin(element, fresh) {
  const within = element.closest("details[id]");
  const place = (within && fresh.querySelector(`#${within.id}`)) || fresh;
  const same = element.matches("a")
    ? [...fresh.querySelectorAll("a")].find((it) => it.href === element.href)
    : [...place.querySelectorAll(element.tagName)].find((it) => it.textContent === element.textContent);
  return same || place.querySelector("summary, a, button");
}

async function lookAgain() {
  let answer;
  try {
    answer = await fetch(document.body.dataset.here || location.href, { headers: { accept: "text/html" } });
  } catch {
    return;
  }
  if (answer.redirected) return location.assign(answer.url); // signed out meanwhile
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = fresh.title;
  for (const piece of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(piece.id);
    if (other && !isBusy(piece)) put(piece, other);
  }
}

function listen(address) {
  const away = document.getElementById("away");
  const stream = new EventSource(address);
  stream.addEventListener("changed", lookAgain);
  stream.addEventListener("open", () => {
    if (away.hidden) return;
    away.hidden = true;
    lookAgain();
  });
  stream.addEventListener("error", () => {
    away.hidden = false;
    if (stream.readyState !== EventSource.CLOSED) return;
    lookAgain();
    setTimeout(listen, AGAIN, address);
  });
}

const address = document.body.dataset.news;
if (address && document.querySelector("[data-live]")) listen(address);

// What opens over the page closes with Escape, or by a touch beside it.
const more = document.querySelector(".more");
if (more) {
  addEventListener("click", (event) => more.contains(event.target) || (more.open = false));
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    more.open = false;
    more.querySelector("summary").focus();
  });
}

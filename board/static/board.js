// When something has changed, the page looks again and puts what is new in its place. Without this
// file everything works, too; the page then stands still.
"use strict";

const isBusy = (piece) => piece.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

async function lookAgain() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = fresh.title;
  for (const piece of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(piece.id);
    if (other && !isBusy(piece) && other.innerHTML !== piece.innerHTML) piece.replaceWith(other);
  }
  // What is sent from here on was decided upon what is seen now; but not by who is typing already.
  const seen = fresh.querySelector("input[name=seen]");
  if (!seen || isBusy(document.body)) return;
  for (const field of document.querySelectorAll("input[name=seen]")) field.value = seen.value;
}

const address = document.body.dataset.news;
if (address && document.querySelector("[data-live]")) new EventSource(address).addEventListener("changed", lookAgain);

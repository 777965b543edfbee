// New pieces in their places, and forms that do not leave the page. Everything is drawn by the
// server; without this file the page works too, but stands still.
"use strict";

const MOST_LINES = { log: 200, sent: 200 };
const at = (id) => document.getElementById(id);
const toEnd = (list) => { list.scrollTop = list.scrollHeight; };

// News.

function takeIn(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const isShown = opened?.open && isWhollyInSight(opened.getBoundingClientRect());
  for (const piece of [...box.content.children]) {
    const old = at(piece.id);
    if (!old) add(piece);
    else if (!old.isEqualNode(piece)) swap(old, piece);
    tellNew(piece);
  }
  if (isShown) show(opened);
}

function add(piece) {
  const { into, atop } = piece.dataset;
  const list = at(into || atop);
  if (!list) return;
  if (atop) list.prepend(piece); else list.append(piece);
  if (atop && list.children.length > (MOST_LINES[atop] || Infinity)) list.lastElementChild.remove();
  if (!list.classList.contains("texts")) return;
  toEnd(list);
  if (!piece.classList.contains("theirs") || piece.classList.contains("lost")) return;
  buzz(list.closest(".phone"));
  announce(`${nameOf(piece)} got: ${piece.querySelector("p").textContent}`);
}

// What is typed stays, and so does the focus; where what had it is gone, it goes to what came.
const CONTROLS = "button:not([hidden]), input:not([type=hidden])";

// The way back from a menu: what opened it, as it is now.
const settings = (place) => at(place.closest(".menu")?.querySelector("summary").id);

function swap(old, piece) {
  const had = document.activeElement;
  const isNear = (old.closest(".phone") || old).contains(had);
  const typed = [...old.querySelectorAll("input[id], textarea[id]")]
    .filter((field) => field.value !== field.defaultValue).map((field) => [field.id, field.value]);
  const open = [...old.querySelectorAll("details[id][open]")].map((part) => part.id);
  old.replaceWith(piece);
  for (const id of open) at(id)?.setAttribute("open", "");
  for (const [id, value] of typed) if (at(id)) at(id).value = value;
  piece.querySelectorAll(".heard").forEach(toEnd);
  showLine(piece.querySelector(".script .now"));
  if (piece.id === "clock" && wayOf(old) !== wayOf(piece)) forgive(piece.closest(".time"));
  if (piece.matches(".people a")) showInFront(piece, old);
  if (piece.matches(".ringing") && !old.matches(".ringing")) announce(`${nameOf(piece)}'s phone rings.`);
  readyMicrophones(piece);
  if (!isNear || had.checkVisibility()) return;
  const again = (had.id && at(had.id)) || settings(had) || piece.querySelector(CONTROLS)
    || piece.closest(".phone")?.querySelector("textarea, .to-call button")
    || piece.closest(".panel")?.querySelector("summary");
  again?.focus();
}

// The line of a script that is played now, in the middle of its list.
function showLine(line) {
  if (!line) return;
  const list = line.parentElement;
  list.scrollTop += line.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 2;
}

// What was refused because of how the clock went may be done now.
const wayOf = (clock) => clock.querySelector("small").textContent;
const forgive = (place) => place?.querySelectorAll(".wrong").forEach((words) => words.remove());

// For a screen reader: what comes, in a few words, and of calls only the one that one is in.
const nameOf = (piece) => piece.closest(".phone").querySelector("h2").textContent;

function announce(words) {
  const line = document.createElement("p");
  line.textContent = words;
  at("said").append(line);
  if (at("said").children.length > 30) at("said").firstElementChild.remove();
}

// Whose phone buzzes or rings stands in front of the people: there it is in sight, unless somebody
// looks for another just now.
function showInFront(chip, before = chip) {
  if (before.matches(".news")) chip.classList.add("news");
  const people = at("people");
  if (chip.matches(".news, .rings") && !people.matches(":focus-within, :hover")) people.scrollLeft = 0;
}

function buzz(phone) {
  const chip = at(`${phone.id}-chip`);
  if (chip && !phone.matches(":focus-within")) {
    chip.classList.add("news");
    showInFront(chip);
  }
  phone.classList.remove("buzz");
  void phone.offsetWidth; // from the beginning, if it buzzes already
  phone.classList.add("buzz");
  setTimeout(() => phone.classList.remove("buzz"), 1500);
}

let touched = ""; // the phone at which somebody was last

const hasSeen = (event) => {
  const place = event.target.closest?.(".phone, .people a");
  if (!place) return;
  touched = place.id.replace(/-chip$/, "");
  at(`${touched}-chip`)?.classList.remove("news");
};
document.addEventListener("focusin", hasSeen);
document.addEventListener("click", hasSeen);

const notice = () => at("notice");
const events = new EventSource(`/events/${document.body.dataset.watch}`);
events.onmessage = (event) => takeIn(event.data);
events.addEventListener("gone", () => { events.close(); comeAgain(); });
events.onerror = () => {
  notice().textContent = "The hotline does not answer. This page goes on when it does.";
  if (events.readyState === EventSource.CLOSED) setTimeout(comeAgain, 2000);
};
window.addEventListener("pagehide", () => events.close());
window.addEventListener("pageshow", (event) => { if (event.persisted) comeAgain(); });

// The page from the beginning. What is typed, and where, and which panels are open goes on.
const panels = () => [...document.querySelectorAll(".panel")];

function comeAgain() {
  const fields = [...document.querySelectorAll("textarea[id], input[id]")].filter((field) => field.value);
  const typed = fields.map((field) => [field.id, field.value]);
  const open = panels().map((panel) => panel.open);
  sessionStorage.before = JSON.stringify({ typed, open, focus: document.activeElement.id });
  location.reload();
}

function goOn({ typed, open, focus }) {
  delete sessionStorage.before;
  for (const [id, words] of typed) {
    if (!at(id)) continue;
    at(id).value = words;
    at(id).dispatchEvent(new Event("input"));
  }
  panels().forEach((panel, place) => { panel.open = open[place]; });
  at(focus)?.focus();
}

// Forms.

let keys = Promise.resolve(); // arrive in the order in which they were pressed

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const { target: form, submitter } = event;
  if (form.querySelector(".keypad")) keys = keys.then(() => send(form, submitter));
  else if (form.getAttribute("action")) send(form, submitter);
});

async function send(form, submitter) {
  const fields = new FormData(form, submitter);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  const written = form.matches(".write, .speak") ? form.querySelector("textarea, input[name=words]") : null;
  const words = written?.value;
  if (form.matches(".write, .speak")) form.reset();
  else if (form.ariaBusy) return;
  form.ariaBusy = "true";
  try {
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body, headers: { "X-From-The-Page": "yes" },
    });
    const why = await answer.text();
    complain(form, answer.ok ? "" : why);
    if (answer.ok) isDone(form);
    else giveBack(written, words);
  } catch {
    complain(form, await whyNotSent(form));
    giveBack(written, words);
  } finally { form.ariaBusy = null; }
}

// What could not be sent is there again, unless something else is being written already.
function giveBack(field, words) {
  if (field && !field.value) field.value = words;
}

// A file that was changed after it was chosen is not read any more: browsers want it chosen anew.
async function whyNotSent(form) {
  for (const field of form.querySelectorAll("input[type=file]")) {
    const file = field.files[0];
    if (!file || await file.arrayBuffer().catch(() => null)) continue;
    field.value = "";
    return `${file.name} has changed since you chose it: choose it again.`;
  }
  return "The hotline does not answer.";
}

function complain(form, words) {
  let place = form.querySelector(".wrong");
  if (!place && !words) return;
  if (!place) {
    place = document.createElement("p");
    place.className = "wrong";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  place.textContent = words;
  if (words) show(place);
}

function isDone(form) {
  if (form.matches(".stranger")) form.reset();
  const summary = settings(form);
  if (summary) { summary.parentElement.open = false; summary.focus(); }
}

// The form of a phone's settings comes into its menu before that opens, and says how the phone is.
document.addEventListener("click", (event) => {
  const menu = event.target.closest(".menu > summary")?.parentElement;
  if (!menu || menu.open) return;
  const form = at("settings").content.querySelector("form").cloneNode(true);
  const { number, state, calls, stopped } = menu.dataset;
  form.elements.number.value = number;
  form.elements.state.value = state;
  form.elements.calls.value = calls;
  form.elements.opted_out.checked = stopped !== undefined;
  menu.querySelector(":scope > :last-child").replaceWith(form);
});

// What somebody opens comes into sight, and stays there when news make the page longer.
const show = (place) => place.scrollIntoView({ block: "nearest" });
const isWhollyInSight = ({ top, bottom }) => top >= 0 && bottom <= innerHeight;
let opened = null;
document.addEventListener("click", (event) => { opened = event.target.closest("summary")?.parentElement; });
document.addEventListener("toggle", ({ target }) => {
  if (target === opened && target.open) show(target.matches(".menu") ? target.lastElementChild : target);
}, true);

// This computer's keys press those of the phone that is in a call: of those in sight the one at
// which somebody was last, or the only one. Where somebody writes or chooses, they do that.
const WRITES = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const isInSight = ({ top, bottom }) => bottom > 0 && top < innerHeight && bottom > top;

function keypadInSight() {
  const pads = [...document.querySelectorAll(".keypad")]
    .filter((pad) => isInSight(pad.closest(".call-area").getBoundingClientRect()));
  const isLast = (pad) => pad.closest(".phone").id === touched;
  return pads.find(isLast) || (pads.length === 1 ? pads[0] : null);
}

// Of a shortcut of the browser's. Some keyboards have # and * behind Alt or AltGr.
const isShortcut = ({ key, metaKey, ctrlKey, altKey }) =>
  metaKey || (ctrlKey && !altKey) || (altKey && /\d/.test(key));

document.addEventListener("keydown", (event) => {
  if (!/^[0-9*#]$/.test(event.key) || isShortcut(event) || event.repeat || event.isComposing) return;
  if (event.target.closest?.(WRITES)) return;
  const pad = keypadInSight();
  if (!pad) return;
  event.preventDefault();
  touched = pad.closest(".phone").id;
  announce(`${nameOf(pad)} pressed ${event.key}`);
  pad.querySelector(`[value="${event.key}"]`).click();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.(".menu[open]")) {
    event.target.closest(".menu").open = false;
  }
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (event.target.name !== "body") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// Finding a phone.

const find = at("find");
find.hidden = false;
find.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  for (const one of document.querySelectorAll("#phones .phone, #people a")) {
    one.hidden = !one.dataset.name.includes(wanted);
  }
});

// The browser's own voice.

const aloud = at("aloud");
const spoken = new Set();
const lines = (piece) => [...piece.querySelectorAll("li.say, li.voice")].filter((line) => !spoken.has(line.dataset.at));

function tellNew(piece) {
  const isOwn = piece.closest(".phone")?.id === touched;
  for (const line of lines(piece)) {
    spoken.add(line.dataset.at);
    if (isOwn && aloud.ariaPressed !== "true") announce(line.textContent);
    if (aloud.ariaPressed !== "true") continue;
    const said = new SpeechSynthesisUtterance(line.textContent);
    said.lang = line.lang || "en";
    speechSynthesis.speak(said);
  }
}

if ("speechSynthesis" in window) {
  aloud.hidden = false;
  aloud.ariaPressed = sessionStorage.aloud || "false";
  aloud.addEventListener("click", () => {
    aloud.ariaPressed = String(aloud.ariaPressed !== "true");
    sessionStorage.aloud = aloud.ariaPressed;
    if (aloud.ariaPressed !== "true") speechSynthesis.cancel();
  });
}

// Light and dark.

const light = at("light");
light.hidden = false;
const theme = (name) => { document.documentElement.dataset.theme = name; };
if (localStorage.theme) theme(localStorage.theme);
light.addEventListener("click", () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
  localStorage.theme = isDark ? "light" : "dark";
  theme(localStorage.theme);
});

// The microphone, for what a call records: 8000 samples a second, as telephones have it.

const LONGEST = 118_000; // milliseconds: the hotline stops listening at two minutes
let recorder = null;

function readyMicrophones(piece) {
  const can = navigator.mediaDevices && window.MediaRecorder;
  for (const button of piece.querySelectorAll(".microphone")) button.hidden = !can;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".microphone");
  if (!button) return;
  if (recorder) { recorder.stop(); return; }
  try {
    record(await navigator.mediaDevices.getUserMedia({ audio: true }), button);
  } catch {
    complain(button.form, "The microphone cannot be used here.");
  }
});

function record(stream, button) {
  const parts = [];
  recorder = new MediaRecorder(stream);
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = async () => {
    recorder = null;
    button.ariaPressed = "false";
    button.textContent = "Record";
    stream.getTracks().forEach((track) => track.stop());
    const sound = await asWav(new Blob(parts)).catch(() => null);
    if (!sound) { complain(button.form, "Nothing was recorded: speak a little longer."); return; }
    const answer = await fetch(`/record/${button.dataset.sid}`, {
      method: "POST", body: sound, headers: { "Content-Type": "audio/wav" },
    });
    complain(button.form, answer.ok ? "" : await answer.text());
  };
  recorder.start();
  const ours = recorder;
  setTimeout(() => { if (recorder === ours) recorder.stop(); }, LONGEST);
  complain(button.form, "");
  button.ariaPressed = "true";
  button.textContent = "Stop";
}

document.querySelectorAll(".texts, .heard").forEach(toEnd);
lines(document).forEach((line) => spoken.add(line.dataset.at));
readyMicrophones(document);
if (sessionStorage.before) goOn(JSON.parse(sessionStorage.before));
else if (location.hash) document.querySelector(location.hash)?.querySelector("textarea")?.focus();

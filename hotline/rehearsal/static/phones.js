// New bubbles as they come, and sending without leaving the page. The page works without it.
"use strict";

const phones = document.getElementById("phones");
const somebody = document.getElementById("somebody");
const toEnd = (list) => { list.scrollTop = list.scrollHeight; };

// Take over what is new on a page the server made; drafts and focus stay where they are.
function takeOver(page) {
  const notice = document.getElementById("notice");
  const news = page.getElementById("notice");
  if (notice.textContent !== news.textContent) notice.replaceChildren(...news.childNodes);
  for (const section of page.querySelectorAll(".phone")) {
    const here = document.getElementById(section.id);
    if (!here) { phones.insertBefore(section, somebody); continue; }
    here.querySelector(".about").replaceWith(section.querySelector(".about"));
    for (const bubble of section.querySelectorAll(".texts li")) {
      if (document.getElementById(bubble.id)) continue;
      const list = here.querySelector(".texts");
      list.append(bubble);
      toEnd(list);
    }
  }
}

async function send(form) {
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch("/", { method: "POST", body });
    if (!answer.ok) { form.submit(); return; }
    takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
    form.elements.body.value = "";
  } finally { button.disabled = false; }
}

document.addEventListener("submit", (event) => { event.preventDefault(); send(event.target); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (event.target.name !== "body") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

let waiting = 0;
async function refresh() {
  waiting = 0;
  const answer = await fetch("/");
  takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
}
const events = new EventSource(`/rehearsal/events?after=${document.body.dataset.last}`);
events.onmessage = () => { waiting ||= setTimeout(refresh, 50); };
document.querySelectorAll(".texts").forEach(toEnd);

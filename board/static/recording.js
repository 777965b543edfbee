// The microphone, for prompts. Without this file a sound file can be sent instead.
"use strict";

const LONGEST = 60_000; // milliseconds
let recorder = null;

async function send(form, parts) {
  const files = new DataTransfer();
  const sound = await asWav(new Blob(parts));
  files.items.add(new File([sound], "recording.wav", { type: "audio/wav" }));
  form.querySelector("input[type=file]").files = files.files;
  form.requestSubmit();
}

async function press(form, button) {
  if (recorder) { recorder.stop(); return; }
  const told = form.querySelector("output");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      recorder = null;
      button.textContent = form.dataset.record;
      stream.getTracks().forEach((track) => track.stop());
      send(form, parts).catch(() => { told.textContent = form.dataset.wrong; });
    };
    recorder.start();
    const ours = recorder;
    setTimeout(() => { if (recorder === ours) recorder.stop(); }, LONGEST);
    button.textContent = form.dataset.stop;
    told.textContent = "";
  } catch {
    told.textContent = form.dataset.wrong;
  }
}

if (navigator.mediaDevices && window.MediaRecorder) {
  for (const form of document.querySelectorAll("form[data-record]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = form.dataset.record;
    const told = document.createElement("output");
    form.prepend(button, told);
    button.addEventListener("click", () => press(form, button));
  }
}

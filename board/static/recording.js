// The microphone, for prompts: 8000 samples a second, as telephones have it. Without this file a
// sound file can be sent instead.
"use strict";

const RATE = 8000;
const LONGEST = 60_000; // milliseconds
let recorder = null;

async function asWav(blob) {
  const whole = await new AudioContext().decodeAudioData(await blob.arrayBuffer());
  const resampled = new OfflineAudioContext(1, Math.ceil(whole.duration * RATE), RATE);
  const source = resampled.createBufferSource();
  source.buffer = whole;
  source.connect(resampled.destination);
  source.start();
  const samples = (await resampled.startRendering()).getChannelData(0);
  const file = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const write = (place, word) => [...word].forEach((letter, i) => file.setUint8(place + i, letter.charCodeAt(0)));
  write(0, "RIFF"); write(8, "WAVEfmt "); write(36, "data");
  [[4, 36 + samples.length * 2], [16, 16], [24, RATE], [28, RATE * 2], [40, samples.length * 2]]
    .forEach(([place, number]) => file.setUint32(place, number, true));
  [[20, 1], [22, 1], [32, 2], [34, 16]].forEach(([place, number]) => file.setUint16(place, number, true));
  samples.forEach((sample, i) => file.setInt16(44 + i * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new File([file.buffer], "recording.wav", { type: "audio/wav" });
}

async function send(form, parts) {
  const files = new DataTransfer();
  files.items.add(await asWav(new Blob(parts)));
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

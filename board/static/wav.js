// What a microphone recorded, as a wav file with 8000 samples a second: as telephones have it.
"use strict";

const RATE = 8000;

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
  return file.buffer;
}

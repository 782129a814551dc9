// Prints the cues that node-webvtt finds in each WebVTT file and srt-parser-2 in each
// SRT file, as a JSON array in the order of the arguments: node cues.js FILE…
const { readFileSync } = require("node:fs");
const webvtt = require("node-webvtt");
const srt = new (require("srt-parser-2").default)();

const readers = {
  vtt: (text) => webvtt.parse(text, { strict: true }).cues.map((c) => ({ start: c.start, end: c.end, text: c.text })),
  srt: (text) => srt.fromSrt(text).map((c) => ({ start: c.startSeconds, end: c.endSeconds, text: c.text })),
};

const read = (file) => readers[file.split(".").pop()](readFileSync(file, "utf8"));

console.log(JSON.stringify(process.argv.slice(2).map(read)));

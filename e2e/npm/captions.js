// Prints the cues and the errors that webvtt-parser finds in each WebVTT file,
// as a JSON array in the order of the arguments: node captions.js FILE…
const { readFileSync } = require("node:fs");
const { WebVTTParser } = require("webvtt-parser");

// Its built-in list of entities leaves the semicolon of &amp; in the text.
const parser = new WebVTTParser(require("webvtt-parser/html-entities.json"));

// text returns the text of a cue without its tags.
const text = (node) => (node.type === "text" ? node.value : (node.children || []).map(text).join(""));

// speaker is the annotation of the cue's first <v>.
const speaker = (node) =>
  node.name === "v" ? node.value : (node.children || []).map(speaker).find(Boolean) || "";

const read = (file) => {
  const { cues, errors } = parser.parse(readFileSync(file, "utf8"), "captions");
  return {
    errors: errors.map((e) => `${e.line}:${e.col}: ${e.message}`),
    cues: cues.map((c) => ({
      start: c.startTime,
      end: c.endTime,
      speaker: speaker(c.tree),
      text: text(c.tree),
    })),
  };
};

console.log(JSON.stringify(process.argv.slice(2).map(read)));

// Prints the segments that transcriptator finds in each transcript, as a JSON
// array in the order of the arguments: node transcripts.js FILE…
//
// node transcripts.js --bench ROUNDS FILE prints the nanoseconds that it takes to
// read the file once, as the mean of ROUNDS rounds.
const { readFileSync } = require("node:fs");
const { convertFile } = require("transcriptator");

const read = (file) => convertFile(readFileSync(file, "utf8"));

const [first, ...rest] = process.argv.slice(2);
if (first === "--bench") {
  const rounds = Number(rest[0]);
  const text = readFileSync(rest[1], "utf8");
  convertFile(text); // a first run, so that the code is compiled
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) convertFile(text);
  console.log(Number(process.hrtime.bigint() - start) / rounds);
} else {
  console.log(
    JSON.stringify(
      [first, ...rest].map((file) =>
        read(file).map((s) => ({ start: s.startTime, end: s.endTime, speaker: s.speaker, text: s.body })),
      ),
    ),
  );
}

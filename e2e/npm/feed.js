// Prints, as JSON, the feed that podcast-partytime reads: node feed.js FILE.
const { readFileSync } = require("node:fs");
const { parseFeed } = require("podcast-partytime");

const feed = parseFeed(readFileSync(process.argv[2], "utf8"));
if (!feed) {
  console.error("not a feed");
  process.exit(1);
}
console.log(JSON.stringify(feed));

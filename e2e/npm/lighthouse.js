// Prints what Lighthouse, with its settings for a phone, finds about pages of a server:
// node lighthouse.js CHROMIUM CATEGORY,… URL…
//
// Each line is a JSON object with the score of each category from 0 to 100, the total
// blocking time in ms, the layout shift, and the titles of the audits that are not
// perfect. The browser reaches the server through a proxy that compresses with Brotli,
// as CDNs do.
const http = require("node:http");
const { text } = require("node:stream/consumers");
const { brotliCompressSync } = require("node:zlib");

const [chromium, categories, ...urls] = process.argv.slice(2);
const { host } = new URL(urls[0]);
const patience = 120_000; // ms to wait for the browser and for a page, on a slow machine

const proxy = http.createServer((request, response) => {
  const headers = { ...request.headers, "accept-encoding": "identity" };
  http.get(`http://${host}${request.url}`, { headers }, async (from) => {
    if (/^(text|application)\/(?!octet-stream)/.test(from.headers["content-type"])) {
      const body = brotliCompressSync(await text(from));
      response.writeHead(from.statusCode, { ...from.headers, "content-encoding": "br", "content-length": body.length });
      response.end(body);
    } else {
      response.writeHead(from.statusCode, from.headers);
      from.pipe(response);
    }
  });
});

proxy.listen(0, "127.0.0.1", async () => {
  const lighthouse = (await import("lighthouse")).default;
  const { launch } = await import("chrome-launcher");
  const chrome = await launch({
    chromePath: chromium,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", `--host-resolver-rules=MAP ${host} 127.0.0.1:${proxy.address().port}`],
    maxConnectionRetries: patience / 500, // one every half a second
  });
  const audit = async (url) => {
    const { lhr } = await lighthouse(url, {
      port: chrome.port, onlyCategories: categories.split(","), disableFullPageScreenshot: true, maxWaitForFcp: patience, maxWaitForLoad: patience,
    });
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
    return lhr;
  };
  try {
    for (const url of urls) {
      // On a busy machine, the browser may not answer within the 30 seconds that Lighthouse waits.
      const lhr = await audit(url).catch(() => audit(url)).catch(() => audit(url));
      console.log(
        JSON.stringify({
          url,
          scores: Object.fromEntries(Object.values(lhr.categories).map((c) => [c.id, Math.round(100 * c.score)])),
          blocking: lhr.audits["total-blocking-time"]?.numericValue,
          shift: lhr.audits["cumulative-layout-shift"]?.numericValue,
          imperfect: Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 1).map((a) => a.title),
        }),
      );
    }
  } finally {
    chrome.kill();
    proxy.close();
  }
});

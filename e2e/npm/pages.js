// Prints the reports of html-validate, with its "standard" rules, about HTML files, as
// a JSON array of lines: node pages.js FILE…
const { FileSystemConfigLoader, HtmlValidate } = require("html-validate");

const loader = new FileSystemConfigLoader({ root: true, extends: ["html-validate:standard"] });
const validator = new HtmlValidate(loader);

(async () => {
  const report = await validator.validateMultipleFiles(process.argv.slice(2));
  const lines = report.results.flatMap(({ filePath, messages }) =>
    messages.map((m) => `${filePath}:${m.line}:${m.column}: ${m.ruleId}: ${m.message}`),
  );
  console.log(JSON.stringify(lines));
})();

package templates_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"onair/internal/searchindex"
	"onair/templates"
)

// maxScripts is the maximum size of all scripts together, in bytes, after gzip.
const maxScripts = 15_000

func TestScriptsAreSmall(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	for _, a := range scripts(t) {
		before := packed.Len()
		w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if _, err := w.Write(a.Data); err != nil {
			t.Fatal(err)
		}
		w.Close()
		t.Logf("%s: %d bytes", a.Name, packed.Len()-before)
	}
	if packed.Len() > maxScripts {
		t.Errorf("the scripts have %d bytes after gzip, want at most %d", packed.Len(), maxScripts)
	}
}

func TestScriptsParse(t *testing.T) {
	t.Parallel()
	node := needNode(t)
	for _, a := range scripts(t) {
		name := filepath.Join(t.TempDir(), a.Name)
		if err := os.WriteFile(name, a.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(node, "--check", name).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", a.Name, err, out)
		}
	}
}

// scripts returns the scripts of the theme as they are published.
func scripts(t testing.TB) (all []templates.Asset) {
	t.Helper()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range theme.Assets() {
		if filepath.Ext(a.Name) == ".js" {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		t.Fatal("no scripts")
	}
	return all
}

func needNode(t testing.TB) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	return node
}

// script is a script of the theme in a node process that calls its functions.
type script struct {
	mu  sync.Mutex
	in  io.Writer
	out *bufio.Reader
}

// startScript starts a script without a document, so that the script only defines its
// functions.
func startScript(t testing.TB, name string) *script {
	t.Helper()
	cmd := exec.Command(needNode(t), "-e", `
		require(require("path").resolve(process.argv[1]));
		const result = ([name, ...args]) => {
			try {
				return onair[name](...args.map((a) => a.base64 === undefined ? a : Uint8Array.from(Buffer.from(a.base64, "base64")))) ?? null;
			} catch (error) {
				if (!(error instanceof RangeError)) throw error;
				return { error: error.message };
			}
		};
		require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
			console.log(JSON.stringify(result(JSON.parse(line)), (_, v) => v === Infinity ? "Infinity" : Number.isNaN(v) ? "NaN" : v));
		});`, "static/"+name)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	return &script{in: in, out: bufio.NewReaderSize(out, 1<<16)}
}

// call returns the result of a function of the script as JSON: an object with the member
// error if it throws a RangeError. An argument {"base64": …} is passed as bytes. Other
// errors end the process and fail the test.
func (s *script) call(t testing.TB, function string, args ...any) string {
	t.Helper()
	line, err := json.Marshal(append([]any{function}, args...))
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := fmt.Fprintf(s.in, "%s\n", line); err != nil {
		t.Fatal(err)
	}
	result, err := s.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%s(%q): %v", function, args, err)
	}
	return strings.TrimSuffix(result, "\n")
}

// spans are the time parts of addresses, with the result of parseSpan in player.js.
var spans = map[string]string{
	"83":                     `{"start":83,"end":"Infinity"}`,
	"83.25":                  `{"start":83.25,"end":"Infinity"}`,
	"1:23":                   `{"start":83,"end":"Infinity"}`,
	"90:00":                  `{"start":5400,"end":"Infinity"}`,
	"1:02:03.5":              `{"start":3723.5,"end":"Infinity"}`,
	"1h2m3s":                 `{"start":3723,"end":"Infinity"}`,
	"1H2M":                   `{"start":3720,"end":"Infinity"}`,
	"3s":                     `{"start":3,"end":"Infinity"}`,
	"30,40":                  `{"start":30,"end":40}`,
	",40":                    `{"start":0,"end":40}`,
	"npt:1:00,1:10":          `{"start":60,"end":70}`,
	"0":                      `{"start":0,"end":"Infinity"}`,
	"":                       `null`,
	"40,30":                  `null`,
	"1,2,3":                  `null`,
	"1:75":                   `null`,
	"1:60:00":                `null`,
	"-5":                     `null`,
	"1e9":                    `null`,
	"0x10":                   `null`,
	"3m2h":                   `null`,
	"NaN":                    `null`,
	"Infinity":               `null`,
	strings.Repeat("9", 400): `null`,
	"<script>":               `null`,
}

func TestSpansOfAddresses(t *testing.T) {
	t.Parallel()
	s := startScript(t, "player.js")
	for text, want := range spans {
		if got := s.call(t, "parseSpan", text); got != want {
			t.Errorf("parseSpan(%q) = %s, want %s", text, got, want)
		}
	}
}

// FuzzSpans checks that text other than a time is ignored, and that the result for a
// time is finite and not negative.
func FuzzSpans(f *testing.F) {
	for text := range spans {
		f.Add(text)
	}
	s := startScript(f, "player.js")
	f.Fuzz(func(t *testing.T, text string) {
		got := s.call(t, "parseSpan", text)
		if got == "null" {
			return
		}
		var span struct {
			Start float64
			End   any
		}
		if err := json.Unmarshal([]byte(got), &span); err != nil {
			t.Fatalf("parseSpan(%q) = %s: %v", text, got, err)
		}
		end, finite := span.End.(float64)
		if span.Start < 0 || finite && end <= span.Start || !finite && span.End != "Infinity" {
			t.Errorf("parseSpan(%q) = %s", text, got)
		}
		if strings.IndexFunc(text, func(r rune) bool { return '0' <= r && r <= '9' }) < 0 {
			t.Errorf("parseSpan(%q) = %s, without a digit", text, got)
		}
	})
}

func TestMarkedWords(t *testing.T) {
	t.Parallel()
	s := startScript(t, "search.js")
	for _, x := range []struct{ text, query, want string }{
		{"It's light years away", `"light years"`, `[["It's ",false],["light",true],[" ",false],["years",true],[" away",false]]`},
		{"lit, lightly", "lig", `[["lit, ",false],["lightly",true]]`},
		{"今日は星の光です", "星の光", `[["今日は",false],["星の光",true],["です",false]]`},
		{"全部で言葉207と25。", `"言葉207と"`, `[["全部で",false],["言葉",true],["207",true],["と",true],["25。",false]]`},
		{"星と207", "月 207x", `[["星と207",false]]`},
	} {
		if got := s.call(t, "marked", x.text, x.query); got != x.want {
			t.Errorf("marked(%q, %q) = %s, want %s", x.text, x.query, got, x.want)
		}
	}
}

// FuzzQuery checks that any query has at most 16 terms, and that the marked pieces of a
// text are a part of it.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{"stars", `"light years" -dust`, "speaker:vega in:2026-11 topic:", `-"`, "東京 tok", "it’s", "a\u0301 ẞ", `""""`, strings.Repeat("x ", 400)} {
		f.Add(query, "The light years between the stars, 東京 and it's dust.")
	}
	s := startScript(f, "search.js")
	f.Fuzz(func(t *testing.T, query, text string) {
		var terms []struct {
			Words []struct {
				Word  string
				Place int
			}
		}
		if err := json.Unmarshal([]byte(s.call(t, "parseQuery", query)), &terms); err != nil || len(terms) > 16 {
			t.Fatalf("%q has %d terms: %v", query, len(terms), err)
		}
		for _, term := range terms {
			if len(term.Words) == 0 || term.Words[0].Place != 0 || term.Words[0].Word == "" {
				t.Errorf("%q has the term %+v", query, term)
			}
		}
		var pieces [][2]any
		if err := json.Unmarshal([]byte(s.call(t, "marked", text, query)), &pieces); err != nil {
			t.Fatal(err)
		}
		var joined strings.Builder
		for _, piece := range pieces {
			joined.WriteString(piece[0].(string))
		}
		part := strings.TrimSuffix(strings.TrimPrefix(joined.String(), "… "), " …")
		if sent, _ := json.Marshal(text); !strings.Contains(string(sent), "\\ufffd") && !strings.Contains(text, part) {
			t.Errorf("%q: %q is not a part of %q", query, part, text)
		}
	})
}

// FuzzShard checks that the reader of the search index ends for any bytes: with words,
// or with an error that says that the index is damaged.
func FuzzShard(f *testing.F) {
	b := searchindex.NewBuilder()
	for n := range 3 {
		b.Add(searchindex.WordsOf(&searchindex.Episode{Slug: fmt.Sprint(n), Docs: []searchindex.Doc{{Text: "many words about stars and stars", Start: -1}, {Text: "and more words", Start: 5}}}))
	}
	segment := searchindex.Merge(b.Block())
	shard, err := io.ReadAll(flate.NewReader(bytes.NewReader(segment.Words[:segment.Shards[0].Words])))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shard)
	f.Add(bytes.Repeat([]byte{0x80}, 400))
	for i := range shard {
		f.Add(append(bytes.Clone(shard[:i]), append(bytes.Repeat([]byte{0x80}, 200), 1, 0, 0)...))
	}
	s := startScript(f, "search.js")
	if got := s.call(f, "decodeShard", map[string][]byte{"base64": shard}); !strings.Contains(got, `"stars"`) {
		f.Fatalf("a shard is read as %s", got)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := s.call(t, "decodeShard", map[string][]byte{"base64": data})
		if !strings.HasPrefix(got, "[") && got != `{"error":"the search index is damaged"}` {
			t.Errorf("%x: %s", data, got)
		}
	})
}

// TestStaleAnswers types a query while the hits of another one are read. The page must
// show the hits of the last query alone, and load the directory once, even if reading
// the hits of the first query fails.
func TestStaleAnswers(t *testing.T) {
	t.Parallel()
	const page = `
		const element = () => ({
			dataset: {}, children: [], listeners: {}, parentElement: {},
			addEventListener(type, f) { this.listeners[type] = f; },
			append(...all) { this.children.push(...all); },
			replaceChildren(...all) { this.children = all; },
		});
		const [field, results] = [element(), element()];
		const parts = { ".found": element(), ".hits": element(), ".more-hits": element(), ".order select": element() };
		field.form = element();
		results.dataset.index = "search.bin";
		results.querySelector = (selector) => parts[selector];
		Object.assign(parts[".found"].dataset, { some: "{n} hits", none: "no hits", failed: "failed" });
		globalThis.document = { documentElement: {}, getElementById: () => results, querySelector: () => field, createElement: element };
		globalThis.location = new URL("https://kemp.example/search/");
		globalThis.history = { replaceState() {} };
		globalThis.fetch = async () => new Response(require("zlib").deflateRawSync("{}"));
		globalThis.onair = { home: "https://kemp.example/", ready: (f) => f(), clock: String };
		require(require("path").resolve(process.argv[1]));
		const type = (query) => {
			field.value = query;
			field.form.listeners.submit({ preventDefault() {} });
		};
		let opened = 0;
		onair.openIndex = () => {
			opened++;
			return {
				async *search(query) {
					if (query === "fail") {
						type("Kemp");
						throw new Error("no answer");
					}
					for (let n = query.length; n > 0; n--) yield { title: query, page: "", start: -1, text: "", total: query.length };
				},
				textOf: async (hit) => hit,
			};
		};
		const rounds = [() => { type("Ke"); type("Kemp"); }, () => type("fail"), () => type("Ke")];
		process.on("beforeExit", () => {
			const titles = parts[".hits"].children.map((li) => li.children[0].children[0].children[0].children[0]);
			console.log(parts[".found"].textContent, titles.join(" "), opened);
			rounds.shift();
			if (rounds.length) setImmediate(rounds[0]);
		});
		rounds[0]();`
	out, err := exec.Command(needNode(t), "-e", page, "static/search.js").CombinedOutput()
	want := "4 hits Kemp Kemp Kemp Kemp 1\n4 hits Kemp Kemp Kemp Kemp 1\n2 hits Ke Ke 1\n"
	if got := string(out); err != nil || got != want {
		t.Errorf("%v\ngot\n%swant\n%s", err, got, want)
	}
}

// TestSizesAreOnTheScales checks that sizes of type and spaces in the styles are those of
// the scales: 15, 17, 20, 25, 31, 39 and 49 px, and 4, 8, 12, 16, 24, 32, 48, 64 and 96 px.
func TestSizesAreOnTheScales(t *testing.T) {
	t.Parallel()
	exceptions := []string{
		"font: 700 0.625rem/1 var(--sans)",                             // the seconds inside of an icon
		"margin-block-start: -0.35rem", "margin-block-start: -0.27rem", // these center the handles of sliders
		"padding-block-end: 4.5rem", // the height of the player on a phone
	}
	declaration := regexp.MustCompile(`(?:^|[\s;{])((font|font-size|gap|row-gap|column-gap|margin[a-z-]*|padding[a-z-]*)\s*:\s*([^;}]+))`)
	clamp := regexp.MustCompile(`clamp\(([^,]+),[^,]+,([^,]+)\)`) // what is between the limits may be anything
	length := regexp.MustCompile(`([\d.]+)(rem|em|px|ch)\b`)
	files, err := filepath.Glob("static/*.css")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declaration.FindAllStringSubmatch(string(data), -1) {
			scale := []float64{4, 8, 12, 16, 24, 32, 48, 64, 96}
			if strings.HasPrefix(m[2], "font") {
				scale = []float64{15, 17, 20, 25, 31, 39, 49}
			}
			if slices.Contains(exceptions, strings.TrimSpace(m[1])) {
				continue
			}
			for _, l := range length.FindAllStringSubmatch(clamp.ReplaceAllString(m[3], "$1 $2"), -1) {
				n, err := strconv.ParseFloat(l[1], 64)
				if err != nil || l[2] == "rem" && !slices.Contains(scale, 16*n) || l[2] != "rem" && (l[2] != "px" || n > 1) {
					t.Errorf("%s: %s is not on the scale", name, m[1])
				}
			}
		}
	}
}

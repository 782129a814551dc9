package templates_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
		require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
			const [name, ...args] = JSON.parse(line);
			console.log(JSON.stringify(onair[name](...args) ?? null, (_, v) => v === Infinity ? "Infinity" : Number.isNaN(v) ? "NaN" : v));
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
	return &script{in: in, out: bufio.NewReader(out)}
}

// call returns the result of a function of the script as JSON.
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

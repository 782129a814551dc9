package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// sizes matches sizes and counts that change with the theme; they are not compared.
var sizes = regexp.MustCompile(`[0-9.]+ (B|KB|MB|objects?|pages?)\b|(width|height|viewBox)="[^"]*"`)

// TestDemo runs docs/demo.txtar and checks that docs/demo.svg, the picture in the
// README, shows the output of its commands. With UPDATE_SCRIPTS it writes the picture.
func TestDemo(t *testing.T) {
	docs, err := filepath.Abs("../../docs")
	if err != nil {
		t.Fatal(err)
	}
	var session []string
	params := testscript.Params{
		Files: []string{filepath.Join(docs, "demo.txtar")},
		Setup: func(e *testscript.Env) error {
			e.Setenv("ONAIR_NOW", "2027-03-01T12:00:00Z")
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			dir := filepath.Join(e.WorkDir, "hello-universe")
			if err := os.CopyFS(dir, os.DirFS("../../examples/hello-universe")); err != nil {
				return err
			}
			return os.RemoveAll(filepath.Join(dir, "public")) // what make demo may have left
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"demo": func(ts *testscript.TestScript, _ bool, args []string) {
				if len(session) > 0 {
					session = append(session, "")
				}
				session = append(session, "$ "+commandLine(args))
				if args[0] == "edit" { // stands for an editor
					edit(ts, false, args[1:])
					return
				}
				// Both streams go to one pipe, as they go to one terminal.
				c := exec.Command(args[0], args[1:]...)
				c.Dir = ts.MkAbs(".")
				c.Env = append(os.Environ(), "ONAIR_NOW="+ts.Getenv("ONAIR_NOW"), "XDG_CACHE_HOME="+ts.Getenv("XDG_CACHE_HOME"))
				out, err := c.CombinedOutput()
				ts.Check(err)
				session = append(session, strings.Split(strings.TrimRight(string(out), "\n"), "\n")...)
			},
		},
	}
	t.Run("script", func(t *testing.T) { testscript.Run(t, params) }) // returns when the script has ended
	got := terminalSVG(session)
	name := filepath.Join(docs, "demo.svg")
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, _ := os.ReadFile(name); sizes.ReplaceAllString(got, "") != sizes.ReplaceAllString(string(want), "") {
		t.Errorf("docs/demo.svg is not what docs/demo.txtar prints now; set UPDATE_SCRIPTS=1 to write it:\n%s", strings.Join(session, "\n"))
	}
}

// commandLine returns arguments as a user types them in a shell. The test command edit
// stands for a call of an editor.
func commandLine(args []string) string {
	if args[0] == "edit" {
		return "$EDITOR " + args[len(args)-1]
	}
	var words []string
	for _, a := range args {
		if strings.ContainsAny(a, " >") {
			a = `"` + a + `"`
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// terminalSVG draws lines of text as a terminal, in the colours of the reader's
// scheme. The same lines give the same bytes.
func terminalSVG(lines []string) string {
	const line, char, margin = 20, 8.43, 20 // pixels; a character of 14 px monospace is 0.602 em wide
	width := 0
	for _, l := range lines {
		width = max(width, len([]rune(l)))
	}
	w, h := int(float64(width)*char)+2*margin, len(lines)*line+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="A session in a terminal">
<style>
rect { fill: #f6f8fa; stroke: #d0d7de }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #57606a; white-space: pre }
.command { fill: #1f2328; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  rect { fill: #161b22; stroke: #30363d }
  text { fill: #8b949e }
  .command { fill: #e6edf3 }
}
</style>
<rect x=".5" y=".5" width="%d" height="%d" rx="8"/>
`, w, h, w, h, w-1, h-1)
	for i, l := range lines {
		class := ""
		if strings.HasPrefix(l, "$ ") {
			class = ` class="command"`
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d"%s xml:space="preserve">`, margin, margin+line*i+14, class)
		xml.EscapeText(&b, []byte(l)) // a strings.Builder returns no error
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

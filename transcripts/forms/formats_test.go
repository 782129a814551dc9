package forms

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/formats.md")

// TestFormatsDocument compares docs/formats.md with the tables of this package.
func TestFormatsDocument(t *testing.T) {
	t.Parallel()
	name := filepath.Join("..", "..", "docs", "formats.md")
	want := document()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/formats.md is not what the tables say; run go test ./transcripts/forms -run TestFormatsDocument -update (-want +got):\n%s", diff)
	}
}

// document returns docs/formats.md.
func document() string {
	var b strings.Builder
	b.WriteString(`# Formats of transcripts

` + "`onair transcripts convert` reads these formats, and so does a show: a `transcript.vtt`, `.srt`, `.json` or `.txt`" + `
beside an episode is its transcript, unless there is a ` + "`transcript.md`" + ` in the same language. The format is found
out from the content of a file; its extension only helps. A file that is none of these is refused with what it
looks like and what to do. A time that cannot be true is replaced and reported (T033); everything else is kept
to the millisecond.

This page is written from the tables in ` + "`transcripts/forms`" + ` by a test.

| --from | format | kept | lost |
| --- | --- | --- | --- |
| md | Markdown, see [transcripts](transcripts.md) | everything | nothing |
`)
	for _, f := range table() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.name, f.title, f.keeps, f.lost)
	}
	b.WriteString(`
One reader of WebVTT in players, transcriptator, knows only names of one word in voice spans. It shows the tag
of a longer name, such as ` + "`<v Vega Lyræ>`" + `, as words.

## JSON

The members of a document show which tool wrote it. Times are seconds unless another unit is given. If a
file as a whole would be faster or slower than any speech, it is refused with the two units it could have.

| tool | segments | text | start | end | speaker | documentation |
| --- | --- | --- | --- | --- | --- | --- |
`)
	for _, f := range jsonTable() {
		end := f.end
		if end == "" && f.length != "" {
			end = "start + " + code(f.length)
		} else {
			end = code(end)
		}
		text := code(f.text)
		if f.text == "" {
			text = "of " + code(f.words) + ": " + code(f.word)
		}
		start := code(f.start)
		if f.start == "" {
			start = code(f.wordStart)
		}
		list := code(f.list)
		if f.list == "" {
			list = "the document"
		}
		if f.unit.Seconds() != 1 {
			start += fmt.Sprintf(" in %v", f.unit)
		}
		speaker := f.speaker
		if speaker == "" {
			speaker = f.said
		}
		link := ""
		if f.source != "" {
			link = "[" + "link](" + f.source + ")"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", f.title, list, text, start, end, code(speaker), link)
	}
	b.WriteString(`
## Text

Who speaks and when stands above the words, or before them on the same line. Names alone make a transcript if most
lines open with one and one of them occurs again. Any other text is refused, unless ` + "`--from txt`" + ` says that it is one.

| as written by | example |
| --- | --- |
`)
	for _, h := range textHeads {
		fmt.Fprintf(&b, "| %s | %s |\n", h.tools, code(h.example))
	}
	b.WriteString("\n## Refused by name\n\n| what it is | what to do |\n| --- | --- |\n")
	for _, b2 := range binaries {
		fmt.Fprintf(&b, "| %s | %s |\n", b2.title, b2.hint)
	}
	for _, r := range refusals {
		fmt.Fprintf(&b, "| %s | %s |\n", r.title, r.hint)
	}
	return b.String()
}

// code formats alternatives of a path as code in a table.
func code(paths string) string {
	if paths == "" {
		return ""
	}
	var out []string
	for path := range strings.SplitSeq(paths, "|") {
		if path == "" {
			path = "the document"
		}
		out = append(out, "`"+path+"`")
	}
	return strings.Join(out, " ")
}

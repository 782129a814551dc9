package forms

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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

| --from | format | written by | kept | lost |
| --- | --- | --- | --- | --- |
| md | Markdown, see [transcripts](transcripts.md) | people, onair | everything | nothing |
`)
	for _, f := range table() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", f.name, f.title, f.tools, f.keeps, f.lost)
	}
	for _, f := range table() {
		fmt.Fprintf(&b, "\n%s:\n\n```\n%s\n```\n", f.title, f.example)
	}
	b.WriteString(`
In all of these, words in brackets such as ` + "`[laughter]`" + ` become notes, which are not spoken. Brackets directly after a
word, as in ` + "`map[string]`" + `, are spoken, and a name in brackets before the words is the speaker. The captions that onair
writes have sounds such as ` + "`[laughter]`" + ` in brackets, in WebVTT and SRT, and no other notes.

One reader of WebVTT in players, transcriptator, knows only names of one word in voice spans. It shows the tag
of a longer name, such as ` + "`<v Vega Lyræ>`" + `, as words.

## JSON

The members of a document show which tool wrote it. Times are seconds unless another unit is given. If a
file as a whole would be faster or slower than any speech, it is refused with the two units it could have. Members
that are not in the example are lost.

| tool | example | kept | documentation |
| --- | --- | --- | --- |
`)
	for i := range jsonTable() {
		f := &jsonTable()[i]
		link := ""
		if f.source != "" {
			link = "[" + "link](" + f.source + ")"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", f.title, exampleOf(f), keptOf(f), link)
	}
	b.WriteString(`
## Text

Who speaks and when stands above the words, or before them on the same line. Names alone make a transcript if most
lines open with one and one of them occurs again. Any other text is refused, unless ` + "`--from txt`" + ` says that it is one.

| as written by | example | kept | lost |
| --- | --- | --- | --- |
`)
	for i := range textHeads {
		h := &textHeads[i]
		kept := "time"
		if h.named() {
			kept += ", speaker"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | nothing |\n", h.tools, h.example, kept)
	}
	b.WriteString("| Google Meet, AssemblyAI, hand-made | `Vega Lyrae: words` | speaker | nothing |\n")
	b.WriteString("\n## Refused by name\n\n| what it is | what to do |\n| --- | --- |\n")
	last := ""
	for _, f := range binaries {
		if row := fmt.Sprintf("| %s | %s |\n", f.title, f.hint); row != last {
			b.WriteString(row)
			last = row
		}
	}
	for _, r := range refusals {
		fmt.Fprintf(&b, "| %s | %s |\n", r.title, r.hint)
	}
	for _, r := range jsonRefusals {
		fmt.Fprintf(&b, "| JSON: %s | %s |\n", r.title, r.hint)
	}
	return b.String()
}

// exampleOf writes a document in a form of JSON: "It snows." from 3.1 to 5.96 seconds.
func exampleOf(f *jsonForm) string {
	at := func(seconds float64) any {
		return math.Round(seconds * float64(time.Second) / float64(f.unit))
	}
	if f.unit == time.Second {
		at = func(seconds float64) any { return seconds }
	}
	who := "S1"
	if f.names {
		who = "Åsa Öst"
	}
	// put sets the value at the first of alternative paths.
	put := func(v any, alternatives [][]string, value any) any {
		if len(alternatives) == 0 {
			return v
		}
		return putAt(v, alternatives[0], value)
	}
	c := &f.compiled
	word := func(text string, start, end float64) any {
		var v any
		if f.isWordList() {
			v = put(put(put(v, c.text, text), c.start, at(start)), c.end, at(end))
			v = put(put(v, c.length, at(end-start)), c.require, "1")
			return put(put(put(v, c.speaker, who), c.kind, "word"), c.channel, "1")
		}
		if f.relative {
			start -= 3.1
		}
		if f.text == "" {
			v = put(put(v, c.kind, "text"), c.wordLength, math.Round((end-start)*1000)/1000)
		}
		return put(put(put(put(v, c.word, text), c.wordStart, at(start)), c.wordEnd, at(end)), c.said, who)
	}
	second := "snows."
	if f.spaced {
		second = " " + second
	}
	words := []any{word("It", 3.1, 3.5), word(second, 3.5, 5.96)}
	segments := words
	if !f.isWordList() {
		v := put(put(put(put(nil, c.require, who), c.text, "It snows."), c.start, at(3.1)), c.end, at(5.96))
		v = put(put(v, c.length, at(2.86)), c.speaker, who)
		if _, value, ok := strings.Cut(f.only, "="); ok {
			v = put(v, c.only, value)
		}
		if f.text == "" || f.said != "" && f.speaker == "" || f.start+f.end == "" && f.wordStart != "" {
			v = put(v, c.words, words)
		}
		segments = []any{v}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.Encode(putAt(nil, c.list[0], segments))
	return strings.TrimSpace(out.String())
}

// putAt sets the value at a path below v, and makes the arrays and objects on the way.
func putAt(v any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	name := path[0]
	if name == "[]" {
		name = "0"
	}
	if i, err := strconv.Atoi(name); err == nil {
		list, _ := v.([]any)
		for len(list) <= i {
			list = append(list, nil)
		}
		list[i] = putAt(list[i], path[1:], value)
		return list
	}
	if name == "*" {
		name = "show.wav"
	}
	object, _ := v.(map[string]any)
	if object == nil {
		object = map[string]any{}
	}
	object[name] = putAt(object[name], path[1:], value)
	return object
}

// keptOf says what is read from a form of JSON.
func keptOf(f *jsonForm) string {
	kept := "words"
	if f.start != "" || f.end != "" || f.wordStart != "" {
		kept += ", times"
	}
	if f.wordStart != "" || f.isWordList() {
		kept += " of words"
	}
	if f.speaker != "" || f.said != "" || f.turns != "" || f.heading != "" {
		kept += ", speakers"
	}
	if f.channel != "" || f.channels {
		kept += ", channels"
	}
	return kept
}

// TestDocumentedExamples reads the examples in docs/formats.md.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	expect := func(name, src, form string, timed, named bool) {
		result, err := Read([]byte(src), form, &Options{})
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, src)
			return
		}
		u := &result.Speech[0]
		if text := u.Text; !strings.HasPrefix(text, "It snows.") {
			t.Errorf("%s: got %q in\n%s", name, text, src)
		}
		if form != "txt" && result.Service != "" && result.Service != name {
			t.Errorf("%s: read as %s", name, result.Service)
		}
		if timed && (!u.Timed || u.Start.Round(time.Second) != 3*time.Second) || named != (u.Speaker != "") {
			t.Errorf("%s: got %q at %v in\n%s", name, u.Speaker, u.Start, src)
		}
	}
	for _, f := range table() {
		form := ""
		if f.name == "txt" {
			form = "txt"
		}
		title := f.title
		if f.name == "json" {
			title = "Podcasting 2.0"
		}
		expect(title, f.example, form, true, true)
	}
	for i := range jsonTable() {
		f := &jsonTable()[i]
		expect(f.title, exampleOf(f), "", f.start != "" || f.end != "" || f.wordStart != "", f.speaker != "" || f.said != "")
	}
	for i := range textHeads {
		h := &textHeads[i]
		src := strings.NewReplacer("words", "It snows.", "<tab>", "\t").Replace(h.example)
		if !h.words {
			src += "\nIt snows.\n"
		}
		expect(h.example, src, "txt", true, h.named())
	}
}

// named reports whether the example of a head has a name.
func (h *textHead) named() bool {
	return strings.Contains(h.example, "Lyrae") || slices.Contains(h.pattern().SubexpNames(), "name")
}

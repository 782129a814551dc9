package review

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"onair/internal/plural"
)

// Limits on a summary. A comment on GitHub has at most 65,536 characters.
const (
	maxFiles    = 20
	maxPassages = 25 // per file
	maxFindings = 30
	maxLinks    = 10  // per file
	maxWords    = 120 // per piece of a passage

	maxFindingText = 3 << 10 // bytes of all findings, before they are escaped
)

// Summary describes the outcome in a sentence or two.
func (r *Report) Summary() string {
	c := r.counts()
	s := fmt.Sprintf("%s, %s in %s.", plural.Count(c.Errors, "error"), plural.Count(c.Warnings, "warning"), plural.Count(r.Lines, "changed line"))
	if r.Older > 0 {
		s += " " + plural.Count(r.Older, "older finding") + " not counted."
	}
	if c.Resolved > 0 {
		s += fmt.Sprintf("\nThank you: %s resolved, %d left", plural.Count(c.Resolved, "unintelligible"), c.Unresolved)
		if c.Unresolved > 0 {
			s += " (onair transcripts todo)"
		}
		s += "."
	}
	return s
}

// unclear returns how many unintelligible passages of all files were resolved and how
// many remain.
func (r *Report) unclear() (resolved, remaining int) {
	for _, f := range r.Files {
		resolved, remaining = resolved+f.Resolved, remaining+f.Remaining
	}
	return resolved, remaining
}

// maxComment is the limit on the part of a summary about files, in bytes.
const maxComment = 40000

// WriteMarkdown writes the summary for a comment on a pull request. It contains no
// mention, no reference and no link except links to pages of episodes.
func (r *Report) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "### Transcripts")
	fmt.Fprintf(b, "\n%s\n", strings.ReplaceAll(r.Summary(), "\n", "\n\n"))
	if len(r.Files) == 0 {
		fmt.Fprintln(b, "\nNo transcript has changed.")
	}
	r.writeFindings(b)
	size, files := 0, r.counts().Files
	for i, f := range r.Files {
		var text bytes.Buffer
		part := bufio.NewWriter(&text)
		f.write(part)
		_ = part.Flush()
		if size += text.Len(); i == maxFiles || size > maxComment {
			break
		}
		files--
		_, _ = b.Write(text.Bytes()) // Flush returns the error
	}
	if files > 0 {
		fmt.Fprintf(b, "\nand %s more.\n", plural.Count(files, "file"))
	}
	return b.Flush()
}

func (r *Report) writeFindings(b *bufio.Writer) {
	if len(r.Findings) == 0 {
		return
	}
	fmt.Fprintln(b, "\n| | | |\n|---|---|---|")
	c := r.counts()
	all, size := c.Errors+c.Warnings+c.Infos, 0
	defer func() {
		if all > 0 {
			fmt.Fprintf(b, "| | | and %d more |\n", all)
		}
	}()
	for i, f := range r.Findings {
		if size += len(f.Message) + len(f.Hint) + len(f.File); i == maxFindings || size > maxFindingText {
			break
		}
		all--
		text := code(f.Message)
		if f.Hint != "" {
			text += "<br>" + code(f.Hint)
		}
		fmt.Fprintf(b, "| %s | %s:%d | %s %s |\n", f.Severity, code(f.File), f.Line, f.Rule, text)
	}
}

func (f *file) write(b *bufio.Writer) {
	fmt.Fprintf(b, "\n#### %s\n\n", code(f.Name))
	if f.New {
		fmt.Fprintf(b, "New. %s.\n", plural.Count(f.Remaining, "unintelligible"))
		return
	}
	var facts []string
	if f.Resolved > 0 {
		facts = append(facts, plural.Count(f.Resolved, "unintelligible")+" resolved")
	}
	facts = append(facts, strconv.Itoa(f.Remaining)+" left")
	links, passages := max(len(f.Links), f.allLinks), max(len(f.Passages), f.allPassages)
	if links > 0 {
		facts = append(facts, plural.Count(links, "link")+" added")
	}
	fmt.Fprintf(b, "%s.\n", strings.Join(facts, ", "))
	for i, target := range f.Links {
		if i == maxLinks {
			fmt.Fprintf(b, "- and %d more\n", links-i)
			break
		}
		if i == 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "- link to %s\n", code(target))
	}
	if len(f.Relabels) > 0 {
		fmt.Fprintln(b)
	}
	for _, r := range f.Relabels {
		fmt.Fprintf(b, "- %s of %s: now %s\n", plural.Count(r.Turns, "turn"), code(r.From), code(r.To))
	}
	for i, p := range f.Passages {
		if i == maxPassages {
			fmt.Fprintf(b, "\nand %s more.\n", plural.Count(passages-i, "changed passage"))
			break
		}
		f.writePassage(b, p)
	}
}

// writePassage writes the deleted and inserted words, and a link to hear them.
func (f *file) writePassage(b *bufio.Writer, p passage) {
	fmt.Fprintf(b, "\nLine %d", p.Line)
	switch {
	case p.Timed && f.Page != "":
		fmt.Fprintf(b, " · [▶ %s](%s)", clock(p.Time), listenURL(f.Page, p.Time))
	case p.Timed:
		fmt.Fprintf(b, " · %s", clock(p.Time))
	}
	fmt.Fprint(b, "\n\n<pre>")
	for i, part := range p.Pieces {
		if i > 0 {
			b.WriteByte(' ')
		}
		text := escape(limit(part.Text))
		switch {
		case part.Deleted:
			fmt.Fprintf(b, "<del>%s</del>", text)
		case part.Inserted:
			fmt.Fprintf(b, "<ins>%s</ins>", text)
		case part.Text == "":
			b.WriteString("…")
		default:
			b.WriteString(text)
		}
	}
	fmt.Fprintln(b, "</pre>")
}

// listenURL returns the address that plays an episode from the given time.
func listenURL(page string, at time.Duration) string {
	return strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E").Replace(page) +
		"#t=" + strconv.FormatInt(int64(at/time.Second), 10)
}

// limit cuts a text after maxWords words.
func limit(s string) string {
	words := strings.Fields(s)
	if len(words) <= maxWords {
		return s
	}
	return strings.Join(words[:maxWords], " ") + " …"
}

// code returns untrusted text for a line of Markdown.
func code(s string) string { return "<code>" + escape(s) + "</code>" }

// escape replaces every ASCII character that Markdown or HTML could take for markup with
// a character reference. In code elements, GitHub does not turn such references into
// mentions or links.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == ' ', r == ',', r == '/', r == '-':
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			b.WriteByte(' ')
		case r < 0x80:
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

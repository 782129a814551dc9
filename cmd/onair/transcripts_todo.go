package main

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/transcripts"
)

type todoOptions struct {
	format, url string
	limit       int
}

func newTranscriptsTodo(a *app) *cobra.Command {
	var o todoOptions
	c := &cobra.Command{
		Use:   "todo [FILE…]",
		Short: "List what is missing: words, names, stamps",
		Long: `List what is missing in transcripts: unintelligible words, names of speakers, and
stamps. The easiest tasks come first: those with a known time and a short paragraph.
Each has a link that plays the audio at its time, if the page of the episode is
known from show.yaml, transcripts.yaml or --url. FILE may be a folder (default: the
current one).

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts todo --limit 10
  onair transcripts todo --format markdown gotime > todo.md`,
		RunE: func(_ *cobra.Command, args []string) error { return runTranscriptsTodo(a, &o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "write the list as `FORMAT`: text, markdown or json")
	f.StringVar(&o.url, "url", "", "`URL` of the page of an episode, with {name}, {folder} or {number}")
	f.IntVar(&o.limit, "limit", 0, "list at most `N` tasks; 0 is all")
	complete(c, "format", "text", "markdown", "json")
	return c
}

// todoItem is a task with a link to its place in the audio.
type todoItem struct {
	transcripts.Task
	Seconds *float64 `json:"start"` // null if not known
	URL     string   `json:"url"`   // empty if not known
}

func runTranscriptsTodo(a *app, o *todoOptions, args []string) error {
	write := writeTodo
	switch {
	case a.json || o.format == "json":
		write = func(w io.Writer, _ *ui, items []todoItem) error {
			return writeJSON(w, struct {
				SchemaVersion int        `json:"schema_version"`
				Tasks         []todoItem `json:"tasks"`
			}{schemaVersion, items})
		}
	case o.format == "markdown":
		write = writeChecklist
	case o.format != "text":
		return usagef("--format %s: want text, markdown or json", o.format)
	}
	if o.limit < 0 {
		return usagef("--limit %d: want 0 or more", o.limit)
	}
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	if o.url != "" {
		if r.settings.URL = o.url; r.settings.Page("a-1.md") == "" {
			return usagef("--url %s: want a page such as https://show.example/{number}/", o.url)
		}
	}
	tasks, err := collectTasks(a, r, args)
	if err != nil {
		return err
	}
	if o.limit > 0 {
		tasks = tasks[:min(len(tasks), o.limit)]
	}
	items := make([]todoItem, len(tasks))
	for i, t := range tasks {
		items[i] = todoItem{Task: t, URL: r.listenURL(&t)}
		if t.Known {
			s := t.Start.Seconds()
			items[i].Seconds = &s
		}
	}
	return write(a.stdout, a.ui(a.stdout), items)
}

// collectTasks returns the tasks of all files, sorted.
func collectTasks(a *app, r *transcriptRepo, args []string) ([]transcripts.Task, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	names, err := r.files(a, args)
	if err != nil {
		return nil, err
	}
	var tasks []transcripts.Task
	for _, name := range names {
		src, err := a.readMarkdown(name)
		if err != nil {
			return nil, err
		}
		t := transcripts.Parse(src, r.settings.Options(r.rootPath(name)))
		tasks = append(tasks, transcripts.Todo(t, filepath.ToSlash(name), r.episodes[r.rootPath(name)].duration)...)
	}
	transcripts.SortTasks(tasks)
	return tasks, nil
}

// listenURL returns a link that plays the audio from shortly before a task. It is
// empty if the page or the time is not known.
func (r *transcriptRepo) listenURL(t *transcripts.Task) string {
	const lead = 5 * time.Second
	page, err := url.Parse(r.page(filepath.FromSlash(t.File)))
	if err != nil || page.Host == "" || !t.Known {
		return ""
	}
	page.Fragment = "t=" + strconv.Itoa(int(max(0, t.Start-lead)/time.Second))
	return page.String()
}

// taskTitle maps kinds of tasks to their titles.
var taskTitle = map[string]string{
	transcripts.Unintelligible: "what is said?",
	transcripts.Name:           "who is it?",
	transcripts.Untimed:        "add a stamp",
}

// when formats the time of a task; "≈" marks an estimate.
func (i *todoItem) when() string {
	switch {
	case !i.Known:
		return "?"
	case !i.Exact:
		return "≈" + durationText(i.Start)
	}
	return durationText(i.Start)
}

func writeTodo(w io.Writer, u *ui, items []todoItem) error {
	for i := range items {
		t := &items[i]
		at := finding.Position{File: t.File, Line: t.Line, Column: t.Column}
		fmt.Fprintf(w, "%s: %s %s\n", clean(at.String()), t.when(), u.bold(taskTitle[t.Kind]))
		fmt.Fprintf(w, "    %s\n", strings.TrimPrefix(clean(t.Speaker)+": "+clean(t.Context), ": "))
		if t.URL != "" {
			fmt.Fprintf(w, "    %s\n", u.dim(t.URL))
		}
	}
	_, err := fmt.Fprintf(w, "%s\n", plural.Count(len(items), "task"))
	return err
}

// writeChecklist writes a list for an issue. Texts of transcripts are in code spans,
// where they are neither markup nor a mention of a user.
func writeChecklist(w io.Writer, _ *ui, items []todoItem) error {
	for i := range items {
		t := &items[i]
		when := t.when()
		if t.URL != "" {
			when = "[" + when + "](" + t.URL + ")"
		}
		_, err := fmt.Fprintf(w, "- [ ] %s %s %s line %d: %s\n", when, taskTitle[t.Kind], codeSpan(t.File), t.Line,
			codeSpan(strings.TrimPrefix(t.Speaker+": "+t.Context, ": ")))
		if err != nil {
			return err
		}
	}
	return nil
}

// codeSpan returns text as a code span of Markdown.
func codeSpan(text string) string { return "`" + strings.ReplaceAll(clean(text), "`", "'") + "`" }

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"onair/internal/plural"
	"onair/internal/shorten"
	"onair/show/importer"
)

type importOptions struct {
	importer.Options
	dryRun, yes bool
}

func newImport(a *app) *cobra.Command {
	var o importOptions
	c := &cobra.Command{
		Use:   "import FEED DIR",
		Short: "Import a show from another host",
		Long: `Make the folder of a show from its FEED, an address or a file: notes in Markdown,
people, artwork, transcripts, chapters, the audio, and every GUID, so that
subscribers notice nothing. All pages of the feed are read. The plan is printed first,
with what has no place in a show. docs/moving.md describes the whole move.

A second run adds the episodes that are new, and touches no file that is there. An
interrupted import continues where it ended.

Only the host of FEED may have a private address. The password for --user is that of
ONAIR_IMPORT_PASSWORD, or is asked for; it is not stored.

Exit codes: 0 done · 1 failed, or not confirmed · 2 usage.`,
		Example: `  onair import https://old-host.example/feed my-show
  onair import feed.xml my-show --no-audio --dry-run`,
		Args: folderAt(1, cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			o.Source, o.Dir = args[0], filepath.Clean(args[1])
			return runImport(c.Context(), a, &o)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.NoAudio, "no-audio", false, "leave the audio at the old host, and name it in enclosure:")
	f.StringVar(&o.AudioFrom, "audio-from", "", "take the audio from `DIR`, by the names in the feed")
	f.BoolVar(&o.KeepLinks, "keep-links", false, "keep the addresses of episode pages in link:, without redirects")
	f.IntVar(&o.Limit, "limit", 0, "import only the newest `N` episodes")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the plan only")
	f.BoolVar(&o.Overwrite, "overwrite", false, "replace existing files, even if they were edited")
	f.StringVar(&o.User, "user", "", "`NAME` for a feed behind a log-in")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	return c
}

// check refuses options that contradict each other or name nothing.
func (o *importOptions) check() error {
	if o.Limit < 0 {
		return usagef("--limit %d: want a number of episodes", o.Limit)
	}
	if o.Source == "-" {
		return withHint(usagef("an import asks on standard input, and cannot read the feed there"), "save the feed into a file, and name that")
	}
	if o.NoAudio && o.AudioFrom != "" {
		return usagef("--no-audio and --audio-from exclude each other")
	}
	if o.AudioFrom != "" {
		if info, err := os.Stat(o.AudioFrom); err != nil || !info.IsDir() {
			return fmt.Errorf("--audio-from %s: it is not a folder", o.AudioFrom)
		}
	}
	return nil
}

func runImport(ctx context.Context, a *app, o *importOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := importPassword(a, o); err != nil {
		return err
	}
	o.Now = a.now()
	meter := &importMeter{a: a, start: time.Now()}
	o.Progress = meter.update
	p, err := importer.Read(ctx, &o.Options)
	if errors.Is(err, fs.ErrNotExist) {
		err = withHint(err, "name a file or an address, such as https://old-host.example/feed")
	}
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if !a.json {
		printImportPlan(a.stdout, p, o)
	}
	if o.dryRun || p.Episodes == 0 {
		switch {
		case a.json:
			return writeImportJSON(a, p, o, nil, false)
		case o.dryRun:
			printLosses(a, p.Losses)
		default:
			fmt.Fprintln(a.stdout, "Nothing is new.")
		}
		return nil
	}
	if err := confirmImport(ctx, a, p, o); err != nil {
		return err
	}
	more, err := p.Write(ctx)
	meter.done()
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if a.json {
		return writeImportJSON(a, p, o, more, true)
	}
	printLosses(a, append(p.Losses, more...))
	fmt.Fprintf(a.stdout, "%s: %s\n", o.Dir, plural.Count(p.Episodes, "new episode"))
	if !a.quiet {
		fmt.Fprintln(a.stderr, "\nNext:")
		for _, step := range append(p.Steps, fmt.Sprintf("choose storage: and url: in show.yaml, then %s%s check", a.name, a.inDir(o.Dir))) {
			fmt.Fprintf(a.stderr, "- %s\n", clean(step))
		}
	}
	return nil
}

// writeImportJSON writes what was imported, or would be imported.
func writeImportJSON(a *app, p *importer.Plan, o *importOptions, more []importer.Loss, written bool) error {
	type loss struct {
		Where string `json:"where"` // title of an episode; empty for the show
		What  string `json:"what"`
		Value string `json:"value,omitempty"`
	}
	losses := []loss{}
	for _, l := range slices.Concat(p.Losses, more) {
		losses = append(losses, loss(l))
	}
	return writeJSON(a.stdout, struct {
		SchemaVersion int      `json:"schema_version"`
		Title         string   `json:"title"`
		Dir           string   `json:"dir"`
		Written       bool     `json:"written"`
		Episodes      int      `json:"episodes"`
		Known         int      `json:"known"`
		Pages         int      `json:"pages"`
		Bytes         int64    `json:"bytes"`
		Locked        bool     `json:"locked"`
		Losses        []loss   `json:"losses"`
		Steps         []string `json:"steps"`
	}{schemaVersion, p.Title, o.Dir, written, p.Episodes, p.Known, p.Pages, p.Bytes, p.Locked, losses, append([]string{}, p.Steps...)})
}

// importPassword sets the password that belongs to --user.
func importPassword(a *app, o *importOptions) error {
	if o.User == "" {
		return nil
	}
	if o.Password = a.getenv("ONAIR_IMPORT_PASSWORD"); o.Password != "" {
		return nil
	}
	f, ok := a.stdin.(*os.File)
	if !ok || !isTerminal(a.stdin) {
		return withHint(errors.New("--user needs a password"), "set ONAIR_IMPORT_PASSWORD")
	}
	fmt.Fprintf(a.stderr, "Password of %s: ", o.User)
	data, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.stderr)
	o.Password = string(data)
	return err
}

// printImportPlan prints what will be written.
func printImportPlan(w io.Writer, p *importer.Plan, o *importOptions) {
	fmt.Fprintf(w, "%s → %s\n", clean(p.Title), o.Dir)
	fmt.Fprintf(w, "  %s to write, %d already there", plural.Count(p.Episodes, "episode"), p.Known)
	if p.Pages > 1 {
		fmt.Fprintf(w, ", from %s", plural.Count(p.Pages, "page"))
	}
	fmt.Fprintln(w)
	switch {
	case o.NoAudio:
		fmt.Fprintln(w, "  the audio stays where it is")
	case o.AudioFrom != "":
		fmt.Fprintf(w, "  the audio comes from %s\n", o.AudioFrom)
	case p.Episodes > 0:
		fmt.Fprintf(w, "  about %s of audio to download\n", bytesText(p.Bytes))
	}
	if n := len(p.Losses); n > 0 {
		fmt.Fprintf(w, "  %s without a place in the show, or changed\n", plural.Count(n, "value"))
	}
}

// maxLosses is the number of lines about losses that are printed without -v.
const maxLosses = 20

// printLosses prints the parts of the imported show that were lost or changed. Without -v
// it prints losses of the same kind once.
func printLosses(a *app, losses []importer.Loss) {
	type group struct {
		first importer.Loss
		n     int
	}
	var groups []*group
	byText := map[string]*group{}
	for _, l := range losses {
		g := byText[l.What]
		if g == nil || a.verbose {
			g = &group{first: l}
			byText[l.What] = g
			groups = append(groups, g)
		}
		g.n++
	}
	for i, g := range groups {
		if i == maxLosses && !a.verbose {
			fmt.Fprintf(a.stdout, "- and %d more; -v prints all\n", len(groups)-i)
			return
		}
		text := g.first.String()
		if g.n > 1 {
			text = fmt.Sprintf("%s (%d times; -v prints all)", g.first.What, g.n)
		} else if !a.verbose {
			text = shorten.Bytes(text, 300)
		}
		fmt.Fprintf(a.stdout, "- %s\n", clean(text))
	}
}

// confirmImport asks whether to import. Without a terminal, --yes is required.
func confirmImport(ctx context.Context, a *app, p *importer.Plan, o *importOptions) error {
	if o.yes {
		return nil
	}
	if !isTerminal(a.stdin) {
		if p.Locked {
			return withHint(errors.New("the feed is locked: its owner asks other hosts not to import it"), "if the show is yours, use --yes")
		}
		return withHint(errors.New("there is no terminal to ask whether to import"), "use --yes")
	}
	if p.Locked {
		fmt.Fprint(a.stderr, "The feed is locked. Is it your show, and should it be imported? [y/N] ")
	} else {
		fmt.Fprint(a.stderr, "Import? [y/N] ")
	}
	if a.confirmed(ctx) {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.New("not imported")
}

// importMeter shows the progress of an import on a terminal.
type importMeter struct {
	a            *app
	start, drawn time.Time
}

func (m *importMeter) update(p importer.Progress) {
	if m.a.quiet || !m.a.animated() || time.Since(m.drawn) < redraw {
		return
	}
	m.drawn = time.Now()
	rate := float64(p.Bytes) / max(time.Since(m.start).Seconds(), 0.1)
	fmt.Fprintf(m.a.stderr, "\r\x1b[K%d of %s · %s of about %s · %s/s", p.Episodes, plural.Count(p.AllEpisodes, "episode"), bytesText(p.Bytes), bytesText(p.AllBytes), bytesText(int64(rate)))
}

func (m *importMeter) done() {
	if !m.drawn.IsZero() {
		fmt.Fprint(m.a.stderr, "\r\x1b[K")
	}
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/feed/check"
	"onair/feed/tree"
	"onair/internal/finding"
	"onair/internal/plural"
)

// feedCheckFlags are the flags of feed check.
type feedCheckFlags struct {
	against string
	offline bool
	pages   bool
	sample  int
}

func newFeedCheck(a *app) *cobra.Command {
	o := &feedCheckFlags{}
	c := &cobra.Command{
		Use:   "check FILE|URL|-",
		Short: "Check any feed of the world",
		Long: `Check a feed: a file, standard input (-), or an address. It need not be a feed of
onair, and no show is needed.

Findings are grouped by rule, with the first three places; -v prints all. onair
explain RULE says more about a rule.

With an address, the server is checked as well, and the enclosures, artwork,
transcripts and chapters of the newest 20 episodes are requested; --sample chooses
how many, and --offline requests the feed alone. Only the host that you name may be
on a private network.

--against compares the feed with an older one, and says what subscribers would
notice.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair feed check https://example.com/feed.xml
  onair feed check new.xml --against https://example.com/feed.xml
  onair feed render | onair feed check -`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runFeedCheck(c.Context(), a, o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.against, "against", "", "compare with this older feed: a `FILE` or URL, or a release that the storage keeps")
	f.BoolVar(&o.offline, "offline", false, "with an address, request the feed alone")
	f.BoolVar(&o.pages, "pages", false, "follow the links to further pages, and check all")
	f.IntVar(&o.sample, "sample", 20, "request the files of the newest `N` episodes; 0 means all")
	return c
}

func runFeedCheck(ctx context.Context, a *app, o *feedCheckFlags, name string) error {
	if o.sample < 0 {
		return usagef("--sample %d: want a number of episodes, or 0 for all", o.sample)
	}
	source, err := openFeed(ctx, a, name)
	if err != nil {
		return err
	}
	report := check.Feed(source.data, &check.Options{File: source.file, ContentType: source.contentType, Now: a.now()})
	if err := writeFeedReport(a, report); err != nil {
		return err
	}
	if report.Findings.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// feedSource is a feed that was read.
type feedSource struct {
	data        []byte
	file        string // for findings
	contentType string // of the response; empty for a file
}

// openFeed reads a feed from a file, standard input or an address.
func openFeed(_ context.Context, a *app, name string) (*feedSource, error) {
	data, err := a.readInput(name, tree.MaxBytes)
	if err != nil {
		return nil, err
	}
	file := name
	if name == "-" {
		file = "stdin"
	}
	return &feedSource{data: data, file: file}, nil
}

// writeFeedReport writes the result of a check in the format of --format.
func writeFeedReport(a *app, r *check.Report) error {
	switch a.format {
	case "json":
		return writeFeedJSON(a.stdout, r)
	case "text":
		return writeFeedText(a, r)
	}
	return a.writeFindings(a.stdout, r.Findings, nil)
}

func writeFeedJSON(w io.Writer, r *check.Report) error {
	type summary struct {
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
		Infos    int `json:"infos"`
	}
	type about struct {
		Title    string         `json:"title"`
		Items    int            `json:"items"`
		Bytes    int            `json:"bytes"`
		Encoding string         `json:"encoding"`
		Host     string         `json:"host"`
		Counts   map[string]int `json:"counts"`
	}
	l := r.Findings
	if l == nil {
		l = finding.List{}
	}
	return writeJSON(w, struct {
		SchemaVersion int          `json:"schema_version"`
		Feed          about        `json:"feed"`
		Findings      finding.List `json:"findings"`
		Summary       summary      `json:"summary"`
	}{
		schemaVersion, about{r.Title, r.Items, r.Bytes, r.Encoding, r.Host, r.Counts}, l,
		summary{l.Count(finding.Error), l.Count(finding.Warning), l.Count(finding.Info)},
	})
}

// writeFeedText writes a header, and the findings grouped by rule.
func writeFeedText(a *app, r *check.Report) error {
	var b strings.Builder
	u := a.ui(a.stdout)
	if r.Kind == tree.RSS && !a.quiet {
		facts := []string{plural.Count(r.Items, "episode"), bytesText(int64(r.Bytes)), r.Encoding}
		if r.Compressed {
			facts = append(facts, "gzip")
		}
		if r.Host != "" {
			facts = append(facts, "made by "+r.Host)
		}
		fmt.Fprintf(&b, "%s\n%s\n\n", u.bold(clean(cmp.Or(r.Title, "a feed without a title"))), u.dim(clean(strings.Join(facts, " · "))))
	}
	for _, group := range groupByRule(r.Findings) {
		if a.quiet && group[0].Severity != finding.Error {
			continue
		}
		writeRuleGroup(&b, a, u, group, max(r.Counts[group[0].Rule], len(group)))
	}
	if !a.quiet {
		fmt.Fprintf(&b, "%s\n", tally(r.Findings))
	}
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// groupByRule groups findings by rule: errors first, then warnings and information.
// Within a severity the groups are in the order of the rules.
func groupByRule(l finding.List) []finding.List {
	byRule := map[string]finding.List{}
	for _, f := range l {
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	var groups []finding.List
	for _, group := range byRule {
		slices.SortStableFunc(group, func(x, y finding.Finding) int {
			return cmp.Or(cmp.Compare(x.Severity, y.Severity), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
		})
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(x, y finding.List) int {
		return cmp.Or(cmp.Compare(x[0].Severity, y[0].Severity), strings.Compare(x[0].Rule, y[0].Rule))
	})
	return groups
}

// writeRuleGroup writes the findings of a rule:
//
//	error F043 an enclosure's length is not a number of bytes above zero (12)
//	  feed.xml:28:1: enclosure length is "0"
//	  feed.xml:47:1: enclosure length is "0"
//	  feed.xml:66:1: enclosure length is ""
//	  … and 9 more (-v lists them)
//	  the size in bytes of the file as it is served
//	  https://podcasters.apple.com/support/823-podcast-requirements
func writeRuleGroup(b *strings.Builder, a *app, u *ui, group finding.List, count int) {
	title := group[0].Message
	if rule := allRules().Find(group[0].Rule); rule != nil {
		title = rule.Title
	}
	fmt.Fprintf(b, "%s %s %s", u.severity(group[0].Severity), group[0].Rule, title)
	if count > 1 {
		fmt.Fprintf(b, " (%d)", count)
	}
	b.WriteByte('\n')
	shown := group
	if !a.verbose {
		shown = group[:min(maxPlaces, len(group))]
	}
	oneHint := !slices.ContainsFunc(shown, func(f finding.Finding) bool { return f.Hint != shown[0].Hint })
	for _, f := range shown {
		fmt.Fprintf(b, "  %s\n", clean(f.Error()))
		if !oneHint && f.Hint != "" {
			fmt.Fprintf(b, "    %s\n", u.dim(clean(f.Hint)))
		}
	}
	switch more := count - len(shown); {
	case more > 0 && a.verbose:
		fmt.Fprintf(b, "  … and %d more\n", more)
	case more > 0:
		fmt.Fprintf(b, "  … and %d more (-v lists them)\n", more)
	}
	if oneHint && shown[0].Hint != "" {
		fmt.Fprintf(b, "  %s\n", u.dim(clean(shown[0].Hint)))
	}
	if source := shown[0].Source; source != "" {
		fmt.Fprintf(b, "  %s\n", u.dim(clean(source)))
	}
	b.WriteByte('\n')
}

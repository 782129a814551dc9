package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/feed/check"
	"onair/feed/probe"
	"onair/feed/tree"
	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/source"
	"onair/publish/record"
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
		Short: "Check any podcast feed",
		Long: `Check a feed: a file, standard input (-), or an address. It need not be a feed of
onair, and no show is needed.

Findings are grouped by rule, with the first three places; -v prints all. onair
explain RULE says more about a rule.

With an address, the server is checked as well, and the enclosures, artwork,
transcripts and chapters of the newest 20 episodes are requested; --sample chooses
how many, and --offline requests the feed alone. Only the host that you name may be
on a private network.

--against compares the feed with an older one, and says what subscribers would
notice. The older one is a file, an address, or a release of the show in this folder:
live, or the start of the SHA-256 of a feed that is kept, as for rollback.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair feed check https://example.com/feed.xml
  onair feed check new.xml --against https://example.com/feed.xml
  onair feed render | onair feed check -`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runFeedCheck(c.Context(), a, o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.against, "against", "", "compare with this older `FEED`: a file, an address, live, or the digest of a kept one")
	f.BoolVar(&o.offline, "offline", false, "with an address, request only the feed")
	f.BoolVar(&o.pages, "pages", false, "follow the links to further pages, and check all")
	f.IntVar(&o.sample, "sample", 20, "request the files of the newest `N` episodes; 0 means all")
	return c
}

func runFeedCheck(ctx context.Context, a *app, o *feedCheckFlags, name string) error {
	if o.sample < 0 {
		return usagef("--sample %d: want a number of episodes, or 0 for all", o.sample)
	}
	debug.SetGCPercent(10) // a large feed should need little more memory than its size
	v, err := visitorFor(name)
	if err != nil {
		return err
	}
	f, err := openFeed(ctx, a, v, name)
	if err != nil {
		return err
	}
	report := f.check(a)
	f.checkServer(ctx, v, name, report)
	if o.pages {
		checkPages(ctx, a, v, report, f)
	}
	if fetch.IsAddress(name) && !o.offline && report.Kind == tree.RSS {
		report.Add(probe.Files(ctx, v, report, o.sample))
	}
	var changes *check.Changes
	if o.against != "" {
		if changes, err = compareFeeds(ctx, a, o.against, report, f.file); err != nil {
			return err
		}
		report.Add(changes.Findings)
	}
	if err := writeFeedReport(a, report, changes); err != nil {
		return err
	}
	if report.Findings.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// feedSource is a feed that was read.
type feedSource struct {
	data     []byte
	file     string          // name of the feed in findings
	response *probe.Response // nil for a file
}

// check checks the feed itself. A response with a status other than 200 has no feed to
// check.
func (f *feedSource) check(a *app) *check.Report {
	o := &check.Options{File: f.file, Now: a.now()}
	if f.response != nil {
		if f.response.Status != http.StatusOK {
			return &check.Report{Kind: tree.Unknown, Counts: map[string]int{}}
		}
		o.ContentType = f.response.ContentType()
	}
	return check.Feed(f.data, o)
}

// checkServer adds findings about the response to a report. It adds none for a response
// that is not a feed, such as a web page.
func (f *feedSource) checkServer(ctx context.Context, v *fetch.Visitor, name string, report *check.Report) {
	if f.response != nil && (report.Kind == tree.RSS || f.response.Status != http.StatusOK) {
		report.Add(probe.Feed(ctx, v, name, report.Self.URL, f.file, f.response))
	}
}

// address returns the address of the feed after redirects. It is empty for a file.
func (f *feedSource) address() string {
	if f.response == nil {
		return ""
	}
	return f.response.Final
}

// statusError returns an error if the server answered with a status other than 200.
func (f *feedSource) statusError() error {
	if f.response == nil || f.response.Status == http.StatusOK {
		return nil
	}
	return &statusError{f.file, f.response.Status}
}

// statusError reports that a server answered with a status other than 200.
type statusError struct {
	file   string
	status int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s is answered with %d %s", e.file, e.status, http.StatusText(e.status))
}

// visitorFor returns a visitor that may reach public hosts. If name is an address, the
// visitor may also reach the host of that address, even if it is not public.
func visitorFor(name string) (*fetch.Visitor, error) {
	if !fetch.IsAddress(name) {
		name = ""
	}
	v, err := fetch.NewVisitor(name, nil)
	if err != nil {
		return nil, usageError{err}
	}
	return v, nil
}

// openFeed reads a feed from a file, standard input or an address.
func openFeed(ctx context.Context, a *app, v *fetch.Visitor, name string) (*feedSource, error) {
	if fetch.IsAddress(name) {
		response, err := probe.Fetch(ctx, v, name)
		if err != nil {
			return nil, withHint(err, "%s", networkHint(err))
		}
		return &feedSource{response.Data, source.RedactURL(name), response}, nil
	}
	data, err := a.readInput(name, tree.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		err = withHint(err, "name a file or an address, such as https://example.com/feed.xml, or - for standard input")
	}
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = "stdin"
	}
	return &feedSource{data: data, file: name}, nil
}

// networkHint returns a hint about a feed that cannot be requested.
func networkHint(err error) string {
	var (
		status      *statusError
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
	)
	switch {
	case errors.As(err, &status):
		return "look at the address in a browser"
	case errors.Is(err, fetch.ErrNotPublic):
		return "it redirects into a private network; give the address that it leads to"
	case errors.Is(err, fetch.ErrTooLarge):
		return "a feed has at most 32 MiB"
	case errors.Is(err, fetch.ErrRedirects):
		return "open the address in a browser, and give the one that it ends at"
	case errors.As(err, &certificate), errors.As(err, &alert):
		return "apps refuse a server without a valid certificate"
	}
	return "check the address, and that the server runs"
}

// checkPages checks the further pages of a feed, and adds their episodes and findings
// to the report. A page that cannot be read is a finding, and so is a page beyond
// tree.MaxPages.
func checkPages(ctx context.Context, a *app, v *fetch.Visitor, report *check.Report, first *feedSource) {
	var trail tree.Trail
	trail.Read(report.Self.URL, first.address())
	for next, from := report.Next, first; ; {
		address, last := trail.Next(from.address(), next.URL)
		if address == "" {
			break
		}
		if last {
			report.Add(finding.List{check.PagesLeft(next.Position, tree.MaxPages)})
			break
		}
		page, err := openPage(ctx, a, v, address)
		if err != nil {
			report.Add(finding.List{probe.PageFailed(next.Position, trail.Pages+1, err, networkHint(err))})
			break
		}
		if !trail.Read(address, page.address()) {
			break
		}
		r := page.check(a)
		report.AddPage(r)
		next, from = r.Next, page
	}
	if further := trail.Pages - 1; a.format == "text" && !a.quiet && further > 0 {
		fmt.Fprintf(a.stderr, "%s followed\n", plural.Count(further, "further page"))
	}
}

// openPage requests a further page of a feed.
func openPage(ctx context.Context, a *app, v *fetch.Visitor, address string) (*feedSource, error) {
	if !fetch.IsAddress(address) {
		return nil, fmt.Errorf("%s is not an address", source.ShortQuote(address))
	}
	page, err := openFeed(ctx, a, v, address)
	if err != nil {
		return nil, err
	}
	return page, page.statusError()
}

// compareFeeds compares a feed with an older one.
func compareFeeds(ctx context.Context, a *app, name string, report *check.Report, file string) (*check.Changes, error) {
	old, err := openOlder(ctx, a, name)
	if err != nil {
		return nil, err
	}
	if err := old.statusError(); err != nil {
		return nil, withHint(err, "%s", networkHint(err))
	}
	before := old.check(a)
	if before.Kind != tree.RSS {
		return nil, withHint(fmt.Errorf("%s is not an RSS feed", old.file), "--against takes an older version of the feed; feed check %s says what it is", name)
	}
	return check.Compare(report, before, file, a.now()), nil
}

var digest = regexp.MustCompile(`^[0-9a-f]{6,64}$`)

// openOlder opens the feed of --against. A file with the name takes precedence over a
// release.
func openOlder(ctx context.Context, a *app, name string) (*feedSource, error) {
	_, missing := os.Stat(name)
	if missing != nil && (name == "live" || digest.MatchString(name)) {
		return openRelease(ctx, a, name)
	}
	v, err := visitorFor(name)
	if err != nil {
		return nil, err
	}
	return openFeed(ctx, a, v, name)
}

// openRelease opens the live feed of the show, or the kept feed of a release.
func openRelease(ctx context.Context, a *app, name string) (*feedSource, error) {
	_, storage, err := openShow(ctx, a)
	if err != nil {
		return nil, err
	}
	state, err := record.ReadState(ctx, storage, a.cacheDir())
	if err != nil {
		return nil, err
	}
	sum := state.FeedSHA256
	if name != "live" && !strings.HasPrefix(sum, name) {
		kept, ok := state.EarlierFeed(name)
		if !ok {
			return nil, withHint(fmt.Errorf("no feed %s is kept", name), "%s rollback --list lists those that are", a.name)
		}
		sum = kept.SHA256
	}
	if sum == "" {
		return nil, errors.New("no feed is live yet")
	}
	data, err := record.Download(ctx, storage.Records(), record.FeedKey(sum))
	return &feedSource{data: data, file: record.FeedKey(sum)}, err
}

// writeFeedReport writes the result of a check in the format of --format.
func writeFeedReport(a *app, r *check.Report, changes *check.Changes) error {
	switch a.format {
	case "json":
		return writeFeedJSON(a.stdout, r, changes)
	case "text":
		if err := writeFeedText(a, r); err != nil || changes == nil || a.quiet {
			return err
		}
		_, err := fmt.Fprintln(a.stdout, changes.Summary())
		return err
	}
	return a.writeFindings(a.stdout, r.Findings, nil)
}

// compared is the result of --against in --json.
type compared struct {
	New    int `json:"new"`
	ByGUID int `json:"again_by_guid"`
	ByFile int `json:"again_by_file"`
}

func comparedWith(c *check.Changes) *compared {
	if c == nil {
		return nil
	}
	return &compared{c.New, c.ByGUID, c.ByFile}
}

func writeFeedJSON(w io.Writer, r *check.Report, changes *check.Changes) error {
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
		Changes       *compared    `json:"changes,omitempty"`
	}{
		schemaVersion, about{r.Title, r.Items, r.Bytes, r.Encoding, r.Host, r.Counts}, l,
		summary{l.Count(finding.Error), l.Count(finding.Warning), l.Count(finding.Info)}, comparedWith(changes),
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
//	  https://podcasters.apple.com/support/823-podcast-requirements · onair explain F043
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
	more := "onair explain " + group[0].Rule
	if a.verbose {
		more = finding.Reference(group[0].Rule) + " · " + more
	}
	if source := shown[0].Source; source != "" {
		more = source + " · " + more
	}
	fmt.Fprintf(b, "  %s\n", u.dim(clean(more)))
	b.WriteByte('\n')
}

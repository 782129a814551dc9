package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/internal/reference"
	"onair/internal/source"
)

func newExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [NAME]",
		Short: "Explain an element, a rule, a frame or a key",
		Long: `Explain what something is, why it is there, who reads it, and where onair takes it
from: an element of a feed or one of its attributes, a rule of a finding, a frame of
an ID3 tag, or a key of show.yaml, episode.md and the other files of a show. Without
a name, an index is printed.

A name may leave out the prefix of an element. If it stands for several things, all
are explained; the name of a file in front chooses. docs/reference.md has the same
text.

Exit codes: 0 done · 1 failed · 2 usage, or nothing is known by that name.`,
		Example: `  onair explain itunes:explicit
  onair explain podcast:transcript rel
  onair explain F043
  onair explain show.yaml title`,
		Args: cobra.MaximumNArgs(2),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return explainedNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return runExplain(a, strings.Join(args, " ")) },
	}
}

// explained has the entries and rules that a name stands for.
type explained struct {
	entries []reference.Entry
	rules   finding.Rules
}

// ruleID returns the ID of a rule with three digits, such as F007 for f7. It returns an
// empty string if no number follows the first character.
func ruleID(name string) string {
	if name == "" {
		return ""
	}
	n, err := strconv.Atoi(name[1:])
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s%03d", strings.ToUpper(name[:1]), n)
}

func runExplain(a *app, name string) error {
	if name == "" {
		all := explained{reference.Entries(), allRules()}
		if a.json {
			return writeExplainJSON(a.stdout, all)
		}
		return writeIndex(a.stdout, a.ui(a.stdout), all)
	}
	found := explain(name)
	if len(found.entries) == 0 && len(found.rules) == 0 {
		err := usagef("nothing is known by the name %s", source.ShortQuote(name))
		return withHint(err, "did you mean onair explain %s?", nearestName(name))
	}
	if a.json {
		return writeExplainJSON(a.stdout, found)
	}
	return writeExplained(a.stdout, a.ui(a.stdout), found)
}

// explain returns the entries and rules that a name stands for. It looks for the rule
// with that ID, then for entries with exactly that name, with that name in another
// case, and with that name after a prefix such as "podcast:", and last for attributes
// and keys in maps. A section in front of the name, as in "people.yaml name", limits
// the search to that section. A section alone stands for all of its entries.
func explain(name string) explained {
	if rule := allRules().Find(strings.ToUpper(name)); rule != nil {
		return explained{rules: finding.Rules{*rule}}
	}
	all := reference.Entries()
	for _, e := range all {
		if section, rest := e.Section+" ", name+" "; len(rest) >= len(section) && strings.EqualFold(rest[:len(section)], section) {
			all = slices.DeleteFunc(all, func(other reference.Entry) bool { return other.Section != e.Section })
			name = strings.TrimSpace(rest[len(section):])
			break
		}
	}
	if name == "" {
		return explained{entries: all}
	}
	name = strings.TrimSpace(strings.NewReplacer("@", " ", "<", "", ">", "", "/", " ").Replace(name))
	for _, same := range []func(e string) bool{
		func(e string) bool { return e == name },
		func(e string) bool { return strings.EqualFold(e, name) },
		func(e string) bool {
			_, local, ok := strings.Cut(e, ":")
			return ok && strings.EqualFold(local, name)
		},
	} {
		var entries []reference.Entry
		for _, e := range all {
			if same(e.Name) {
				entries = append(entries, e)
			}
		}
		if len(entries) > 0 {
			return explained{entries: entries}
		}
	}
	return explained{entries: explainAttribute(all, name)}
}

// explainAttribute finds attributes of elements and keys in maps. The name is an
// attribute or key alone, or follows its element or map, as in "podcast:transcript rel"
// and "feed.page_size". The returned entries have only that attribute or key.
func explainAttribute(all []reference.Entry, name string) (entries []reference.Entry) {
	element, attribute, both := strings.Cut(strings.ReplaceAll(name, ".", " "), " ")
	if !both {
		attribute = name
	}
	for _, e := range all {
		if _, local, _ := strings.Cut(e.Name, ":"); both && !strings.EqualFold(e.Name, element) && !strings.EqualFold(local, element) {
			continue
		}
		for _, a := range e.Attributes {
			if strings.EqualFold(a.Name, attribute) {
				e.Attributes = []reference.Attribute{a}
				entries = append(entries, e)
			}
		}
	}
	return entries
}

// explainedNames returns all names that can be explained, for completion and for
// suggesting the nearest name.
func explainedNames() (names []string) {
	for _, e := range reference.Entries() {
		names = append(names, e.Name)
		for _, a := range e.Attributes {
			names = append(names, e.Name+" "+a.Name)
		}
		if e.Kind == reference.Key {
			names = append(names, e.Section)
		}
	}
	for _, r := range allRules() {
		names = append(names, r.ID)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nearestName returns the known name that is most similar to name. Like explain, it
// also compares with names without a prefix, and with attributes alone.
func nearestName(name string) string {
	if rule := ruleID(name); allRules().Find(rule) != nil {
		return rule
	}
	names := explainedNames()
	whole := map[string]string{}
	for _, n := range names {
		short := n[strings.LastIndexAny(n, ": ")+1:]
		if whole[short] == "" {
			whole[short] = n
		}
	}
	if near := source.Nearest(name, names); near != "" {
		return near
	}
	if near := source.Nearest(name, slices.Sorted(maps.Keys(whole))); near != "" {
		return whole[near]
	}
	// Take the name with the longest common start, such as F099 for F999.
	best, length := "", -1
	for _, short := range slices.Sorted(maps.Keys(whole)) {
		same := 0
		for same < min(len(short), len(name)) && strings.EqualFold(short[same:same+1], name[same:same+1]) {
			same++
		}
		if same > length {
			best, length = whole[short], same
		}
	}
	return best
}

// writeExplained writes entries and rules as text.
func writeExplained(w io.Writer, u *ui, x explained) error {
	var b strings.Builder
	for i, e := range x.entries {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s %s\n  %s\n  %s\n", u.bold(e.Name), u.dim("("+e.Section+")"), e.What, e.Why)
		for _, a := range e.Attributes {
			fmt.Fprintf(&b, "  %s: %s\n", u.bold(a.Name), a.What)
		}
		fmt.Fprintf(&b, "  %s %s\n", u.dim("example:"), e.Example)
		fmt.Fprintf(&b, "  %s %s\n", u.dim("read by:"), e.Readers)
		fmt.Fprintf(&b, "  %s %s\n", u.dim("origin: "), e.Origin)
		if rules := rulesAbout(e); len(rules) > 0 {
			fmt.Fprintf(&b, "  %s %s\n", u.dim("rules:  "), strings.Join(rules, " "))
		}
		fmt.Fprintf(&b, "  %s %s\n", u.dim("source: "), e.Source)
	}
	for _, r := range x.rules {
		fmt.Fprintf(&b, "%s %s: %s\n", u.severity(r.Severity), u.bold(r.ID), r.Title)
		for _, line := range []struct{ name, text string }{{"do:     ", r.Hint}, {"in show:", r.InShow}, {"example:", r.Example}, {"source: ", r.Source}} {
			if line.text != "" {
				fmt.Fprintf(&b, "  %s %s\n", u.dim(line.name), line.text)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rulesAbout returns the IDs of the rules that name an element.
func rulesAbout(e reference.Entry) (ids []string) {
	for _, r := range allRules() {
		if isAbout(&r, e) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// isAbout reports whether a rule names an element.
func isAbout(r *finding.Rule, e reference.Entry) bool {
	if e.Kind != reference.Element {
		return false
	}
	tag := strings.ContainsAny(e.Name, ":") || strings.Contains(r.Example, "<"+e.Name)
	return tag && slices.Contains(strings.FieldsFunc(r.Title+" "+r.Example, notOfName), e.Name)
}

func notOfName(r rune) bool {
	return !strings.ContainsRune(":-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", r)
}

// writeIndex writes all names, by section.
func writeIndex(w io.Writer, u *ui, x explained) error {
	var b strings.Builder
	section := ""
	var names []string
	flush := func() {
		if len(names) > 0 {
			fmt.Fprintf(&b, "%s\n%s\n", u.bold(section), wrapWords(names, 76))
		}
		names = nil
	}
	for _, e := range x.entries {
		if e.Section != section {
			flush()
			section = e.Section
		}
		names = append(names, e.Name)
	}
	flush()
	section = "Rules"
	for _, r := range x.rules {
		names = append(names, r.ID)
	}
	flush()
	b.WriteString("onair explain NAME says more.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapWords returns words in indented lines of at most width bytes. A longer word has a
// line of its own.
func wrapWords(words []string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range words {
		if column == 0 || column+len(word)+1 > width {
			if column > 0 {
				b.WriteByte('\n')
			}
			b.WriteByte(' ')
			column = 1
		}
		b.WriteByte(' ')
		b.WriteString(word)
		column += len(word) + 1
	}
	b.WriteByte('\n')
	return b.String()
}

func writeExplainJSON(w io.Writer, x explained) error {
	type rule struct {
		ID       string           `json:"id"`
		Severity finding.Severity `json:"severity"`
		Title    string           `json:"title"`
		Hint     string           `json:"hint"`
		InShow   string           `json:"in_show,omitempty"`
		Example  string           `json:"example"`
		Source   string           `json:"source"`
	}
	about := slices.Clone(x.rules)
	if len(about) == 0 {
		for _, r := range allRules() {
			if slices.ContainsFunc(x.entries, func(e reference.Entry) bool { return isAbout(&r, e) }) {
				about = append(about, r)
			}
		}
	}
	rules := []rule{}
	for _, r := range about {
		rules = append(rules, rule{r.ID, r.Severity, r.Title, r.Hint, r.InShow, r.Example, r.Source})
	}
	entries := x.entries
	if entries == nil {
		entries = []reference.Entry{}
	}
	return writeJSON(w, struct {
		SchemaVersion int               `json:"schema_version"`
		Entries       []reference.Entry `json:"entries"`
		Rules         []rule            `json:"rules"`
	}{schemaVersion, entries, rules})
}

// writeReference writes the content of docs/reference.md.
func writeReference(w io.Writer) error {
	_, err := io.WriteString(w, `# Reference

The elements of a feed, the frames of an audio file, the keys of the files of a show, and the rules of findings.
`+"`onair explain NAME`"+` prints the same text. This page is generated: a test keeps it up to date.
`)
	if err == nil {
		err = reference.WriteMarkdown(w, reference.Entries())
	}
	if err == nil {
		err = writeRuleReference(w)
	}
	return err
}

// letters maps the first letter of a rule's ID to what the rule is about.
var letters = map[byte]string{
	'A': "audio", 'B': "buckets", 'F': "feeds", 'P': "releases", 'S': "the files of a show", 'T': "transcripts",
	'V': "what listeners get", 'W': "pages",
}

func writeRuleReference(w io.Writer) error {
	var b strings.Builder
	letter := byte(0)
	for _, r := range allRules() {
		if r.ID[0] != letter {
			letter = r.ID[0]
			fmt.Fprintf(&b, "\n## Rules %c: %s\n", letter, letters[letter])
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s: %s.", r.ID, r.Severity, reference.Escape(r.Title))
		if r.Hint != "" {
			fmt.Fprintf(&b, " What to do: %s.", reference.Escape(r.Hint))
		}
		if r.InShow != "" {
			fmt.Fprintf(&b, " In a show: %s.", reference.Escape(r.InShow))
		}
		if r.Source != "" {
			fmt.Fprintf(&b, " Source: %s", reference.Link(r.Source))
		}
		b.WriteByte('\n')
		if r.Example != "" {
			fmt.Fprintf(&b, "\n```text\n%s\n```\n", r.Example)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

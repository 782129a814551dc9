package finding

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// Rule has the fields that all findings of one kind share.
type Rule struct {
	ID       string   // stable, such as S012; the letter stands for the package
	Severity Severity // default severity of its findings
	Title    string   // what is wrong, in a few words, lower case, no full stop
	Hint     string   // default hint of its findings
	InShow   string   // hint about the files of a show, for rules of feeds; Hint if it is empty
	Source   string   // the specification that defines the rule, or a page of docs if onair does
	Example  string   // input that breaks the rule; may be empty
}

// At returns a finding of the rule at p.
func (r *Rule) At(p Position, format string, args ...any) Finding {
	message := format
	if len(args) > 0 || strings.Contains(format, "%") {
		message = fmt.Sprintf(format, args...)
	}
	return Finding{
		Rule:     r.ID,
		Severity: r.Severity,
		Position: p,
		Message:  message,
		Hint:     r.Hint,
		Source:   r.Source,
	}
}

// Rules is a table of rules, in the order of their IDs.
type Rules []Rule

// RulesFrom sets the source of each rule that has none, and returns the rules.
func RulesFrom(source string, rules Rules) Rules {
	for i := range rules {
		rules[i].Source = cmp.Or(rules[i].Source, source)
	}
	return rules
}

// Find returns the rule with the ID, or nil if there is none.
func (r Rules) Find(id string) *Rule {
	i, ok := slices.BinarySearchFunc(r, id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return &r[i]
}

// Must returns the rule with the ID. It panics if there is none. Packages use it to
// initialize variables for their rules.
func (r Rules) Must(id string) *Rule {
	rule := r.Find(id)
	if rule == nil {
		panic("finding: no rule " + id)
	}
	return rule
}

// referencePage is the page that explains all rules: its URL if the path of the main
// module begins with a host, otherwise its path in the repository.
var referencePage = sync.OnceValue(func() string {
	const page = "docs/reference.md"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return page
	}
	if host, _, _ := strings.Cut(info.Main.Path, "/"); !strings.Contains(host, ".") {
		return page
	}
	return "https://" + info.Main.Path + "/blob/main/" + page
})

// Reference returns where a rule is explained, such as docs/reference.md#s012.
func Reference(id string) string { return referencePage() + "#" + strings.ToLower(id) }

package finding

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// schemaVersion is the schema version of the JSON documents in this package.
const schemaVersion = 1

// WriteJSON writes {schema_version, findings, summary}, for scripts.
func WriteJSON(w io.Writer, l List) error {
	type summary struct {
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
		Infos    int `json:"infos"`
	}
	if l == nil {
		l = List{}
	}
	return encode(w, struct {
		SchemaVersion int     `json:"schema_version"`
		Findings      List    `json:"findings"`
		Summary       summary `json:"summary"`
	}{schemaVersion, l, summary{l.Count(Error), l.Count(Warning), l.Count(Info)}})
}

// WriteGitHub writes GitHub Actions workflow commands, which annotate the lines
// of a pull request.
func WriteGitHub(w io.Writer, l List) error {
	level := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}
	for _, f := range l {
		var place []string
		if f.File != "" {
			place = append(place, "file="+property(f.File))
		}
		if f.Line > 0 {
			place = append(place, fmt.Sprintf("line=%d", f.Line))
		}
		if f.Column > 0 {
			place = append(place, fmt.Sprintf("col=%d", f.Column))
		}
		place = append(place, "title="+property(f.Rule))
		message := f.Message
		if f.Hint != "" {
			message += "\n" + f.Hint
		}
		if _, err := fmt.Fprintf(w, "::%s %s::%s\n", level[f.Severity], strings.Join(place, ","), data(message)); err != nil {
			return err
		}
	}
	return nil
}

// data and property escape the message and the properties of a workflow command, so
// that text from a file cannot start another command.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// The parts of SARIF 2.1.0 that code hosts read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string        `json:"id"`
		Short   *sarifText    `json:"shortDescription,omitempty"`
		Help    *sarifText    `json:"help,omitempty"`
		HelpURI string        `json:"helpUri,omitempty"`
		Default *sarifDefault `json:"defaultConfiguration,omitempty"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
)

// sarifLevels are the levels of SARIF, by severity.
var sarifLevels = map[Severity]string{Error: "error", Warning: "warning", Info: "note"}

// WriteSARIF writes SARIF 2.1.0, for code scanning. The output describes the rules of
// the findings as they are in rules. A rule that is not in rules is written with its ID
// only.
func WriteSARIF(w io.Writer, l List, rules Rules) error {
	run := sarifRun{Tool: sarifTool{Driver: sarifDriver{Name: "onair", Rules: []sarifRule{}}}, Results: []sarifResult{}}
	for _, f := range l {
		if !slices.ContainsFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == f.Rule }) {
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, describe(f.Rule, rules))
		}
		text := f.Message
		if f.Hint != "" {
			text += ": " + f.Hint
		}
		result := sarifResult{RuleID: f.Rule, Level: sarifLevels[f.Severity], Message: sarifText{Text: text}}
		if f.File != "" {
			physical := sarifPhysical{Artifact: sarifArtifact{URI: f.File}}
			if f.Line > 0 {
				physical.Region = &sarifRegion{StartLine: f.Line, StartColumn: f.Column}
			}
			result.Locations = []sarifLocation{{Physical: physical}}
		}
		run.Results = append(run.Results, result)
	}
	slices.SortFunc(run.Tool.Driver.Rules, func(a, b sarifRule) int { return strings.Compare(a.ID, b.ID) })
	return encode(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// describe returns the metadata of a rule.
func describe(id string, rules Rules) sarifRule {
	out := sarifRule{ID: id}
	r := rules.Find(id)
	if r == nil {
		return out
	}
	out.Short = &sarifText{Text: r.Title}
	out.Default = &sarifDefault{Level: sarifLevels[r.Severity]}
	page := Reference(id)
	help := "onair explain " + id + " says more, as does " + page
	if r.Hint != "" {
		help = r.Hint + ". " + help
	}
	out.Help = &sarifText{Text: help}
	if strings.HasPrefix(page, "https://") { // SARIF allows no relative addresses
		out.HelpURI = page
	} else if strings.HasPrefix(r.Source, "https://") {
		out.HelpURI = r.Source
	}
	return out
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

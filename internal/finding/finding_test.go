package finding

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func list() List {
	return List{
		{Rule: "S002", Severity: Warning, Position: Position{File: "show.yaml", Line: 9, Column: 3}, Message: "b", Hint: "h"},
		{Rule: "S001", Severity: Error, Position: Position{File: "show.yaml", Line: 2}, Message: "100%\n::error::x"},
		{Rule: "S001", Severity: Error, Position: Position{File: "show.yaml", Line: 2}, Message: "100%\n::error::x"},
		{Rule: "F001", Severity: Info, Message: "c"},
	}
}

func TestSortDropsRepetitions(t *testing.T) {
	l := list()
	l.Sort()
	var got []string
	for _, f := range l {
		got = append(got, f.Error())
	}
	want := []string{"c", "show.yaml:2: 100%\n::error::x", "show.yaml:9:3: b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJSONReadsBack(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSON(&out, list()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		SchemaVersion int `json:"schema_version"`
		Findings      []struct {
			Severity Severity
			Line     int
		}
		Summary map[string]int
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.SchemaVersion != 1 || len(got.Findings) != 4 || got.Findings[0].Severity != Warning || got.Findings[0].Line != 9 {
		t.Errorf("read back %+v", got)
	}
	if diff := cmp.Diff(map[string]int{"errors": 2, "warnings": 1, "infos": 1}, got.Summary); diff != "" {
		t.Error(diff)
	}
}

func TestJSONOfNothingIsAnEmptyList(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSON(&out, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out.Bytes(), []byte(`"findings": []`)) {
		t.Errorf("got %s", out.Bytes())
	}
}

// A message must not be able to start a workflow command.
func TestGitHubEscapes(t *testing.T) {
	var out bytes.Buffer
	l := list()
	l[1].File = "a,b:c.md"
	if err := WriteGitHub(&out, l[:2]); err != nil {
		t.Fatal(err)
	}
	want := "::warning file=show.yaml,line=9,col=3,title=S002::b%0Ah\n" +
		"::error file=a%2Cb%3Ac.md,line=2,title=S001::100%25%0A::error::x\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestSARIF(t *testing.T) {
	var out bytes.Buffer
	if err := WriteSARIF(&out, list(), nil); err != nil {
		t.Fatal(err)
	}
	var got sarifLog
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	run := got.Runs[0]
	if diff := cmp.Diff([]sarifRule{{ID: "F001"}, {ID: "S001"}, {ID: "S002"}}, run.Tool.Driver.Rules); diff != "" {
		t.Error(diff)
	}
	first := run.Results[0]
	want := sarifResult{"S002", "warning", sarifText{"b: h"}, []sarifLocation{{sarifPhysical{sarifArtifact{"show.yaml"}, &sarifRegion{9, 3}}}}}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
}

func TestNoFindingIsLongerThanALine(t *testing.T) {
	var l List
	l.Errorf("S001", Position{}, strings.Repeat("é", 600), "%s", strings.Repeat("é", 600))
	l.Errorf("S001", Position{}, "", "a\n\x1b\u0085b")
	if l[1].Message != "a   b" {
		t.Errorf("%q", l[1].Message)
	}
	for s, most := range map[string]int{l[0].Message: 400, l[0].Hint: 1000} {
		if len(s) > most || len(s) < most-1 || !utf8.ValidString(s) || !strings.HasSuffix(s, "é…") {
			t.Errorf("%d bytes: %q", len(s), s)
		}
	}
}

func TestRuleMakesFindings(t *testing.T) {
	rules := Rules{
		{ID: "X001", Severity: Warning, Title: "first", Hint: "do this", Source: "https://example.org/spec"},
		{ID: "X002", Severity: Error, Title: "second"},
	}
	at := Position{File: "show.yaml", Line: 3}
	got := rules.Must("X001").At(at, "%d things", 2)
	want := Finding{Rule: "X001", Severity: Warning, Position: at, Message: "2 things", Hint: "do this", Source: "https://example.org/spec"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	edit := Edit{Start: 1, End: 2, Text: "x"}
	got = rules.Must("X002").At(at, "100%%").WithHint("see there").WithSeverity(Info).WithFix(edit)
	want = Finding{Rule: "X002", Severity: Info, Position: at, Message: "100%", Hint: "see there", Fixable: true, Fix: []Edit{edit}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = rules.Must("X001").At(at, "x").WithSuggestion(edit)
	if got.Fixable || len(got.Fix) != 1 {
		t.Errorf("a suggestion is %+v", got)
	}
	if rules.Find("X003") != nil {
		t.Error("found a rule that is not in the table")
	}
}

func TestSARIFDescribesRules(t *testing.T) {
	var out bytes.Buffer
	rules := Rules{{ID: "S001", Severity: Error, Title: "no show", Hint: "run init", Source: "https://example.org/spec"}}
	if err := WriteSARIF(&out, list(), rules); err != nil {
		t.Fatal(err)
	}
	help := "https://example.org/spec"
	if page := Reference("S001"); strings.HasPrefix(page, "https://") { // the module has a path on GitHub, as in a release
		help = page
	}
	for _, want := range []string{`"no show"`, `"run init. onair explain S001 says more, as does ` + Reference("S001") + `"`, `"helpUri": "` + help + `"`, `"level": "error"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %s in %s", want, out.String())
		}
	}
}

package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/internal/shorten"
)

// A document is a Report as JSON, without Markdown and without addresses of pages. The
// job that reads a pull request writes it for the job that may write comments. The pull
// request controls the first job, so ReadJSON trusts nothing in a document.
type document struct {
	Version  int               `json:"version"`
	Counts   documentCounts    `json:"counts"`
	Findings []documentFinding `json:"findings"`
	Files    []documentFile    `json:"files"`
}

// documentCounts are the totals of a report. They count everything, also what the
// shortened lists of a document leave out.
type documentCounts struct {
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Lines      int `json:"lines"`
	Older      int `json:"older"`
	Resolved   int `json:"resolved"`
	Unresolved int `json:"unresolved"`
	Files      int `json:"files"`
}

type documentFinding struct {
	Severity finding.Severity `json:"severity"`
	Rule     string           `json:"rule"`
	File     string           `json:"file"`
	Line     int              `json:"line"`
	Message  string           `json:"message"`
	Hint     string           `json:"hint,omitempty"`
}

type documentFile struct {
	Name       string            `json:"name"`
	New        bool              `json:"new,omitempty"`
	Resolved   int               `json:"resolved,omitempty"`
	Unresolved int               `json:"unresolved,omitempty"`
	Links      []string          `json:"links,omitempty"`
	Relabels   []documentRelabel `json:"relabels,omitempty"`
	Passages   []documentPassage `json:"passages,omitempty"`

	AllLinks    int `json:"all_links,omitempty"` // including links that are left out
	AllPassages int `json:"all_passages,omitempty"`
}

type documentRelabel struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Turns int    `json:"turns"`
}

type documentPassage struct {
	Line   int             `json:"line"`
	Time   *int64          `json:"time,omitempty"` // milliseconds
	Pieces []documentPiece `json:"pieces"`
}

type documentPiece struct {
	Text     string `json:"text,omitempty"`
	Deleted  bool   `json:"deleted,omitempty"`
	Inserted bool   `json:"inserted,omitempty"`
}

const (
	documentVersion = 1

	// MaxDocument is the largest document that ReadJSON reads, in bytes.
	MaxDocument = 1 << 20

	maxDocumentText   = 4 << 10 // bytes of each text in a document
	maxDocumentNumber = 1e9
	maxRelabels       = 20
	maxPieces         = 100
)

// WriteJSON writes the report for ReadJSON.
func (r *Report) WriteJSON(w io.Writer) error {
	d := document{Version: documentVersion, Counts: r.counts(), Findings: []documentFinding{}, Files: []documentFile{}}
	for _, f := range firstOf(r.Findings, maxFindings) {
		d.Findings = append(d.Findings, documentFinding{f.Severity, f.Rule, cut(f.File), f.Line, cut(f.Message), cut(f.Hint)})
	}
	for _, f := range firstOf(r.Files, maxFiles) {
		d.Files = append(d.Files, f.document())
	}
	data, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

func (f *file) document() documentFile {
	d := documentFile{Name: cut(f.Name), New: f.New, Resolved: f.Resolved, Unresolved: f.Remaining, AllLinks: len(f.Links), AllPassages: len(f.Passages)}
	for _, target := range firstOf(f.Links, maxLinks+1) {
		d.Links = append(d.Links, cut(target))
	}
	for _, r := range firstOf(f.Relabels, maxRelabels) {
		d.Relabels = append(d.Relabels, documentRelabel{cut(r.From), cut(r.To), r.Turns})
	}
	for _, p := range firstOf(f.Passages, maxPassages+1) {
		passage := documentPassage{Line: p.Line}
		if p.Timed {
			ms := p.Time.Milliseconds()
			passage.Time = &ms
		}
		for _, part := range firstOf(p.Pieces, maxPieces) {
			passage.Pieces = append(passage.Pieces, documentPiece{cut(limit(part.Text)), part.Deleted, part.Inserted})
		}
		d.Passages = append(d.Passages, passage)
	}
	return d
}

func firstOf[T any](list []T, n int) []T { return list[:min(n, len(list))] }

// cut shortens a text to at most maxDocumentText bytes.
func cut(s string) string { return shorten.Bytes(s, maxDocumentText) }

// ReadJSON reads a report that WriteJSON wrote. The data may come from an attacker:
// ReadJSON returns an error for unknown fields and for values outside the limits of
// WriteJSON. page returns the address of an episode's page, or "".
func ReadJSON(data []byte, page func(name string) string) (*Report, error) {
	if len(data) > MaxDocument {
		return nil, fmt.Errorf("the summary has more than %d bytes", MaxDocument)
	}
	if !utf8.Valid(data) {
		return nil, errors.New("the summary is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var d document
	if err := decoder.Decode(&d); err != nil {
		return nil, errors.New("the summary is not one of onair transcripts lint") // err may quote the summary
	}
	if _, err := decoder.Token(); err != io.EOF || d.Version != documentVersion {
		return nil, errors.New("the summary is not one of this version of onair")
	}
	if !d.valid() {
		return nil, errors.New("the summary has values that onair does not write")
	}
	r := &Report{Lines: d.Counts.Lines, Older: d.Counts.Older, from: &d.Counts}
	for _, f := range d.Findings {
		r.Findings = append(r.Findings, finding.Finding{Rule: f.Rule, Severity: f.Severity, Position: finding.Position{File: f.File, Line: f.Line}, Message: f.Message, Hint: f.Hint})
	}
	for i := range d.Files {
		r.Files = append(r.Files, d.Files[i].file(page))
	}
	return r, nil
}

func (d *documentFile) file(page func(string) string) *file {
	f := &file{Name: d.Name, New: d.New, Resolved: d.Resolved, Remaining: d.Unresolved, Links: d.Links, allLinks: d.AllLinks, allPassages: d.AllPassages}
	if page != nil {
		f.Page = page(d.Name)
	}
	for _, r := range d.Relabels {
		f.Relabels = append(f.Relabels, relabel{From: r.From, To: r.To, Turns: r.Turns})
	}
	for _, p := range d.Passages {
		passage := passage{Line: p.Line}
		if p.Time != nil {
			passage.Time, passage.Timed = time.Duration(*p.Time)*time.Millisecond, true
		}
		for _, part := range p.Pieces {
			passage.Pieces = append(passage.Pieces, piece(part))
		}
		f.Passages = append(f.Passages, passage)
	}
	return f
}

var ruleID = regexp.MustCompile(`^[A-Z][0-9]{3}$`)

// valid reports whether a document is within the limits of WriteJSON.
func (d *document) valid() bool {
	c := &d.Counts
	ok := len(d.Findings) <= maxFindings && len(d.Files) <= maxFiles &&
		validNumbers(c.Errors, c.Warnings, c.Infos, c.Lines, c.Older, c.Resolved, c.Unresolved, c.Files)
	for _, f := range d.Findings {
		ok = ok && ruleID.MatchString(f.Rule) && validNumbers(f.Line) && validTexts(f.File, f.Message, f.Hint)
	}
	for _, f := range d.Files {
		ok = ok && f.valid()
	}
	return ok
}

func (d *documentFile) valid() bool {
	ok := validTexts(d.Name) && validNumbers(d.Resolved, d.Unresolved, d.AllLinks, d.AllPassages) && len(d.Links) <= maxLinks+1 && validTexts(d.Links...) &&
		len(d.Relabels) <= maxRelabels && len(d.Passages) <= maxPassages+1
	for _, r := range d.Relabels {
		ok = ok && validTexts(r.From, r.To) && validNumbers(r.Turns)
	}
	for _, p := range d.Passages {
		ok = ok && validNumbers(p.Line) && len(p.Pieces) <= maxPieces && (p.Time == nil || *p.Time >= 0 && *p.Time <= maxDocumentNumber)
		for _, part := range p.Pieces {
			ok = ok && validTexts(part.Text) && !(part.Deleted && part.Inserted)
		}
	}
	return ok
}

func validNumbers(numbers ...int) bool {
	for _, n := range numbers {
		if n < 0 || n > maxDocumentNumber {
			return false
		}
	}
	return true
}

func validTexts(texts ...string) bool {
	for _, s := range texts {
		if len(s) > maxDocumentText {
			return false
		}
	}
	return true
}

// counts returns the numbers of the report. For a report that was read from a document,
// it returns the numbers in the document.
func (r *Report) counts() documentCounts {
	if r.from != nil {
		return *r.from
	}
	resolved, unresolved := r.unclear()
	return documentCounts{
		Errors: r.Findings.Count(finding.Error), Warnings: r.Findings.Count(finding.Warning), Infos: r.Findings.Count(finding.Info),
		Lines: r.Lines, Older: r.Older, Resolved: resolved, Unresolved: unresolved, Files: len(r.Files),
	}
}

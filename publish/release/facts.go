package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"onair/internal/crc32c"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/transcripts"
)

// sums are what is remembered of the bytes of an object.
type sums struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
	CRC32C uint32 `json:"crc32c"`
}

// sumsOf returns the sums of bytes.
func sumsOf(data []byte) sums {
	sum := sha256.Sum256(data)
	return sums{int64(len(data)), hex.EncodeToString(sum[:]), crc32c.Checksum(data)}
}

// sums returns the sums of an object.
func (o *Object) sums() sums { return sums{o.Size, o.SHA256, o.CRC32C} }

// object returns an object with the sums, which has no key yet. from writes its
// bytes.
func (b *builder) object(role Role, s sums, from source) *Object {
	return &Object{
		Role:   role,
		SHA256: s.SHA256,
		Object: bucket.Object{Size: s.Size, CRC32C: s.CRC32C, Body: b.rendered.body(s, from)},
	}
}

// rendered keeps bytes that were rendered for their sums and may be sent soon, so that
// they are not rendered again. It keeps those of a few episodes: those of a whole
// catalogue do not fit into memory.
type rendered struct {
	mu   sync.Mutex
	data map[string][]byte // by SHA-256
	size int
}

// maxRendered is how many bytes are kept.
const maxRendered = 8 << 20

// keep keeps bytes if there is space for them.
func (r *rendered) keep(s sums, data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.data[s.SHA256]; known || r.size+len(data) > maxRendered {
		return
	}
	if r.data == nil {
		r.data = map[string][]byte{}
	}
	r.data[s.SHA256] = bytes.Clone(data)
	r.size += len(data)
}

// body returns a reader of the bytes with the sums, which a source writes unless they
// are kept.
func (r *rendered) body(s sums, from source) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r.mu.Lock()
		data, kept := r.data[s.SHA256]
		r.mu.Unlock()
		if kept {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		return body(from, int(s.Size))()
	}
}

// knownFinding is a finding about a transcript as it is remembered: without what it
// has from its rule.
type knownFinding struct {
	Rule    string         `json:"rule,omitempty"`
	Line    int            `json:"line,omitempty"`
	Column  int            `json:"column,omitempty"`
	Message string         `json:"message,omitempty"`
	Fixable bool           `json:"fixable,omitempty"`
	Fix     []finding.Edit `json:"fix,omitempty"`
	Whole   *wholeFinding  `json:"whole,omitempty"` // instead, if the finding differs from its rule
}

// wholeFinding is a finding with all of its fields in JSON.
type wholeFinding finding.Finding

var textRules = transcripts.Rules()

// errNotText reports that findings quote bytes that JSON cannot hold.
var errNotText = errors.New("not UTF-8")

// newKnownFindings returns findings as they are remembered. The error says that they
// must not be remembered.
func newKnownFindings(found finding.List) (known []knownFinding, err error) {
	for _, f := range found {
		if !utf8.ValidString(f.Message) || !utf8.ValidString(f.Hint) || !utf8.ValidString(f.File) {
			err = errNotText
		}
		for _, edit := range f.Fix {
			if !utf8.ValidString(edit.Text) {
				err = errNotText
			}
		}
		k := knownFinding{Rule: f.Rule, Line: f.Line, Column: f.Column, Message: f.Message, Fixable: f.Fixable, Fix: f.Fix}
		if rule := textRules.Find(f.Rule); rule == nil || f.Severity != rule.Severity || f.Hint != rule.Hint || f.Source != rule.Source {
			whole := wholeFinding(f)
			k = knownFinding{Whole: &whole}
		}
		known = append(known, k)
	}
	return known, err
}

// finding returns what was remembered of a finding about a file.
func (k *knownFinding) finding(file string) finding.Finding {
	if k.Whole != nil {
		return finding.Finding(*k.Whole)
	}
	f := finding.Finding{Rule: k.Rule, Position: finding.Position{File: file, Line: k.Line, Column: k.Column}, Message: k.Message, Fixable: k.Fixable, Fix: k.Fix}
	if rule := textRules.Find(k.Rule); rule != nil {
		f.Severity, f.Hint, f.Source = rule.Severity, rule.Hint, rule.Source
	}
	return f
}

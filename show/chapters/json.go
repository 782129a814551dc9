package chapters

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

// A jsonChapter is a chapter of Podcasting 2.0's JSON chapters, version 1.2.0.
type jsonChapter struct {
	StartTime *json.Number `json:"startTime"`
	EndTime   json.Number  `json:"endTime"`
	Title     string       `json:"title"`
	Image     string       `json:"img"`
	URL       string       `json:"url"`
	TOC       *bool        `json:"toc"`
}

// readJSON reads the JSON chapters of Podcasting 2.0. It ignores locations and the fields
// about the episode.
func (r *reader) readJSON() {
	if err := json.Unmarshal([]byte(r.text), new(json.RawMessage)); err != nil {
		at := finding.Position{File: r.file}
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = r.position(int(max(syntax.Offset-1, 0)))
		}
		r.reportf(ruleChapterFile, at, "", "read JSON: %v", err)
		return
	}
	// The document is well-formed JSON, so decoding its tokens cannot fail.
	d := json.NewDecoder(strings.NewReader(r.text))
	seen := false
	_, _ = d.Token() // the opening brace
	for d.More() {
		if key, _ := d.Token(); key == "chapters" && !seen {
			seen = true
			r.readArray(d)
		} else {
			_ = d.Decode(new(json.RawMessage))
		}
	}
	if !seen {
		r.reportf(ruleChapterFile, r.position(0), "", "the JSON has no list of chapters")
	}
}

// readArray reads the list of chapters, which is the next value of d.
func (r *reader) readArray(d *json.Decoder) {
	var list []json.RawMessage
	offset := int(d.InputOffset())
	if err := d.Decode(&list); err != nil {
		r.reportf(ruleType, r.position(offset), "", "chapters is not a list")
		return
	}
	for _, item := range list {
		offset += strings.Index(r.text[offset:], string(item))
		at := r.position(offset)
		offset += len(item)
		var c jsonChapter
		var wrong *json.UnmarshalTypeError
		if err := json.Unmarshal(item, &c); errors.As(err, &wrong) && wrong.Field != "" {
			r.reportf(ruleType, at, "", "%s is a JSON %s", wrong.Field, wrong.Value)
		} else if err != nil {
			r.reportf(ruleType, at, `write {"startTime": 12, "title": "…"}`, "%s is not a chapter", source.ShortQuote(string(item)))
		} else {
			r.addJSON(c, at)
		}
	}
}

func (r *reader) addJSON(c jsonChapter, at finding.Position) {
	if c.StartTime == nil {
		r.reportf(ruleRequired, at, `add "startTime": 12`, "a chapter without a startTime")
		return
	}
	start, err := jsonSeconds(*c.StartTime)
	var end time.Duration
	if err == nil && c.EndTime != "" {
		end, err = jsonSeconds(c.EndTime)
	}
	if err != nil {
		r.reportf(ruleTime, at, "write seconds, such as 12.5", "%v", err)
		return
	}
	r.add(Chapter{Start: start, End: end, Title: c.Title, URL: c.URL, Image: c.Image, Hidden: c.TOC != nil && !*c.TOC}, at)
}

// jsonSeconds parses a number of seconds. It rounds a number with many digits to
// microseconds, because programs write numbers such as 94.00000000000001.
func jsonSeconds(n json.Number) (time.Duration, error) {
	if d, ok := source.ParseSeconds(n.String()); ok {
		return d, nil
	}
	f, err := n.Float64()
	if err != nil || math.IsNaN(f) || f < 0 || f >= 1e8 {
		return 0, fmt.Errorf("%s is not a valid time", source.ShortQuote(n.String()))
	}
	return time.Duration(math.Round(f*1e6)) * time.Microsecond, nil
}

// FormatJSON writes chapters, including hidden ones, as JSON chapters of Podcasting 2.0.
// The names of images stay unchanged.
func FormatJSON(chapters []Chapter) []byte {
	type chapter struct {
		StartTime json.Number `json:"startTime"`
		EndTime   json.Number `json:"endTime,omitempty"`
		Title     string      `json:"title,omitempty"`
		Image     string      `json:"img,omitempty"`
		URL       string      `json:"url,omitempty"`
		TOC       *bool       `json:"toc,omitempty"` // false, or nil for true
	}
	file := struct {
		Version  string    `json:"version"`
		Chapters []chapter `json:"chapters"`
	}{"1.2.0", make([]chapter, len(chapters))}
	for i, c := range chapters {
		written := chapter{StartTime: json.Number(source.FormatSeconds(c.Start)), Title: source.OneLine(c.Title), Image: c.Image, URL: c.URL}
		if c.End != 0 {
			written.EndTime = json.Number(source.FormatSeconds(c.End))
		}
		if c.Hidden {
			written.TOC = new(bool)
		}
		file.Chapters[i] = written
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the JSON is never part of an HTML page
	enc.SetIndent("", "  ")
	_ = enc.Encode(file) // strings and numbers can always be encoded
	return b.Bytes()
}

// FormatFile returns the name and the content of a file of chapters in the folder of an
// episode: chapters.txt, or chapters.json if the lines of chapters.txt cannot hold
// everything.
func FormatFile(chapters []Chapter) (name string, data []byte) {
	for _, c := range chapters {
		if c.Hidden || c.End != 0 || c.Image != "" || c.Title == "" {
			return "chapters.json", FormatJSON(chapters)
		}
	}
	return "chapters.txt", Format(chapters)
}

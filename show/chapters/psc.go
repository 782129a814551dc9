package chapters

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

// pscSpace is the namespace of Podlove Simple Chapters.
const pscSpace = "http://podlove.org/simple-chapters"

// readPSC reads Podlove Simple Chapters, version 1.2, alone or inside the item
// of a feed. Times are Normal Play Time: seconds, or 1:02:03.5.
func (r *reader) readPSC() {
	d := xml.NewDecoder(strings.NewReader(r.text))
	lists := 0
	for {
		line, column := d.InputPos()
		at := finding.Position{File: r.file, Line: line, Column: column}
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			line, column := d.InputPos()
			r.reportf(ruleChapterFile, finding.Position{File: r.file, Line: line, Column: column}, "", "read XML: %v", xmlMessage(err))
			return
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Space != pscSpace && start.Name.Space != "psc" && start.Name.Space != "" {
			continue
		}
		switch start.Name.Local {
		case "chapters":
			if lists++; lists > 1 {
				r.reportf(ruleChapterFile, at, "keep the list of one episode", "a second list of chapters")
				return
			}
		case "chapter":
			r.addPSC(start, at)
		}
	}
	if lists == 0 {
		r.reportf(ruleChapterFile, finding.Position{File: r.file, Line: 1, Column: 1}, "", "the XML has no psc:chapters")
	}
}

func (r *reader) addPSC(element xml.StartElement, at finding.Position) {
	var c Chapter
	clock := ""
	for _, a := range element.Attr {
		switch a.Name.Local {
		case "start":
			clock = strings.TrimSpace(a.Value)
		case "title":
			c.Title = a.Value
		case "href":
			c.URL = a.Value
		case "image":
			c.Image = a.Value
		}
	}
	var ok bool
	if c.Start, ok = source.ParseClock(clock); !ok {
		r.reportf(ruleTime, at, "write start=\"00:00:12.500\"", "start is %s", source.ShortQuote(clock))
		return
	}
	r.add(c, at)
}

// xmlMessage returns the message of an error of package xml without the line, because the
// finding has the line.
func xmlMessage(err error) string {
	if syntax := (*xml.SyntaxError)(nil); errors.As(err, &syntax) {
		return strings.TrimRight(syntax.Msg, ":. ") // the message may end with a name that consists of dots
	}
	return err.Error()
}

// WritePSC writes chapters as Podlove Simple Chapters, version 1.2. It leaves out ends
// and hidden chapters, because the format cannot hold them.
func WritePSC(w io.Writer, chapters []Chapter) error {
	type chapter struct {
		Start string `xml:"start,attr"`
		Title string `xml:"title,attr"`
		URL   string `xml:"href,attr,omitempty"`
		Image string `xml:"image,attr,omitempty"`
	}
	document := struct {
		XMLName  xml.Name  `xml:"psc:chapters"`
		Space    string    `xml:"xmlns:psc,attr"`
		Version  string    `xml:"version,attr"`
		Chapters []chapter `xml:"psc:chapter"`
	}{Space: pscSpace, Version: "1.2"}
	for _, c := range chapters {
		if !c.Hidden {
			document.Chapters = append(document.Chapters, chapter{playTime(c.Start), source.OneLine(c.Title), c.URL, c.Image})
		}
	}
	out, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("write chapters: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}

// playTime formats a time as Normal Play Time, to the millisecond: 01:02:03.250.
func playTime(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second, d%time.Second/time.Millisecond)
}

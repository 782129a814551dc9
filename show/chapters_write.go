package show

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"time"
)

// FormatChapters writes chapters as chapters.txt: a line each with start, title
// and URL. The lines have no place for ends, images and hidden chapters, which
// are left out.
func FormatChapters(chapters []Chapter) []byte {
	var b bytes.Buffer
	for _, c := range chapters {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&b, "%s %s", FormatTimestamp(c.Start), oneLine(c.Title))
		if c.URL != "" {
			fmt.Fprintf(&b, " <%s>", c.URL)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// WritePSC writes chapters as Podlove Simple Chapters, version 1.2. Ends and
// hidden chapters are left out: the format does not have them.
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
			document.Chapters = append(document.Chapters, chapter{playTime(c.Start), oneLine(c.Title), c.URL, c.Image})
		}
	}
	out, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("write chapters: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}

// playTime is Normal Play Time to the millisecond: 01:02:03.250.
func playTime(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second, d%time.Second/time.Millisecond)
}

// What YouTube asks of the chapters in a description: one at 0:00, three at
// least, ten seconds each.
const (
	youTubeChapters = 3
	youTubeShortest = 10 * time.Second
)

// FormatYouTube writes chapters for the description of a video, in whole
// seconds, and says why YouTube would ignore all of them, if it would. A
// duration of zero is one that is not known.
func FormatYouTube(chapters []Chapter, duration time.Duration) (text []byte, problems []string) {
	var b bytes.Buffer
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	listed := slices.DeleteFunc(slices.Clone(chapters), func(c Chapter) bool { return c.Hidden })
	for i := range listed { // what YouTube reads: the lines
		listed[i].Start, listed[i].End = listed[i].Start.Truncate(time.Second), 0
	}
	for i, c := range Timed(listed, duration) {
		if i == 0 && c.Start != 0 {
			problem("the first chapter starts at %s, not at 0:00", FormatTimestamp(c.Start))
		}
		if last := i+1 == len(listed); c.End-c.Start < youTubeShortest && (!last || duration > 0) {
			problem("the chapter at %s is shorter than ten seconds", FormatTimestamp(c.Start))
		}
		fmt.Fprintf(&b, "%s %s\n", FormatTimestamp(c.Start), oneLine(c.Title))
	}
	if n := len(listed); n < youTubeChapters {
		problem("%d of at least three chapters", n)
	}
	return b.Bytes(), problems
}

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"onair/internal/plural"
	"onair/publish"
)

// meter shows how a publish gets on: a bar that moves on a terminal, a line for
// every finished step elsewhere.
type meter struct {
	w     io.Writer
	ui    *ui
	live  bool // w is a terminal
	quiet bool

	last    publish.Progress
	started time.Time
	drawn   time.Time
}

const (
	barWidth = 20
	redraw   = 100 * time.Millisecond
)

// Update is the publish.ApplyOptions.Progress of a meter.
func (m *meter) Update(p publish.Progress) {
	if m.quiet {
		return
	}
	if p.Step != m.last.Step {
		m.Done()
		m.started, m.drawn = time.Now(), time.Time{}
	}
	m.last = p
	if !m.live || time.Since(m.drawn) < redraw {
		return
	}
	m.drawn = time.Now()
	text := p.Note
	if text == "" {
		text = bar(p) + " " + m.rate()
	}
	fmt.Fprintf(m.w, "\r\x1b[K%-9s %s", p.Step, text)
}

// Done ends the line of the step that was under way.
func (m *meter) Done() {
	p := m.last
	m.last = publish.Progress{}
	if p.Step == "" || m.quiet {
		return
	}
	if m.live {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
	fmt.Fprintf(m.w, "%-9s %s\n", p.Step, outcome(p))
}

// outcome is what there is to say about a step that has ended.
func outcome(p publish.Progress) string {
	switch {
	case p.Objects < p.AllObjects:
		return fmt.Sprintf("stopped after %d of %s, %s", p.Objects, plural.Count(p.AllObjects, "object"), bytesText(p.Bytes))
	case p.Note != "":
		return p.Note
	}
	text := plural.Count(p.Objects, "object") + ", " + bytesText(p.Bytes)
	if p.Joined > 0 {
		text += fmt.Sprintf(", %d joined in the bucket", p.Joined)
	}
	return text
}

// bar is the share of the step that is done.
func bar(p publish.Progress) string {
	if p.AllBytes > 0 {
		return share(p.Bytes, p.AllBytes)
	}
	return share(int64(p.Objects), int64(p.AllObjects))
}

// share draws how much of something is done.
func share(done, all int64) string {
	full := 0
	if all > 0 {
		full = int(min(barWidth, barWidth*done/all))
	}
	return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
}

// rate is how fast the step goes, and how long it will still take.
func (m *meter) rate() string {
	p := m.last
	text := fmt.Sprintf("%s of %s", bytesText(p.Bytes), bytesText(p.AllBytes))
	seconds := time.Since(m.started).Seconds()
	if seconds < 1 || p.Bytes <= 0 {
		return text
	}
	rate := float64(p.Bytes) / seconds
	left := time.Duration(float64(p.AllBytes-p.Bytes) / rate * float64(time.Second))
	return fmt.Sprintf("%s  %s/s  %s left", text, bytesText(int64(rate)), durationText(left))
}

// measuring shows, on a terminal, how many episodes have been measured; done
// clears the line.
func (g *global) measuring() (progress func(done, all int), done func()) {
	if g.quiet || g.json || !g.animated() {
		return nil, func() {}
	}
	var drawn time.Time
	progress = func(done, all int) {
		if time.Since(drawn) >= redraw {
			drawn = time.Now()
			fmt.Fprintf(g.stderr, "\r\x1b[Kcheck     %d of %s", done, plural.Count(all, "episode"))
		}
	}
	return progress, func() { fmt.Fprint(g.stderr, "\r\x1b[K") }
}

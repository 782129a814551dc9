package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"onair/internal/plural"
	"onair/publish"
)

// meter shows the progress of a publish: on a terminal a bar for the current step,
// and a line for every finished step.
type meter struct {
	w     io.Writer
	ui    *ui
	bar   bool // w is a terminal on which a line can be redrawn
	quiet bool

	last    publish.Progress
	started time.Time
	drawn   time.Time
}

const (
	barWidth = 20
	redraw   = 100 * time.Millisecond
)

// Update shows progress. It is called by publish.Apply.
func (m *meter) Update(p publish.Progress) {
	if m.quiet {
		return
	}
	if p.Step != m.last.Step {
		m.Done()
		m.started, m.drawn = time.Now(), time.Time{}
	}
	m.last = p
	if !m.bar || time.Since(m.drawn) < redraw {
		return
	}
	m.drawn = time.Now()
	text := p.Note
	if text == "" {
		text = bar(p) + " " + m.rate()
	}
	fmt.Fprintf(m.w, "\r\x1b[K%-9s %s", p.Step, text)
}

// Done prints the line of the current step.
func (m *meter) Done() {
	p := m.last
	m.last = publish.Progress{}
	if p.Step == "" || m.quiet {
		return
	}
	if m.bar {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
	fmt.Fprintf(m.w, "%-9s %s\n", p.Step, outcome(p))
}

// outcome describes a step that has ended.
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

// bar draws how much of the step is done.
func bar(p publish.Progress) string {
	if p.AllBytes > 0 {
		return share(p.Bytes, p.AllBytes)
	}
	return share(int64(p.Objects), int64(p.AllObjects))
}

// share draws a bar of which the share done/all is filled.
func share(done, all int64) string {
	full := 0
	if all > 0 {
		full = int(min(barWidth, barWidth*done/all))
	}
	return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
}

// rate describes the bytes sent, their rate and the remaining time.
func (m *meter) rate() string {
	p := m.last
	text := fmt.Sprintf("%s of %s", bytesText(p.Bytes), bytesText(p.AllBytes))
	seconds := time.Since(m.started).Seconds()
	if seconds < 1 || p.Bytes <= 0 {
		return text
	}
	rate := float64(p.Bytes) / seconds
	remaining := time.Duration(float64(p.AllBytes-p.Bytes) / rate * float64(time.Second))
	return fmt.Sprintf("%s  %s/s  %s left", text, bytesText(int64(rate)), durationText(remaining))
}

// showChecking returns a function that shows on a terminal how many episodes have been
// checked, and one that clears the line. progress is nil if nothing is to be shown.
func showChecking(a *app) (progress func(done, all int), done func()) {
	if a.quiet || a.json || !a.animated() {
		return nil, func() {}
	}
	var drawn time.Time
	progress = func(done, all int) {
		if time.Since(drawn) >= redraw {
			drawn = time.Now()
			fmt.Fprintf(a.stderr, "\r\x1b[Kcheck     %d of %s", done, plural.Count(all, "episode"))
		}
	}
	return progress, func() { fmt.Fprint(a.stderr, "\r\x1b[K") }
}

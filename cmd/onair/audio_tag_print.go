package main

import (
	"fmt"
	"slices"
	"strings"

	"onair/audio"
)

// flagOf maps frame IDs to the flags that remove their content.
var flagOf = map[string]string{
	"TIT2": "title", "TPE1": "artist", "TALB": "album", "TRCK": "track", "TPOS": "season", "TYER": "date", "TDRC": "date",
	"TCON": "genre", "TLAN": "language", "TCOP": "copyright", "TPUB": "publisher", "CHAP": "chapters", "CTOC": "chapters", "APIC": "cover", "COMM": "comment",
}

// printNotDropped prints the frames of --drop-frames that were not removed, and why.
func printNotDropped(a *app, asked, dropped []string) {
	for _, id := range asked {
		if id == audio.DropAll || slices.Contains(dropped, id) {
			continue
		}
		why := "the file has none"
		if flag := flagOf[id]; flag == "chapters" || flag == "cover" {
			why = "--" + flag + " none removes it"
		} else if flag != "" {
			why = "--" + flag + " '' removes it"
		}
		fmt.Fprintf(a.stderr, "not dropped: %s (%s)\n", id, why)
	}
}

// taggedDocument is what audio tag --json writes.
type taggedDocument struct {
	SchemaVersion int      `json:"schema_version"`
	File          string   `json:"file"`
	Written       bool     `json:"written"`
	Changed       []string `json:"changed"`
	Duration      float64  `json:"duration_seconds"`
	TagBytes      int64    `json:"tag_bytes"`
	PayloadBytes  int64    `json:"payload_bytes"`
	Chapters      int      `json:"chapters"`
	KeptFrames    []string `json:"kept_frames"`
	DroppedFrames []string `json:"dropped_frames"`
	LeftOut       []string `json:"left_out"`
}

func taggedJSON(name string, t *audio.Tagging) taggedDocument {
	list := func(s []string) []string { return append([]string{}, s...) }
	return taggedDocument{
		SchemaVersion: schemaVersion, File: name, Written: t.Written, Changed: list(t.Fields),
		Duration: t.Info.Duration.Seconds(), TagBytes: t.TagBytes, PayloadBytes: t.Info.PayloadBytes(), Chapters: len(t.Tag.Chapters),
		KeptFrames: list(t.Kept), DroppedFrames: list(t.Dropped), LeftOut: list(t.LeftOut),
	}
}

func printTagged(a *app, name string, t *audio.Tagging) {
	what := "unchanged"
	switch {
	case !t.Written:
		what = "nothing to do, nothing written"
	case len(t.Fields) > 0:
		what = changes(t)
	}
	fmt.Fprintf(a.stdout, "%s: %s; ID3v2.3 tag of %s, audio of %s\n", clean(name), what, bytesText(t.TagBytes), bytesText(t.Info.PayloadBytes()))
	if a.quiet {
		return
	}
	for _, l := range []struct {
		what  string
		names []string
	}{{"kept", t.Kept}, {"dropped", t.Dropped}, {"left out", t.LeftOut}} {
		if len(l.names) > 0 {
			fmt.Fprintf(a.stderr, "%s: %s\n", l.what, clean(countNames(l.names)))
		}
	}
}

// changes describes which fields are new and which are removed.
func changes(t *audio.Tagging) string {
	fresh := slices.DeleteFunc(slices.Clone(t.Fields), func(f string) bool { return slices.Contains(t.Removed, f) })
	var parts []string
	if len(fresh) > 0 {
		parts = append(parts, "new "+strings.Join(fresh, ", "))
	}
	if len(t.Removed) > 0 {
		parts = append(parts, "no "+strings.Join(t.Removed, ", "))
	}
	return strings.Join(parts, "; ")
}

// countNames lists names without repetitions, each with its count if it occurs
// more than once.
func countNames(names []string) string {
	times := map[string]int{}
	var once []string
	for _, name := range names {
		if times[name]++; times[name] == 1 {
			once = append(once, name)
		}
	}
	for i, name := range once {
		if n := times[name]; n > 1 {
			once[i] = fmt.Sprintf("%s (%d)", name, n)
		}
	}
	return strings.Join(once, ", ")
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"onair/audio"
)

// flagOf names the flags that take away what is in frames of these ids.
var flagOf = map[string]string{
	"TIT2": "title", "TPE1": "artist", "TALB": "album", "TRCK": "track", "TPOS": "season", "TYER": "date", "TDRC": "date",
	"TCON": "genre", "TLAN": "language", "TCOP": "copyright", "TPUB": "publisher", "CHAP": "chapters", "CTOC": "chapters", "APIC": "cover", "COMM": "comment",
}

// printNotDropped says which frames were to be left out and are not gone for it.
func (g *global) printNotDropped(asked, dropped []string) {
	for _, id := range asked {
		if id == audio.DropAll || slices.Contains(dropped, id) {
			continue
		}
		why := "the file has none"
		if flag := flagOf[id]; flag == "chapters" || flag == "cover" {
			why = "--" + flag + " none takes it away"
		} else if flag != "" {
			why = "--" + flag + " '' takes it away"
		}
		fmt.Fprintf(g.stderr, "not dropped: %s (%s)\n", id, why)
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

func (g *global) printTagged(name string, t *audio.Tagging) {
	what := "as it was"
	switch {
	case !t.Written:
		what = "nothing to do, nothing written"
	case len(t.Fields) > 0:
		what = changes(t)
	}
	fmt.Fprintf(g.stdout, "%s: %s; ID3v2.3 tag of %s, audio of %s\n", clean(name), what, bytesText(t.TagBytes), bytesText(t.Info.PayloadBytes()))
	if g.quiet {
		return
	}
	for _, l := range []struct {
		what  string
		names []string
	}{{"kept", t.Kept}, {"dropped", t.Dropped}, {"left out", t.LeftOut}} {
		if len(l.names) > 0 {
			fmt.Fprintf(g.stderr, "%s: %s\n", l.what, clean(counted(l.names)))
		}
	}
}

// changes says which fields are new and which are gone.
func changes(t *audio.Tagging) string {
	fresh := slices.DeleteFunc(slices.Clone(t.Fields), func(f string) bool { return slices.Contains(t.Removed, f) })
	var said []string
	if len(fresh) > 0 {
		said = append(said, "new "+strings.Join(fresh, ", "))
	}
	if len(t.Removed) > 0 {
		said = append(said, "no "+strings.Join(t.Removed, ", "))
	}
	return strings.Join(said, "; ")
}

// counted lists names, each once and with how often it is there.
func counted(names []string) string {
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

package transcripts

import (
	"maps"
	"slices"
	"testing"
)

func TestFormatCorpus(t *testing.T) {
	files := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := files[name]
		t.Run(name, func(t *testing.T) {
			opts := &Options{Fraction: Frames30, File: name}
			out := Format(src, opts)
			if again := Format(out, opts); string(again) != string(out) {
				t.Error("formatting again changes the file")
			}
			before, after := draft(src, opts), draft(out, opts)
			if !sameReading(before.t, after.t) {
				t.Error("formatting changed what is read")
			}
			for _, e := range after.edits {
				if formatted[e.rule] {
					t.Errorf("left to do: %s %q by %q at %d", e.rule, out[e.from:e.to], e.text, e.from)
				}
			}
		})
	}
}

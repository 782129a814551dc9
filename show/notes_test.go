package show

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

func TestCheckMarkdown(t *testing.T) {
	t.Parallel()
	notes := "Ünder <u>it</u>, <u>twice</u>\n\n- <b class=x>kept</b>\n\n<script>\nalert(1)\n</script>\n\n<!-- not shown --> a <kbd>b</kbd>"
	var found finding.List
	checkMarkdown(notes, placeIn(notes, "episode.md", 7), &found)
	var got []string
	for _, f := range found {
		got = append(got, f.Severity.String()+" "+f.Rule+" "+f.Position.String()+" "+f.Message)
	}
	want := []string{
		"warning S058 episode.md:7:8 <u> is shown as text (2 times)",
		"info S058 episode.md:9:3 <b> loses class",
		"warning S058 episode.md:11:1 <script> is shown as text",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckMarkdownTooComplex(t *testing.T) {
	t.Parallel()
	notes := "Two lines\nof text.\n\n" + strings.Repeat("> ", 200) + "deep\n"
	var found finding.List
	checkMarkdown(notes, placeIn(notes, "episode.md", 7), &found)
	if len(found) != 1 || found[0].Rule != "S064" || found[0].Position.Line != 10 {
		t.Errorf("got %v, want one finding S064 on line 10", found)
	}
}

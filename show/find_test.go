package show

import (
	"path/filepath"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &Show{Folder: Folder{Dir: dir}, Episodes: []*Episode{
		{Slug: "10-ten", Dir: "episodes/10-ten", GUID: "e", Type: Full, Number: 10},
		{Slug: "3-three", Dir: "episodes/3-three", GUID: "c", Type: Full, Number: 3},
		{Slug: "2-again", Dir: "episodes/2-again", GUID: "b2", Type: Full, Number: 2},
		{Slug: "2-two", Dir: "episodes/2-two", GUID: "b", Type: Full, Number: 2},
		{Slug: "3", Dir: "episodes/3", GUID: "a", Type: Full, Number: 1},
		{Slug: "extra", Dir: "episodes/2027-extra", GUID: "d", Type: Bonus, Number: 7},
	}}
	for name, want := range map[string]string{
		"2-two": "b", "c": "c", "1": "a", "3": "a", "10": "e", "#10": "e", "010": "e",
		"episodes/3-three": "c", "episodes/3-three/": "c", "./episodes/3-three/transcript.md": "c",
		"episodes/2027-extra/audio.mp3": "d", filepath.Join(dir, "episodes", "2-two"): "b",
	} {
		if e, err := s.Find(name); err != nil || e.GUID != want {
			t.Errorf("Find(%q) = %v, %v; want %q", name, e, err, want)
		}
	}
	for name, want := range map[string]string{
		"2":           "several episodes have the number 2: 2-again, 2-two",
		"7":           `there is no episode "7"`,
		"0":           `there is no episode "0"`,
		"":            `there is no episode ""`,
		"episodes":    `there is no episode "episodes"`,
		"..":          `there is no episode ".."`,
		"nobody":      `there is no episode "nobody"`,
		"3-thre":      `there is no episode "3-thre"; did you mean "3-three"?`,
		"episodes/9x": `there is no episode "episodes/9x"`,
	} {
		if e, err := s.Find(name); err == nil || err.Error() != want {
			t.Errorf("Find(%q) = %v, %v; want %s", name, e, err, want)
		}
	}
}

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
	const latest = `; the latest is "10-ten", and onair status lists all`
	for name, want := range map[string]string{
		"2":           "several episodes have the number 2: 2-again, 2-two",
		"7":           `there is no episode "7"` + latest,
		"0":           `there is no episode "0"` + latest,
		"":            `there is no episode ""` + latest,
		"episodes":    `there is no episode "episodes"` + latest,
		"..":          `there is no episode ".."` + latest,
		"nobody":      `there is no episode "nobody"` + latest,
		"3-thre":      `there is no episode "3-thre"; did you mean "3-three"?`,
		"4-thre":      `there is no episode "4-thre"; did you mean "3-three"?`,
		"three":       `there is no episode "three"; did you mean "3-three"?`,
		"aga":         `there is no episode "aga"; did you mean "2-again"?`,
		"e/3-tree/":   `there is no episode "e/3-tree/"; did you mean "3-three"?`,
		"episodes/9x": `there is no episode "episodes/9x"` + latest,
	} {
		if e, err := s.Find(name); err == nil || err.Error() != want {
			t.Errorf("Find(%q) = %v, %v; want %s", name, e, err, want)
		}
	}
	if _, err := new(Show).Find("x"); err == nil || err.Error() != `there is no episode "x"; the show has none` {
		t.Error(err)
	}
}

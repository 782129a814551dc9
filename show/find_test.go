package show

import "testing"

func TestFindEpisodeBySlugGUIDOrNumber(t *testing.T) {
	t.Parallel()
	s := &Show{Episodes: []*Episode{
		{Slug: "3-three", GUID: "c", Type: Full, Number: 3},
		{Slug: "2-again", GUID: "b2", Type: Full, Number: 2},
		{Slug: "2-two", GUID: "b", Type: Full, Number: 2},
		{Slug: "3", GUID: "a", Type: Full, Number: 1},
		{Slug: "extra", GUID: "d", Type: Bonus, Number: 7},
	}}
	for name, want := range map[string]string{
		"2-two": "b", "c": "c", "1": "a", "3": "a",
		"2": "", "7": "", "0": "", "nobody": "",
	} {
		got := ""
		if e := s.Find(name); e != nil {
			got = e.GUID
		}
		if got != want {
			t.Errorf("Find(%q) is %q, want %q", name, got, want)
		}
	}
}

package fromtags

import (
	"testing"
	"time"

	"onair/audio"
	"onair/show"
)

func TestFacts(t *testing.T) {
	t.Parallel()
	p := &planner{
		show: &show.Show{Timezone: time.UTC}, slugs: map[string]bool{"1-hello": true},
		guids: map[string]bool{"taken": true}, numbers: map[[2]int]bool{{0, 1}: true, {2, 7}: true},
	}
	tests := []struct {
		name, file   string
		tag          audio.Tag
		title, slug  string
		guid         string
		season, next int
		lacks        int
	}{
		{"everything", "x.mp3", audio.Tag{Title: "Hi\nthere", Track: 3, Season: 2, GUID: "old", Date: time.Date(2019, 5, 4, 0, 0, 0, 0, time.UTC)}, "Hi there", "3-hi-there", "old", 2, 3, 0},
		{"nothing", "a/my_old-tape.mp3", audio.Tag{}, "my old-tape", "8-my-old-tape", "", 2, 8, 3},
		{"number and slug taken", "x.mp3", audio.Tag{Title: "Hello", Track: 1, GUID: "taken"}, "Hello", "2-hello", "", 0, 2, 1},
		{"only dashes", "one-two.mp3", audio.Tag{Track: 20}, "one two", "20-one-two", "", 0, 20, 2},
	}
	for _, tt := range tests {
		e := &Episode{}
		p.facts(e, &tt.tag, tt.file)
		p.number(e)
		p.name(e)
		o := e.Options
		if o.Title != tt.title || o.Slug != tt.slug || o.GUID != tt.guid || o.Season != tt.season || o.Number != tt.next || len(e.Lacks) != tt.lacks {
			t.Errorf("%s: %+v, lacks %v", tt.name, o, e.Lacks)
		}
	}
}

func TestSeparate(t *testing.T) {
	t.Parallel()
	day := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
	list := []*Episode{{}, {}, {}}
	for i, e := range list {
		e.Options.Date = day
		if i > 0 {
			separate(list[i-1], e)
		}
	}
	if got := list[2].Options.Date; !got.Equal(day.Add(2 * time.Minute)) {
		t.Errorf("third date is %v", got)
	}
}

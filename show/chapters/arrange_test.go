package chapters

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestArrange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		list     []Chapter // times in seconds
		want     string
		reported string // the messages of repairs
	}{
		{"nothing to do", []Chapter{{End: 12, Title: "A"}, {Start: 12, End: 20, Title: "B"}, {Start: 30, Title: "C"}}, "0:00 A|0:12-0:20 B|0:30 C", ""},
		{"none", nil, "", ""},
		{"points", []Chapter{{Title: "A"}, {Start: 5, End: 5, Title: "B"}}, "0:00 A|0:05 B", ""},
		{"ends that cannot be used", []Chapter{{End: -1, Title: "A"}, {Start: 5, End: 2, Title: "B"}, {Start: 9, End: 12, Title: "C"}}, "0:00 A|0:05 B|0:09-0:12 C",
			"0: the end of the chapter at 0:00, as that of 1 other chapter, cannot be used; it lasts until the next one"},
		{"every end is that of the file", []Chapter{{End: 60, Title: "A"}, {Start: 20, End: 60, Title: "B"}, {Start: 40, End: 60, Title: "C"}}, "0:00 A|0:20 B|0:40-1:00 C",
			"0: the end of the chapter at 0:00, as that of 1 other chapter, is after the start of the next one; it is cut there"},
		{"one overlap", []Chapter{{End: 9, Title: "A"}, {Start: 10, End: 21, Title: "B"}, {Start: 20, Title: "C"}}, "0:00-0:09 A|0:10 B|0:20 C",
			"1: the end of the chapter at 0:10 is after the start of the next one; it is cut there"},
		{"out of order", []Chapter{{Start: 20, End: 30, Title: "C"}, {Title: "A"}, {Start: 9, Title: "B"}}, "0:00 A|0:09 B|0:20-0:30 C",
			"1: the chapter at 0:00 comes after the one at 0:20; the chapters are sorted"},
		{"two at one start", []Chapter{{Title: "Part one"}, {End: 4, Title: "Chapter 1", Image: "a.png"}, {Start: 4, Title: "Chapter 2"}}, "0:00 Chapter 1 [a.png]|0:04 Chapter 2",
			`0: 2 chapters start at 0:00; "Chapter 1" is kept, "Part one" left out`},
		{"three at one start, one hidden", []Chapter{{Hidden: true, End: 4, Image: "a.png"}, {Title: "B"}, {Title: "C"}}, "0:00 B [a.png]",
			`0: 3 chapters start at 0:00; "B" is kept, "" and 1 more left out`},
		{"all at the start", []Chapter{{Title: "A"}, {Title: "A"}}, "0:00 A", `1: 2 chapters start at 0:00; "A" is kept, "A" left out`},
		{"everything at once", []Chapter{{Start: 5, End: 1, Title: "B"}, {End: 7, Title: "A"}, {Start: 5, End: 9, Title: "C"}, {Start: 7, Title: "D"}}, "0:00 A|0:05 C|0:07 D",
			`0: the end of the chapter at 0:05 cannot be used; it lasts until the next one|1: the chapter at 0:00 comes after the one at 0:05; the chapters are sorted|0: 2 chapters start at 0:05; "C" is kept, "B" left out|1: the end of the chapter at 0:00, as that of 1 other chapter, is after the start of the next one; it is cut there`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := []Chapter{}
			for _, c := range tt.list {
				c.Start, c.End = c.Start*time.Second, c.End*time.Second
				list = append(list, c)
			}
			got, order, repairs := Arrange(list)
			var reported []string
			for _, r := range repairs {
				reported = append(reported, string(rune('0'+r.Index))+": "+r.Message)
			}
			if diff := cmp.Diff(tt.want, spell(got)); diff != "" {
				t.Errorf("chapters (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.reported, strings.Join(reported, "|")); diff != "" {
				t.Errorf("repairs (-want +got):\n%s", diff)
			}
			for i, index := range order {
				if list[index].Start != got[i].Start || list[index].Title != got[i].Title {
					t.Errorf("chapter %d is not %d of the list", i, index)
				}
			}
			if again, _, repairs := Arrange(got); len(repairs) > 0 || cmp.Diff(got, again) != "" {
				t.Errorf("arranged again: %v, %v", again, repairs)
			}
		})
	}
}

// FuzzArrange checks that every list becomes one that Check accepts.
func FuzzArrange(f *testing.F) {
	f.Add([]byte{0, 9, 5, 3, 5, 255, 2, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		var list []Chapter
		for ; len(data) > 1; data = data[2:] {
			list = append(list, Chapter{Start: time.Duration(data[0]) * time.Second, End: time.Duration(int8(data[1])) * time.Second})
		}
		got, order, _ := Arrange(list)
		if len(got) != len(order) || len(list) > 0 && len(got) == 0 {
			t.Errorf("%d chapters of %d, %d places", len(got), len(list), len(order))
		}
		last := time.Duration(-1)
		for i, c := range got {
			if c.Start <= last || c.End != 0 && c.End <= c.Start || i+1 < len(got) && c.End > got[i+1].Start {
				t.Errorf("chapter %d: %+v after %s", i, c, last)
			}
			last = c.Start
		}
	})
}

func TestFormatFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		list []Chapter
		want string
	}{
		{"chapters.txt", []Chapter{{Title: "A"}, {Start: 5 * time.Second, Title: "B", URL: "https://a.example/"}}, "0:00 A\n0:05 B <https://a.example/>\n"},
		{"chapters.json", []Chapter{{Title: "A"}, {Start: 5 * time.Second, Title: "B", Hidden: true}}, `{
  "version": "1.2.0",
  "chapters": [
    {
      "startTime": 0,
      "title": "A"
    },
    {
      "startTime": 5,
      "title": "B",
      "toc": false
    }
  ]
}
`},
		{"chapters.json", []Chapter{{Title: "A", End: 1250 * time.Millisecond}}, `{
  "version": "1.2.0",
  "chapters": [
    {
      "startTime": 0,
      "endTime": 1.25,
      "title": "A"
    }
  ]
}
`},
	} {
		name, data := FormatFile(tt.list)
		if diff := cmp.Diff(tt.want, string(data)); name != tt.name || diff != "" {
			t.Errorf("%s, want %s; -want +got\n%s", name, tt.name, diff)
		}
		got, found := Parse(data, name)
		if diff := cmp.Diff(tt.list, got); diff != "" || len(found) > 0 {
			t.Errorf("%s read again: %v\n%s", name, found, diff)
		}
	}
}

// TestLinesThatNeedAMark checks titles that a list of lines would misread.
func TestLinesThatNeedAMark(t *testing.T) {
	t.Parallel()
	list := []Chapter{{Title: "- 1:20 is a time"}, {Start: 1e9, Title: "1:20 too"}, {Start: 2e9, Title: "| pipes |"}, {Start: 3e9, Title: "- dashes"}, {Start: 4e9, Title: ": colons"}}
	got, found := Parse(Format(list), "c")
	if diff := cmp.Diff(list, got); diff != "" || len(found) > 0 {
		t.Errorf("%v\n%s", found, diff)
	}
}

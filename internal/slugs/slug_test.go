package slugs

import (
	"cmp"
	"strings"
	"testing"
)

func TestMake(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, title, want string }{
		{"words", "Cloudy with a chance of packets", "cloudy-with-a-chance-of-packets"},
		{"punctuation", "Go: the movie?!", "go-the-movie"},
		{"accents", "Fünf Uhr in Łódź", "funf-uhr-in-lodz"},
		{"Chinese", "影師", "ying-shi"},
		{"underscores", "_snake_case_", "snake-case"},
		{"path", "../../etc/passwd", "etc-passwd"},
		{"device", "Con", "con-episode"},
		{"nothing that can be spelled", "!!!", "untitled-e84c538e"},
		{"long, cut at a word", strings.Repeat("packet ", 30), strings.TrimSuffix(strings.Repeat("packet-", 14), "-")},
		{"long, one word", strings.Repeat("a", 300), strings.Repeat("a", 100)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Make(tt.title); got != tt.want {
				t.Errorf("got %q; want %q", got, tt.want)
			}
		})
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"a", "4-cloudy", "0", "com10", "console", strings.Repeat("a", 100)} {
		if err := Valid(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"", "-a", "A", "a_b", "a.b", "..", "a/b", "a b", "é", "con", "nul", "aux", "prn", "com1", "lpt9", "a\n", "a\x00", strings.Repeat("a", 101)} {
		if Valid(s) == nil {
			t.Errorf("%q is valid", s)
		}
	}
}

func FuzzMake(f *testing.F) {
	for _, s := range []string{"Cloudy", "con", "!!!", "影師", "_", "-", strings.Repeat("ab ", 60), "\xff", "COM1 ", "a&b @ c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		s := Make(title)
		if err := Valid(s); err != nil {
			t.Errorf("%q: %v", title, err)
		}
		if again := Make(s); again != s {
			t.Errorf("%q becomes %q, and that %q", title, s, again)
		}
	})
}

func TestCompare(t *testing.T) {
	t.Parallel()
	order := []string{
		"", "0", "1", "01", "1-b", "2", "2-a", "2-b", "10", "10-a", "99999999999999999999", "100000000000000000000", "a", "a/2/b", "a/10/a", "b-1", "b-1-2", "b-1-10", "b01-10", "é",
	}
	for i, a := range order {
		for j, b := range order {
			if got, want := Compare(a, b), cmp.Compare(i, j); got != want {
				t.Errorf("Compare(%q, %q) is %d, want %d", a, b, got, want)
			}
		}
	}
}

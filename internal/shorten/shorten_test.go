package shorten

import "testing"

func TestChars(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 3, ""},
		{"Zoë", 3, "Zoë"},
		{"Zoë's", 4, "Zoë…"},
		{"Zoë O'Hara", 5, "Zoë…"},
		{"宇宙の話", 3, "宇宙…"},
		{"ab", 1, "…"},
	} {
		if got := Chars(test.text, test.limit); got != test.want {
			t.Errorf("%q in %d characters: %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"Zoë", 4, "Zoë"},
		{"Zoë's", 5, "Zo…"},
		{"Zoë O'Hara", 6, "Zo…"},
		{"Zoë O'Hara", 8, "Zoë …"},
	} {
		got := Bytes(test.text, test.limit)
		if got != test.want || len(got) > test.limit {
			t.Errorf("%q in %d bytes: %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	if got, want := Line(" one\r\n\ttwo\x1b[31m three ", 12), "one two [31…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

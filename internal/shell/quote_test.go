package shell

import "testing"

func TestQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a/b-c_1.mp3": "a/b-c_1.mp3",
		"":            "''",
		"a b":         "'a b'",
		"it's $HOME":  `'it'\''s $HOME'`,
		"~/x":         "'~/x'",
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

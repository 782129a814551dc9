package markdown

import (
	"strings"
	"testing"
	"time"
)

// TestTooComplex checks limits from both sides: text whose parsing time grows faster
// than its length is refused, and long text as people write it is not.
func TestTooComplex(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for _, tt := range []struct{ name, source, want string }{
		{"links without an end", repeat("[a](<b", 20_000), "brackets"},
		{"links over many lines", repeat("[a](<b\n", 20_000), "brackets"},
		{"images without an end", repeat("![a](", 20_000), "brackets"},
		{"links with open parentheses", repeat("[a](b(", 20_000), "brackets"},
		{"nested brackets", repeat("[", 20_000) + repeat("]", 20_000), "brackets"},
		{"titles of definitions", repeat("[a]: b \"\n", 20_000), "brackets"},
		{"emphasis that does not end", repeat("*a_ ", 20_000), "signs of emphasis"},
		{"quotations", repeat(">", 200), "nested quotations and lists"},
		{"quotations with spaces", repeat("> ", 20_000) + "a", "nested quotations and lists"},
		{"lists in lists", repeat("- ", 20_000) + "a", "nested quotations and lists"},
		{"numbered lists in lists", repeat("1. ", 20_000) + "a", "nested quotations and lists"},
		{"lists in quotations", "a\n\n" + repeat("> - ", 20_000), "nested quotations and lists"},

		{"a line across the page", repeat("-", 500), ""},
		{"a line of stars", repeat("*", 500), ""},
		{"a number", repeat("1", 500), ""},
		{"1,000 links in one list", repeat("- [a name of some words](https://show.example/)\n", 1000), ""},
		{"20,000 links in paragraphs", repeat("See [this](https://show.example/) and *that*.\n\n", 20_000), ""},
		{"a transcript without blank lines", repeat("**Vega:** Words in *italics*.\n", 1500), ""},
		{"", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := TooComplex(tt.source); got != tt.want {
				t.Errorf("%q is refused, want %q", got, tt.want)
			}
			if got := HTML(tt.source, ""); (got == "") != (tt.want != "" || tt.source == "") {
				t.Errorf("HTML returns %d bytes", len(got))
			}
		})
	}
}

// FuzzTooComplex checks that a piece of text that is repeated many times is rendered or
// refused within seconds.
func FuzzTooComplex(f *testing.F) {
	for _, s := range []string{"[a](<b", "![a](", "> - ", "*a_ ", "<a b=\"", "`a``", "~~a", "|a", "[a][", "&#x", "http://a.b/(", "a@b.", "<b>", "\t- "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, piece string) {
		if piece == "" || len(piece) > 100 {
			return
		}
		start := time.Now()
		HTML(strings.Repeat(piece, 100_000/len(piece)), "")
		if took := time.Since(start); took > 20*time.Second { // far more than any source takes, on a slow machine
			t.Errorf("%q repeated takes %v", piece, took)
		}
	})
}

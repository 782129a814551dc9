package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestCataloguesAreComplete(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"ar", "de", "en", "es", "fr", "he", "it", "ja", "nl", "pt", "ru", "zh"} {
		if !slices.Contains(languages(), want) {
			t.Errorf("there is no catalogue for %s", want)
		}
	}
	english := embedded()[fallback]
	for name, c := range embedded() {
		if _, err := language.Parse(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for key, text := range english {
			got := c[key]
			if got == "" && strings.Contains(name, "-") {
				continue // a region has only what differs
			}
			if got == "" {
				t.Errorf("%s: no %s", name, key)
				continue
			}
			want, have := placeholder.FindAllString(text, -1), placeholder.FindAllString(got, -1)
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(want, have) {
				t.Errorf("%s: %s has the values %v, want %v", name, key, have, want)
			}
		}
		for key := range c {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: %s is not in the English catalogue", name, key)
			}
		}
	}
}

func TestWordsComeFromTheNearestCatalogue(t *testing.T) {
	t.Parallel()
	own := map[string]Catalogue{"pt-br": {"home": "Casa"}, "sv": {"home": "Hem"}, "en": {"license": "Terms"}}
	for _, tt := range []struct{ language, home, search, says string }{
		{"en", "Home", "Search", "en"},
		{"en-GB", "Home", "Search", "en-GB"},
		{"pt", "Início", "Pesquisar", "pt"},
		{"pt-BR", "Casa", "Pesquisar", "pt-BR"},
		{"sv", "Hem", "Search", "sv"},
		{"tlh", "Home", "Search", "en"},
		{"", "Home", "Search", "en"},
	} {
		w := For(tt.language, own)
		home, _ := w.Text("home")
		search, _ := w.Text("search")
		if home != tt.home || search != tt.search || w.Language() != tt.says {
			t.Errorf("For(%q) = %q, %q in %q; want %q, %q in %q", tt.language, home, search, w.Language(), tt.home, tt.search, tt.says)
		}
	}
	if got, _ := For("en-us", own).Text("license"); got != "Terms" {
		t.Errorf("the show's own English word is not used in American English: %q", got)
	}
}

func TestDatesAndLengths(t *testing.T) {
	t.Parallel()
	date := time.Date(2027, 2, 4, 23, 0, 0, 0, time.UTC)
	for language, want := range map[string]string{
		"en": "4 February 2027; 1 h 2 min; 41.2 MB", "de": "4. Februar 2027; 1 Std. 2 Min.; 41,2 MB", "ja": "2027年2月4日; 1時間2分; 41.2 MB",
		"ru": "4 февраля 2027 г.; 1 ч 2 мин; 41,2 МБ", "fr": "4 février 2027; 1 h 2 min; 41,2 Mo", "en-US": "February 4, 2027; 1 h 2 min; 41.2 MB", "he": "4 בפברואר 2027; 1 שע׳ 2 דק׳; 41.2 MB",
	} {
		w := For(language, nil)
		if got := w.Date(date) + "; " + w.Length(62*time.Minute+3*time.Second) + "; " + w.Size(41_234_567); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
	for language, want := range map[string]string{"en": "1 February 2027", "fr-ca": "1er février 2027", "de": "1. Februar 2027"} {
		if got := For(language, nil).Date(date.AddDate(0, 0, -3)); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
	w := For("en", nil)
	for d, want := range map[time.Duration]string{
		0: "0 s", time.Millisecond: "1 s", 59 * time.Second: "59 s", 90 * time.Second: "2 min", 2 * time.Hour: "2 h", -time.Second: "0 s",
	} {
		if got := w.Length(d); got != want {
			t.Errorf("Length(%v) = %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 KB", 999_500: "1.0 MB", 1_500_000_000: "1.50 GB"} {
		if got := w.Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	w := For("en", nil)
	if got, err := w.Text("season-episode", "s", 2, "n", 4); got != "Season 2, episode 4" || err != nil {
		t.Errorf("Text = %q, %v", got, err)
	}
	if got, err := w.Text("season-name", "n", 1, "name", "{n}"); got != "Season 1: {n}" || err != nil {
		t.Errorf("a value is replaced again: %q, %v", got, err)
	}
	if _, err := w.Text("nope"); err == nil {
		t.Error("no error for an unknown key")
	}
	if _, err := w.Text("season", "n"); err == nil {
		t.Error("no error for a name without a value")
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"home":                  "line 1: expected key = text",
		"# x\n\n = y":           "line 3: expected key = text",
		"home = a\nhome = b":    "line 2: home is given twice",
		"months = January, May": "line 1: expected the names of twelve months, with commas between them",
		"sizes = KB":            "line 1: expected four units of size, with commas between them",
	} {
		if _, err := Parse([]byte(source)); err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v, want %s", source, err, want)
		}
	}
	if c, err := Parse([]byte("# comment\r\n\r\nhome = a = b\r\n")); err != nil || c["home"] != "a = b" {
		t.Errorf("Parse = %v, %v", c, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("home = x\n# y\nmonths = ,,,,,,,,,,,")
	f.Fuzz(func(t *testing.T, source string) {
		c, err := Parse([]byte(source))
		if err == nil {
			w := For("xx", map[string]Catalogue{"xx": c})
			w.Date(time.Unix(0, 0))
			if strings.Contains(w.Separator(), "\n") {
				t.Error("a text has two lines")
			}
		}
	})
}

package show

import "testing"

func TestHints(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hint func(string) string
		want map[string]string
	}{
		"languages": {languageHint, map[string]string{
			"english": "write en", "Deutsch": "write de", "en_US": "write en-us", "Portugese": "write pt", "日本語": "write ja", "Klingon": "",
			"jp": "write ja", "CZ": "write cs", "dk": "write da", "en-uk": "write en-gb", "zz": "",
		}},
		"timezones": {zoneHint, map[string]string{
			"Berlin": "write Europe/Berlin", "europe/berlin": "write Europe/Berlin", "new york": "write America/New_York", "America/Paris": "write Europe/Paris",
			"PST": "write America/Los_Angeles", "Europe/Londn": "write Europe/London", "US/Pacfic": "write US/Pacific", "US/Estern": "write US/Eastern", "../../etc/passwd": "", "Nowhere/Atlantis": "", "": "",
		}},
		"categories": {func(s string) string { _, hint, _ := parseCategory(s); return hint }, map[string]string{
			"Tech": `did you mean "Technology"?`, "Comdy": `did you mean "Comedy"?`, "tech news": `it is "News > Tech News"`, "Zen": "",
		}},
	} {
		for in, want := range test.want {
			if got := test.hint(in); got != want {
				t.Errorf("%s: the hint for %q is %q, want %q", name, in, got, want)
			}
		}
	}
}

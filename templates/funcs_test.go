package templates

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/show"
)

func TestDurations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in                     time.Duration
		clock, period, seconds string
	}{
		{0, "0:00", "PT0S", "0"},
		{-time.Second, "0:00", "PT0S", "-1"},
		{900 * time.Millisecond, "0:00", "PT0S", "0.9"},
		{48500 * time.Millisecond, "0:48", "PT48S", "48.5"},
		{time.Minute, "1:00", "PT1M0S", "60"},
		{90 * time.Second, "1:30", "PT1M30S", "90"},
		{59*time.Minute + 40*time.Second, "59:40", "PT59M40S", "3580"},
		{time.Hour + 2*time.Minute + 3*time.Second + 456789*time.Microsecond, "1:02:03", "PT1H2M3S", "3723.457"},
		{26 * time.Hour, "26:00:00", "PT26H0M0S", "93600"},
	} {
		got := []string{clock(tt.in), period(tt.in), seconds(tt.in)}
		if diff := cmp.Diff([]string{tt.clock, tt.period, tt.seconds}, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestLicense(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []show.License
		want show.Link
	}{
		{"none", []show.License{{}, {}}, show.Link{}},
		{"creative commons", []show.License{{ID: "cc-by-4.0"}}, show.Link{Text: "CC BY 4.0", URL: "https://creativecommons.org/licenses/by/4.0/"}},
		{"capitals", []show.License{{ID: "CC-BY-NC-SA-3.0"}}, show.Link{Text: "CC BY-NC-SA 3.0", URL: "https://creativecommons.org/licenses/by-nc-sa/3.0/"}},
		{"public domain", []show.License{{ID: "cc0-1.0"}}, show.Link{Text: "CC0 1.0", URL: "https://creativecommons.org/publicdomain/zero/1.0/"}},
		{"own", []show.License{{ID: "Ours", URL: "https://ours.example/"}}, show.Link{Text: "Ours", URL: "https://ours.example/"}},
		{"not one of theirs", []show.License{{ID: "cc-by-nd-sa-4.0"}}, show.Link{Text: "cc-by-nd-sa-4.0"}},
		{"the show's", []show.License{{}, {ID: "cc-by-4.0", URL: "https://x.example/"}}, show.Link{Text: "CC BY 4.0", URL: "https://x.example/"}},
	} {
		if diff := cmp.Diff(tt.want, license(tt.in...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 100)
	for _, tt := range []struct {
		name      string
		got, want string
	}{
		{"known service", service("apple"), "Apple Podcasts"},
		{"service in capitals", service("YouTube"), "YouTube"},
		{"unknown service", service("my-own_app"), "My Own App"},
		{"no service", service(""), ""},
		{"language", LanguageName("es"), "español"},
		{"language with region", LanguageName("de-at"), "Österreichisches Deutsch"},
		{"no language", LanguageName("<b>"), "<b>"},
		{"left to right", direction("en-gb"), "ltr"},
		{"right to left", direction("ar"), "rtl"},
		{"Hebrew", direction("he-il"), "rtl"},
		{"Persian", direction("fa"), "rtl"},
		{"script wins", direction("az-Arab"), "rtl"},
		{"no direction", direction("???"), "ltr"},
		{"host", host("https://www.example.com:8080/x"), "example.com"},
		{"no host", host("https://%zz/"), ""},
		{"initial", initial(" élan"), "É"},
		{"no initial", initial(" "), ""},
		{"excerpt", excerpt(" One\n\nbyte. "), "One byte."},
		{"no excerpt", excerpt(""), ""},
		{"own summary", summary(&Episode{Summary: long, Episode: &show.Episode{Summary: long}}), long},
		{"notes for a summary", summary(&Episode{Summary: long, Episode: &show.Episode{}}), excerpt(long)},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestExcerptIsCutAtAWord(t *testing.T) {
	t.Parallel()
	got := excerpt(strings.Repeat("word ", 100))
	if !strings.HasSuffix(got, "word…") || len(got) > excerptLength+len("…") || len(got) < excerptLength-10 {
		t.Errorf("excerpt = %q", got)
	}
	if got := excerpt(strings.Repeat("x", 1000)); len(got) > excerptLength {
		t.Errorf("a long word makes an excerpt of %d bytes", len(got))
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	r := &renderer{current: "index.html", site: &Site{Show: &show.Show{}, ImageKeys: map[string]string{"people/vega.png": "assets/vega.png"}}}
	for path, want := range map[string]string{
		"people/vega.png":         "assets/vega.png",
		"people/none.png":         "",
		"https://x.example/a.png": "",
		"http://x.example/a.png":  "", // blocked by the policy of the pages
		"javascript:alert(1)":     "",
		"":                        "",
	} {
		if got := r.image(path); got != want {
			t.Errorf("image(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()
	plain := &renderer{site: &Site{Show: &show.Show{}}}
	for _, tt := range []struct{ from, to, want string }{
		{"index.html", "index.html", "./"},
		{"index.html", "feed.xml", "feed.xml"},
		{"index.html", "episodes/a/index.html", "episodes/a/"},
		{"episodes/a/index.html", "episodes/a/index.html", "./"},
		{"episodes/a/index.html", "episodes/b/index.html", "../b/"},
		{"episodes/a/index.html", "index.html", "../../"},
		{"episodes/a/index.html", "episodes/a/t.vtt", "t.vtt"},
		{"episodes/a/index.html", "audio/a.mp3", "../../audio/a.mp3"},
		{"old/name.html", "episodes/a/index.html", "../episodes/a/"},
		{"old/name.html", "old/index.html", "./"},
		{"episodes", "episodes/a/index.html", "episodes/a/"},
		{"index.html", "a b/50%?#.xml", "a%20b/50%25%3F%23.xml"},
		{"index.html", "a:b/c.xml", "./a:b/c.xml"},
		{"index.html", "notindex.html", "notindex.html"},
	} {
		if got := relative(tt.from, plain.pretty(tt.to)); got != tt.want {
			t.Errorf("relative(%q, %q) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}

// TestRelatedEpisodes checks the related episodes of a show's episodes, which are given as
// indices, newest first.
func TestRelatedEpisodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		topics []string // topics of each episode
		want   string   // for each episode, the indices of the related ones
	}{
		"alone":            {[]string{""}, ""},
		"two":              {[]string{"", ""}, "1 0"},
		"nothing alike":    {[]string{"a", "", "b", "", "c", ""}, "234 345 405 510 210 321"},
		"most alike first": {[]string{"a", "", "a", "b", "a b", "a b"}, "245 345 045 451 532 432"},
	} {
		site := &Site{Show: &show.Show{Timezone: time.UTC}}
		for _, topics := range test.topics {
			site.Episodes = append(site.Episodes, &Episode{Episode: &show.Episode{Topics: strings.Fields(topics)}})
		}
		l := newLists(site)
		var got []string
		for i := range site.Episodes {
			indices := ""
			for _, e := range l.related[i] {
				indices += strconv.Itoa(slices.Index(site.Episodes, e))
			}
			got = append(got, indices)
		}
		if all := strings.Join(got, " "); all != test.want {
			t.Errorf("%s: %q, want %q", name, all, test.want)
		}
	}
}

// TestPeopleAreSorted checks that small letters and accents do not matter for the order of
// people.
func TestPeopleAreSorted(t *testing.T) {
	t.Parallel()
	site := &Site{Show: &show.Show{Timezone: time.UTC}}
	for _, name := range []string{"Zoë", "bell hooks", "Øyvind", "Ángela Ruiz", "Carl", "Anna"} {
		site.Show.Hosts = append(site.Show.Hosts, show.Credit{Person: &show.Person{ID: name, Name: name}})
	}
	var got []string
	for _, p := range newLists(site).people {
		got = append(got, p.Name)
	}
	if want := []string{"Ángela Ruiz", "Anna", "bell hooks", "Carl", "Zoë", "Øyvind"}; !slices.Equal(got, want) {
		t.Errorf("people %q, want %q", got, want)
	}
}

// TestFoldedWordsAreEscaped checks that words are escaped for their place, also in a
// template that is executed after the words of others were replaced by their texts.
func TestFoldedWordsAreEscaped(t *testing.T) {
	t.Parallel()
	set := template.New("").Funcs(template.FuncMap{"word": func(string) string { return `a "<b>` }})
	const text = `<p title="{{word "x"}}">{{word "x"}}</p><a href="?q={{word "x"}}"></a>`
	for _, name := range []string{"base.html", "row.html", "later.html"} {
		template.Must(set.New(name).Parse(text))
	}
	foldWords(set)
	for _, name := range []string{"base.html", "later.html"} {
		var b strings.Builder
		err := set.ExecuteTemplate(&b, name, nil)
		if want := `<p title="a &#34;&lt;b&gt;">a &#34;&lt;b&gt;</p><a href="?q=a%20%22%3cb%3e"></a>`; err != nil || b.String() != want {
			t.Errorf("%s: %s, %v; want %s", name, b.String(), err, want)
		}
	}
	for _, node := range set.Lookup("base.html").Tree.Root.Nodes {
		if _, ok := node.(*parse.TextNode); !ok {
			t.Errorf("base.html still has the action %s", node)
		}
	}
}

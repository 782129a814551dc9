package show

import (
	"testing"
	"time"

	"onair/internal/source"
)

// TestFormatDate expects the text that formatDate writes to be read as the same moment,
// even if clocks are set back.
func TestFormatDate(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, want string }{
		{"2027-02-04T11:00:00Z", "2027-02-04 06:00"},
		{"2027-02-04T11:00:30.5Z", "2027-02-04 06:00:30"},
		{"2027-11-07T05:30:00Z", "2027-11-07 01:30"},
		{"2027-11-07T06:30:00Z", "2027-11-07T01:30:00-05:00"}, // the second 01:30
	}
	for _, tt := range tests {
		in, err := time.Parse(time.RFC3339, tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got := formatDate(in, zone)
		back, err := source.ParseDate(got, zone)
		if got != tt.want || err != nil || !back.Equal(in.Truncate(time.Second)) {
			t.Errorf("%s: got %s, read back as %v, %v; want %s", tt.in, got, back, err, tt.want)
		}
	}
}

func TestAppleCategories(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"Arts", "Arts > Books", "Arts>Books", "TV & Film > After Shows"} {
		if _, hint, ok := parseCategory(s); !ok {
			t.Errorf("%q is not known: %s", s, hint)
		}
	}
	for _, s := range []string{"arts", "Arts >", "Arts > Podcasting", "> Books", "Arts > Books > Poetry", "Arts &amp; Design"} {
		if _, _, ok := parseCategory(s); ok {
			t.Errorf("%q is known", s)
		}
	}
}

func TestCanonicalXML(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"element", `<itunes:a/>`, `<itunes:a></itunes:a>`},
		{"attributes", `<itunes:a b='1"' itunes:c="&#39;&amp;" xml:lang="de"/>`, `<itunes:a b="1&#34;" itunes:c="&#39;&amp;" xml:lang="de"></itunes:a>`},
		{"character data", `<itunes:a><![CDATA[<b>]]> &gt; c</itunes:a>`, `<itunes:a>&lt;b&gt; &gt; c</itunes:a>`},
		{"nested", "<podcast:a>\n <podcast:b>ü</podcast:b>\n</podcast:a>", "<podcast:a>\n <podcast:b>ü</podcast:b>\n</podcast:a>"},
		{"attributes without a space", `<itunes:a b="1"c="2"/>`, `<itunes:a b="1" c="2"></itunes:a>`},
		{"carriage return", `<itunes:a>b&#13;</itunes:a>`, `<itunes:a>b&#xD;</itunes:a>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := canonicalXML(tt.in, knownPrefixes, nil)
			if err != nil || got != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

// FuzzExtra expects accepted XML to stay the same when it is read and written again.
func FuzzExtra(f *testing.F) {
	for _, s := range []string{
		`<itunes:a b="1">c</itunes:a>`, `<itunes:a/><podcast:b/>`, `<itunes:a><![CDATA[b]]></itunes:a>`, `<!-- a -->`, `<?a b?>`, `<!DOCTYPE a>`,
		`</channel>`, `<itunes:a xmlns:b="c"/>`, `<a/>`, `text`, `<itunes:a:b/>`, `<itunes:a itunes:b="1" itunes:b="2"/>`, `<:a/>`, `<itunes:>`, `<itunes:a &b;="c">`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, offset, err := canonicalXML(s, knownPrefixes, nil)
		if offset < 0 || offset > len(s) {
			t.Errorf("%q: offset %d", s, offset)
		}
		if err != nil {
			return
		}
		again, _, err := canonicalXML(out, knownPrefixes, nil)
		if err != nil || again != out {
			t.Errorf("%q becomes %q, and that %q, %v", s, out, again, err)
		}
	})
}

func TestStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 2, 4, 6, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		e    Episode
		want Status
	}{
		{"no date", Episode{}, Draft},
		{"draft with a date", Episode{Date: now.Add(-time.Hour), Draft: true}, Draft},
		{"a second too early", Episode{Date: now.Add(time.Second)}, Scheduled},
		{"on time", Episode{Date: now}, Live},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.e.Status(now); got != tt.want {
				t.Errorf("got %v; want %v", got, tt.want)
			}
		})
	}
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"https://a.example/": true, "https://203.0.113.1/": true, "http://a.example/": false, "https://localhost/": false, DefaultURL: false,
		"https://127.0.0.1/": false, "https://10.1.2.3/": false, "https://[::1]/": false, "https://nas/": false, "https://nas.local/": false, "": false,
	} {
		if got := (&Show{URL: url}).IsPublic(); got != want {
			t.Errorf("%q: got %t", url, got)
		}
	}
}

func TestCredits(t *testing.T) {
	t.Parallel()
	vega, deneb := &Person{Name: "Vega"}, &Person{Name: "Deneb"}
	s := &Show{Hosts: []Credit{{vega, "host", "cast"}}}
	e := &Episode{Guests: []Credit{{deneb, "guest", "cast"}}, People: []Credit{{vega, "host", "cast"}, {vega, "audio editor", "audio post-production"}}}
	var got string
	for _, c := range e.Credits(s) {
		got += c.Person.Name + " " + c.Role + "; "
	}
	if want := "Vega host; Deneb guest; Vega audio editor; "; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

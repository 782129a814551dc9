package feed

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/internal/finding/findingtest"
)

// checkTests each replace the first occurrence of a text in testdata/good.xml,
// which breaks no rule.
var checkTests = []struct {
	name     string
	old, new string
	want     []string // findings as "rule line:column message"
}{
	{"raw ampersand", "A good show", "A good & bad show", []string{"F001 4:16 not well-formed: invalid character entity & (no semicolon)"}},
	{"cut off", "</channel>\n</rss>\n", "", []string{"F001 52:1 not well-formed: unexpected EOF"}},
	{"HTML entity", "A good show", "A&nbsp;good show", []string{"F001 4:15 not well-formed: invalid character entity &nbsp;"}},
	{"control character", "A good show", "A\x07good show", []string{"F001 4:19 not well-formed: illegal character code U+0007"}},
	{"not UTF-8", "A good show", "A\xffgood show", []string{"F001 4:19 not well-formed: invalid UTF-8"}},
	{"end of CDATA in text", "A good show", "A ]]> show", []string{"F001 4:13 not well-formed: unescaped ]]> not in CDATA section"}},
	{"long GUID", ">b</guid>", ">" + strings.Repeat("b", 101) + "</guid>", nil},
	{"long GUID that is no link", `<guid isPermaLink="false">b<`, "<guid>" + strings.Repeat("b", 101) + "<", []string{`F049 24:1 GUID "` + strings.Repeat("b", 100) + `…" is declared to be a link`}},
	{"element of an unknown namespace", "<pc:txt", `<x:y xmlns:x="urn:x"> ` + strings.Repeat("z", 300) + "</x:y><pc:txt", nil},
	{"attribute twice", `<pc:txt`, `<pc:txt purpose="x"`, []string{`F001 20:1 not well-formed: attribute "purpose" is written twice`}},
	{"second root", "</rss>\n", "</rss><rss/>", []string{"F001 53:13 not well-formed: a second root element"}},
	{"text after the root", "</rss>\n", "</rss>text", []string{"F001 53:11 not well-formed: text outside of the root element"}},
	{"another encoding", "UTF-8", "ISO-8859-1", []string{`F002 1:1 encoding is "ISO-8859-1", want UTF-8`}},
	{"encoding in lower case", "UTF-8", "utf-8", nil},
	{"byte order mark", "<?xml", "\uFEFF<?xml", nil},
	{"no declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", []string{"F003 1:1 no XML declaration"}},
	{"old version", `<rss version="2.0"`, `<rss version="0.92"`, []string{`F004 2:1 root element is "rss", version "0.92"`}},
	{"two channels", "</channel>", "</channel><channel></channel>", []string{"F004 0:0 2 channels, want 1"}},
	{"namespace in the wrong case", "podcast-1.0.dtd", "Podcast-1.0.dtd", []string{`F005 11:1 namespace is "http://www.itunes.com/dtds/Podcast-1.0.dtd", want "http://www.itunes.com/dtds/podcast-1.0.dtd"`}},
	{"undeclared prefix", `xmlns:content="http://purl.org/rss/1.0/modules/content/"`, "", []string{"F005 27:1 prefix content is not declared"}},
	{"the other podcast namespace", "https://podcastindex.org/namespace/1.0", podcastAlias, []string{"F006 2:1 namespace https://podcastindex.org/namespace/1.0 is not declared"}},
	{"too large for some apps", "<p>The second</p>", "<p>" + strings.Repeat("x", largeFeed) + "</p>", []string{"F007 0:0 feed has 2.0 MB", "F018 26:1 description has 2000007 bytes"}},
	{"too large", "The first", strings.Repeat("x", maxFeed), []string{fmt.Sprintf("F008 0:0 feed of %d bytes is too large to be read", maxFeed+2356)}},
	{"too deep", "</item>", strings.Repeat("<x>", maxDepth) + "</item>", []string{"F008 40:193 elements are nested deeper than 64"}},
	{"value of 256 characters", "A good show", strings.Repeat("ä", 256), []string{"F009 4:1 title has 256 characters"}},
	{"value of 255 characters", "A good show", strings.Repeat("ä", 255), nil},
	{"space around", "A good show", "A good show\n", []string{"F010 4:1 title has space around it"}},
	{"not https", "https://good.example/2.vtt", "http://good.example/2.vtt", []string{`F011 34:1 podcast:transcript: "http://good.example/2.vtt" is not https`}},
	{"http on this machine", "https://good.example/2.vtt", "http://localhost:8080/2.vtt", nil},
	{"http on this machine, by number", "https://good.example/2.vtt", "http://[::1]:8080/2.vtt", nil},
	{"relative address", "https://good.example/art.jpg", "/art.jpg", []string{`F012 13:1 itunes:image: address "/art.jpg" is not an http or https address`}},
	{"address without a host", "https://good.example/art.jpg", "https:/art.jpg", []string{`F012 13:1 itunes:image: address "https:/art.jpg" has no host`}},
	{"address with space", "https://good.example/art.jpg", "https://good.example/my art.jpg", []string{`F012 13:1 itunes:image: address "https://good.example/my art.jpg" has space in it`}},
	{"malformed address", "https://good.example/art.jpg", "https://good.example/%zz", []string{`F012 13:1 itunes:image: address "https://good.example/%zz" is malformed`}},
	{"no type", ` type="text/vtt"`, "", []string{"F013 34:1 podcast:transcript has no type"}},
	{"nameless person", ">Deneb<", "> <", []string{"F013 37:1 podcast:person is empty"}},
	{"comments disabled", `protocol="activitypub" uri="https://social.example/1"`, `protocol="disabled"`, nil},
	{"comments without an address", ` uri="https://social.example/1"`, "", []string{"F013 39:1 podcast:socialInteract has no uri"}},
	{"long name", ">Deneb<", ">" + strings.Repeat("D", 129) + "<", []string{"F014 37:1 podcast:person has 129 characters"}},
	{"long txt", ">code<", ">" + strings.Repeat("x", 4001) + "<", []string{"F014 20:1 podcast:txt has 4001 characters, 4000 are allowed"}},
	{"two titles", "<title>Two</title>", "<title>Two</title><title>Three</title>", []string{"F015 22:19 title is written more than once"}},
	{"malformed date", "Fri, 26 Feb 2021 00:00:00 -0500", "2021-02-26T00:00:00Z", []string{`F016 25:1 pubDate is "2021-02-26T00:00:00Z"`}},
	{"name of a zone", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 00:00:00 CET", []string{`F061 25:1 pubDate has the zone "CET"`}},
	{"explicit clean", "<itunes:explicit>false", "<itunes:explicit>clean", []string{`F017 12:1 itunes:explicit is "clean"`}},
	{"description of 4001 bytes", "<p>The second</p>", strings.Repeat("ä", 2000) + "x", []string{"F018 26:1 description has 4001 bytes"}},
	{"description of 4000 bytes", "<p>The second</p>", strings.Repeat("ä", 2000), nil},
	{"season zero", "<itunes:season>1", "<itunes:season>0", []string{`F019 32:1 itunes:season is "0"`}},
	{"episode with a fraction", "<itunes:episode>2", "<itunes:episode>2.5", []string{`F019 31:1 itunes:episode is "2.5"`}},

	{"no title", "<title>A good show</title>", "", []string{"F020 3:1 the show has no title"}},
	{"empty title", "A good show", " ", []string{"F020 4:1 the show has no title"}},
	{"no description", "<description>About good feeds</description>", "", []string{"F021 3:1 the show has no description"}},
	{"no link", "<link>https://good.example/</link>", "", []string{"F022 3:1 the show has no link"}},
	{"no language", "<language>en-us</language>", "", []string{"F023 3:1 the show has no language"}},
	{"language in words", "en-us", "English", []string{`F023 8:1 language is "English"`}},
	{"language with script", "en-us", "zh-Hant-TW", nil},
	{"no category", `<itunes:category text="News"><itunes:category text="Tech News"/></itunes:category>`, "", []string{"F024 3:1 the show has no itunes:category"}},
	{"no explicit", "<itunes:explicit>false</itunes:explicit>\n<itunes:image", "<itunes:image", []string{"F026 3:1 the show has no itunes:explicit"}},
	{"no image", `<itunes:image href="https://good.example/art.jpg"/>`, "", []string{"F027 3:1 the show has no itunes:image"}},
	{"no self link", `rel="self"`, `rel="alternate"`, []string{"F028 3:1 no atom:link to the feed itself"}},
	{"no podcast:guid", "<pc:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</pc:guid>", "", []string{"F029 3:1 the show has no podcast:guid"}},
	{"podcast:guid is a URL", "917393e3-1b1e-5cef-ace4-edaa54e1f810", "good.example/feed.xml", []string{`F030 16:1 podcast:guid "good.example/feed.xml" is not a UUID`}},
	{"no author", "<itunes:author>The good people</itunes:author>", "", []string{"F032 3:1 the show has no itunes:author"}},
	{"no locked", "<pc:locked>yes</pc:locked>", "", []string{"F033 3:1 the show has no podcast:locked"}},
	{"locked true", "<pc:locked>yes", "<pc:locked>true", []string{`F034 17:1 podcast:locked is "true"`}},
	{"unknown type", "<itunes:type>serial", "<itunes:type>Serial", []string{`F035 15:1 itunes:type is "Serial"`}},
	{"year in the copyright", "<copyright>The", "<copyright>2021 The", []string{`F036 9:1 copyright has the sign, the word or a year in it: "2021 The good people"`}},
	{"unknown medium", "<pc:medium>podcast", "<pc:medium>radio", []string{`F038 18:1 podcast:medium is "radio"`}},
	{"list medium", "<pc:medium>podcast", "<pc:medium>musicL", nil},

	{"episode without title", "<title>Two</title>", "", []string{"F040 21:1 the episode has no title"}},
	{"no enclosure", `<enclosure url="https://good.example/2.mp3?x=1" length="500000" type="audio/mpeg"/>`, "", []string{"F041 21:1 the episode has no enclosure"}},
	{"enclosure without url", ` url="https://good.example/2.mp3?x=1"`, "", []string{"F041 28:1 the episode has no enclosure"}},
	{"enclosure twice", `url="https://good.example/1.m4a" length="500001" type="audio/x-m4a"`, `url="https://good.example/2.mp3?x=1" length="500001" type="audio/mpeg"`, []string{`F042 47:1 enclosure "https://good.example/2.mp3?x=1" is also that of the episode on line 28`}},
	{"length zero", `length="500000"`, `length="0"`, []string{`F043 28:1 enclosure length is "0"`}},
	{"length with unit", `length="500000"`, `length="500 kB"`, []string{`F043 28:1 enclosure length is "500 kB"`}},
	{"audio/mp3", `type="audio/mpeg"`, `type="audio/mp3"`, []string{`F044 28:1 enclosure type is "audio/mp3"`}},
	{"wrong extension", "2.mp3", "2.php", []string{`F045 28:1 enclosure of type audio/mpeg has the extension "php"`}},
	{"extension in upper case", "2.mp3", "2.MP3", nil},
	{"length in seconds", `length="500000"`, `length="60"`, []string{"F046 28:1 enclosure has 60 bytes for 60 seconds"}},
	{"no guid", `<guid isPermaLink="false">b</guid>`, "", []string{"F047 21:1 the episode has no guid"}},
	{"guid twice", "<guid>https://good.example/guid/1<", `<guid isPermaLink="false">b<`, []string{`F048 44:1 GUID "b" is also that of the episode on line 24`}},
	{"guids that differ in case", "<guid>https://good.example/guid/1<", `<guid isPermaLink="false">B<`, nil},
	{"guid is no link", ` isPermaLink="false"`, "", []string{`F049 24:1 GUID "b" is declared to be a link`}},
	{"no date", "<pubDate>Fri, 26 Feb 2021 00:00:00 -0500</pubDate>", "", []string{"F050 21:1 the episode has no pubDate"}},
	{"episode without description", "<description><![CDATA[<p>The second</p>]]></description>", "", []string{"F051 21:1 the episode has no description"}},
	{"no duration", "<itunes:duration>60</itunes:duration>", "", []string{"F052 21:1 the episode has no itunes:duration"}},
	{"duration in words", "<itunes:duration>60", "<itunes:duration>1 minute", []string{`F052 29:1 itunes:duration is "1 minute"`}},
	{"duration on the clock", "<itunes:duration>60", "<itunes:duration>1:00", []string{`F053 29:1 itunes:duration is "1:00"`}},
	{"unknown episode type", ">full<", ">Full<", []string{`F054 33:1 itunes:episodeType is "Full"`}},
	{"serial without number", "<itunes:episode>2</itunes:episode>", "", []string{"F055 21:1 serial show, but the episode has no itunes:episode"}},
	{"unknown transcript", "text/vtt", "text/srt", []string{`F056 34:1 transcript type is "text/srt"`}},
	{"short soundbite", `duration="30"`, `duration="5"`, []string{"F057 38:1 soundbite of 5 seconds"}},
	{"plain JSON chapters", "application/json+chapters", "application/json", []string{`F058 35:1 chapters type is "application/json"`}},
	{"episode without link", "<link>https://good.example/2</link>", "", []string{"F059 21:1 the episode has no link"}},
	{"hosts not named again", `<pc:person role="Host">Vega</pc:person>`, "", []string{"F060 21:1 the episode names persons, but none of the hosts"}},
}

func good(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/good.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func summary(list finding.List) []string {
	var lines []string
	for _, f := range list {
		lines = append(lines, fmt.Sprintf("%s %d:%d %s", f.Rule, f.Line, f.Column, f.Message))
	}
	return lines
}

func TestCheck(t *testing.T) {
	t.Parallel()
	source := good(t)
	if got := Check([]byte(source), "feed.xml"); len(got) > 0 {
		t.Fatalf("Check finds in the good feed: %v", got)
	}
	for _, tt := range checkTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(source, tt.old) {
				t.Fatalf("%q is not in the feed", tt.old)
			}
			got := Check([]byte(strings.Replace(source, tt.old, tt.new, 1)), "feed.xml")
			if diff := cmp.Diff(tt.want, summary(got)); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckDocuments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"empty", "", []string{"F001 1:1 not well-formed: no root element", "F003 1:1 no XML declaration"}},
		{"HTML page", "<!DOCTYPE html><html><body></body></html>", []string{
			"F004 0:0 0 channels, want 1", "F003 1:1 no XML declaration",
			`F004 1:16 root element is "html", version ""`,
			"F006 1:16 namespace http://www.itunes.com/dtds/podcast-1.0.dtd is not declared",
			"F006 1:16 namespace http://www.w3.org/2005/Atom is not declared",
			"F006 1:16 namespace https://podcastindex.org/namespace/1.0 is not declared",
		}},
		{"no episode", regexp.MustCompile(`(?s)<item>.*</item>`).ReplaceAllString(good(t), ""), []string{"F037 3:1 no episode"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, summary(Check([]byte(tt.source), "feed.xml"))); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderedFeedBreaksNoRule(t *testing.T) {
	t.Parallel()
	if got := Check(render(t, rich()), "feed.xml"); len(got) > 0 {
		t.Errorf("Check = %v", got)
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{"F031": true, "F037": true} // in tests of their own
	for _, tt := range checkTests {
		for _, line := range tt.want {
			tested[line[:4]] = true
		}
	}
	findingtest.Complete(t, Rules())
	for _, r := range Rules() {
		if r.Source == "" {
			t.Errorf("rule %s has no source", r.ID)
		}
		if !tested[r.ID] {
			t.Errorf("rule %s has no test", r.ID)
		}
	}
}

// TestExamplesBreakTheirRules adds each example to the good feed, as an element of
// the channel and of a further item.
func TestExamplesBreakTheirRules(t *testing.T) {
	t.Parallel()
	source := good(t)
	for _, r := range rules {
		if !strings.HasPrefix(r.Example, "<") || strings.HasPrefix(r.Example, "<?") || strings.HasPrefix(r.Example, "<rss") {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			item := `<item xmlns:podcast="https://podcastindex.org/namespace/1.0">` + r.Example + "</item>"
			channel := strings.Replace(source, "<item>", r.Example+"<item>", 1)
			found := append(Check([]byte(strings.Replace(source, "<item>", item+"<item>", 1)), ""), Check([]byte(channel), "")...)
			if !slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Rule == r.ID }) {
				t.Errorf("%s gives %v", r.Example, summary(found))
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	source := good(f)
	f.Add([]byte(source))
	for _, tt := range checkTests {
		if len(tt.new) < 1000 {
			f.Add([]byte(strings.Replace(source, tt.old, tt.new, 1)))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, found := range Check(data, "feed.xml") {
			if rules.Find(found.Rule) == nil {
				t.Errorf("unknown rule %q", found.Rule)
			}
			if strings.ContainsAny(found.Message, "\n\r") {
				t.Errorf("message of more than one line: %q", found.Message)
			}
		}
	})
}

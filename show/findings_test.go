package show

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/pins"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// An edit is a change to the example show.
type edit func(t testing.TB, files fstest.MapFS)

// put writes a whole file.
func put(name, content string) edit {
	return func(_ testing.TB, files fstest.MapFS) { files[name] = &fstest.MapFile{Data: []byte(content)} }
}

// remove deletes a file.
func remove(name string) edit {
	return func(_ testing.TB, files fstest.MapFS) { delete(files, name) }
}

// change replaces a piece of text that must occur in a file.
func change(name, old, new string) edit {
	return func(t testing.TB, files fstest.MapFS) {
		t.Helper()
		data := files[name].Data
		if !bytes.Contains(data, []byte(old)) {
			t.Fatalf("%s has no %q", name, old)
		}
		files[name] = &fstest.MapFile{Data: bytes.Replace(data, []byte(old), []byte(new), 1)}
	}
}

const ep = "episodes/4-cloudy/episode.md"

// showLine replaces a line of the example's show.yaml.
func showLine(new string) edit {
	return change("show.yaml", "type: episodic                    # or serial", new)
}

// episodeLine inserts lines into the front matter of an episode of the example.
func episodeLine(new string) edit { return change(ep, "summary: What", new+"\nsummary: What") }

// second adds another episode with the given fields.
func second(fields string) edit {
	return put("episodes/5-tail/episode.md", "---\ntitle: The long tail\n"+fields+"\n---\nNotes.\n")
}

const guid5 = "guid: 5f0c7a52-1f0e-4c3b-8a43-6a0b1c2d3e4f"

func lockOf(guid, slug string) string {
	l := &pins.Lock{Episodes: map[string]*pins.Pin{guid: {
		Slug: slug, Audio: pins.Audio{Payload: pins.Payload{SHA256: strings.Repeat("ab", 32), Bytes: 1}, Channels: 1, MediaType: "audio/mpeg"},
	}}}
	return string(l.Format())
}

const guid4 = "0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44"

// findingCases are shows with a mistake, and similar shows without one. rule is the rule
// that must be reported; if it is nil, there must be no finding. The golden file has the
// printed findings.
var findingCases = []struct {
	name  string
	rule  *finding.Rule
	edits []edit
	opts  *LoadOptions
}{
	{"no show.yaml", ruleNoShow, []edit{remove("show.yaml")}, nil},
	{"show without episodes", nil, []edit{func(_ testing.TB, files fstest.MapFS) {
		for name := range files {
			if strings.HasPrefix(name, "episodes/") {
				delete(files, name)
			}
		}
	}}, nil},

	{"UTF-16", ruleBytes, []edit{put("people.yaml", "\xff\xfev\x00e\x00")}, nil},
	{"Latin-1", ruleBytes, []edit{change(ep, "title: Cloudy", "title: Caf\xe9")}, nil},
	{"control character", ruleBytes, []edit{change("show.yaml", "Two synthetic", "Two\x1b[31m synthetic")}, nil},
	{"escaped control character", ruleBytes, []edit{episodeLine(`slug: "a\u0007"`)}, nil},
	{"too large", ruleBytes, []edit{put("people.yaml", strings.Repeat("#", source.MaxFile+1))}, nil},
	{"byte order mark and CRLF", nil, []edit{
		put("show.yaml", "\ufeff"+strings.ReplaceAll(showYAML, "\n", "\r\n")),
		put(ep, "\ufeff"+strings.ReplaceAll(episodeMD, "\n", "\r\n")),
	}, nil},

	{"colon in unquoted title", ruleYAML, []edit{change("show.yaml", "title: Hello, Universe", "title: Go: the movie")}, nil},
	{"colon in a title in braces", ruleYAML, []edit{change(ep, "title: Cold open,", "title: Go: the movie,")}, nil},
	{"tab as indentation", ruleYAML, []edit{change("show.yaml", "  edit: https", "\tedit: https")}, nil},
	{"at sign at the start", ruleYAML, []edit{change(ep, "title: Cloudy", "title: @Cloudy")}, nil},
	{"dash at the start", ruleYAML, []edit{change(ep, "title: Cloudy", "title: - Cloudy")}, nil},
	{"apostrophe in single quotes", ruleYAML, []edit{change(ep, "title: Cloudy with a chance of packets", "title: 'It's cloudy'")}, nil},
	{"unclosed bracket", ruleYAML, []edit{change("show.yaml", "hosts: [vega, rigel]", "hosts: [vega, rigel")}, nil},
	{"no space after the colon", ruleYAML, []edit{change("show.yaml", "title: Hello, Universe", "title:Hello")}, nil},
	{"braces in an unquoted pattern", ruleYAML, []edit{showLine("audio: {path: ~/masters/{slug}.mp3}")}, nil},
	{"unclosed quote in people.yaml", ruleYAML, []edit{change("people.yaml", "name: Vega", `name: "Vega`)}, nil},
	{"quoted colon", nil, []edit{change("show.yaml", "title: Hello, Universe", `title: "Go: the movie"`)}, nil},

	{"anchor and alias", ruleYAMLFeature, []edit{showLine("author: &a x\ncopyright: *a")}, nil},
	{"emphasis taken for an alias", ruleYAMLFeature, []edit{change(ep, "title: Cloudy with", "title: *Cloudy* with")}, nil},
	{"exclamation taken for a tag", ruleYAMLFeature, []edit{change(ep, "title: Cloudy with", "title: !Cloudy with")}, nil},
	{"per cent at the start", ruleYAMLFeature, []edit{change(ep, "title: Cloudy with", "title: %Cloudy with")}, nil},
	{"merge key", ruleYAMLFeature, []edit{change("people.yaml", "  name: Vega ", "  <<: {url: x}\n  name: Vega ")}, nil},
	{"complex key", ruleYAMLFeature, []edit{put("people.yaml", "? vega\n: {name: Vega}\n")}, nil},
	{"second document", ruleYAMLFeature, []edit{put("sponsors.yaml", sponsorsYAML+"---\na: b\n")}, nil},
	{"brackets without end", ruleYAMLFeature, []edit{showLine("hosts: " + strings.Repeat("[", 100_000))}, nil},
	{"dashes without end", ruleYAMLFeature, []edit{put("people.yaml", strings.Repeat("- ", 100_000)+"a")}, nil},

	{"key twice", ruleDuplicateKey, []edit{showLine("language: de\ntype: serial")}, nil},
	{"one key in two maps", nil, []edit{showLine("funding: []\ntype: serial"), change("show.yaml", "funding: [{", "locations: [{name: London}, {name: Paris}]\n# ")}, nil},

	{"unknown key", ruleUnknownKey, []edit{showLine("langauge: de")}, nil},
	{"unknown key in a map", ruleUnknownKey, []edit{change("show.yaml", "feed: {path", "feed: {file")}, nil},
	{"unknown key behind letters of several bytes", ruleUnknownKey, []edit{change("people.yaml", "{name: Rigel, ", `{name: "Rígel 🎙", colour: red, `)}, nil},
	{"unknown key in front matter", ruleUnknownKey, []edit{episodeLine("tags: [cdn]")}, nil},
	{"unknown key in a chapter", ruleUnknownKey, []edit{change(ep, "image: cdn.png", "img: cdn.png")}, nil},

	{"explicit: no", ruleType, []edit{change("show.yaml", "explicit: false", "explicit: no")}, nil},
	{"explicit: clean", ruleType, []edit{change("show.yaml", "explicit: false", "explicit: clean")}, nil},
	{"quoted boolean", ruleType, []edit{change("show.yaml", "explicit: false", `explicit: "true"`)}, nil},
	{"quoted number", ruleType, []edit{change(ep, "number: 4 ", `number: "4" `)}, nil},
	{"decimal number", nil, []edit{change(ep, "number: 4 ", `number: 4.5 `)}, nil},
	{"number of zero", nil, []edit{change(ep, "number: 4 ", `number: 0 `)}, nil},
	{"number that is a date", nil, []edit{change(ep, "number: 4 ", `number: 20210115 `)}, nil},
	{"negative number", ruleType, []edit{change(ep, "number: 4 ", `number: -1 `)}, nil},
	{"number in quotes", ruleType, []edit{change(ep, "number: 4 ", `number: "4.5" `)}, nil},
	{"endless number", ruleType, []edit{change(ep, "number: 4 ", `number: 123456789 `)}, nil},
	{"display", nil, []edit{change(ep, "number: 4 ", "number: 4\ndisplay: Ch. 4 ")}, nil},
	{"long display", ruleLength, []edit{change(ep, "number: 4 ", "number: 4\ndisplay: "+strings.Repeat("long ", 8))}, nil},
	{"page elsewhere", nil, []edit{change(ep, "number: 4 ", "number: 4\nlink: \"https://old.example/4\"")}, nil},
	{"link that is none", ruleURL, []edit{change(ep, "number: 4 ", "number: 4\nlink: old.example/4")}, nil},
	{"enclosure without a length", ruleRequired, []edit{change(ep, "number: 4 ", "number: 4\n"+`enclosure: {url: "https://old.example/4.mp3", type: audio/mpeg}`)}, nil},
	{"enclosure of no type", ruleWord, []edit{change(ep, "number: 4 ", "number: 4\n"+`enclosure: {url: "https://old.example/4.mp3", length: 4, type: mp3}`)}, nil},
	{"enclosure of no length", ruleType, []edit{change(ep, "number: 4 ", "number: 4\n"+`enclosure: {url: "https://old.example/4.mp3", length: 0, type: audio/mpeg}`)}, nil},
	{"duration that is none", ruleTime, []edit{change(ep, "number: 4 ", "number: 4\n"+`duration: an hour`)}, nil},
	{"audio here and elsewhere", ruleTwoAudio, []edit{change(ep, "number: 4 ", "number: 4\nduration: 60\n"+`enclosure: {url: "https://old.example/4.mp3", length: 4, type: audio/mpeg}`), put("episodes/4-cloudy/audio.mp3", "")}, nil},
	{"two alternates in one language", ruleSameAlternate, []edit{put("episodes/4-cloudy/es.mp3", ""), change(ep, "number: 4 ", "number: 4\n"+`alternates: [{audio: es.mp3, language: es}, {audio: es.mp3, language: ES}]`)}, nil},
	{"alternate that is the audio itself", ruleSameAlternate, []edit{put("episodes/4-cloudy/audio.mp3", ""), change(ep, "number: 4 ", "number: 4\n"+`alternates: [{audio: audio.mp3, language: es}]`)}, nil},
	{"alternate without a file", ruleMissingFile, []edit{change(ep, "number: 4 ", "number: 4\n"+`alternates: [{audio: audio.es.mp3, language: es}]`)}, nil},
	{"alternate without a language", ruleRequired, []edit{change(ep, "number: 4 ", "number: 4\n"+`alternates: [{audio: audio.es.mp3}]`)}, nil},
	{"alternate of audio elsewhere", ruleTwoAudio, []edit{put("episodes/4-cloudy/es.mp3", ""), remove("episodes/4-cloudy/audio.mp3"), change(ep, "audio: audio.mp3", "duration: 60\nalternates: [{audio: es.mp3, language: es}]\n"+`enclosure: {url: "https://old.example/4.mp3", length: 4, type: audio/mpeg}`)}, nil},
	{"site elsewhere", nil, []edit{showLine(`site: {enabled: false, episode_url: "https://old.example/{number}"}`)}, nil},
	{"one page for all episodes", ruleURL, []edit{showLine(`site: {episode_url: "https://old.example/"}`)}, nil},
	{"episode page that is not an address", ruleURL, []edit{showLine(`site: {episode_url: "/{slug}"}`)}, nil},
	{"small pages", ruleType, []edit{change("show.yaml", "feed: {path", "feed: {page_size: 0, path")}, nil},
	{"unknown format of transcripts", ruleWord, []edit{change("show.yaml", "transcripts:\n", "transcripts:\n  feed: [vtt, doc]\n")}, nil},
	{"text for a list", ruleType, []edit{change(ep, "guests: [deneb]", "guests: deneb")}, nil},
	{"map for a list", ruleType, []edit{change(ep, "guests: [deneb]", "guests: {id: deneb}")}, nil},
	{"list for a text", ruleType, []edit{change("show.yaml", "author: The", "author: [The]\n# ")}, nil},
	{"list for a file", ruleType, []edit{put("people.yaml", "- name: Vega\n")}, nil},
	{"title on two lines", ruleType, []edit{change(ep, "title: Cloudy with", "title: |\n  a\n  b\n# ")}, nil},
	{"empty entry of a list", ruleType, []edit{change(ep, "topics: [cdn, storage]", "topics:\n  - cdn\n  -\n")}, nil},
	{"season that is not a number", ruleType, []edit{change("show.yaml", "seasons: {1:", "seasons: {one:")}, nil},
	{"colon in an alias", ruleType, []edit{change("people.yaml", "[VEGA, Voice One]", "[VEGA: Voice One]")}, nil},
	{"title that is a number", nil, []edit{change(ep, "title: Cloudy with a chance of packets", "title: 1984")}, nil},

	{"key without a value", ruleEmpty, []edit{showLine("medium:")}, nil},
	{"lone tilde", ruleEmpty, []edit{showLine("audio: {path: ~}")}, nil},
	{"empty text", ruleEmpty, []edit{showLine(`medium: ""`)}, nil},
	{"path in the home folder", nil, []edit{showLine(`audio: {path: "~/masters/{slug}.mp3"}`)}, nil},

	{"comma in a title in braces", ruleCut, []edit{change(ep, `title: Cold open, toc: false`, `title: What, now?`)}, nil},
	{"number sign in a title", ruleCut, []edit{change(ep, "title: Cloudy with a chance of packets", "title: Episode #4")}, nil},
	{"remark behind a title", nil, []edit{change(ep, "title: Cloudy with a chance of packets", "title: Episode # 4")}, nil},

	{"no title", ruleRequired, []edit{change("show.yaml", "title: Hello, Universe", "")}, nil},
	{"no episode title", ruleRequired, []edit{change(ep, "title: Cloudy with a chance of packets", "")}, nil},
	{"bucket without url", ruleRequired, []edit{change("show.yaml", "url: https://hello-universe.example/ ", "")}, nil},
	{"folder without url", nil, []edit{change("show.yaml", "url: https://hello-universe.example/ ", ""), change("show.yaml", "storage: gs://hello-universe", "storage: file:public")}, nil},
	{"empty episode title", ruleRequired, []edit{change(ep, "title: Cloudy with a chance of packets", "title:")}, nil},
	{"person whose name is a list", ruleType, []edit{change("people.yaml", "{name: Rigel, ", "{name: [Rigel], "), change(ep, "id: rigel", "id: vega"), change("show.yaml", "hosts: [vega, rigel]", "hosts: [vega]")}, nil},
	{"guest whose name is a list", ruleType, []edit{change(ep, "guests: [deneb]", `guests: [{name: [Deneb]}]`)}, nil},
	{"credit whose role is a list", ruleType, []edit{change(ep, "role: audio editor", "role: [audio editor]")}, nil},
	{"target with a bad storage", ruleStorage, []edit{change("show.yaml", `storage: "gs://hello-universe-staging"`, `storage: "https://hello.example/"`)}, nil},
	{"licence of one's own with a bad url", ruleURL, []edit{change("show.yaml", "license: cc-by-4.0 ", `license: {name: Ours, url: ours.example} `)}, nil},
	{"chapter whose title is a list", ruleType, []edit{change(ep, `title: "What is a CDN?"`, `title: [CDN]`)}, nil},
	{"soundbite with a bad duration", ruleTime, []edit{change(ep, "duration: 30", "duration: half a minute")}, nil},
	{"person without name", ruleRequired, []edit{change("people.yaml", "{name: Rigel, ", "{")}, nil},
	{"guest without name", ruleRequired, []edit{change(ep, "guests: [deneb]", `guests: [{url: "https://a.example"}]`)}, nil},
	{"credit without role", ruleRequired, []edit{change(ep, "people: [{id: rigel, role: audio editor, group: audio post-production}]", "people: [{id: rigel}, vega]")}, nil},
	{"sponsor without name", ruleRequired, []edit{change("sponsors.yaml", "name: Acme Telescopes", "")}, nil},
	{"empty title", ruleRequired, []edit{change("show.yaml", "title: Hello, Universe", `title: ""`)}, nil},
	{"empty guid", ruleGUID, []edit{change(ep, "guid: "+guid4+" ", "guid: ")}, nil},
	{"funding with an empty url", ruleRequired, []edit{change("show.yaml", `"https://hello-universe.example/support"`, "")}, nil},
	{"funding without url", ruleRequired, []edit{change("show.yaml", `url: "https://hello-universe.example/support", `, "")}, nil},
	{"txt without value", ruleRequired, []edit{change("show.yaml", `, value: CODE`, "")}, nil},
	{"cdn without provider", ruleRequired, []edit{change("show.yaml", `provider: fastly, `, "")}, nil},
	{"target without storage", ruleRequired, []edit{change("show.yaml", `storage: "gs://hello-universe-staging", url: "https://staging.hello-universe.example/", `, "")}, nil},
	{"chapter without start", ruleRequired, []edit{change(ep, `start: "0:12", `, "")}, nil},
	{"chapter without title", ruleRequired, []edit{change(ep, `title: "What is a CDN?", `, "")}, nil},
	{"social without uri", ruleRequired, []edit{change(ep, `, uri: "https://social.example/@hello/1"`, "")}, nil},
	{"update_frequency without text", ruleRequired, []edit{change("show.yaml", `text: Weekly, `, "")}, nil},
	{"location without name", ruleRequired, []edit{showLine("locations: [{country: GB}]")}, nil},
	{"comments disabled", nil, []edit{change(ep, `activitypub, uri: "https://social.example/@hello/1"`, "disabled")}, nil},
	{"location in full", nil, []edit{showLine(`locations: [{name: London, rel: creator, geo: "geo:51.5,-0.1", osm: R65606, country: GB}]`)}, nil},

	{"a title and nothing else", ruleDefault, []edit{put("show.yaml", "title: Hello\n"), remove("artwork.jpg")}, nil},

	{"unknown type", ruleWord, []edit{change(ep, "type: full", "type: trailler")}, nil},
	{"unknown announcer", ruleWord, []edit{change("show.yaml", "announce: [websub", "announce: [webhub")}, nil},
	{"unknown medium", ruleWord, []edit{showLine("medium: podcasts")}, nil},
	{"rrule that is none", ruleWord, []edit{change("show.yaml", "FREQ=WEEKLY", "weekly")}, nil},
	{"rrule without frequency", ruleWord, []edit{change("show.yaml", "FREQ=WEEKLY", "BYDAY=MO")}, nil},
	{"country in full", ruleWord, []edit{showLine("locations: [{name: London, country: England}]")}, nil},
	{"rrule with days", nil, []edit{change("show.yaml", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO;INTERVAL=2")}, nil},

	{"date by the rules of Britain", ruleDate, []edit{change(ep, "date: 2027-02-04 06:00", "date: 4 February 2027")}, nil},
	{"date with slashes", ruleDate, []edit{change(ep, "date: 2027-02-04 06:00", "date: 2027/02/04 06:00")}, nil},
	{"date that does not exist", ruleDate, []edit{change(ep, "date: 2027-02-04 06:00", "date: 2027-02-30 06:00")}, nil},
	{"hour that the clocks skip", ruleDate, []edit{change(ep, "date: 2027-02-04 06:00", "date: 2027-03-28 01:30")}, nil},
	{"date in words", ruleDate, []edit{change(ep, "date: 2027-02-04 06:00", "date: tomorrow")}, nil},
	{"year one", ruleDate, []edit{change(ep, "date: 2027-02-04 06:00", "date: 0001-01-01 00:00")}, nil},
	{"date with an offset", nil, []edit{change(ep, "date: 2027-02-04 06:00", "date: 2027-02-04T06:00:00+02:00")}, nil},

	{"chapter in seconds", ruleTime, []edit{change(ep, `start: "0:12"`, `start: 12`)}, nil},
	{"chapter with 75 seconds", ruleTime, []edit{change(ep, `start: "0:12"`, `start: "0:75"`)}, nil},
	{"line of chapters.txt without time", ruleTime, []edit{remove(ep), second(guid5), put("episodes/5-tail/chapters.txt", "Intro\n0:12\n")}, nil},
	{"chapters.txt", nil, []edit{second(guid5), put("episodes/5-tail/chapters.txt", "# made by hand\n\n0:00 Intro\n\t0:48.5\tMiddle  \n1:02:03 End\n")}, nil},

	{"URL without scheme", ruleURL, []edit{change("show.yaml", "url: https://hello-universe.example/ ", "url: hello-universe.example")}, nil},
	{"URL of a script", ruleURL, []edit{change("people.yaml", `url: "https://deneb.example/"`, `url: "javascript:alert(1)"`)}, nil},
	{"URL with a password", ruleURL, []edit{change("people.yaml", `url: "https://deneb.example/"`, `url: "https://deneb:hunter2@deneb.example/"`)}, nil},
	{"URL with a space", ruleURL, []edit{change("people.yaml", `url: "https://deneb.example/"`, `url: "https://deneb.example/a b"`)}, nil},
	{"url with a query", ruleURL, []edit{change("show.yaml", "url: https://hello-universe.example/ ", "url: https://hello-universe.example/?a=b ")}, nil},
	{"url without encryption", ruleURL, []edit{change("show.yaml", "url: https://hello", "url: http://hello")}, nil},
	{"edit without {file}", ruleURL, []edit{change("show.yaml", "main/{file}", "main/")}, nil},
	{"url on this machine", nil, []edit{change("show.yaml", "url: https://hello-universe.example/ ", "url: http://localhost:8080 ")}, nil},

	{"e-mail without a host", ruleEmail, []edit{change("show.yaml", "show@hello-universe.example", "show@localhost")}, nil},
	{"e-mail with a name", ruleEmail, []edit{change("show.yaml", "email: show@hello-universe.example", `email: "Hello <show@hello-universe.example>"`)}, nil},

	{"language in full", ruleLanguage, []edit{change("show.yaml", "language: en-gb", "language: English")}, nil},
	{"language with an underscore", ruleLanguage, []edit{change("show.yaml", "language: en-gb", "language: en_GB")}, nil},
	{"transcript in no language", ruleLanguage, []edit{put("episodes/4-cloudy/transcript.draft2.md", "")}, nil},
	{"captions beside Markdown", ruleSpareTranscript, []edit{put("episodes/4-cloudy/transcript.vtt", "WEBVTT\n")}, nil},
	{"captions of another kind", ruleTranscriptName, []edit{remove("episodes/4-cloudy/transcript.md"), put("episodes/4-cloudy/transcript.ttml", "<tt/>")}, nil},
	{"captions in capitals", ruleTranscriptName, []edit{remove("episodes/4-cloudy/transcript.md"), put("episodes/4-cloudy/transcript.SRT", "")}, nil},
	{"captions of another kind beside Markdown", nil, []edit{put("episodes/4-cloudy/transcript.ttml", "<tt/>")}, nil},
	{"transcript in Spanish", nil, []edit{put("episodes/4-cloudy/transcript.es.md", "")}, nil},

	{"timezone that is none", ruleTimezone, []edit{change("show.yaml", "Europe/London", "Europe/Oxford")}, nil},
	{"timezone of the machine", ruleTimezone, []edit{change("show.yaml", "Europe/London", "Local")}, nil},

	{"subcategory of another", ruleCategory, []edit{change("show.yaml", "News > Tech News", "Technology > Tech News")}, nil},
	{"subcategory in small letters", ruleCategory, []edit{change("show.yaml", "News > Tech News", "technology > tech news")}, nil},
	{"retired category", ruleCategory, []edit{change("show.yaml", "News > Tech News", "Technology > Gadgets")}, nil},
	{"misspelt category", ruleCategory, []edit{change("show.yaml", "News > Tech News", "Society and Culture")}, nil},
	{"subcategory alone", ruleCategory, []edit{change("show.yaml", "News > Tech News", "Tech News")}, nil},

	{"licence in words", ruleLicense, []edit{change("show.yaml", "license: cc-by-4.0 ", "license: All rights reserved ")}, nil},
	{"licence of one's own without url", ruleLicense, []edit{change("show.yaml", "license: cc-by-4.0 ", "license: {name: Ours} ")}, nil},
	{"licence of one's own", nil, []edit{change("show.yaml", "license: cc-by-4.0 ", `license: {name: Ours, url: "https://a.example/l"} `)}, nil},

	{"storage on the web", ruleStorage, []edit{change("show.yaml", "storage: gs://hello-universe", "storage: https://bucket.example/")}, nil},
	{"storage without a bucket", ruleStorage, []edit{change("show.yaml", "storage: gs://hello-universe", "storage: gs:///prefix")}, nil},
	{"storage with a key", ruleStorage, []edit{change("show.yaml", "storage: gs://hello-universe", "storage: s3://AKIA:secret@bucket")}, nil},
	{"storage on S3", nil, []edit{change("show.yaml", "storage: gs://hello-universe", `storage: "s3://bucket/prefix?endpoint=https://s3.example"`)}, nil},

	{"unknown host", ruleUnknownID, []edit{change("show.yaml", "hosts: [vega,", "hosts: [wega,")}, nil},
	{"guest by name", ruleUnknownID, []edit{change(ep, "guests: [deneb]", "guests: [Deneb Star]")}, nil},
	{"unknown sponsor", ruleUnknownID, []edit{change(ep, "sponsors: [acme-telescopes]", "sponsors: [acme]")}, nil},
	{"unknown sponsor of a chapter", ruleUnknownID, []edit{change(ep, "sponsor: acme-telescopes", "sponsor: acme-telescope")}, nil},
	{"id and name", ruleUnknownID, []edit{change(ep, "guests: [deneb]", "guests: [{id: deneb, name: Deneb}]")}, nil},
	{"guest with a name", nil, []edit{change(ep, "guests: [deneb]", `guests: [{name: "Deneb Star", role: Guest}]`)}, nil},

	{"no artwork", ruleMissingFile, []edit{remove("artwork.jpg")}, nil},
	{"artwork that is a folder", ruleMissingFile, []edit{change("show.yaml", "artwork: artwork.jpg", "artwork: .")}, nil},
	{"no chapter image", ruleMissingFile, []edit{remove("episodes/4-cloudy/cdn.png")}, nil},
	{"no person's image", ruleMissingFile, []edit{remove("people/rigel.png")}, nil},
	{"no logo", ruleMissingFile, []edit{remove("sponsors/acme.png")}, nil},
	{"no master", ruleMissingFile, []edit{remove("episodes/4-cloudy/audio.mp3")}, nil},
	{"no master of a draft", ruleMissingFile, []edit{second(guid5 + "\naudio: ../../masters/5.mp3")}, nil},
	{"no master, but a pin", nil, []edit{remove("episodes/4-cloudy/audio.mp3"), put("onair.lock", lockOf(guid4, "4-cloudy"))}, nil},
	{"no master, not named", nil, []edit{second(guid5)}, nil},

	{"artwork outside the folder", rulePath, []edit{change("show.yaml", "artwork: artwork.jpg", "artwork: ../artwork.jpg")}, nil},
	{"image from the root", rulePath, []edit{change(ep, "image: cdn.png", "image: /etc/passwd")}, nil},
	{"image outside by way of the show", rulePath, []edit{change(ep, "image: cdn.png", "image: ../../../x.png")}, nil},
	{"feed path that climbs", rulePath, []edit{change("show.yaml", "path: feed.xml", "path: ../feed.xml")}, nil},
	{"feed path that is a device", rulePath, []edit{change("show.yaml", "path: feed.xml", "path: rss/CON.xml")}, nil},
	{"pattern without a name", rulePath, []edit{showLine("audio: {path: ~/masters/a.mp3}")}, nil},
	{"pattern with an unknown name", rulePath, []edit{showLine(`audio: {path: "~/masters/{title}.mp3"}`)}, nil},
	{"master that is a WAV", rulePath, []edit{change(ep, "audio: audio.mp3", "audio: audio.wav")}, nil},
	{"master on the web", rulePath, []edit{change(ep, "audio: audio.mp3", "audio: https://a.example/audio.mp3")}, nil},
	{"image in the show's folder", nil, []edit{change(ep, "image: cdn.png", "image: ../../artwork.jpg")}, nil},

	{"slug that climbs", ruleSlug, []edit{episodeLine("slug: ../x")}, nil},
	{"slug of a device", ruleSlug, []edit{episodeLine("slug: com1")}, nil},
	{"folder that is not a slug", ruleSlug, []edit{put("episodes/Fünf Uhr/episode.md", "---\ntitle: Tea\n"+guid5+"\n---\n")}, nil},
	{"topic that is not a slug", ruleSlug, []edit{change(ep, "topics: [cdn,", "topics: [Content Delivery,")}, nil},
	{"id that is not a slug", ruleSlug, []edit{change("people.yaml", "deneb: {", "Deneb: {"), change(ep, "guests: [deneb]", "")}, nil},
	{"slug: for a folder that is none", nil, []edit{put("episodes/Fünf Uhr/episode.md", "---\ntitle: Tea\nslug: tea\n"+guid5+"\n---\n")}, nil},

	{"one slug twice", ruleSameSlug, []edit{second(guid5 + "\nslug: 4-cloudy")}, nil},
	{"one number twice", ruleSameNumber, []edit{second(guid5 + "\nseason: 1\nnumber: 4")}, nil},
	{"one number in two seasons", nil, []edit{second(guid5 + "\nseason: 2\nnumber: 4")}, nil},
	{"bonus with its parent's number", nil, []edit{second(guid5 + "\nseason: 1\nnumber: 4\ntype: bonus")}, nil},

	{"no guid", ruleGUID, []edit{change(ep, "guid: "+guid4+" ", "")}, nil},
	{"no guid, but a pin", ruleGUID, []edit{change(ep, "guid: "+guid4+" ", ""), put("onair.lock", lockOf(guid4, "4-cloudy"))}, nil},
	{"draft without guid", ruleGUID, []edit{second("number: 5")}, nil},
	{"endless guid", ruleGUID, []edit{change(ep, "guid: "+guid4, "guid: "+strings.Repeat("a", 2001))}, nil},
	{"long guid in Greek", nil, []edit{change(ep, "guid: "+guid4, "guid: "+strings.Repeat("ω", 2000))}, nil},
	{"guid of another host", nil, []edit{change(ep, "guid: "+guid4, `guid: "https://old.example/?p=4"`)}, nil},
	{"one guid twice", ruleSameGUID, []edit{second("guid: " + guid4)}, nil},
	{"changed guid", ruleLockGUID, []edit{put("onair.lock", lockOf("other", "4-cloudy"))}, nil},
	{"published and gone", ruleLockOrphan, []edit{put("onair.lock", lockOf("other", "3-gone"))}, nil},
	{"published", nil, []edit{put("onair.lock", lockOf(guid4, "4-cloudy"))}, nil},

	{"empty lock", pins.Rules().Must("S032"), []edit{put("onair.lock", "# nothing\n")}, nil},
	{"lock of a newer onair", pins.Rules().Must("S032"), []edit{put("onair.lock", "version: 2\n")}, nil},
	{"lock with a short hash", pins.Rules().Must("S032"), []edit{put("onair.lock", strings.Replace(lockOf(guid4, "4-cloudy"), "abab", "", 1))}, nil},
	{"lock with half a pin", pins.Rules().Must("S032"), []edit{put("onair.lock", "version: 1\nepisodes:\n  a: {slug: b}\n")}, nil},
	{"lock with a conflict", ruleYAML, []edit{put("onair.lock", "<<<<<<< HEAD\nversion: 1\n=======\n")}, nil},

	{"chapters out of order", ruleChapters, []edit{change(ep, `start: "0:48.5"`, `start: "0:10"`)}, nil},
	{"chapters that overlap", ruleChapters, []edit{change(ep, `start: "0:12",`, `start: "0:12", end: "0:50",`)}, nil},
	{"chapters at one time", ruleChapters, []edit{change(ep, `start: "0:12"`, `start: "0:00"`)}, nil},
	{"chapter that ends before it starts", ruleChapters, []edit{change(ep, `start: "0:12",`, `start: "0:12", end: "0:11",`)}, nil},
	{"chapter with an end", nil, []edit{change(ep, `start: "0:12",`, `start: "0:12", end: "0:48",`)}, nil},
	{"chapters in two places", ruleTwoChapters, []edit{put("episodes/4-cloudy/chapters.txt", "0:00 Intro\n")}, nil},
	{"two files of chapters", ruleTwoChapters, []edit{second(guid5), put("episodes/5-tail/chapters.json", `{"chapters": []}`), put("episodes/5-tail/chapters.txt", "")}, nil},
	{"named file of chapters beside another", ruleTwoChapters, []edit{second(guid5 + "\nchapters: marks.csv"), put("episodes/5-tail/marks.csv", "#,Name,Start\n"), put("episodes/5-tail/chapters.txt", "")}, nil},
	{"named file of chapters that is missing", ruleMissingFile, []edit{second(guid5 + "\nchapters: marks.csv")}, nil},
	{"file of chapters that is broken", ruleChapterFile, []edit{second(guid5), put("episodes/5-tail/chapters.json", `{"chapters": [`)}, nil},
	{"file of chapters without one", ruleChapterFile, []edit{second(guid5), put("episodes/5-tail/chapters.txt", "# later\n")}, nil},
	{"file of chapters out of order", ruleChapters, []edit{second(guid5), put("episodes/5-tail/chapters.json", `{"chapters": [{"startTime": 5, "title": "b"}, {"startTime": 1, "title": "a"}]}`)}, nil},
	{"file of chapters with an image that is missing", ruleMissingFile, []edit{second(guid5), put("episodes/5-tail/chapters.json", `{"chapters": [{"startTime": 0, "title": "a", "img": "a.png"}]}`)}, nil},
	{"file of chapters with an image outside", rulePath, []edit{second(guid5), put("episodes/5-tail/chapters.json", `{"chapters": [{"startTime": 0, "title": "a", "img": "../../../a.png"}]}`)}, nil},
	{"file of chapters with an image on the web", ruleMissingFile, []edit{second(guid5), put("episodes/5-tail/chapters.json", `{"chapters": [{"startTime": 0, "title": "a", "img": "https://a.example/a.png"}]}`)}, nil},

	{"soundbite without duration", ruleSoundbite, []edit{change(ep, "duration: 30, ", "")}, nil},
	{"short soundbite", ruleSoundbite, []edit{change(ep, "duration: 30", "duration: 5")}, nil},
	{"soundbite with a time for duration", nil, []edit{change(ep, "duration: 30", `duration: "0:30"`)}, nil},

	{"extra that is not well-formed", ruleExtra, []edit{showLine("extra: |\n  <itunes:keywords>a & b</itunes:keywords>")}, nil},
	{"extra that closes the channel", ruleExtra, []edit{showLine("extra: |\n  <podcast:block>yes</podcast:block>\n  </channel><channel>")}, nil},
	{"extra with an unknown prefix", ruleExtra, []edit{showLine("extra: <media:rating>adult</media:rating>")}, nil},
	{"extra without a prefix", ruleExtra, []edit{showLine("extra: <item/>")}, nil},
	{"extra with elements of RSS", nil, []edit{showLine("extra: <ttl>60</ttl><generator>my own</generator><webMaster>a@b.example (A)</webMaster>"), episodeLine("extra: <author>a@b.example (A)</author><comments>https://a.example/</comments>")}, nil},
	{"extra with another guid", ruleExtra, []edit{episodeLine("extra: <guid>5</guid>")}, nil},
	{"extra with an element of the channel", ruleExtra, []edit{episodeLine("extra: <ttl>60</ttl>")}, nil},
	{"extra with a live item", nil, []edit{showLine(`extra: <podcast:liveItem status="pending"><title>Now</title><guid>1</guid><podcast:contentLink href="https://a.example/">Watch</podcast:contentLink></podcast:liveItem>`)}, nil},
	{"extra with surrogates", nil, []edit{showLine(`extra: "<podcast:txt>a &#55357;&#56841; b &#xD83D;&#xDE09;</podcast:txt>"`)}, nil},
	{"extra with half a surrogate", ruleExtra, []edit{showLine(`extra: "<podcast:txt>a &#55357; b</podcast:txt>"`)}, nil},
	{"extra with a comment", ruleExtra, []edit{showLine("extra: <!-- hello -->")}, nil},
	{"extra with a declaration", ruleExtra, []edit{showLine("extra: '<!DOCTYPE a [<!ENTITY b \"c\">]><itunes:a/>'")}, nil},
	{"extra left open", ruleExtra, []edit{showLine("extra: <itunes:a>")}, nil},
	{"extra with an attribute twice", ruleExtra, []edit{showLine(`extra: <itunes:a b="1" b="2"/>`)}, nil},
	{"extra with xmlns", ruleExtra, []edit{showLine(`extra: <itunes:a xmlns:itunes="x"/>`)}, nil},
	{"namespace of ours", ruleExtra, []edit{showLine("namespaces: {itunes: \"https://a.example/\"}")}, nil},
	{"extra with a namespace", nil, []edit{showLine("namespaces: {media: \"http://search.yahoo.com/mrss/\"}\nextra: <media:rating>adult</media:rating>"), episodeLine("extra: <media:rating/>")}, nil},

	{"accepted rule", nil, []edit{showLine("accept: {S011: the feed is not in directories}")}, nil},
	{"accepted rule without a reason", ruleAccept, []edit{showLine("accept:\n  S011:")}, nil},
	{"accepted name that is not a rule", ruleAccept, []edit{showLine("accept: {categories: none fits}")}, nil},

	{"unknown target", ruleTarget, nil, &LoadOptions{Target: "stagin"}},
	{"no targets", ruleTarget, []edit{change("show.yaml", "targets:\n  staging: {", "# ")}, &LoadOptions{Target: "staging"}},
	{"known target", nil, nil, &LoadOptions{Target: "staging"}},
	{"bad storage in the environment", ruleStorage, nil, &LoadOptions{Env: environment("ONAIR_STORAGE", "bucket")}},

	{"long title", ruleLength, []edit{change(ep, "title: Cloudy", "title: "+strings.Repeat("Cloudy ", 50))}, nil},
	{"endless description", ruleLength, []edit{change("show.yaml", "  Two synthetic", "  "+strings.Repeat("Two ", 20_000))}, nil},

	{"folder without episode.md", ruleFolder, []edit{put("episodes/6-empty/notes.txt", "")}, nil},
	{"episode that is not a folder", ruleFolder, []edit{put("episodes/6-empty.md", "")}, nil},
	{"linked folder", ruleFolder, []edit{func(_ testing.TB, files fstest.MapFS) {
		files["episodes/7-link"] = &fstest.MapFile{Data: []byte("/etc"), Mode: os.ModeSymlink}
	}}, nil},
	{"folders of one's own", nil, []edit{put("episodes/_template/episode.md", "x"), put("episodes/.git/x", ""), put("episodes/README.txt", "")}, nil},

	{"linked transcript", ruleNotRead, []edit{func(_ testing.TB, files fstest.MapFS) {
		files["episodes/4-cloudy/transcript.fr.md"] = &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: os.ModeSymlink}
	}}, nil},
	{"pipe as chapters", ruleNotRead, []edit{func(_ testing.TB, files fstest.MapFS) {
		files["episodes/4-cloudy/chapters.json"] = &fstest.MapFile{Mode: os.ModeNamedPipe}
	}}, nil},
	{"hidden artwork", rulePath, []edit{change("show.yaml", "artwork: artwork.jpg", "artwork: .git/config")}, nil},

	{"unknown role", ruleTaxonomy, []edit{change(ep, "role: audio editor", "role: audio editer")}, nil},
	{"role of another group", ruleTaxonomy, []edit{change(ep, ", group: audio post-production", "")}, nil},
	{"unknown group", ruleTaxonomy, []edit{change(ep, "group: audio post-production", "group: audio")}, nil},

	{"two people with one name", ruleSameName, []edit{change("people.yaml", "name: Deneb,", "name: voice one,")}, nil},

	{"redirect without a slash", ruleRedirect, []edit{change(ep, "redirect_from: [/4]", "redirect_from: [4]")}, nil},
	{"redirect that climbs", ruleRedirect, []edit{change(ep, "redirect_from: [/4]", "redirect_from: [/../4]")}, nil},
	{"redirect from a page", ruleRedirect, []edit{change(ep, "redirect_from: [/4]", "redirect_from: [/episodes/4-cloudy/]")}, nil},
	{"redirect from a device", ruleRedirect, []edit{change(ep, "redirect_from: [/4]", "redirect_from: [/old/Com1.html]")}, nil},
	{"redirect from the records", ruleRedirect, []edit{change(ep, "redirect_from: [/4]", "redirect_from: [/.onair/release.json]")}, nil},
	{"redirect from one path twice", ruleRedirect, []edit{second(guid5 + "\nredirect_from: [/4/]")}, nil},

	{"token in show.yaml", ruleSecret, []edit{change("show.yaml", "service: SERVICE_ID", "token: abcdef")}, nil},

	{"HTML that is kept", nil, []edit{change(ep, "\n---\n", "\n---\nPress <kbd>Ctrl</kbd>, see <a href=\"https://example.com/\">this</a>.<br>\n<details><summary>More</summary>\n\n- text\n\n</details>\n\n")}, nil},
	{"HTML that is shown as text", ruleHTML, []edit{change(ep, "\n---\n", "\n---\n<center>Hello</center>\n\n")}, nil},
	{"link with another scheme", ruleHTML, []edit{change(ep, "\n---\n", "\n---\nCall [the studio](skype:vega).\n\n")}, nil},
	{"attributes that are dropped", ruleHTML, []edit{change(ep, "\n---\n", "\n---\nSee <a href=\"https://example.com/\" target=\"_blank\">this</a>.\n\n")}, nil},
	{"notes that are too complex", ruleTooComplex, []edit{change(ep, "\n---\n", "\n---\n"+strings.Repeat("> ", 200)+"deep\n\n")}, nil},
	{"HTML in the description", ruleHTML, []edit{change("show.yaml", "Two synthetic voices", "Two <marquee>synthetic voices")}, nil},

	{"no front matter", ruleFrontMatter, []edit{put(ep, "# Cloudy\n")}, nil},
	{"front matter without end", ruleFrontMatter, []edit{put(ep, "---\ntitle: x\n")}, nil},

	{"slug changed by hand", ruleMoved, []edit{put("onair.lock", lockOf(guid4, "3-cloudy"))}, nil},
	{"slug changed with a redirect", nil, []edit{put("onair.lock", lockOf(guid4, "3-cloudy")), change(ep, "[/4]", "[/episodes/3-cloudy/]")}, nil},

	{"site and theme", nil, []edit{
		put("fonts/Head.woff2", "font"), put("pages/about.md", "---\ntitle: About\nnav: false\n---\nHello.\n"), put("pages/map.svg", "<svg/>"),
		showLine("site: {page_urls: html, home: 3, nav: [{text: Shop, url: https://shop.example/}, {text: About, url: /about/}], cards: false}\ntheme: {accent: \"#7A1F5C\", font: fonts/Head.woff2, scheme: dark}"),
		put("people.yaml", "vega: {name: Vega, bio: Hello., links: {web: \"https://vega.example/\"}, fediverse: \"@vega@social.example\"}\nrigel: {name: Rigel}\ndeneb: {name: Deneb}\n"), episodeLine("hosts: [vega]"),
	}, nil},
	{"unknown setting of the site", ruleUnknownKey, []edit{showLine("site: {homes: 3}")}, nil},
	{"a nav without a url", ruleRequired, []edit{showLine("site: {nav: [{text: Shop}]}")}, nil},
	{"accent is not a colour", ruleColour, []edit{showLine("theme: {accent: teal}")}, nil},
	{"accent with a typo", ruleColour, []edit{showLine("theme: {accent: atuo}")}, nil},
	{"font of another format", rulePath, []edit{put("fonts/Head.otf", "font"), showLine("theme: {font: fonts/Head.otf}")}, nil},
	{"a logo that is missing", ruleMissingFile, []edit{showLine("theme: {logo: logo.png}")}, nil},
	{"a page at a reserved address", ruleSlug, []edit{put("pages/search.md", "---\ntitle: Search\n---\n")}, nil},
	{"a page whose name is not a slug", ruleSlug, []edit{put("pages/About us.md", "---\ntitle: About\n---\n")}, nil},
	{"a page without a title", ruleRequired, []edit{put("pages/about.md", "---\nsummary: x\n---\n")}, nil},
	{"a handle without a server", ruleHandle, []edit{put("people.yaml", "vega: {name: Vega, fediverse: \"@vega\"}\nrigel: {name: Rigel}\ndeneb: {name: Deneb}\n")}, nil},

	{"artwork of another format", ruleArtworkName, []edit{put("episodes/4-cloudy/artwork.webp", "RIFF"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"artwork of a telephone", ruleArtworkName, []edit{put("episodes/4-cloudy/Artwork.HEIC", "ftyp"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"artwork in capitals", ruleArtworkName, []edit{put("episodes/4-cloudy/artwork.JPG", "JFIF"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"artwork in capitals, as PNG", ruleArtworkName, []edit{put("episodes/4-cloudy/artwork.PNG", "\x89PNG"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"artwork as GIF", ruleArtworkName, []edit{put("episodes/4-cloudy/artwork.gif", "GIF89a"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"artwork as other programs call it", ruleArtworkName, []edit{put("episodes/4-cloudy/Folder.jpg", "JFIF"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"artwork that is hidden", ruleArtworkName, []edit{put("episodes/4-cloudy/.cover.png", "\x89PNG"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},
	{"a cover beside artwork", nil, []edit{put("episodes/4-cloudy/cover.jpg", "JFIF")}, nil},
	{"a transcript that is hidden", ruleNotRead, []edit{put("episodes/4-cloudy/.transcript.de.vtt", "WEBVTT\n")}, nil},
	{"chapters that are hidden", ruleNotRead, []edit{put("episodes/4-cloudy/.chapters.json", "{}")}, nil},
	{"hidden files of editors", nil, []edit{put("episodes/4-cloudy/.episode.md.swp", "vim"), put("episodes/4-cloudy/._audio.mp3", "Mac OS"), put("episodes/4-cloudy/.episode.md", "copy")}, nil},
	{"artwork beside another format", nil, []edit{put("episodes/4-cloudy/artwork.gif", "GIF")}, nil},
	{"artwork's project file", nil, []edit{put("episodes/4-cloudy/artwork.xcf", "gimp"), put("episodes/4-cloudy/artwork.txt", "by Vega"), remove("episodes/4-cloudy/artwork.jpg"), change(ep, "artwork: artwork.jpg", "")}, nil},

	{"wrong all over", ruleUnknownKey, []edit{put("sponsors.yaml", "acme-telescopes:\n  name: A\n"+manyKeys(300))}, nil},
	{"everything at once", ruleUnknownKey, []edit{
		showLine("colour: red"), change("show.yaml", "explicit: false", "explicit: no"),
		put("sponsors.yaml", "acme: [\n"), change(ep, "number: 4", "number: four"),
	}, nil},
}

// manyKeys returns n unknown keys for the first sponsor.
func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  key%d: x\n", i)
	}
	return b.String()
}

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// severalCauses are the cases with several mistakes, each of which gives one finding.
var severalCauses = map[string]bool{
	"credit without role":               true, // two credits
	"target without storage":            true, // and without url
	"a title and nothing else":          true,
	"line of chapters.txt without time": true, // and one without title
	"lock with half a pin":              true, // its episode does not exist either
	"wrong all over":                    true,
	"everything at once":                true,
}

func TestFindings(t *testing.T) {
	t.Parallel()
	var golden strings.Builder
	seen := map[string]bool{}
	for _, tt := range findingCases {
		t.Run(tt.name, func(t *testing.T) {
			files := exampleShow()
			for _, e := range tt.edits {
				e(t, files)
			}
			_, found := Load(files, tt.opts)
			got := map[string]bool{}
			fmt.Fprintf(&golden, "# %s\n", tt.name)
			for i, f := range found {
				got[f.Rule], seen[f.Rule] = true, true
				checkWording(t, f)
				if i > 0 && i < source.MaxFindings-1 && len(found) > source.MaxFindings {
					continue // the golden file is for readers
				}
				fmt.Fprintf(&golden, "%s %s %v\n", f.Rule, f.Severity, f)
				if f.Hint != "" {
					fmt.Fprintf(&golden, "     %s\n", f.Hint)
				}
				if f.Source != "" {
					fmt.Fprintf(&golden, "     (%s)\n", f.Source)
				}
			}
			golden.WriteString("\n")
			switch {
			case tt.rule == nil && len(found) > 0:
				t.Errorf("unexpected findings: %v", found)
			case tt.rule != nil && !got[tt.rule.ID]:
				t.Errorf("%s not found, but %v", tt.rule.ID, found)
			case len(found) > 1 && !severalCauses[tt.name]:
				t.Errorf("one cause gives %d findings: %v", len(found), found)
			}
		})
	}
	compareGolden(t, "testdata/findings.txt", golden.String())
	for _, rule := range rules {
		if !seen[rule.ID] {
			t.Errorf("%s has no case", rule.ID)
		}
	}
}

// checkWording checks that findings follow the conventions for messages.
func checkWording(t *testing.T, f finding.Finding) {
	t.Helper()
	if f.Message == "" || strings.ContainsAny(f.Message+f.Hint, "\n\x00\x1b") || strings.HasSuffix(f.Message, ".") || len(f.Message) > 400 {
		t.Errorf("message %q, hint %q: want one line without a full stop", f.Message, f.Hint)
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(string(want), "\r\n", "\n"); got != want {
		t.Errorf("%s differs; run go test -update and look at the change\n%s", name, firstDifference(got, want))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines; want %d", len(g), len(w))
}

// # Rules of what is live
//
// Findings about the show as it is seen from outside:
//
//	V001  error    an address cannot be reached: no connection, a certificate that
//	               nobody trusts, too slow, too many redirects
//	V002  error    there is no object: any status but 200
//	V003  error    an object has another length than the feed or the release says
//	V004  error    an object has another Content-Type (feed and pages: warning)
//	V005  error    a part of audio cannot be had by Range (RFC 9110 section 14)
//	V006  error    players on other sites may not read captions or chapters (CORS)
//	V007  error    the bytes of an object are others
//	V008  warning  Cache-Control is not what HeadersFor says
//	V009  error    HEAD is not answered
//	V010  error    the feed or a page is not what was published last
//	V011  info     the feed or a page is not what the folder says
//	V012  error    enclosure_prefix does not lead to the audio
//	V013  info     the feed is fresh, and how long that took
//	V014  error    the live feed is none, or an item has no enclosure
//	V015  warning  an episode that was asked for is not in the live feed
//	V016  warning  the certificate ends within 14 days
//	V017  warning  http is not redirected to https
//	V018  warning  a page that does not exist has another status than 404
//	V019  warning  everybody can read onair's own records
//	V020  warning  a publish was interrupted: nobody knows what should be live
//	V021  info     the folder has errors, and was not compared with what is live
//
// A publish proves its new objects by V001 to V007 and V009 before a feed names
// them, and verifies all of it when it is done.
package verify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/record"
	"onair/publish/release"
)

// Options say what Verify looks at; nil means defaults.
type Options struct {
	Episodes []string // slugs of the episodes to look at; nil: all that are live; empty: none
	Full     bool     // read every file and every page; otherwise a sample of the files, and the pages of the show and its episodes

	// Published is the record of what was published last, by key: what is live
	// must be that. nil: the release was, this moment. Empty: nobody knows, and
	// what is live is taken for what was meant.
	Published map[string]record.Object

	Interrupted bool // a publish did not come to its end, and Published is empty
	Errors      int  // that the folder has: it is not compared with what is live
}

// Verify looks at the live show as listeners get it: the feed and the pages
// fresh, byte for byte; every enclosure, also through enclosure_prefix, by HEAD
// and by Range, with the length and the type that the feed says; transcripts and
// chapters with CORS; artwork; headers for caches; the certificate; what a
// stranger should not see. It waits, for as long as the Web has patience, until
// caches have let go of what was there before. Of the files it reads a sample,
// which differs from feed to feed.
//
// It checks what the live feed names, which may be older than the folder. The
// findings are V001 to V021 of the package comment. A show whose address cannot
// be reached by design has none: see [Reachable]. Where ctx ends first the list
// says nothing: look at ctx.Err.
func Verify(ctx context.Context, w *Web, r *release.Release, o *Options) finding.List {
	if !Reachable(r.Show) {
		return nil
	}
	if o == nil {
		o = &Options{}
	}
	web := *w
	web.Storage = cmp.Or(w.Storage, r.Show.Storage)
	v := &verifier{
		ctx: ctx, w: &web, r: r, o: o, deadline: web.deadline(verifyPatience),
		objects: map[string]*release.Object{}, episodes: map[string]*release.Episode{}, audio: map[string]*release.Episode{},
		known: map[string]bool{},
	}
	for _, object := range r.Objects {
		v.objects[object.Key] = object
	}
	for _, e := range r.Episodes {
		v.episodes[e.GUID], v.audio[e.AudioKey()] = e, e
	}
	v.run()
	return web.told(v.problems, r.Show.At("url"))
}

type verifier struct {
	ctx      context.Context
	w        *Web
	r        *release.Release
	o        *Options
	deadline time.Time
	objects  map[string]*release.Object  // of the release, by key
	episodes map[string]*release.Episode // of the release, by GUID
	audio    map[string]*release.Episode // of the release, by key of their audio

	want     []Expectation
	known    map[string]bool // addresses in want
	ahead    bool            // the folder's feed is another than the live one
	problems []problem
}

// add notes a problem that no expectation has.
func (v *verifier) add(rule string, severity finding.Severity, at finding.Position, address, format string, args ...any) {
	v.problems = append(v.problems, problem{
		rule: rule, severity: severity, at: at, url: address,
		what: fmt.Sprintf(format, args...), hint: v.w.hint(rule),
	})
}

func (v *verifier) run() {
	if v.o.Interrupted {
		v.add("V020", finding.Warning, v.r.Show.At("url"), v.r.Show.FeedURL(), "a publish was interrupted, or is under way: whether the feed and the pages are fresh cannot be told")
	}
	data, response := v.feed()
	if response == nil {
		return
	}
	v.certificate(response)
	feed, err := record.ParseLiveFeed(data)
	if err != nil {
		v.add("V014", finding.Error, v.r.Show.At("url"), v.r.Show.FeedURL(), "%v", err)
		return
	}
	v.compareFolder(feed, data)
	v.expect(Expectation{URL: v.r.Show.FeedURL(), at: v.r.Show.At("url")}) // HEAD
	v.expect(v.page(v.r.Show.URL, v.r.Show.At("url")))
	for _, image := range feed.Channel.Artwork {
		v.expect(v.file(image.URL, v.r.Show.At("artwork")))
	}
	for i := range feed.Channel.Items {
		v.item(&feed.Channel.Items[i])
	}
	v.notLive(feed)
	if v.o.Full {
		v.otherPages()
	}
	v.sample(data)
	v.problems = append(v.problems, v.w.all(v.ctx, v.want, v.deadline)...)
	v.plainHTTP()
	v.absent()
	v.records()
}

// feed reads the live feed, once it is the one that was published.
func (v *verifier) feed() (data []byte, response *http.Response) {
	s := v.r.Show
	e := v.file(s.FeedURL(), s.At("url"))
	e.Bytes, e.SHA256, e.lenient = 0, "", true
	e.published = v.published(s.Feed.Path)
	start := v.w.now()
	found := v.w.settle(v.ctx, v.deadline, func() []problem {
		look := v.w.sight(v.ctx, &e)
		look.kept = &bytes.Buffer{}
		look.body()
		data, response = look.kept.Bytes(), look.answer
		return look.problems
	})
	fresh := !slices.ContainsFunc(found, func(p problem) bool { return p.severity == finding.Error })
	if fresh && e.published != "" {
		v.add("V013", finding.Info, e.at, e.URL, "fresh after %.1f s", v.w.now().Sub(start).Seconds())
	}
	v.problems = append(v.problems, found...)
	if slices.ContainsFunc(found, func(p problem) bool { return p.rule == "V001" || p.rule == "V002" }) {
		return nil, nil
	}
	return data, response
}

// published is the SHA-256 that was published under a key; empty where nobody
// knows.
func (v *verifier) published(key string) string {
	if v.o.Published != nil {
		return v.o.Published[key].SHA256
	}
	if o := v.objects[key]; o != nil {
		return o.SHA256
	}
	return ""
}

// compareFolder says that the folder is not what is live, which it may well be.
func (v *verifier) compareFolder(feed *record.LiveFeed, data []byte) {
	if v.o.Errors > 0 {
		v.ahead = true
		v.add("V021", finding.Info, v.r.Show.At("url"), v.r.Show.FeedURL(), "the folder has errors (%d), and is not compared with what is live", v.o.Errors)
		return
	}
	v.ahead = fmt.Sprintf("%x", sha256.Sum256(data)) != v.r.Feed.SHA256
	if v.o.Published == nil || !v.ahead {
		return
	}
	live := map[string]bool{}
	for _, i := range feed.Channel.Items {
		live[i.GUID] = true
	}
	here := 0
	for _, e := range v.r.Live() {
		if live[e.GUID] {
			delete(live, e.GUID)
		} else {
			here++
		}
	}
	v.add("V011", finding.Info, v.r.Show.At("url"), v.r.Show.FeedURL(), "the folder says something else than what is live (episodes only here: %d, only there: %d)", here, len(live))
}

// expect adds an expectation, once.
func (v *verifier) expect(e Expectation) {
	if e.URL != "" && !v.known[e.URL] {
		v.known[e.URL] = true
		v.want = append(v.want, e)
	}
}

// item expects what the feed says of an episode.
func (v *verifier) item(i *record.LiveItem) {
	e := v.episodes[i.GUID]
	if v.o.Episodes != nil && (e == nil || !slices.Contains(v.o.Episodes, e.Slug)) {
		return
	}
	at := finding.Position{}
	if e != nil {
		at.File = e.File
	}
	if page := i.Page(); page != "" {
		v.expect(v.page(page, at))
	}
	v.enclosure(i, at)
	for _, image := range i.Artwork {
		v.expect(v.file(image.URL, at))
	}
	for _, f := range slices.Concat(i.Transcripts, i.Chapters) {
		want := v.file(f.URL, at)
		want.CORS, want.Type = true, f.Type
		v.expect(want)
	}
}

func (v *verifier) enclosure(i *record.LiveItem, at finding.Position) {
	if i.Enclosure == nil || i.Enclosure.URL == "" || i.Enclosure.Bytes() == 0 {
		v.add("V014", finding.Error, at, v.r.Show.FeedURL(), "the item with the GUID %q has no enclosure with an address and a length", i.GUID)
		return
	}
	own := record.WithoutPrefix(i.Enclosure.URL, v.r.Show.URL)
	want := v.file(own, at)
	want.Ranges, want.Type, want.Bytes = true, i.Enclosure.Type, i.Enclosure.Bytes()
	if own != i.Enclosure.URL {
		want.through = i.Enclosure.URL
	}
	v.expect(want)
}

// key is the key of what has a public address of the show.
func (v *verifier) key(address string) (key string, ok bool) {
	rest, ok := strings.CutPrefix(address, v.r.Show.URL)
	if !ok {
		return "", false
	}
	key, err := url.PathUnescape(rest)
	if key == "" || strings.HasSuffix(key, "/") {
		key += "index.html"
	}
	return key, err == nil
}

// file expects an address of the live feed: what HeadersFor says of its key, and
// the bytes that the release has under it, or the record.
func (v *verifier) file(address string, at finding.Position) Expectation {
	e := Expectation{URL: address, at: at}
	key, ok := v.key(address)
	if !ok {
		return e
	}
	h := release.HeadersFor(key, v.r.Show.Feed.Path, v.r.Show.CDN != nil)
	e.Type, e.cache = h.ContentType, h.CacheControl
	e.Bytes = v.facts(key).Bytes
	return e
}

// facts say what an object is, by the release or else by the record, which does
// not know where a tag ends, and so has no digest of audio to compare.
func (v *verifier) facts(key string) record.Object {
	if o := v.objects[key]; o != nil {
		return record.Object{SHA256: o.SHA256, Bytes: o.Size, Class: string(o.Class)}
	}
	r := v.o.Published[key]
	if strings.HasPrefix(key, "audio/") {
		r.SHA256 = ""
	}
	return r
}

// page expects a page, byte for byte.
func (v *verifier) page(address string, at finding.Position) Expectation {
	e := v.file(address, at)
	key, _ := v.key(address)
	e.Bytes, e.lenient, e.published = 0, true, v.published(key)
	if o := v.objects[key]; o != nil && !v.ahead {
		e.local = o.SHA256
	}
	return e
}

// otherPages expects the pages that no episode has.
func (v *verifier) otherPages() {
	look := func(key string) { v.expect(v.page(v.r.Show.URLOf(key), v.r.Show.At("url"))) }
	for _, key := range slices.Sorted(maps.Keys(v.o.Published)) {
		if r := v.o.Published[key]; r.Class == string(release.Page) && r.Unwanted == nil {
			look(key)
		}
	}
	for _, o := range v.r.Objects {
		if o.Class == release.Page && v.o.Published == nil {
			look(o.Key)
		}
	}
}

// notLive tells of episodes that were asked for and are not in the live feed.
func (v *verifier) notLive(feed *record.LiveFeed) {
	for _, slug := range v.o.Episodes {
		live := slices.ContainsFunc(feed.Channel.Items, func(i record.LiveItem) bool {
			e := v.episodes[i.GUID]
			return e != nil && e.Slug == slug
		})
		if e := v.r.Show.Episode(slug); !live && e != nil {
			v.add("V015", finding.Warning, finding.Position{File: e.File}, v.r.Show.FeedURL(), "%s is not in the live feed", slug)
		}
	}
}

// sampleBytes is how much of files one look at the whole show reads.
const sampleBytes = 64 << 20

// sample makes some of the expectations, or all, read what they look at. Which
// ones is decided by the feed, so that the same feed has the same sample and
// another feed another.
func (v *verifier) sample(feed []byte) {
	seed := sha256.Sum256(feed)
	order := map[string][sha256.Size]byte{}
	var files []*Expectation
	for i := range v.want {
		e := &v.want[i]
		key, _ := v.key(e.URL)
		if f := v.facts(key); f.SHA256 != "" && f.Class == string(release.Immutable) && f.Bytes == e.Bytes {
			files = append(files, e)
			order[e.URL] = sha256.Sum256(append(seed[:], e.URL...))
		}
	}
	slices.SortFunc(files, func(a, b *Expectation) int {
		x, y := order[a.URL], order[b.URL]
		return bytes.Compare(x[:], y[:])
	})
	left := int64(sampleBytes)
	for _, e := range files {
		if !v.o.Full && e.Bytes > left {
			continue
		}
		left -= e.Bytes
		key, _ := v.key(e.URL)
		e.SHA256 = v.facts(key).SHA256
		if of := v.audio[key]; of != nil {
			e.payload = of.Pin.Payload.Bytes
		}
	}
}

// certificateDays is how long before its end a certificate should have been
// renewed.
const certificateDays = 14

// certificate warns before browsers and apps do.
func (v *verifier) certificate(response *http.Response) {
	if response.TLS == nil || len(response.TLS.PeerCertificates) == 0 {
		return
	}
	ends := response.TLS.PeerCertificates[0].NotAfter
	if left := ends.Sub(v.w.now()); left < certificateDays*24*time.Hour {
		v.add("V016", finding.Warning, v.r.Show.At("url"), v.r.Show.URL, "its certificate ends on %s", ends.UTC().Format(time.DateOnly))
	}
}

// status asks for an address and returns the answer, body closed; nil where
// there is none.
func (v *verifier) status(address string) *http.Response {
	response, err := cmp.Or(v.w.Client, ownClient()).Do(v.ctx, &fetch.Request{URL: address, Stay: true})
	if err != nil {
		return nil
	}
	response.Body.Close()
	return response
}

// plainHTTP looks whether those who come by http are led to https. Where nobody
// answers there is nothing to be led astray by.
func (v *verifier) plainHTTP() {
	feed := v.r.Show.FeedURL()
	u, err := url.Parse(feed)
	if err != nil || u.Scheme != "https" || u.Port() != "" {
		return
	}
	u.Scheme = "http"
	response := v.status(u.String())
	if response == nil {
		return
	}
	to, err := response.Location()
	if err != nil || to.Scheme != "https" {
		v.add("V017", finding.Warning, v.r.Show.At("url"), u.String(), "it is not redirected to https")
	}
}

// absent looks at what is not there.
func (v *verifier) absent() {
	address := v.r.Show.URL + "no-such-page-onair-asks-for/"
	if response := v.status(address); response != nil && response.StatusCode != http.StatusNotFound {
		v.add("V018", finding.Warning, v.r.Show.At("url"), address, "a page that does not exist has status %d, it should be 404", response.StatusCode)
	}
}

// records looks whether strangers can read what onair keeps for itself.
func (v *verifier) records() {
	address := v.r.Show.URL + record.Key
	if response := v.status(address); response != nil && response.StatusCode == http.StatusOK {
		v.add("V019", finding.Warning, v.r.Show.At("state"), address, "everybody can read onair's records: who published what, and when")
	}
}

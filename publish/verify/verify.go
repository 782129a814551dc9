// Package verify checks a show as listeners get it: [Prove] checks new objects
// before a feed names them, [Verify] checks what is live, and [CheckSetup] checks
// the settings of the buckets. What they can find is in rules.go; what to do about
// it, by provider, is in remedies.go.
package verify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
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

// Options say what Verify checks; nil means defaults.
type Options struct {
	Episodes []string // slugs of the episodes to check; nil checks all that are live, empty none
	Full     bool     // read every file and every page; otherwise a sample of the files, and the pages of the show and its episodes

	// Published has the objects of the last publish, by key, to compare with what is
	// live. nil means that the release itself was just published. An empty map means
	// that it is unknown what was published; what is live is then taken as correct.
	Published map[string]record.Object

	Interrupted bool // the last publish did not end, and Published is empty
	Errors      int  // number of errors in the folder; if there are any, the folder is not compared with what is live
}

// Verify checks the live show as listeners get it: the feed and the pages byte for
// byte; every enclosure, also through enclosure_prefix, by HEAD and by Range, with
// the length and the type that the feed says; transcripts and chapters with CORS;
// artwork; headers for caches; the certificate; and that onair's records are not
// public. While the Web has patience it waits until caches drop what was live
// before. Unless Options.Full is set, it reads only a sample of the files, which differs
// from feed to feed.
//
// It checks what the live feed names, which may be older than the folder. The
// findings are V001 to V023. There are none for a show that is not [Reachable]. If
// ctx ends first the list is incomplete: check ctx.Err.
func Verify(ctx context.Context, w *Web, r *release.Release, o *Options) finding.List {
	if !Reachable(r.Show) {
		return nil
	}
	if o == nil {
		o = &Options{}
	}
	web := *w
	web.Storage = cmp.Or(w.Storage, r.Show.Storage)
	web.until = w.deadline(verifyPatience)
	v := &verifier{
		w: &web, r: r, o: o,
		objects: map[string]*release.Object{}, episodes: map[string]*release.Episode{}, audio: map[string]*release.Episode{},
		known: map[string]bool{},
	}
	for _, object := range r.Objects {
		v.objects[object.Key] = object
	}
	for _, e := range r.Episodes {
		v.episodes[e.GUID] = e
		for _, r := range e.Recordings() {
			if key := r.AudioKey(); key != "" {
				v.audio[key] = r
			}
		}
	}
	v.run(ctx)
	return report(v.problems, r.Show.At("url"))
}

type verifier struct {
	w        *Web
	r        *release.Release
	o        *Options
	objects  map[string]*release.Object  // of the release, by key
	episodes map[string]*release.Episode // of the release, by GUID
	audio    map[string]*release.Episode // of the release, by key of their audio

	want     []Expectation
	known    map[string]bool // addresses in want
	ahead    bool            // the folder's feed differs from the live one, or the folder has errors
	problems []problem
}

// add records a problem of an address that has no expectation.
func (v *verifier) add(rule *finding.Rule, at finding.Position, address, format string, args ...any) {
	f := rule.At(at, format, args...).WithHint(v.w.remedy(rule))
	v.problems = append(v.problems, problem{Finding: f, url: address})
}

// addFeed records a problem of the feed as a whole.
func (v *verifier) addFeed(rule *finding.Rule, format string, args ...any) {
	v.add(rule, v.r.Show.At("url"), v.r.Show.FeedURL(), format, args...)
}

func (v *verifier) run(ctx context.Context) {
	if v.o.Interrupted {
		v.addFeed(ruleInterrupted, "a publish was interrupted, or is under way: whether the feed and the pages are fresh is not known")
	}
	data, response := v.feed(ctx)
	if response == nil {
		return
	}
	v.checkCertificate(response)
	feed, err := record.ParseLiveFeed(data)
	if why := challenge(response, data); err != nil && why != "" {
		v.addFeed(ruleChallenge, "%s", why)
		return
	}
	if err != nil {
		v.addFeed(ruleFeed, "%v", err)
		return
	}
	v.addOlder(ctx, feed)
	v.compareFolder(feed, data)
	v.expect(Expectation{URL: v.r.Show.FeedURL(), at: v.r.Show.At("url")}) // by HEAD; v.feed has checked the body
	if !v.r.Show.Site.Disabled {
		v.expect(v.page(v.r.Show.URL, v.r.Show.At("url")))
	}
	for _, image := range feed.Channel.Artwork {
		v.expect(v.file(image.URL, v.r.Show.At("artwork")))
	}
	for i := range feed.Channel.Items {
		v.expectItem(&feed.Channel.Items[i])
	}
	v.checkNamed(feed)
	if v.o.Full {
		v.expectOtherPages()
	}
	v.sample(data)
	v.problems = append(v.problems, v.w.probeAll(ctx, v.want)...)
	v.checkApps(ctx, feed, data)
	v.checkPlainHTTP(ctx)
	v.checkNotFound(ctx)
	v.checkRecords(ctx)
}

// feed reads the live feed, and waits until it is the published one. The response
// is nil if the feed cannot be read.
func (v *verifier) feed(ctx context.Context) (data []byte, response *http.Response) {
	s := v.r.Show
	e := v.file(s.FeedURL(), s.At("url"))
	e.Bytes, e.SHA256, e.lenient = 0, "", true
	e.published = v.published(s.Feed.Path)
	start := v.w.now()
	found := v.w.settle(ctx, func() []problem {
		p := &probe{Expectation: &e, web: v.w, body: &bytes.Buffer{}}
		p.checkBody(ctx)
		data, response = p.body.Bytes(), p.response
		return p.problems
	})
	fresh := !slices.ContainsFunc(found, func(p problem) bool { return p.Severity == finding.Error })
	if fresh && e.published != "" {
		v.addFeed(ruleFresh, "fresh after %.1f s", v.w.now().Sub(start).Seconds())
	}
	v.problems = append(v.problems, found...)
	if slices.ContainsFunc(found, func(p problem) bool {
		return p.Rule == ruleUnreachable.ID || p.Rule == ruleStatus.ID || p.Rule == ruleChallenge.ID
	}) {
		return nil, nil
	}
	return data, response
}

// addOlder adds the episodes of the feed's other pages to the live feed.
func (v *verifier) addOlder(ctx context.Context, feed *record.LiveFeed) {
	s := v.r.Show
	for number := 1; v.objects[s.Feed.Page(number)] != nil; number++ {
		e := v.page(s.URLOf(s.Feed.Page(number)), s.At("feed"))
		p := &probe{Expectation: &e, web: v.w, body: &bytes.Buffer{}}
		p.checkBody(ctx)
		v.problems = append(v.problems, p.problems...)
		if page, err := record.ParseLiveFeed(p.body.Bytes()); err == nil {
			feed.Channel.Items = append(feed.Channel.Items, page.Channel.Items...)
		} else if len(p.problems) == 0 {
			v.add(ruleFeed, s.At("feed"), e.URL, "%v", err)
		}
	}
}

// published returns the SHA-256 of what was published under a key. It is empty if
// it is not known.
func (v *verifier) published(key string) string {
	if v.o.Published != nil {
		return v.o.Published[key].SHA256
	}
	if o := v.objects[key]; o != nil {
		return o.SHA256
	}
	return ""
}

// compareFolder adds a finding, which is not an error, if the folder differs from what
// is live.
func (v *verifier) compareFolder(feed *record.LiveFeed, data []byte) {
	if v.o.Errors > 0 {
		v.ahead = true
		v.addFeed(ruleFolderErrors, "the folder has errors (%d), and is not compared with what is live", v.o.Errors)
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
	v.addFeed(ruleNotTheFolder, "the folder differs from what is live (episodes only here: %d, only there: %d)", here, len(live))
}

// expect adds an expectation, unless there is one for its address.
func (v *verifier) expect(e Expectation) {
	if e.URL != "" && !v.known[e.URL] {
		v.known[e.URL] = true
		v.want = append(v.want, e)
	}
}

// expectItem adds the expectations that follow from an episode in the feed.
func (v *verifier) expectItem(i *record.LiveItem) {
	e := v.episodes[i.GUID]
	if v.o.Episodes != nil && (e == nil || !slices.Contains(v.o.Episodes, e.Slug)) {
		return
	}
	at := finding.Position{}
	if e != nil {
		at.File = e.File
	}
	if page := i.Page(); page != "" && (e == nil || page != e.PageURL(v.r.Show) || !v.isElsewhere(page)) {
		v.expect(v.page(page, at))
	}
	if e == nil || !e.IsElsewhere() || i.Enclosure == nil || i.Enclosure.URL != e.Episode.Enclosure.URL {
		v.expectEnclosure(i.GUID, i.Enclosure, at)
	}
	for _, a := range i.Alternates {
		for _, f := range a.Files() {
			if !v.isElsewhere(record.WithoutPrefix(f.URL, v.r.Show.URL)) {
				v.expectEnclosure(i.GUID, &f, at)
			}
		}
	}
	for _, image := range i.Artwork {
		v.expect(v.file(image.URL, at))
	}
	for _, f := range slices.Concat(i.Transcripts, i.Chapters) {
		want := v.file(f.URL, at)
		want.CORS, want.Type = true, f.Type
		v.expect(want)
	}
}

// expectEnclosure adds the expectation for an enclosure of the item with a GUID.
func (v *verifier) expectEnclosure(guid string, f *record.LiveFile, at finding.Position) {
	if f == nil || f.URL == "" || f.Bytes() == 0 {
		v.add(ruleFeed, at, v.r.Show.FeedURL(), "the item with the GUID %q has no enclosure with an address and a length", guid)
		return
	}
	own := record.WithoutPrefix(f.URL, v.r.Show.URL)
	want := v.file(own, at)
	want.Ranges, want.Type, want.Bytes = true, f.Type, f.Bytes()
	if own != f.URL {
		want.through = f.URL
	}
	v.expect(want)
}

// isElsewhere reports whether an address is not below the show's URL, so that onair has
// nothing to prove there.
func (v *verifier) isElsewhere(address string) bool {
	_, ok := v.key(address)
	return !ok
}

// key returns the key of an address below the show's URL.
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

// file returns the expectation for an address of the live feed: the headers that
// follow from its key, and the length in the release or the record.
func (v *verifier) file(address string, at finding.Position) Expectation {
	e := Expectation{URL: address, at: at}
	key, ok := v.key(address)
	if !ok {
		return e
	}
	h := release.HeadersFor(key, v.r.Show.Feed.Path, v.r.Show.CDN != nil)
	e.Type, e.cache = h.ContentType, h.CacheControl
	e.Bytes = v.object(key).Bytes
	return e
}

// object returns the facts about an object from the release, or else from the record.
// The record does not have the length of a tag, so audio found only there has no
// digest.
func (v *verifier) object(key string) record.Object {
	if o := v.objects[key]; o != nil {
		return record.Object{SHA256: o.SHA256, Bytes: o.Size, Class: string(o.Class)}
	}
	r := v.o.Published[key]
	if strings.HasPrefix(key, "audio/") {
		r.SHA256 = ""
	}
	return r
}

// page returns the expectation for a page, which is compared byte for byte.
func (v *verifier) page(address string, at finding.Position) Expectation {
	e := v.file(address, at)
	key, _ := v.key(address)
	e.Bytes, e.lenient, e.published = 0, true, v.published(key)
	if o := v.objects[key]; o != nil && !v.ahead {
		e.local = o.SHA256
	}
	return e
}

// expectOtherPages adds expectations for the pages that have none yet: those that no
// item of the feed names.
func (v *verifier) expectOtherPages() {
	expect := func(key string) { v.expect(v.page(v.r.Show.URLOf(key), v.r.Show.At("url"))) }
	for _, key := range slices.Sorted(maps.Keys(v.o.Published)) {
		if r := v.o.Published[key]; r.Class == string(release.Page) && r.Unwanted == nil {
			expect(key)
		}
	}
	for _, o := range v.r.Objects {
		if o.Class == release.Page && v.o.Published == nil {
			expect(o.Key)
		}
	}
}

// checkNamed reports episodes in Options.Episodes that are not in the live feed.
func (v *verifier) checkNamed(feed *record.LiveFeed) {
	for _, slug := range v.o.Episodes {
		live := slices.ContainsFunc(feed.Channel.Items, func(i record.LiveItem) bool {
			e := v.episodes[i.GUID]
			return e != nil && e.Slug == slug
		})
		if e, err := v.r.Show.Find(slug); !live && err == nil {
			v.add(ruleNotLive, finding.Position{File: e.File}, v.r.Show.FeedURL(), "%s is not in the live feed", slug)
		}
	}
}

// sampleBytes is the largest number of bytes of files that are read, unless Options.Full
// is set.
const sampleBytes = 64 << 20

// sample chooses the expectations whose files are read. The feed determines the
// choice: the same feed has the same sample, and another feed another one.
func (v *verifier) sample(feed []byte) {
	seed := sha256.Sum256(feed)
	order := map[string][sha256.Size]byte{}
	var files []*Expectation
	for i := range v.want {
		e := &v.want[i]
		key, _ := v.key(e.URL)
		if f := v.object(key); f.SHA256 != "" && f.Class == string(release.Immutable) && f.Bytes == e.Bytes {
			files = append(files, e)
			order[e.URL] = sha256.Sum256(append(seed[:], e.URL...))
		}
	}
	slices.SortFunc(files, func(a, b *Expectation) int {
		x, y := order[a.URL], order[b.URL]
		return bytes.Compare(x[:], y[:])
	})
	remaining := int64(sampleBytes)
	for _, e := range files {
		if !v.o.Full && e.Bytes > remaining {
			continue
		}
		remaining -= e.Bytes
		key, _ := v.key(e.URL)
		e.SHA256 = v.object(key).SHA256
		if of := v.audio[key]; of != nil {
			e.payload = of.Pin.Payload.Bytes
		}
	}
}

// certificateDays is the number of remaining days from which the expiry of a
// certificate is reported.
const certificateDays = 14

// checkCertificate reports a certificate that expires soon, before browsers and
// apps refuse it.
func (v *verifier) checkCertificate(response *http.Response) {
	if response.TLS == nil || len(response.TLS.PeerCertificates) == 0 {
		return
	}
	end := response.TLS.PeerCertificates[0].NotAfter
	if end.Sub(v.w.now()) < certificateDays*24*time.Hour {
		v.add(ruleCertificate, v.r.Show.At("url"), v.r.Show.URL, "the certificate expires on %s", end.UTC().Format(time.DateOnly))
	}
}

// status requests an address and returns the response with its body closed, or nil
// if there is none.
func (v *verifier) status(ctx context.Context, address string) *http.Response {
	response, err := cmp.Or(v.w.Client, defaultClient()).Do(ctx, &fetch.Request{URL: address, Stay: true, Total: shortest})
	if err != nil {
		return nil
	}
	response.Body.Close()
	return response
}

// checkPlainHTTP checks that http is redirected to https. It accepts a server that
// does not respond to http.
func (v *verifier) checkPlainHTTP(ctx context.Context) {
	feed := v.r.Show.FeedURL()
	u, err := url.Parse(feed)
	if err != nil || u.Scheme != "https" || u.Port() != "" {
		return
	}
	u.Scheme = "http"
	response := v.status(ctx, u.String())
	if response == nil {
		return
	}
	to, err := response.Location()
	if err != nil || to.Scheme != "https" {
		v.add(ruleNoHTTPS, v.r.Show.At("url"), u.String(), "it is not redirected to https")
	}
}

// checkNotFound requests a page that does not exist.
func (v *verifier) checkNotFound(ctx context.Context) {
	address := v.r.Show.URL + "no-such-page-onair-asks-for/"
	if response := v.status(ctx, address); response != nil && response.StatusCode != http.StatusNotFound {
		v.add(ruleNotFound, v.r.Show.At("url"), address, "a page that does not exist has status %d, it should be 404", response.StatusCode)
	}
}

// checkRecords checks that onair's own records are not public.
func (v *verifier) checkRecords(ctx context.Context) {
	address := v.r.Show.URL + record.Key
	response, err := cmp.Or(v.w.Client, defaultClient()).Do(ctx, &fetch.Request{URL: address, Stay: true, Total: shortest})
	if err != nil {
		return
	}
	defer response.Body.Close()
	start, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	// Some servers answer every address with status 200 and a page.
	if response.StatusCode == http.StatusOK && !isHTML(response.Header) && !bytes.HasPrefix(bytes.TrimSpace(start), []byte("<")) {
		v.add(rulePublicRecord, v.r.Show.At("state"), address, "everybody can read onair's records of who published what, and when")
	}
}

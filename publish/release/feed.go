package release

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"onair/feed"
	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/publish/bucket"
	"onair/show"
	"onair/show/chapters"
)

func (b *builder) addFeed() {
	d := &feed.Document{
		Show:       b.show,
		SelfURL:    b.show.FeedURL(),
		GUID:       b.release.Lock.PodcastGUID,
		ArtworkURL: b.url(b.artworkKey("")),
		Updated:    b.release.updated(),
		PersonURL:  b.personURL,
	}
	if b.show.Private {
		d.GUID = ""
	}
	if len(b.descriptionImages) > 0 {
		d.Description = markdown.HTMLWithImages(b.show.Description, b.show.URL, b.descriptionImage)
	}
	for _, e := range b.release.Live() {
		d.Items = append(d.Items, b.item(e))
	}
	b.release.Feed = &Object{} // in case the feed cannot be rendered
	out, err := feed.Render(d)
	if err != nil {
		b.findings.Add(ruleFeed.At(finding.Position{File: "show.yaml"}, "render the feed: %v", err))
		return
	}
	b.digestItems(out)
	if !b.findings.HasErrors() { // a check of the feed would only repeat earlier errors
		b.findings = append(b.findings, out.Check()...)
	}
	for _, page := range out.Older() {
		if _, err := b.addNew(RolePage, fixedKey(page.Path), inMemory(page.Bytes)); err != nil {
			b.findings.Add(ruleFeed.At(finding.Position{File: "show.yaml"}, "render the feed: %v", err))
			return
		}
	}
	rendered, err := b.addNew(RoleFeed, fixedKey(b.show.Feed.Path), inMemory(out.Bytes()))
	if err != nil {
		b.findings.Add(ruleFeed.At(finding.Position{File: "show.yaml"}, "render the feed: %v", err))
		return
	}
	b.release.Feed = rendered
}

// digestItems computes the digest of each episode's item, so that the next plan can
// tell which episodes change for apps.
func (b *builder) digestItems(out *feed.Rendered) {
	for i, e := range b.release.Live() {
		e.ItemSHA256 = fmt.Sprintf("%x", sha256.Sum256(out.Item(i)))
	}
}

func (b *builder) item(e *Episode) feed.Item {
	page := e.PageURL(b.show)
	item := feed.Item{
		Episode:    e.Episode,
		PageURL:    page,
		Enclosure:  feed.Enclosure{URL: b.url(e.AudioKey()), Type: e.Pin.MediaType, Bytes: e.AudioBytes()},
		Duration:   e.Pin.Duration,
		Notes:      b.notes(e, cmp.Or(page, b.show.URL)),
		ArtworkURL: b.url(b.artworkKey(e.Artwork)),
	}
	if e.chapters != nil {
		item.ChaptersURL = b.url(e.chapters.Key)
	}
	if e.IsElsewhere() {
		given := e.Episode.Enclosure
		item.Enclosure = feed.Enclosure{URL: given.URL, Type: given.Type, Bytes: given.Length, Fixed: true}
	}
	for _, a := range e.Alternates {
		if a.Enclosure != nil {
			item.Alternates = append(item.Alternates, feed.Alternate{
				Enclosure: feed.Enclosure{URL: b.url(a.AudioKey()), Type: a.Pin.MediaType, Bytes: a.AudioBytes()},
				Bitrate:   1000 * a.Pin.Bitrate,
				Language:  a.Language,
				Title:     a.Label,
			})
		}
	}
	for _, t := range e.transcripts {
		for _, o := range t.inFeed() {
			item.Transcripts = append(item.Transcripts, feed.Transcript{
				URL:      b.url(o.Key),
				Type:     mediaType(o),
				Language: t.Language,
				Captions: captions(t, o),
			})
		}
	}
	return item
}

// addChapters adds the chapters file of a live episode.
func (b *builder) addChapters(e *Episode) {
	if len(e.Chapters) == 0 {
		return
	}
	file := &feed.ChaptersFile{Title: e.Title, Author: b.show.Author, PodcastName: b.show.Title}
	for _, c := range chapters.Timed(e.Chapters, e.Pin.Duration) {
		fc := feed.Chapter{Chapter: c}
		if c.Image != "" {
			fc.ImageURL = b.url(b.imageKey(c.Image))
		}
		file.Chapters = append(file.Chapters, fc)
	}
	var out bytes.Buffer
	if err := feed.WriteChapters(&out, file); err != nil {
		b.findings.Add(ruleChaptersFile.At(e.At("chapters"), "write chapters: %v", err))
		return
	}
	o, err := b.addNew(RoleChapters, hashedKey("episodes/"+e.Slug+"/chapters", ".json"), inMemory(out.Bytes()))
	if err != nil {
		b.findings.Add(ruleChaptersFile.At(e.At("chapters"), "write chapters: %v", err))
		return
	}
	o.Episode = e.Slug
	e.chapters = o
}

// OfFeed returns a release that has only the show's feed, for a rollback.
func OfFeed(s *show.Show, data []byte) *Release {
	o := objectOf(RoleFeed, data, inMemory(data))
	o.Key, o.Class = s.Feed.Path, Feed
	o.Headers = HeadersFor(o.Key, o.Key, s.CDN != nil)
	o.Metadata = map[string]string{bucket.MetaSHA256: o.SHA256}
	return &Release{Show: s, Objects: []*Object{o}, Feed: o}
}

// KeepFormerFeeds adds a copy of the feed under each key, for subscribers of a former
// address of the feed. The copy has the element itunes:new-feed-url, which moves them
// to the new address. If readdressed is true, a former address leads to the feed's own
// key, so the feed itself gets the element as well.
func (r *Release) KeepFormerFeeds(keys []string, readdressed bool) error {
	if r.Feed == nil || r.Feed.Body == nil || len(keys) == 0 && !readdressed {
		return nil
	}
	data, err := r.Feed.Read()
	if err != nil {
		return err
	}
	if r.Show.NewFeedURL == "" {
		if data, err = withNewFeedURL(data, r.Show.FeedURL()); err != nil {
			return err
		}
	}
	if readdressed {
		*r.Feed = *r.copyOfFeed(r.Feed.Key, data)
	}
	for _, key := range keys {
		o := r.copyOfFeed(key, data)
		i, taken := slices.BinarySearchFunc(r.Objects, o, func(a, b *Object) int { return strings.Compare(a.Key, b.Key) })
		if taken {
			return finding.Finding{Severity: finding.Error, Rule: ruleSameKey.ID, Message: fmt.Sprintf("%s has the former address of the feed, %s", describe(r.Objects[i]), r.Show.URLOf(key))}
		}
		r.Objects = slices.Insert(r.Objects, i, o)
	}
	return nil
}

// copyOfFeed returns the feed's object with another key and other bytes.
func (r *Release) copyOfFeed(key string, data []byte) *Object {
	o := objectOf(RoleFeed, data, inMemory(data))
	o.Key, o.Class = key, Feed
	o.Headers = HeadersFor(key, key, r.Show.CDN != nil)
	o.Metadata = map[string]string{bucket.MetaSHA256: o.SHA256}
	return o
}

// withNewFeedURL inserts itunes:new-feed-url into a feed, after the element generator.
func withNewFeedURL(data []byte, address string) ([]byte, error) {
	var text bytes.Buffer
	if err := xml.EscapeText(&text, []byte(address)); err != nil {
		return nil, err
	}
	in := xml.NewDecoder(bytes.NewReader(data))
	for depth := 0; ; {
		token, err := in.Token()
		if err != nil {
			return nil, fmt.Errorf("add the new address to the feed: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth == 2 && t.Name.Local == "generator" {
				at := in.InputOffset()
				element := "\n<itunes:new-feed-url>" + text.String() + "</itunes:new-feed-url>"
				return slices.Concat(data[:at], []byte(element), data[at:]), nil
			}
		}
	}
}

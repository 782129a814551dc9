package release

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/publish/bucket"
)

// KeepFormerFeeds adds a copy of the feed under each key, for subscribers of a
// former address of the feed. The copy has the element itunes:new-feed-url, which
// moves them to the new address. With readdressed, the former address led to the
// same key, so the feed itself has the element as well.
func (r *Release) KeepFormerFeeds(keys []string, readdressed bool) error {
	if r.Feed == nil || r.Feed.Body == nil || len(keys) == 0 && !readdressed {
		return nil
	}
	body, err := r.Feed.Body()
	if err != nil {
		return err
	}
	data, err := io.ReadAll(body)
	body.Close()
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

// copyOfFeed returns the feed with other bytes under a key.
func (r *Release) copyOfFeed(key string, data []byte) *Object {
	o := objectOf(RoleFeed, data, held(data))
	o.Key, o.Class = key, Feed
	o.Headers = HeadersFor(key, key, r.Show.CDN != nil)
	o.Metadata = map[string]string{bucket.MetaSHA256: o.SHA256}
	return o
}

// withNewFeedURL inserts itunes:new-feed-url into a feed, after its generator.
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

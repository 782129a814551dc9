package show

import (
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// podcastNamespace is the UUID namespace of podcast:guid.
var podcastNamespace = uuid.MustParse("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")

// PodcastGUID computes podcast:guid: the UUIDv5 of the feed's URL without its
// scheme and without slashes at its end. It is assigned once, when a show
// first goes live at a public URL, and kept when the URL changes.
//
// https://podcasting2.org/docs/podcast-namespace/tags/guid
func PodcastGUID(feedURL string) string {
	name := feedURL
	if _, rest, ok := strings.Cut(feedURL, "://"); ok {
		name = rest
	}
	return uuid.NewSHA1(podcastNamespace, []byte(strings.TrimRight(name, "/"))).String()
}

// suggestGUID is a GUID to paste into an episode that has none: the same one
// for the same show and slug, so that a hint does not change from run to run.
func suggestGUID(s *Show, slug string) string {
	return uuid.NewSHA1(uuid.MustParse(PodcastGUID(s.FeedURL())), []byte(slug)).String()
}

// guid sets an episode's identity.
func guid(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !validGUID(s) {
			v.reportf(ruleGUID, "", "%s cannot be a GUID: at most 255 characters, without spaces at its ends", shortQuote(s))
			return
		}
		*p = s
	}
}

// validGUID reports whether a string can identify an episode. Shows that moved
// in keep whatever their old host made up.
func validGUID(s string) bool {
	return s != "" && len(s) <= 255 && strings.TrimSpace(s) == s && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return isControl(r) || r == '\n' || r == '\t'
	})
}

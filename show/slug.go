package show

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/gosimple/slug"
)

// maxSlug is the longest slug in bytes. Keys and file names are made from it.
const maxSlug = 100

var (
	slugShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	// device matches names that Windows takes for devices, whatever folder
	// they are in.
	device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
)

// ValidSlug reports why s cannot be a slug, a topic or an id, or nil: those
// match [a-z0-9][a-z0-9-]*, have at most 100 bytes and are no device names of
// Windows (con, nul, com1, …), so that they work as a folder's name on every
// system and unescaped in a URL.
func ValidSlug(s string) error {
	switch {
	case len(s) > maxSlug:
		return fmt.Errorf("%d bytes; at most %d", len(s), maxSlug)
	case !slugShape.MatchString(s):
		return fmt.Errorf("%q: want lower-case letters a to z, digits and hyphens, not starting with a hyphen", s)
	case device.MatchString(s):
		return fmt.Errorf("%q is the name of a device on Windows", s)
	}
	return nil
}

// Slugify makes a slug from a title. Letters of other scripts are spelled in
// Latin ones. The result always passes ValidSlug: a title without any letter
// or digit gives the start of its SHA-256.
func Slugify(title string) string {
	words := strings.FieldsFunc(slug.Make(title), func(r rune) bool { return r == '-' || r == '_' })
	s := strings.Join(words, "-")
	if len(s) > maxSlug {
		s = s[:maxSlug]
		if i := strings.LastIndexByte(s, '-'); i > maxSlug/2 {
			s = s[:i]
		}
	}
	s = strings.TrimRight(s, "-")
	switch {
	case s == "":
		sum := sha256.Sum256([]byte(title))
		return "untitled-" + hex.EncodeToString(sum[:4])
	case device.MatchString(s):
		return s + "-episode"
	}
	return s
}

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

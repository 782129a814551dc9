package pins

import (
	"strings"

	"github.com/google/uuid"
)

// podcastNamespace is the UUID namespace of podcast:guid.
var podcastNamespace = uuid.MustParse("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")

// PodcastGUID computes podcast:guid: the UUIDv5 of the feed's URL without its scheme and
// without slashes at its end. A show gets its GUID once, when it first goes live at
// a public URL, and keeps it when the URL changes.
//
// https://podcasting2.org/docs/podcast-namespace/tags/guid
func PodcastGUID(feedURL string) string {
	name := feedURL
	if _, rest, ok := strings.Cut(feedURL, "://"); ok {
		name = rest
	}
	return uuid.NewSHA1(podcastNamespace, []byte(strings.TrimRight(name, "/"))).String()
}

package show

import (
	"github.com/google/uuid"

	"onair/internal/source"
	"onair/show/pins"
)

// suggestGUID returns a GUID for an episode that has none. The same show and slug give
// the same GUID, so that a hint does not change from run to run.
func suggestGUID(s *Show, slug string) string {
	return uuid.NewSHA1(uuid.MustParse(pins.PodcastGUID(s.FeedURL())), []byte(slug)).String()
}

// guid sets an episode's identity.
func guid(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !source.ValidGUID(s) {
			v.Reportf(ruleGUID, "", "%s cannot be a GUID: at most %d characters, without spaces at its ends", source.ShortQuote(s), source.MaxGUID)
			return
		}
		*p = s
	}
}

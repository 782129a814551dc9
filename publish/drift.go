package publish

import (
	"slices"
	"strings"

	"onair/publish/bucket"
)

// Drift lists what others changed in a storage, as sorted keys.
type Drift struct {
	Edited  []string // have other bytes than were published
	Missing []string // were published, and do not exist any more
	Foreign []string // exist, and were not published
}

// Reasons to write again an object that was published before.
const (
	reasonGone   = "is missing in the storage"
	reasonEdited = "was edited in the storage"
)

// Drift compares the storage with the record of what was published.
func (p *Plan) Drift() Drift {
	var d Drift
	wanted := map[string]bool{}
	for _, c := range p.Changes {
		wanted[c.Key] = c.object != nil
		switch {
		case c.Reason == reasonGone:
			d.Missing = append(d.Missing, c.Key)
		case c.Reason == reasonEdited, c.object == nil && p.seen.Edited(c.Key):
			d.Edited = append(d.Edited, c.Key)
		}
	}
	for _, key := range sortedKeys(p.seen.Objects) {
		_, recorded := p.Previous.Objects[key]
		_, marked := p.seen.Objects[key].Metadata[bucket.MetaSHA256]
		if !recorded && !marked && !(p.seen.Rebuilt && wanted[key]) {
			d.Foreign = append(d.Foreign, key)
		}
	}
	return d
}

// drifted returns, by slug, what others changed in the files of episodes.
func (p *Plan) drifted() map[string][]string {
	all := map[string][]string{}
	for _, kind := range []struct{ reason, text string }{
		{reasonGone, "missing in the storage: "}, {reasonEdited, "edited in the storage: "},
	} {
		roles := map[string][]string{} // by slug
		for _, c := range p.Changes {
			if slug := c.Episode; slug != "" && c.Reason == kind.reason && !slices.Contains(roles[slug], string(c.object.Role)) {
				roles[slug] = append(roles[slug], string(c.object.Role))
			}
		}
		for slug, list := range roles {
			all[slug] = append(all[slug], kind.text+strings.Join(list, ", "))
		}
	}
	return all
}

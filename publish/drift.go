package publish

import (
	"slices"
	"strings"

	"onair/publish/bucket"
)

// Drift lists what others changed in a storage, as sorted keys.
type Drift struct {
	Edited  []string // have other bytes than were published
	Headers []string // have the bytes that were published, and other headers
	Missing []string // were published, and do not exist any more
	Foreign []string // exist, and were not published
}

// Reasons for writing a published object again.
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
		case p.seen.EditedHeaders(c.Key):
			d.Headers = append(d.Headers, c.Key)
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

// headersDrifted reports whether a change puts back headers that others changed.
func (p *Plan) headersDrifted(c *Change) bool {
	return c.Action == Headers && p.seen.EditedHeaders(c.Key)
}

// drifted returns, by slug, what others changed in the files of episodes.
func (p *Plan) drifted() map[string][]string {
	all := map[string][]string{}
	for _, kind := range []struct {
		text string
		is   func(*Change) bool
	}{
		{"missing in the storage: ", func(c *Change) bool { return c.Reason == reasonGone }},
		{"edited in the storage: ", func(c *Change) bool { return c.Reason == reasonEdited }},
		{"headers changed in the storage: ", p.headersDrifted},
	} {
		roles := map[string][]string{} // by slug
		for _, c := range p.Changes {
			if slug := c.Episode; slug != "" && kind.is(&c) && !slices.Contains(roles[slug], string(c.object.Role)) {
				roles[slug] = append(roles[slug], string(c.object.Role))
			}
		}
		for slug, list := range roles {
			all[slug] = append(all[slug], kind.text+strings.Join(list, ", "))
		}
	}
	return all
}

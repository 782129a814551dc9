package publish

import (
	"slices"
	"strings"

	"onair/publish/record"
	"onair/publish/verify"
	"onair/show"
)

// Unfinished is what the last publish did not finish, and the next one will. Pending may
// be empty: then it is to be recorded that the publish is done.
type Unfinished struct {
	Interrupted bool // it was cut off, or is still under way
	record.Pending
}

// Unfinished returns nil where nothing is left to finish.
func (p *Plan) Unfinished() *Unfinished {
	s := p.Previous
	if !s.Unfinished() {
		return nil
	}
	u := &Unfinished{Interrupted: s.Phase != record.Done || len(s.Deleting) > 0}
	sh := p.Release.Show
	if sh.CDN != nil && !sh.Detached {
		u.Purge = s.Pending.Purge
	}
	if !Visible(sh) {
		return u
	}
	u.Verify = s.Phase != record.Done || s.Pending.Verify
	for _, channel := range p.pending().Announce {
		if slices.Contains(s.Pending.Announce, channel) {
			u.Announce = append(u.Announce, channel)
		}
	}
	return u
}

// Visible reports whether a publish can look at what it did from outside. Nobody
// may serve a folder yet; one with a CDN in front, or that is announced, is served.
func Visible(s *show.Show) bool {
	served := !strings.HasPrefix(s.Storage, "file:") || s.CDN != nil || len(s.Announce) > 0
	return !s.Detached && verify.Reachable(s) && served
}

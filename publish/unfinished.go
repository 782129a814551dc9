package publish

import (
	"slices"
	"strings"

	"onair/publish/record"
	"onair/publish/verify"
	"onair/show"
)

// Unfinished is what the last publish did not finish and the next one will. If
// Pending is empty, only the record has to be written.
type Unfinished struct {
	Interrupted bool // it was interrupted, or is still under way
	record.Pending
}

// Unfinished returns what the last publish did not finish; nil if there is nothing.
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

// Visible reports whether a publish can check what listeners get. A folder may not be
// served yet, unless it has a CDN or is announced.
func Visible(s *show.Show) bool {
	served := !strings.HasPrefix(s.Storage, "file:") || s.CDN != nil || len(s.Announce) > 0
	return !s.Detached && verify.Reachable(s) && served
}

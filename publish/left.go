package publish

import (
	"slices"
	"strings"

	"onair/show"
)

// Left is what the last publish did not finish, and the next one will. Pending may
// be empty: then it is to be recorded that the publish is done.
type Left struct {
	Interrupted bool // it was cut off, or is still under way
	Pending
}

// Left returns nil where nothing is left to finish.
func (p *Plan) Left() *Left {
	s := p.Previous
	if !s.unfinished() {
		return nil
	}
	left := &Left{Interrupted: s.Phase != Done || len(s.Deleting) > 0}
	sh := p.Release.Show
	if sh.CDN != nil && !sh.Detached {
		left.Purge = s.Pending.Purge
	}
	if !Visible(sh) {
		return left
	}
	left.Verify = s.Phase != Done || s.Pending.Verify
	for _, channel := range p.pending().Announce {
		if slices.Contains(s.Pending.Announce, channel) {
			left.Announce = append(left.Announce, channel)
		}
	}
	return left
}

// unfinished reports whether a publish began what is not done.
func (s *State) unfinished() bool {
	return s.Phase == Applying || len(s.Deleting) > 0 || len(s.Pending.Purge) > 0 || s.Pending.Verify || len(s.Pending.Announce) > 0
}

// Visible reports whether a publish can look at what it did from outside. Nobody
// may serve a folder yet; one with a CDN in front, or that is announced, is served.
func Visible(s *show.Show) bool {
	served := !strings.HasPrefix(s.Storage, "file:") || s.CDN != nil || len(s.Announce) > 0
	return !s.Detached && Reachable(s) && served
}

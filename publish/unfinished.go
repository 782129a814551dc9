package publish

import (
	"slices"

	"onair/publish/record"
	"onair/publish/verify"
)

// Unfinished is the work that the last publish did not finish and that the next
// one will do. If Pending is empty, only the record has to be written.
type Unfinished struct {
	Interrupted bool // the last publish was interrupted, or is still under way
	record.Pending
}

// Unfinished returns what the last publish did not finish; nil if there is nothing.
func (p *Plan) Unfinished() *Unfinished {
	s := p.Previous
	if !s.Unfinished() {
		return nil
	}
	u := &Unfinished{Interrupted: s.Phase != record.Done || len(s.Deleting) > 0}
	u.Erase = s.Pending.Erase
	sh := p.Release.Show
	if sh.CDN != nil && !sh.Detached {
		u.Purge = s.Pending.Purge
	}
	if !verify.Visible(sh) {
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

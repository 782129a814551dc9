package publish

import (
	"fmt"
	"slices"

	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// EpisodeChange is the change of one episode as listeners will see it.
type EpisodeChange struct {
	*release.Episode
	Action  Action
	Reasons []string
	Drift   []string // what others changed in its files; also in Reasons
	NoAudio string   // why a scheduled or due episode cannot go live for lack of audio; also in Reasons; empty otherwise
	Lost    bool     // the audio was pinned or live, and is neither on this machine nor in the storage

	changesFeed bool // podcast apps notice the change
}

// compareEpisodes adds the change of each episode.
func (p *Plan) compareEpisodes() {
	changed := map[string][]release.Role{} // by slug
	for _, c := range p.Changes {
		if c.Episode != "" && c.Action != Keep && c.Reason != reasonGone && c.Reason != reasonEdited && !p.headersDrifted(&c) {
			changed[c.Episode] = append(changed[c.Episode], c.object.Role)
		}
	}
	drifted := p.drifted()
	for _, e := range p.Release.Episodes {
		ec := EpisodeChange{Episode: e, Action: Keep}
		old := p.Previous.Episode(e.GUID)
		switch {
		case e.Status == show.Draft:
			continue
		case e.Waiting && old != nil:
			continue // it would leave the feed, which checkDropped refuses
		case e.Status == show.Scheduled || e.Waiting:
			ec.Action, ec.Reasons = Schedule, []string{"goes live by the first publish after its date"}
			for _, r := range e.Recordings() {
				if ec.NoAudio, ec.Lost = p.noAudio(r); ec.NoAudio != "" {
					ec.Reasons = []string{ec.NoAudio}
					break
				}
			}
		case old == nil:
			ec.Action, ec.Reasons, ec.changesFeed = Add, []string{"goes live now"}, true
		default:
			ec.Reasons, ec.changesFeed = reasons(old, e, changed[e.Slug])
			ec.Drift = drifted[e.Slug]
			ec.Reasons = slices.Concat(ec.Drift, ec.Reasons)
			if ec.Lost = p.lostAudio(e.Slug); ec.Lost {
				ec.Reasons = append(ec.Reasons, reasonLost)
			}
			if len(ec.Reasons) > 0 {
				ec.Action = Update
			}
		}
		p.Episodes = append(p.Episodes, ec)
	}
	live := p.Release.LiveGUIDs()
	for _, old := range p.Previous.Episodes {
		if !live[old.GUID] {
			gone := &release.Episode{Episode: &show.Episode{GUID: old.GUID, Slug: old.Slug, Title: old.Title}}
			p.Episodes = append(p.Episodes, EpisodeChange{Episode: gone, Action: Delete, Reasons: []string{"leaves the feed"}, changesFeed: true})
		}
	}
}

// reasonLost is why the audio of an episode cannot be published.
const reasonLost = "the audio is neither here nor in the storage"

// lostAudio reports whether audio of a live episode must be stored again, but is neither
// on this machine nor in the storage.
func (p *Plan) lostAudio(slug string) bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool {
		return c.Episode == slug && c.Upload > 0 && !c.Joined && c.object != nil && c.object.Missing != "" && c.object.Body == nil
	})
}

// noAudio returns why the audio of a scheduled or due episode is neither here nor in the
// storage, and whether it is lost. If the audio is available, why is empty.
func (p *Plan) noAudio(e *release.Episode) (why string, lost bool) {
	switch {
	case e.HasMaster() || e.IsElsewhere():
		return "", false
	case e.Pin.Payload.Bytes == 0:
		return "no audio yet", false
	case e.Payload == nil || !p.seen.KeepsParts || !p.seen.Private:
		return "no audio here, and the storage keeps none before an episode is live", false
	case !kept(e.Payload, p.seen) && !slices.ContainsFunc(p.Parts, func(c Change) bool { return c.Key == e.Payload.Key }): // another episode with the same audio may send it
		return reasonLost, true
	}
	return "", false
}

// reasons returns how an episode differs from its entry in the live feed, and whether
// podcast apps will notice.
func reasons(old *record.Episode, e *release.Episode, roles []release.Role) (out []string, changesFeed bool) {
	if old.Slug != e.Slug {
		out = append(out, fmt.Sprintf("moves from %s", old.Slug))
	}
	if old.Title != e.Title {
		out = append(out, fmt.Sprintf("title: %q → %q", old.Title, e.Title))
	}
	if old.Audio != e.AudioKey() {
		out = append(out, "new audio URL, same GUID")
	}
	out = append(out, alternateReasons(old.Alternates, alternateKeys(e))...)
	if slices.Contains(roles, release.RoleTranscript) {
		out = append(out, "transcript changes")
	}
	if slices.Contains(roles, release.RoleChapters) {
		out = append(out, "chapters change")
	}
	changesFeed = len(out) > 0
	if !changesFeed && old.Item != "" && old.Item != e.ItemSHA256 {
		out, changesFeed = append(out, "notes or facts in the feed change"), true
	}
	if slices.Contains(roles, release.RolePage) {
		out = append(out, "page changes")
	}
	return out, changesFeed
}

// alternateReasons returns how the audio in other languages differs.
func alternateReasons(old, now map[string]string) (out []string) {
	for _, language := range sortedKeys(now) {
		switch {
		case old[language] == "":
			out = append(out, "adds audio in "+language)
		case old[language] != now[language]:
			out = append(out, "new audio URL in "+language)
		}
	}
	for _, language := range sortedKeys(old) {
		if now[language] == "" {
			out = append(out, "audio in "+language+" leaves the feed")
		}
	}
	return out
}

// Replaced returns the slugs of live episodes whose audio gets a new URL, so that apps
// may download the audio again.
func (p *Plan) Replaced() (slugs []string) {
	for _, e := range p.Episodes {
		if old := p.Previous.Episode(e.GUID); old != nil && e.Enclosure != nil && old.Audio != e.Enclosure.Key {
			slugs = append(slugs, e.Slug)
		}
	}
	return slugs
}

package show

import (
	"path"
	"regexp"
	"strings"
)

// socialProtocols are the values of podcast:socialInteract's protocol.
var socialProtocols = []string{"disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr"}

// decode reads the front matter of an episode.md into e. It returns the
// path of the file that has the chapters, if it names one.
func (r *episodeReader) decode(v value, e *Episode) (chapterFile string) {
	s := r.show
	v.fields(fields{
		"slug":          slugField(&e.Slug),
		"title":         limited(&e.Title, 255),
		"guid":          guid(&e.GUID),
		"date":          date(&e.Date, s.Timezone),
		"updated":       date(&e.Updated, s.Timezone),
		"draft":         boolean(&e.Draft),
		"season":        integer(&e.Season, 1, 10_000),
		"number":        integer(&e.Number, 1, 1_000_000),
		"type":          oneOf(&e.Type, string(Full), string(Trailer), string(Bonus)),
		"summary":       text(&e.Summary),
		"explicit":      boolean(&e.Explicit),
		"block":         boolean(&e.Block),
		"language":      languageTag(&e.Language),
		"guests":        credits(&e.Guests, r.people, "guest"),
		"people":        credits(&e.People, r.people, ""),
		"topics":        words(&e.Topics, slugField),
		"sponsors":      sponsorIDs(&e.Sponsors, r.sponsors),
		"audio":         audioPath(&e.Audio),
		"artwork":       file(&e.Artwork),
		"license":       licence(&e.License),
		"locations":     locations(&e.Locations),
		"chapters":      chapters(&e.Chapters, &chapterFile, r.sponsors),
		"soundbites":    soundbites(&e.Soundbites),
		"social":        social(&e.Social),
		"redirect_from": words(&e.RedirectFrom, sitePath),
		"extra":         extraXML(&e.Extra, s.prefixes()),
	}, "title", "guid")
	return chapterFile
}

// sponsorIDs sets sponsors by their ids.
func sponsorIDs(p *[]*Sponsor, sponsors *registry[*Sponsor]) setter {
	return func(v value) {
		v.each(func(v value) {
			id, ok := v.word()
			if !ok {
				return
			}
			if s, ok := sponsors.find(v, id); ok {
				*p = append(*p, s)
			}
		})
	}
}

// audioPath sets the path of the master, which need not exist and may lie
// outside the folder: a file's name, or a map with path.
func audioPath(p *string) setter {
	return func(v value) {
		if v.node.kind == mapping {
			v.fields(fields{"path": audioPath(p)})
			return
		}
		s, ok := v.word()
		if !ok {
			return
		}
		if strings.Contains(s, "://") || strings.Contains(s, `\`) {
			v.reportf(rulePath, "name a file; onair publishes it under an address of its own", "%s: %s is no path of a file", v.name(), shortQuote(s))
			return
		}
		if ext := path.Ext(s); !strings.EqualFold(ext, ".mp3") && !strings.EqualFold(ext, ".m4a") {
			v.reportf(rulePath, "export the episode as MP3", "%s: %s is neither .mp3 nor .m4a", v.name(), shortQuote(s))
			return
		}
		if !outside(s) || strings.HasPrefix(path.Clean(s), "..") {
			s = path.Join(v.dir, s)
		}
		*p = s
	}
}

func soundbites(p *[]Soundbite) setter {
	return func(v value) {
		v.each(func(v value) {
			var b Soundbite
			before := v.count
			if !v.fields(fields{
				"start":    timestamp(&b.Start),
				"duration": length(&b.Duration),
				"title":    limited(&b.Title, 128),
			}, "start", "duration") || v.count > before {
				return
			}
			seconds := b.Duration.Seconds()
			switch {
			case !v.has("start") || seconds == 0:
				v.reportf(ruleSoundbite, `write {start: "0:20", duration: 30}`, "a soundbite needs a start and a duration")
				return
			case seconds < 15 || seconds > 120:
				v.warnf(ruleSoundbite, "", "a soundbite of %s seconds; apps expect 15 to 120", formatSeconds(b.Duration))
			}
			*p = append(*p, b)
		})
	}
}

func social(p *[]Social) setter {
	return func(v value) {
		v.each(func(v value) {
			var s Social
			if !v.fields(fields{
				"protocol":    oneOf(&s.Protocol, socialProtocols...),
				"uri":         uri(&s.URI, "https", "http", "at", "nostr", "matrix", "lightning"),
				"account_id":  line(&s.AccountID),
				"account_url": webURL(&s.AccountURL),
				"priority":    integer(&s.Priority, 1, 1000),
			}, "protocol", "uri") {
				return
			}
			if !v.has("protocol") || !v.has("uri") && s.Protocol != "disabled" {
				v.reportf(ruleRequired, "write {protocol: activitypub, uri: …}, or {protocol: disabled}", "social needs a protocol and a uri")
				return
			}
			*p = append(*p, s)
		})
	}
}

var sitePathShape = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)

// sitePath sets a former path of a page, such as /4 or /old/page.html.
func sitePath(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !sitePathShape.MatchString(s) || path.Clean(s) != strings.TrimSuffix(s, "/") {
			v.reportf(ruleRedirect, "write a path such as /4 or /2019/old-page.html", "%s is no path of a page", shortQuote(s))
			return
		}
		*p = s
	}
}

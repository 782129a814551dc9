package show

import (
	"path"
	"strconv"
	"strings"

	"onair/internal/slugs"
	"onair/internal/source"
)

// decode reads the front matter of an episode.md into e. If the front matter names a file
// of chapters, decode returns its path.
func (r *episodeReader) decode(v source.Value, e *Episode) (chapterFile string) {
	s := r.show
	v.Fields(source.Fields{
		"slug":          source.Slug(&e.Slug),
		"title":         source.Limited(&e.Title, 255),
		"guid":          guid(&e.GUID),
		"date":          source.Date(&e.Date, s.Timezone),
		"updated":       source.Date(&e.Updated, s.Timezone),
		"draft":         source.Bool(&e.Draft),
		"season":        source.Int(&e.Season, 1, 10_000),
		"number":        episodeNumber(e),
		"display":       source.Limited(&e.Display, 32),
		"type":          source.OneOf(&e.Type, string(Full), string(Trailer), string(Bonus)),
		"summary":       source.Text(&e.Summary),
		"explicit":      source.Bool(&e.Explicit),
		"block":         source.Bool(&e.Block),
		"language":      languageTag(&e.Language),
		"hosts":         func(v source.Value) { e.Hosts = []Credit{}; credits(&e.Hosts, r.people, "host")(v) },
		"guests":        credits(&e.Guests, r.people, "guest"),
		"people":        credits(&e.People, r.people, ""),
		"topics":        source.Words(&e.Topics, source.Slug),
		"sponsors":      sponsorIDs(&e.Sponsors, r.sponsors),
		"audio":         audioPath(&e.Audio),
		"alternates":    alternateList(&e.Alternates),
		"enclosure":     enclosure(e),
		"duration":      source.Length(&e.Duration),
		"link":          source.WebURL(&e.Link),
		"artwork":       file(&e.Artwork),
		"license":       licence(&e.License),
		"locations":     locations(&e.Locations),
		"chapters":      chapterList(&e.Chapters, &chapterFile, r.sponsors),
		"soundbites":    soundbites(&e.Soundbites),
		"social":        social(&e.Social),
		"redirect_from": source.Words(&e.RedirectFrom, sitePath),
		"extra":         extraXML(&e.Extra, s.prefixes(), itemRSS),
	}, "title", "guid")
	return chapterFile
}

// sponsorIDs sets sponsors from a list of their ids.
func sponsorIDs(p *[]*Sponsor, sponsors *registry[*Sponsor]) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			id, ok := v.Word()
			if !ok {
				return
			}
			if s, ok := sponsors.find(v, id); ok {
				*p = append(*p, s)
			}
		})
	}
}

// audioPath sets the path of the master: text, or a map with path. The master need not
// exist and may be outside the folder.
func audioPath(p *string) source.Setter {
	return func(v source.Value) {
		if v.Node.Kind == source.Map {
			v.Fields(source.Fields{"path": audioPath(p)})
			return
		}
		s, ok := v.Word()
		if !ok {
			return
		}
		if strings.Contains(s, "://") || strings.Contains(s, `\`) {
			v.Reportf(rulePath, "name a file; onair publishes it under an address of its own", "%s: %s is not the path of a file", v.Name(), source.ShortQuote(s))
			return
		}
		if ext := path.Ext(s); !strings.EqualFold(ext, ".mp3") && !strings.EqualFold(ext, ".m4a") {
			v.Reportf(rulePath, "export the episode as MP3; for a file with sound, onair audio probe names the command", "%s: %s is neither .mp3 nor .m4a", v.Name(), source.ShortQuote(s))
			return
		}
		if !outside(s) || strings.HasPrefix(path.Clean(s), "..") {
			s = path.Join(v.Dir, s)
		}
		*p = s
	}
}

// enclosure sets the enclosure of audio that stays elsewhere.
func enclosure(e *Episode) source.Setter {
	return func(v source.Value) {
		into := e.Enclosure
		before := v.Count
		if !v.Fields(source.Fields{
			"url":    source.WebURL(&into.URL),
			"length": source.Int(&into.Length, 1, 1<<40),
			"type":   mediaType(&into.Type),
		}, "url", "length", "type") || v.Count > before {
			return
		}
		if !v.Has("url") || !v.Has("length") || !v.Has("type") {
			v.Reportf(ruleRequired, "write {url: …, length: BYTES, type: audio/mpeg}", "an enclosure needs a url, a length and a type")
			return
		}
		e.Enclosure = into
	}
}

// mediaType sets a media type, such as audio/mpeg.
func mediaType(p *string) source.Setter {
	return func(v source.Value) {
		if s, ok := v.Word(); ok && mediaTypeShape.MatchString(s) {
			*p = s
		} else if ok {
			v.Reportf(ruleWord, "write audio/mpeg for MP3, audio/x-m4a for AAC", "%s is %s, which is not a media type of audio or video", v.Name(), source.ShortQuote(s))
		}
	}
}

// episodeNumber sets the number of an episode. 0 and numbers with a decimal point are
// valid in podcast:episode, but not in itunes:episode.
func episodeNumber(e *Episode) source.Setter {
	return func(v source.Value) {
		text := v.Node.Text
		if v.Node.Kind == source.Scalar && v.Plain() && decimalShape.MatchString(text) && (text == "0" || strings.Contains(text, ".")) {
			e.Decimal = text
			return
		}
		source.Int(&e.Number, 1, maxNumber)(v)
	}
}

func soundbites(p *[]Soundbite) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var b Soundbite
			before := v.Count
			if !v.Fields(source.Fields{
				"start":    source.Timestamp(&b.Start),
				"duration": source.Length(&b.Duration),
				"title":    source.Limited(&b.Title, 128),
			}, "start", "duration") || v.Count > before {
				return
			}
			seconds := b.Duration.Seconds()
			switch {
			case !v.Has("start") || seconds == 0:
				v.Reportf(ruleSoundbite, `write {start: "0:20", duration: 30}`, "a soundbite needs a start and a duration")
				return
			case seconds < 15 || seconds > 120:
				v.Warnf(ruleSoundbite, "", "a soundbite of %s seconds; apps expect 15 to 120", source.FormatSeconds(b.Duration))
			}
			*p = append(*p, b)
		})
	}
}

func social(p *[]Social) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var s Social
			if !v.Fields(source.Fields{
				"protocol":    source.OneOf(&s.Protocol, socialProtocols...),
				"uri":         source.URI(&s.URI, "https", "http", "at", "nostr", "matrix", "lightning"),
				"account_id":  source.Line(&s.AccountID),
				"account_url": source.WebURL(&s.AccountURL),
				"priority":    source.Int(&s.Priority, 1, 1000),
			}, "protocol", "uri") {
				return
			}
			if !v.Has("protocol") || !v.Has("uri") && s.Protocol != "disabled" {
				v.Reportf(ruleRequired, "write {protocol: activitypub, uri: …}, or {protocol: disabled}", "social needs a protocol and a uri")
				return
			}
			*p = append(*p, s)
		})
	}
}

// sitePath sets a former path of a page, such as /4 or /old/page.html.
func sitePath(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !sitePathShape.MatchString(s) || path.Clean(s) != strings.TrimSuffix(s, "/") {
			v.Reportf(ruleRedirect, "write a path such as /4 or /2019/old-page.html", "%s is not the path of a page", source.ShortQuote(s))
			return
		}
		for part := range strings.SplitSeq(s, "/") {
			if slugs.Device(part) || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") {
				v.Reportf(ruleRedirect, "name another path, or redirect it at the CDN", "%s: %q cannot be the name of a folder on every system", source.ShortQuote(s), part)
				return
			}
		}
		*p = s
	}
}

// number formats a number. It returns "" for 0, which means that there is no number.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

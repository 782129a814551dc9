package show

import (
	"maps"
	"net/mail"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show/machine"
)

// The allowed values of some fields of show.yaml.
var (
	mediums = []string{"podcast", "podcastL", "music", "musicL", "video", "videoL", "film", "filmL", "audiobook", "audiobookL",
		"newsletter", "newsletterL", "blog", "blogL", "publisher", "publisherL", "course", "courseL", "mixed"}
	announcers = []string{"websub", "podcastindex", "podping", "overcast"}
)

// decodeShow reads show.yaml. It sets fields that depend on others last: dates depend on
// the timezone, extra on the namespaces, and targets on what they inherit.
func (l *loader) decodeShow(v source.Value) {
	s := l.show
	var when, extra, targets source.Value
	v.Fields(source.Fields{
		"title":            source.Limited(&s.Title, 255),
		"description":      source.Text(&s.Description),
		"url":              baseURL(&s.URL),
		"storage":          bucketURL(&s.Storage),
		"state":            bucketURL(&s.State),
		"private":          source.Bool(&s.Private),
		"cdn":              cdn(&s.CDN),
		"feed":             feed(&s.Feed),
		"timezone":         zone(&s.Timezone),
		"language":         languageTag(&s.Language),
		"author":           source.Limited(&s.Author, 255),
		"hosts":            credits(&s.Hosts, &l.people, "host"),
		"categories":       func(v source.Value) { v.Each(category(&s.Categories)) },
		"explicit":         source.Bool(&s.Explicit),
		"type":             source.OneOf(&s.Type, string(Episodic), string(Serial)),
		"complete":         source.Bool(&s.Complete),
		"block":            source.Bool(&s.Block),
		"medium":           source.OneOf(&s.Medium, mediums...),
		"new_feed_url":     source.WebURL(&s.NewFeedURL),
		"artwork":          file(&s.Artwork),
		"license":          licence(&s.License),
		"copyright":        source.Limited(&s.Copyright, 255),
		"owner":            owner(&s.Owner),
		"funding":          funding(&s.Funding),
		"locations":        locations(&s.Locations),
		"seasons":          seasons(&s.Seasons),
		"update_frequency": func(v source.Value) { when = v },
		"links":            links(&s.Links),
		"txt":              txt(&s.Txt),
		"enclosure_prefix": source.WebURL(&s.Prefix),
		"announce":         source.Words(&s.Announce, announcer),
		"accept":           accept(&s.Accept),
		"keep_masters":     source.Bool(&s.KeepMasters),
		"waveform":         source.Bool(&s.Waveform),
		"credits":          source.OneOf(&s.Credits, "git"),
		"transcripts":      transcripts(&s.Transcripts),
		"speech":           speech(&s.Speech),
		"site":             siteSettings(&s.Site),
		"theme":            theme(&s.Theme),
		"audio":            func(v source.Value) { v.Fields(source.Fields{"path": pattern(&s.AudioPath)}) },
		"namespaces":       namespaces(&s.Namespaces),
		"extra":            func(v source.Value) { extra = v },
		"targets":          func(v source.Value) { targets = v },
	}, "title")
	if when.Node != nil {
		frequency(&s.Frequency, s.Timezone)(when)
	}
	if extra.Node != nil {
		extraXML(&s.Extra, s.prefixes(), channelRSS)(extra)
	}
	if targets.Node != nil {
		l.decodeTargets(targets)
	}
}

// prefixes returns the prefixes of the namespaces that the show declares.
func (s *Show) prefixes() []string { return slices.Sorted(maps.Keys(s.Namespaces)) }

func feed(p *Feed) source.Setter {
	return func(v source.Value) {
		v.Fields(source.Fields{"path": key(&p.Path), "locked": source.Bool(&p.Locked), "page_size": source.Int(&p.PageSize, 1, 20_000)})
	}
}

// transcriptFormats are the formats of transcripts that a feed can name.
var transcriptFormats = []string{"vtt", "srt", "json", "html", "txt"}

func transcriptFormat(p *string) source.Setter { return source.OneOf(p, transcriptFormats...) }

// pageURL sets the pattern of the addresses of episode pages.
func pageURL(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		plain := patternNames.Replace(s)
		if plain == s || strings.ContainsAny(plain, "{}") {
			v.Reportf(ruleURL, `write it with {slug}, {number}, {season} or {guid}, such as "https://example.com/{slug}"`, "%s: %s is not a pattern for pages of episodes", v.Name(), source.ShortQuote(s))
			return
		}
		if err := source.CheckURL(plain, "http", "https"); err != nil {
			v.Reportf(ruleURL, "", "%s: %v", v.Name(), err)
			return
		}
		*p = s
	}
}

// reserved are the folders of a bucket that must not contain a feed.
var reserved = []string{"assets", "audio", "episodes"}

// key sets the path of a published object, below the show's URL.
func key(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if path.Clean("/"+s) != "/"+s || strings.ContainsAny(s, "\\?#% ") || len(s) > 512 {
			v.Reportf(rulePath, "write a path below the show's url, such as feed.xml or rss/show.xml", "%s: %s is not the path of a file", v.Name(), source.ShortQuote(s))
			return
		}
		if first, _, deep := strings.Cut(s, "/"); strings.HasPrefix(s, ".") || strings.Contains(s, "/.") || deep && slices.Contains(reserved, first) || slices.ContainsFunc(strings.Split(s, "/"), slugs.Device) {
			v.Reportf(rulePath, "write a path of its own, such as feed.xml or rss/show.xml", "%s: %s lies where onair or a server keeps other things", v.Name(), source.ShortQuote(s))
			return
		}
		*p = s
	}
}

func owner(p *Owner) source.Setter {
	return func(v source.Value) {
		v.Fields(source.Fields{"name": source.Limited(&p.Name, 255), "email": email(&p.Email)})
	}
}

func funding(p *[]Link) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var l Link
			if !v.Fields(source.Fields{"url": source.WebURL(&l.URL), "text": source.Limited(&l.Text, 128)}, "url") {
				return
			}
			if !v.Has("url") {
				v.Reportf(ruleRequired, "add url:", "funding without a url")
				return
			}
			*p = append(*p, l)
		})
	}
}

func locations(p *[]Location) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			l := Location{Rel: "subject"}
			if !v.Fields(source.Fields{
				"name":    source.Limited(&l.Name, 128),
				"rel":     source.OneOf(&l.Rel, "subject", "creator"),
				"geo":     shaped(&l.Geo, geoShape, "geo:51.5,-0.1"),
				"osm":     shaped(&l.OSM, osmShape, "R113314"),
				"country": shaped(&l.Country, countryShape, "GB"),
			}, "name") {
				return
			}
			if !v.Has("name") {
				v.Reportf(ruleRequired, "add name:", "a location without a name")
				return
			}
			*p = append(*p, l)
		})
	}
}

// Shapes of the parts of podcast:location.
var (
	geoShape     = regexp.MustCompile(`^geo:-?[0-9.]+,-?[0-9.]+(,-?[0-9.]+)?(;[a-z0-9=.;-]+)?$`)
	osmShape     = regexp.MustCompile(`^[NWR][0-9]+(#[0-9]+)?$`)
	countryShape = regexp.MustCompile(`^[A-Z]{2}$`)
)

// shaped sets a word that matches a pattern.
func shaped(p *string, shape *regexp.Regexp, example string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !shape.MatchString(s) {
			v.Reportf(ruleWord, "", "%s is %s; expected a form such as %s", v.Name(), source.ShortQuote(s), example)
			return
		}
		*p = s
	}
}

func seasons(p *map[int]string) source.Setter {
	return func(v source.Value) {
		*p = map[int]string{}
		v.Pairs(func(key, v source.Value) {
			n, err := strconv.Atoi(key.Node.Text)
			if err != nil || n < 1 {
				key.Reportf(ruleType, "write 1: Name of the season", "the season %s is not a number from 1", source.ShortQuote(key.Node.Text))
				return
			}
			name := ""
			if source.Limited(&name, 128)(v); name != "" {
				(*p)[n] = name
			}
		})
	}
}

func frequency(p *Frequency, tz *time.Location) source.Setter {
	return func(v source.Value) {
		if v.Fields(source.Fields{
			"text":     source.Limited(&p.Text, 128),
			"rrule":    rrule(&p.RRule),
			"dtstart":  source.Date(&p.Start, tz),
			"complete": source.Bool(&p.Complete),
		}, "text") && !v.Has("text") {
			v.Reportf(ruleRequired, "add text:, such as Weekly", "update_frequency has no text")
		}
	}
}

// rrule sets a recurrence rule of RFC 5545, section 3.3.10.
func rrule(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		for part := range strings.SplitSeq(s, ";") {
			name, value, _ := strings.Cut(part, "=")
			if !slices.Contains(rruleParts, name) || value == "" {
				v.Reportf(ruleWord, "write it as FREQ=WEEKLY or FREQ=WEEKLY;BYDAY=MO", "%s: %s is not part of a recurrence rule", v.Name(), source.ShortQuote(part))
				return
			}
		}
		if !strings.HasPrefix(s, "FREQ=") && !strings.Contains(s, ";FREQ=") {
			v.Reportf(ruleWord, "write it as FREQ=WEEKLY", "%s has no FREQ", v.Name())
			return
		}
		*p = s
	}
}

var rruleParts = []string{"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY",
	"BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"}

var ruleID = regexp.MustCompile(`^[A-Z][0-9]{3}$`)

// accept sets the accepted rules with their reasons. Whether the rules exist is checked
// later, because this needs the rules of all packages.
func accept(p *map[string]string) source.Setter {
	return func(v source.Value) {
		*p = map[string]string{}
		for _, e := range v.Node.Entries {
			v.Require(e.Key.Text)
		}
		v.Pairs(func(key, v source.Value) {
			id, reason := key.Node.Text, ""
			if !ruleID.MatchString(id) {
				key.Reportf(ruleAccept, "", "%s is not the ID of a rule", source.ShortQuote(id))
				return
			}
			if source.Line(&reason)(v); reason != "" {
				(*p)[id] = reason
			}
		})
		for _, e := range v.Node.Entries {
			if !e.Bare && e.Key.Kind == source.Scalar && !v.Has(e.Key.Text) {
				v.Decoder.Value(e.Key, v.Path).Reportf(ruleAccept, "", "%s is accepted without a reason", source.ShortQuote(e.Key.Text))
			}
		}
	}
}

func links(p *[]Link) source.Setter {
	return func(v source.Value) {
		v.Pairs(func(key, v source.Value) {
			l := Link{Text: key.Node.Text}
			if source.WebURL(&l.URL)(v); l.URL != "" {
				*p = append(*p, l)
			}
		})
	}
}

func txt(p *[]Txt) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var t Txt
			if !v.Fields(source.Fields{"purpose": source.Limited(&t.Purpose, 128), "value": source.Limited(&t.Value, 4000)}, "value") {
				return
			}
			if !v.Has("value") {
				v.Reportf(ruleRequired, "add value:", "txt without a value")
				return
			}
			*p = append(*p, t)
		})
	}
}

// speech sets the settings of speech recognition, translation and voices. Whether a
// program exists is only checked when it is run.
func speech(p *machine.Settings) source.Setter {
	return func(v source.Value) {
		v.Fields(source.Fields{
			"engine":    source.OneOf(&p.Engine, "google", "openai", "command"),
			"model":     source.Line(&p.Model),
			"location":  source.Slug(&p.Location),
			"project":   source.Slug(&p.Project),
			"max_cost":  dollars(&p.MaxCost),
			"command":   source.Words(&p.Command, source.Line),
			"translate": source.Words(&p.Translate, source.Line),
			"voice":     source.Words(&p.Voice, source.Line),
		})
	}
}

// dollars sets an amount of US dollars.
func dollars(p *float64) source.Setter {
	return func(v source.Value) {
		s, ok := v.Scalar()
		if !ok {
			return
		}
		amount, err := strconv.ParseFloat(s, 64)
		if err != nil || !(amount > 0 && amount <= 1e6) {
			v.Reportf(ruleType, "write an amount such as 5 or 2.50", "%s: %s is not an amount of US dollars", v.Name(), source.ShortQuote(s))
			return
		}
		*p = amount
	}
}

func transcripts(p *Transcripts) source.Setter {
	return func(v source.Value) {
		v.Fields(source.Fields{
			"path":               pattern(&p.Path),
			"edit":               editURL(&p.Edit),
			"license":            licenceID(&p.License),
			"feed":               source.Words(&p.Feed, transcriptFormat),
			"timestamp_fraction": source.OneOf(&p.Fraction, "decimal", "frames30"),
			"sounds":             source.Bool(&p.Sounds),
			"contribute":         source.WebURL(&p.Contribute),
		})
	}
}

// pattern sets a pattern for the paths of files that are kept elsewhere. It contains an
// episode's {slug}, {number}, {season} or {guid}.
func pattern(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		unnamed := patternNames.Replace(s)
		if unnamed == s || strings.ContainsAny(unnamed, "{}\\") {
			v.Reportf(rulePath, `write it with {slug}, {number}, {season} or {guid}, such as "~/masters/{slug}.mp3"`, "%s: %s is not a pattern for files of episodes", v.Name(), source.ShortQuote(s))
			return
		}
		*p = s
	}
}

var patternNames = strings.NewReplacer("{slug}", "", "{number}", "", "{season}", "", "{guid}", "")

// namespaces sets the XML namespaces that extra: may use.
func namespaces(p *map[string]string) source.Setter {
	return func(v source.Value) {
		*p = map[string]string{}
		v.Pairs(func(key, v source.Value) {
			prefix, uri := key.Node.Text, ""
			if !xmlName.MatchString(prefix) || strings.HasPrefix(strings.ToLower(prefix), "xml") || slices.Contains(knownPrefixes, prefix) {
				key.Reportf(ruleExtra, "", "%s cannot be declared as a prefix", source.ShortQuote(prefix))
				return
			}
			if source.Line(&uri)(v); uri == "" {
				return
			}
			if err := source.CheckURL(uri, "http", "https", "urn", "tag"); err != nil {
				v.Reportf(ruleExtra, "", "namespace %s: %v", prefix, err)
				return
			}
			(*p)[prefix] = uri
		})
	}
}

// email sets an address such as show@example.com.
func email(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		a, err := mail.ParseAddress(s)
		if err != nil || a.Address != s || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
			v.Reportf(ruleEmail, "", "%s is %s; expected an address such as show@example.com", v.Name(), source.ShortQuote(s))
			return
		}
		*p = s
	}
}

var licenseID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)

// licence sets podcast:license: an identifier such as those of SPDX, or a map of a name
// and a URL for any other licence. Identifiers become lower case.
func licence(p *License) source.Setter {
	return func(v source.Value) {
		var l License
		if v.Node.Kind == source.Map {
			v.Fields(source.Fields{"name": source.Limited(&l.ID, 128), "url": source.WebURL(&l.URL)}, "name", "url")
			if !v.Has("name") || !v.Has("url") {
				v.Reportf(ruleLicense, "", "a licence of your own needs a name and a url")
			} else if l.ID != "" && l.URL != "" {
				*p = l
			}
			return
		}
		if licenceID(&l.ID)(v); l.ID != "" {
			*p = l
		}
	}
}

// licenceID sets a licence that is known by its identifier.
func licenceID(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !licenseID.MatchString(s) {
			v.Reportf(ruleLicense, "write an identifier such as cc-by-4.0, or {name: …, url: …} for your own",
				"%s is %s, which is not a licence identifier", v.Name(), source.ShortQuote(s))
			return
		}
		*p = strings.ToLower(s)
	}
}

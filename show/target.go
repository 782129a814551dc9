package show

import (
	"slices"
	"strings"
)

// target is another place for the show, as an entry of targets: writes it.
type target struct {
	storage, url, state string
	prefix              string
	private             bool
	cdn                 *CDN
	announce            []string
	keepMasters         bool // the show's unless said
}

func announcer(p *string) setter { return oneOf(p, announcers...) }

// decodeTargets reads every target, so that a fault in one that is not in use
// is found too.
func (l *loader) decodeTargets(v value) {
	v.pairs(func(key, v value) {
		name := ""
		if slugField(&name)(key); name == "" {
			return
		}
		t := &target{keepMasters: l.show.KeepMasters}
		if !v.fields(fields{
			"storage":          bucketURL(&t.storage),
			"url":              baseURL(&t.url),
			"state":            bucketURL(&t.state),
			"enclosure_prefix": webURL(&t.prefix),
			"private":          boolean(&t.private),
			"cdn":              cdn(&t.cdn),
			"announce":         words(&t.announce, announcer),
			"keep_masters":     boolean(&t.keepMasters),
		}) {
			return
		}
		l.targets[name] = t
		if t.storage == "" {
			key.reportf(ruleRequired, "add storage:", "the target %s has no storage of its own", name)
		}
		if t.url == "" && !strings.HasPrefix(t.storage, "file:") {
			key.reportf(ruleRequired, "add url:", "the target %s has no url of its own", name)
		}
	})
}

// use makes the show go to a target. Whatever would reach the main show's
// listeners or records is not inherited.
func (t *target) use(s *Show, name string) {
	s.Target, s.Storage, s.URL, s.State = name, t.storage, t.url, t.state
	s.CDN, s.Announce, s.Private, s.KeepMasters = t.cdn, t.announce, t.private, t.keepMasters
	s.Prefix = t.prefix
	for _, field := range []string{"storage", "url", "state", "cdn", "announce", "private", "enclosure_prefix"} {
		if at, ok := s.places["targets."+name+"."+field]; ok {
			s.places[field] = at
		} else {
			delete(s.places, field)
		}
	}
}

// secretWords are parts of names of settings that should not be in a file.
var secretWords = []string{"token", "secret", "password", "passwd", "api_key", "apikey", "access_key", "private_key", "credential"}

// cdn sets a purger and its settings, whose names are the provider's.
func cdn(p **CDN) setter {
	return func(v value) {
		c := &CDN{Settings: map[string]string{}}
		v.pairs(func(key, v value) {
			name := key.node.text
			if name == "provider" {
				slugField(&c.Provider)(v)
				return
			}
			if slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(strings.ToLower(name), w) }) {
				key.reportf(ruleSecret, "put it in the environment, under the name the provider uses, and replace it: it may be in git", "%s is a secret; files of a show are public", name)
				return
			}
			setting := ""
			if line(&setting)(v); setting != "" {
				c.Settings[name] = setting
			}
		})
		if c.Provider == "" {
			v.reportf(ruleRequired, "add provider:", "cdn has no provider")
			return
		}
		*p = c
	}
}

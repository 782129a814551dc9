package show

import (
	"slices"
	"strings"
	_ "time/tzdata"
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

// decodeTargets reads every target, so that mistakes are found also in those that are
// not in use.
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
		}, "storage", "url") {
			return
		}
		l.targets[name] = t
		if !v.has("storage") {
			key.reportf(ruleRequired, "add storage:", "the target %s has no storage of its own", name)
		}
		if !v.has("url") && !strings.HasPrefix(t.storage, "file:") {
			key.reportf(ruleRequired, "add url:", "the target %s has no url of its own", name)
		}
	})
}

// use directs the show to a target. It inherits nothing that would reach the
// listeners or the records of the main show.
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
		v.require("provider")
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
		if !v.has("provider") {
			v.reportf(ruleRequired, "add provider:", "cdn has no provider")
			return
		}
		*p = c
	}
}

// useTarget points the show at a target.
func (l *loader) useTarget(name string) {
	if name == "" {
		return
	}
	if t, ok := l.targets[name]; ok {
		t.use(l.show, name)
		return
	}
	names := l.show.Targets
	hint := didYouMean(name, names)
	switch {
	case len(names) == 0:
		hint = "show.yaml has no targets:"
	case hint == "":
		hint = "there are: " + strings.Join(names, ", ")
	}
	l.found.Add(ruleTarget.At(l.show.At("targets"), "there is no target %s", shortQuote(name)).WithHint(hint))
}

// useEnv lets the environment override the files. Records stay with the
// storage they are about: another storage does not inherit state.
func (l *loader) useEnv(env func(string) (string, bool)) {
	if env == nil {
		return
	}
	s := l.show
	before := s.Storage
	set := func(name string, to setter) {
		if text, ok := env(name); ok && text != "" {
			to(value{l.decoder(".", s.places), &node{kind: scalar, text: text}, name})
		}
	}
	set("ONAIR_STORAGE", bucketURL(&s.Storage))
	set("ONAIR_URL", baseURL(&s.URL))
	if s.Storage != before {
		s.State = ""
		url, _ := env("ONAIR_URL")
		s.Detached = url == ""
	}
	set("ONAIR_STATE", bucketURL(&s.State))
}

package show

import (
	"slices"
	"strings"
	_ "time/tzdata"

	"onair/internal/source"
)

// target is an entry of targets: in show.yaml, another place for the show.
type target struct {
	storage, url, state string
	prefix              string
	private             bool
	cdn                 *CDN
	announce            []string
	keepMasters         bool // the show's by default
}

func announcer(p *string) source.Setter { return source.OneOf(p, announcers...) }

// decodeTargets reads every target, so that mistakes in unused targets are found too.
func (l *loader) decodeTargets(v source.Value) {
	v.Pairs(func(key, v source.Value) {
		name := ""
		if source.Slug(&name)(key); name == "" {
			return
		}
		t := &target{keepMasters: l.show.KeepMasters}
		if !v.Fields(source.Fields{
			"storage":          bucketURL(&t.storage),
			"url":              baseURL(&t.url),
			"state":            bucketURL(&t.state),
			"enclosure_prefix": source.WebURL(&t.prefix),
			"private":          source.Bool(&t.private),
			"cdn":              cdn(&t.cdn),
			"announce":         source.Words(&t.announce, announcer),
			"keep_masters":     source.Bool(&t.keepMasters),
		}, "storage", "url") {
			return
		}
		l.targets[name] = t
		if !v.Has("storage") {
			key.Reportf(ruleRequired, "add storage:", "the target %s has no storage of its own", name)
		}
		if !v.Has("url") && !strings.HasPrefix(t.storage, "file:") {
			key.Reportf(ruleRequired, "add url:", "the target %s has no url of its own", name)
		}
	})
}

// use directs the show to a target. The target inherits nothing that would reach the
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

// secretWords occur in names of settings that should not be in a file.
var secretWords = []string{"token", "secret", "password", "passwd", "api_key", "apikey", "access_key", "private_key", "credential"}

// cdn sets a purger and its settings. Each provider has its own names of settings.
func cdn(p **CDN) source.Setter {
	return func(v source.Value) {
		c := &CDN{Settings: map[string]string{}}
		v.Require("provider")
		v.Pairs(func(key, v source.Value) {
			name := key.Node.Text
			if name == "provider" {
				source.Slug(&c.Provider)(v)
				return
			}
			if slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(strings.ToLower(name), w) }) {
				key.Reportf(ruleSecret, "put it in the environment, under the name the provider uses, and replace it: it may be in git", "%s is a secret; files of a show are public", name)
				return
			}
			setting := ""
			if source.Line(&setting)(v); setting != "" {
				c.Settings[name] = setting
			}
		})
		if !v.Has("provider") {
			v.Reportf(ruleRequired, "add provider:", "cdn has no provider")
			return
		}
		*p = c
	}
}

// useTarget directs the show to the target of the given name.
func (l *loader) useTarget(name string) {
	if name == "" {
		return
	}
	if t, ok := l.targets[name]; ok {
		t.use(l.show, name)
		return
	}
	names := l.show.Targets
	hint := source.DidYouMean(name, names)
	switch {
	case len(names) == 0:
		hint = "show.yaml has no targets:"
	case hint == "":
		hint = "there are: " + strings.Join(names, ", ")
	}
	l.found.Add(ruleTarget.At(l.show.At("targets"), "there is no target %s", source.ShortQuote(name)).WithHint(hint))
}

// useEnv applies the environment, which overrides the files. Records are about one
// storage, so another storage does not inherit state.
func (l *loader) useEnv(env func(string) (string, bool)) {
	if env == nil {
		return
	}
	s := l.show
	before := s.Storage
	set := func(name string, to source.Setter) {
		if text, ok := env(name); ok && text != "" {
			to(l.decoder(".", s.places).Value(&source.Node{Kind: source.Scalar, Text: text}, name))
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

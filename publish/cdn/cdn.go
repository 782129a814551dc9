package cdn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"onair/show"
)

// Purger purges objects from a CDN. Purge returns when the CDN has accepted the
// purge. Only a request through the CDN shows whether it took effect.
//
// Both lists name the same objects: urls contains every public spelling of each
// (Spellings), keys the surrogate key of each (SurrogateKey). A purger uses one of
// the lists, as configured. With empty lists it does nothing.
type Purger interface {
	Purge(ctx context.Context, urls, keys []string) error
}

// Options are optional.
type Options struct {
	// Env looks up an environment variable. If it is nil, no variable is set.
	Env func(string) (string, bool)

	// Client sends requests. It follows no redirects. nil uses a new client.
	Client *http.Client

	// BaseURL replaces the address of the vendor's API, in tests. Empty uses the
	// vendor's own.
	BaseURL string

	// Dir is the folder in which exec runs its command, usually the show's. Empty means
	// the current folder.
	Dir string

	// Stdout and Stderr receive the output of a command of exec. nil discards it; an
	// error then quotes the last line of standard error.
	Stdout, Stderr io.Writer
}

// provider describes a provider: its settings in show.yaml, and the function that opens
// it.
type provider struct {
	settings []setting
	open     func(settings map[string]string, c *caller, o *Options) (Purger, error)
}

// setting is a setting that a provider has.
type setting struct {
	name     string
	required bool
	check    func(string) error // nil accepts any text
}

// providers are the providers that show.yaml may name.
var providers = map[string]provider{
	"fastly": {
		settings: []setting{{name: "service", check: checkName}, purgeSetting, {name: "soft", check: oneOf("true", "false")}},
		open:     openFastly,
	},
	"cloudflare": {
		settings: []setting{{name: "zone", required: true, check: checkName}, purgeSetting, {name: "batch", check: checkBatch}},
		open:     openCloudflare,
	},
	"google": {
		settings: []setting{{name: "project", required: true, check: checkName}, {name: "url_map", required: true, check: checkName}, purgeSetting},
		open:     openGoogle,
	},
	"varnish": {
		settings: []setting{{name: "servers", required: true, check: checkServers}, purgeSetting},
		open:     openVarnish,
	},
	"exec": {
		settings: []setting{{name: "command", required: true, check: checkCommand}},
		open:     openExec,
	},
}

// purgeSetting chooses between URLs and surrogate keys.
var purgeSetting = setting{name: "purge", check: oneOf("urls", "keys")}

// providerNames returns the names of the providers, sorted.
func providerNames() []string { return slices.Sorted(maps.Keys(providers)) }

// Check returns the problems of the settings of a CDN, one line each, in the order of
// the settings. A nil CDN has no problems. It needs neither network nor secrets.
func Check(c *show.CDN) (problems []string) {
	if c == nil {
		return nil
	}
	p, ok := providers[c.Provider]
	if !ok {
		return []string{fmt.Sprintf("cdn: unknown provider %q; known are %s", c.Provider, strings.Join(providerNames(), ", "))}
	}
	var names []string
	for _, s := range p.settings {
		names = append(names, s.name)
		value, given := c.Settings[s.name]
		if !given && s.required {
			problems = append(problems, fmt.Sprintf("cdn: %s needs a setting %s", c.Provider, s.name))
		}
		if given && s.check != nil {
			if err := s.check(value); err != nil {
				problems = append(problems, fmt.Sprintf("cdn: %s: %v", s.name, err))
			}
		}
	}
	if c.Provider == "fastly" && c.Settings["purge"] == "keys" && c.Settings["service"] == "" {
		problems = append(problems, "cdn: fastly needs a setting service to purge by keys")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		if !slices.Contains(names, name) {
			problems = append(problems, fmt.Sprintf("cdn: %s has no setting %s; it knows %s", c.Provider, name, strings.Join(names, ", ")))
		}
	}
	return problems
}

// New returns the purger that a show names. It reads the token, so that a missing
// one is found before anything is published. It makes no request.
func New(c *show.CDN, o *Options) (Purger, error) {
	if c == nil {
		return nil, errors.New("the show has no cdn")
	}
	if problems := Check(c); len(problems) > 0 {
		return nil, errors.New(problems[0])
	}
	if o == nil {
		o = &Options{}
	}
	return providers[c.Provider].open(c.Settings, newCaller(o), o)
}

// oneOf returns a check that a setting is one of the words.
func oneOf(words ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(words, s) {
			return fmt.Errorf("%q is not one of %s", s, strings.Join(words, ", "))
		}
		return nil
	}
}

// checkName checks an id that becomes a segment of an API's path. Ids of projects
// that belong to a domain contain a colon.
func checkName(s string) error {
	bad := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:", r))
	}
	if s == "" || strings.ContainsFunc(s, bad) || strings.Trim(s, ".") == "" {
		return fmt.Errorf("%q is not an id", s)
	}
	return nil
}

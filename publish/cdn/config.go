package cdn

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"onair/show"
)

// ConfigOptions are settings that the show does not have. They are optional.
type ConfigOptions struct {
	Origin  string   // address at which the CDN finds the objects; empty means the address of the storage
	Listen  string   // port, or address and port, at which nginx listens; empty means 80
	Cache   string   // folder of nginx's cache; empty means one below /var/cache/nginx
	Purgers []string // IP addresses and ranges that may purge Varnish or nginx, besides this machine
}

// kinds are the CDNs that can be configured in text, with their templates.
var kinds = map[string]string{
	"cloudflare": "cloudflare.json.tmpl",
	"fastly":     "fastly.vcl.tmpl",
	"nginx":      "nginx.conf.tmpl",
	"varnish":    "varnish.vcl.tmpl",
}

// ConfigKinds returns the kinds that Config knows, sorted.
func ConfigKinds() []string { return slices.Sorted(maps.Keys(kinds)) }

//go:embed config
var configs embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"quote": regexp.QuoteMeta,
}).ParseFS(configs, "config/*.tmpl"))

// Config writes a configuration for a show: VCL of Varnish 7, a file for the
// http block of nginx, VCL of Fastly, or for Cloudflare a JSON object whose keys
// are paths of its API below /zones/ID/ and whose values are what to PUT there.
//
// All four answer range requests and HEAD, allow web players of any site, and keep
// objects as long as their Cache-Control says, and a week longer while the origin
// is down (Cloudflare: as long as it has them). They serve /index.html as /,
// redirect /x to /x/, and hide /.onair/. Config refuses a show whose address,
// storage or feed path contains a character with a meaning in a configuration.
func Config(w io.Writer, kind string, s *show.Show, o *ConfigOptions) error {
	name, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("unknown kind %q; known are %s", kind, strings.Join(ConfigKinds(), ", "))
	}
	if o == nil {
		o = &ConfigOptions{}
	}
	c, err := newConfig(s, o)
	if err != nil {
		return err
	}
	switch kind {
	case "nginx":
		err = c.forNginx(s, o)
	case "cloudflare":
		err = c.forCloudflare()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return templates.ExecuteTemplate(w, name, c)
}

// config is the data of the templates. Each of its strings is safe to print.
type config struct {
	URL    string
	HTTPS  bool
	Host   string // with a port, if the URL has one
	Name   string // host without a port
	Base   string // path of the URL; starts and ends in a slash
	Feed   string // key of the feed
	Origin *origin

	Service string // id at Fastly
	Keys    bool   // purges are by surrogate key
	Purged  bool   // the show names a purger
	Purgers []network

	Listen, Port string
	Cache        string
	Ident        string // prefix of the names of nginx's variables
	Folder       string // folder that nginx serves itself; empty if nginx asks the origin

	Connector string // Cloudflare's name for the provider of the bucket; empty for other origins
}

// BareBase returns the base without its last slash. It is empty for "/".
func (c *config) BareBase() string { return strings.TrimSuffix(c.Base, "/") }

// BareFeed reports whether the last part of the feed's path has no extension, like a
// folder.
func (c *config) BareFeed() bool { return !strings.Contains(path.Base(c.Feed), ".") }

// CacheParent returns the parent of the cache folder, which has to exist.
func (c *config) CacheParent() string { return path.Dir(c.Cache) }

func newConfig(s *show.Show, o *ConfigOptions) (*config, error) {
	public, err := parseOrigin(s.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	if !safeKey.MatchString(s.Feed.Path) {
		return nil, fmt.Errorf("feed: path %q: a configuration holds letters, digits, dots, tildes, hyphens and underscores", s.Feed.Path)
	}
	c := &config{
		HTTPS: public.HTTPS, Host: public.Host, Name: public.Name, Base: public.Path, Feed: s.Feed.Path,
		Service: "SERVICE_ID", Purged: s.CDN != nil, Purgers: slices.Clone(localhost),
	}
	c.URL = public.URL() + public.Path
	if o.Origin != "" {
		c.Origin, err = parseOrigin(o.Origin)
	} else {
		c.Origin, err = storageOrigin(s.Storage)
	}
	if err != nil {
		return nil, fmt.Errorf("origin: %w", err)
	}
	if s.CDN != nil {
		c.Keys = s.CDN.Settings["purge"] == "keys"
		if id := s.CDN.Settings["service"]; s.CDN.Provider == "fastly" && checkName(id) == nil {
			c.Service = id
		}
	}
	for _, p := range o.Purgers {
		n, err := parseNetwork(p)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(c.Purgers, n) {
			c.Purgers = append(c.Purgers, n)
		}
	}
	return c, nil
}

var notIdent = regexp.MustCompile(`[^a-z0-9]+`)

func (c *config) forNginx(s *show.Show, o *ConfigOptions) (err error) {
	if o.Origin == "" {
		if c.Folder, err = folder(s); err != nil {
			return err
		}
	}
	c.Ident = "onair_" + notIdent.ReplaceAllString(strings.ToLower(c.Name), "_")
	c.Cache = cmp.Or(strings.TrimSuffix(o.Cache, "/"), "/var/cache/nginx/"+c.Name)
	if !safeDir.MatchString(c.Cache + "/") {
		return fmt.Errorf("cache %q: want an absolute path without quotes, braces, dollar signs and backslashes", o.Cache)
	}
	c.Listen = cmp.Or(o.Listen, "80")
	c.Port = c.Listen
	if host, port, err := net.SplitHostPort(c.Listen); err == nil {
		if _, err := parseNetwork(host); err != nil && host != "" && !safeName.MatchString(host) {
			return fmt.Errorf("listen %q: want a port, or an address and a port", o.Listen)
		}
		c.Port = port
	}
	if !safePort.MatchString(c.Port) {
		return fmt.Errorf("listen %q: want a port, or an address and a port", o.Listen)
	}
	return nil
}

// forCloudflare refuses a show or an origin whose address has a path: Cloudflare's rules
// could rewrite the path of an object, but a purge might then miss the object.
func (c *config) forCloudflare() error {
	if c.Base != "/" {
		return errors.New("url: has a path; give the show a host of its own")
	}
	if c.Origin.Path != "/" {
		return fmt.Errorf("origin: %s has a path; use a bucket without dots in its name and without a prefix", c.Origin.URL()+c.Origin.Path)
	}
	switch {
	case strings.HasSuffix(c.Origin.Name, ".storage.googleapis.com"):
		c.Connector = "gcp_storage"
	case strings.HasSuffix(c.Origin.Name, ".amazonaws.com"):
		c.Connector = "aws_s3"
	case strings.HasSuffix(c.Origin.Name, ".r2.dev"):
		c.Connector = "cloudflare_r2"
	}
	return nil
}

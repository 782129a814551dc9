package show

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"onair/internal/source"
)

// PageKey returns the key of an episode's page in the bucket.
func PageKey(slug string) string { return episodesDir + "/" + slug + "/" + indexPage }

// indexPage is the file that web servers return for a folder.
const indexPage = "index.html"

// URLOf returns the public address of a key. The address of a page ends with its folder,
// unless page_urls: html is set.
func (s *Show) URLOf(key string) string {
	address := (&url.URL{Path: key}).EscapedPath()
	if !s.Site.HTMLURLs {
		address = strings.TrimSuffix(address, indexPage)
	}
	return s.URL + address
}

// FeedURL returns the public address of the feed.
func (s *Show) FeedURL() string { return s.URL + s.Feed.Path }

// IsPublic reports whether the show's URL seems to be reachable by listeners elsewhere
// over https: its host is not loopback, not in a private network and not a local name.
// Only a show with such a URL gets a podcast:guid.
func (s *Show) IsPublic() bool { return isPublicURL(s.URL) }

func isPublicURL(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsGlobalUnicast() && !addr.IsPrivate()
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != host && !slices.Contains([]string{"localhost", "local", "localdomain", "internal", "lan", "home", "test", "invalid", "arpa"}, last)
}

// baseURL sets the public address of a show, which ends in a slash.
func baseURL(p *string) source.Setter {
	return func(v source.Value) {
		s := ""
		source.WebURL(&s)(v)
		if s == "" {
			return
		}
		if strings.ContainsAny(s, "?#") {
			v.Reportf(ruleURL, "", "%s has a query or fragment; expected the address of a folder", v.Name())
			return
		}
		*p = strings.TrimRight(s, "/") + "/"
		if u, _ := url.Parse(s); u.Scheme == "http" && isPublicURL("https://"+u.Host) {
			v.Warnf(ruleURL, "serve it over https", "%s is not encrypted; podcast apps refuse or upgrade http", v.Name())
		}
	}
}

// bucketURL sets a bucket URL, the place where objects are kept.
func bucketURL(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if err := checkStorage(s); err != nil {
			v.Reportf(ruleStorage, "write file:public, gs://bucket/prefix or s3://bucket/prefix?endpoint=…", "%s: %v", v.Name(), err)
			return
		}
		*p = s
	}
}

func checkStorage(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not a bucket URL", source.ShortQuote(source.RedactURL(s)))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", source.ShortQuote(source.RedactURL(s)))
	case u.Scheme == "file" && u.Opaque+u.Path != "" && (u.Host == "" || u.Host == "localhost"):
		return nil
	case u.Scheme == "gs" || u.Scheme == "s3":
		if u.Host == "" {
			return fmt.Errorf("%s names no bucket", source.ShortQuote(source.RedactURL(s)))
		}
		return nil
	}
	return fmt.Errorf("%s is not a bucket URL", source.ShortQuote(source.RedactURL(s)))
}

// editURL sets a URL pattern that contains {file}, and perhaps {line}.
func editURL(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !strings.Contains(s, "{file}") {
			v.Reportf(ruleURL, "write the address with {file} in place of the file's path", "%s has no {file}", v.Name())
			return
		}
		if err := source.CheckURL(strings.NewReplacer("{file}", "file", "{line}", "1").Replace(s), "http", "https"); err != nil {
			v.Reportf(ruleURL, "", "%s: %v", v.Name(), err)
			return
		}
		*p = s
	}
}

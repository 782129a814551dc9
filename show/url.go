package show

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// PageKey returns the key of an episode's page in the bucket.
func PageKey(slug string) string { return episodesDir + "/" + slug + "/" + indexPage }

// indexPage is the file that a web server sends for a folder.
const indexPage = "index.html"

// URLOf returns the public address of a key. A page's address ends with its
// folder.
func (s *Show) URLOf(key string) string {
	return s.URL + strings.TrimSuffix((&url.URL{Path: key}).EscapedPath(), indexPage)
}

// FeedURL returns the public address of the feed.
func (s *Show) FeedURL() string { return s.URL + s.Feed.Path }

// IsPublic reports whether the show's URL is one that listeners elsewhere can
// reach over https: not the default, loopback, a private network or a name
// that only means something locally. Only such a URL earns a podcast:guid.
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

// checkURL reports what is wrong with an address on the web.
func checkURL(s string, schemes ...string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsAny(s, " \t\"<>\\^`{|}"):
		return fmt.Errorf("%s is not a URL", shortQuote(s))
	case u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "":
		return fmt.Errorf("%s is not a complete URL", shortQuote(s))
	case !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("%s starts with %s; expected %s", shortQuote(s), shortQuote(u.Scheme+":"), orList(schemes))
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "":
		return fmt.Errorf("%s names no host", shortQuote(s))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", shortQuote(shown(s)))
	}
	return nil
}

// urlHint completes an address without a scheme.
func urlHint(s string) string {
	host, _, _ := strings.Cut(s, "/")
	if strings.Contains(host, ".") && !strings.Contains(s, ":") && checkURL("https://"+s, "https") == nil {
		return "write https://" + s
	}
	return ""
}

// webURL sets an http or https address.
func webURL(p *string) setter { return uri(p, "http", "https") }

// uri sets an address with one of the schemes.
func uri(p *string, schemes ...string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := checkURL(s, schemes...); err != nil {
			v.reportf(ruleURL, urlHint(s), "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

// baseURL sets the public address of a show, with a slash at its end.
func baseURL(p *string) setter {
	return func(v value) {
		s := ""
		webURL(&s)(v)
		if s == "" {
			return
		}
		if strings.ContainsAny(s, "?#") {
			v.reportf(ruleURL, "", "%s has a query or fragment; expected the address of a folder", v.name())
			return
		}
		*p = strings.TrimRight(s, "/") + "/"
		if u, _ := url.Parse(s); u.Scheme == "http" && isPublicURL("https://"+u.Host) {
			v.warnf(ruleURL, "serve it over https", "%s is not encrypted; podcast apps refuse or upgrade http", v.name())
		}
	}
}

// bucketURL sets where objects are kept.
func bucketURL(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := checkStorage(s); err != nil {
			v.reportf(ruleStorage, "write file:public, gs://bucket/prefix or s3://bucket/prefix?endpoint=…", "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

func checkStorage(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not a bucket URL", shortQuote(shown(s)))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", shortQuote(shown(s)))
	case u.Scheme == "file" && u.Opaque+u.Path != "" && (u.Host == "" || u.Host == "localhost"):
		return nil
	case u.Scheme == "gs" || u.Scheme == "s3":
		if u.Host == "" {
			return fmt.Errorf("%s names no bucket", shortQuote(shown(s)))
		}
		return nil
	}
	return fmt.Errorf("%s is not a bucket URL", shortQuote(shown(s)))
}

// shown is the part of an address that a message may repeat. User, query and fragment
// may hold secrets.
func shown(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return scheme + rest
}

// editURL sets the pattern of an address that contains {file}.
func editURL(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !strings.Contains(s, "{file}") {
			v.reportf(ruleURL, "write the address with {file} in place of the file's path", "%s has no {file}", v.name())
			return
		}
		if err := checkURL(strings.ReplaceAll(s, "{file}", "file"), "http", "https"); err != nil {
			v.reportf(ruleURL, "", "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

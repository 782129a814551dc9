package s3

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onair/publish/bucket"
)

// location is a parsed bucket URL.
type location struct {
	name     string
	prefix   string // empty, or ends in a slash
	endpoint string // empty means Amazon's
	region   string // empty means the region in Amazon's settings

	pathStyle bool
	given     bool // the URL contains path_style
}

// String returns the location without its options.
func (l location) String() string { return "s3://" + l.name + "/" + l.prefix }

// in returns the URL of the bucket with another region.
func (l location) in(region string) string {
	s := strings.TrimSuffix(l.String(), "/") + "?"
	if l.endpoint != "" {
		s += "endpoint=" + l.endpoint + "&"
	}
	s += "region=" + region
	if l.given {
		s += "&path_style=" + strconv.FormatBool(l.pathStyle)
	}
	return s
}

// isRegion reports whether a text can be the name of a region.
func isRegion(s string) bool {
	return s != "" && consistsOf(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
}

// parse parses a bucket URL. Bucket and prefix are not escaped, options are. Its
// errors contain no part of the URL that could be a secret.
func parse(rawURL string) (location, error) {
	rest, ok := strings.CutPrefix(rawURL, "s3://")
	if !ok {
		return location{}, errors.New("want s3://bucket or s3://bucket/prefix")
	}
	rest, query, _ := strings.Cut(rest, "?")
	if strings.Contains(rest, "@") {
		return location{}, errors.New("credentials do not belong in a URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
	}
	l := location{}
	var prefix string
	l.name, prefix, _ = strings.Cut(rest, "/")
	if len(l.name) < 3 || !consistsOf(l.name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") {
		return location{}, fmt.Errorf("%q is not the name of a bucket", l.name)
	}
	if prefix = strings.TrimSuffix(prefix, "/"); prefix != "" {
		if strings.Contains(prefix, "#") {
			return location{}, fmt.Errorf("prefix %q: an s3:// URL has no fragment", prefix)
		}
		if err := bucket.ValidKey(prefix); err != nil {
			return location{}, fmt.Errorf("prefix: %w", err)
		}
		l.prefix = prefix + "/"
	}
	return l, l.parseOptions(query)
}

func consistsOf(s, chars string) bool {
	return strings.Trim(s, chars) == ""
}

// parseOptions parses the options after the question mark.
func (l *location) parseOptions(query string) error {
	options, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("the options after the question mark are not a query: want endpoint=…&region=…&path_style=…")
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if len(options[name]) > 1 {
			return fmt.Errorf("option %s is given twice", name)
		}
		value := options.Get(name)
		switch name {
		case "endpoint":
			l.endpoint, err = l.parseEndpoint(value)
		case "region":
			if l.region = value; !isRegion(value) {
				err = fmt.Errorf("region %q: want a name such as eu-central-1", value)
			}
		case "path_style":
			l.given = true
			if l.pathStyle, err = strconv.ParseBool(value); err != nil {
				err = fmt.Errorf("path_style %q: want true or false", value)
			}
		default:
			err = errors.New("an s3:// URL has the options endpoint, region and path_style, and no other")
		}
		if err != nil {
			return err
		}
	}
	return l.checkHost()
}

// checkHost refuses an endpoint whose host begins with the name of the bucket, as in
// the addresses that consoles show: the name would be in every request twice. A server
// whose name really begins like this needs path_style.
func (l *location) checkHost() error {
	scheme, host, _ := strings.Cut(l.endpoint, "://")
	server, named := strings.CutPrefix(host, l.name+".")
	if !named || l.given || !strings.Contains(server, ".") {
		return nil
	}
	return fmt.Errorf("endpoint: the name of the bucket, %s, does not belong in it: write endpoint=%s://%s; if the server is called so, add path_style=true", l.name, scheme, server)
}

// parseEndpoint returns the address of a server. It refuses a URL with a path, a query
// or a user.
func (l *location) parseEndpoint(value string) (string, error) {
	u, err := url.Parse(value)
	if err == nil && u.User == nil && u.Host != "" && strings.Trim(u.Path, "/") == l.name {
		return "", fmt.Errorf("endpoint: the name of the bucket, %s, does not belong in it: write endpoint=%s://%s", l.name, u.Scheme, u.Host)
	}
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" ||
		u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("endpoint: want the address of a server and nothing more, such as https://s3.example.com")
	}
	return u.Scheme + "://" + u.Host, nil
}

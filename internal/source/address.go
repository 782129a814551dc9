package source

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// CheckURL returns an error unless s is a complete URL with one of the schemes, without
// a user name or password.
func CheckURL(s string, schemes ...string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsAny(s, " \t\"<>\\^`{|}"):
		return fmt.Errorf("%s is not a URL", ShortQuote(s))
	case u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "":
		return fmt.Errorf("%s is not a complete URL", ShortQuote(s))
	case !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("%s starts with %s; expected %s", ShortQuote(s), ShortQuote(u.Scheme+":"), OrList(schemes))
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "":
		return fmt.Errorf("%s names no host", ShortQuote(s))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", ShortQuote(RedactURL(s)))
	}
	return nil
}

// URLHint returns a hint that completes an address without a scheme. The hint is empty
// if the result would not be a valid URL.
func URLHint(s string) string {
	host, _, _ := strings.Cut(s, "/")
	if strings.Contains(host, ".") && !strings.Contains(s, ":") && CheckURL("https://"+s, "https") == nil {
		return "write https://" + s
	}
	return ""
}

// RedactURL returns the part of an address that a message may repeat. It removes
// user, query and fragment, which may contain secrets.
func RedactURL(address string) string {
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

// WebURL returns a setter of an http or https address.
func WebURL(p *string) Setter { return URI(p, "http", "https") }

// URI returns a setter of an address with one of the schemes.
func URI(p *string, schemes ...string) Setter {
	return func(v Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if err := CheckURL(s, schemes...); err != nil {
			v.Reportf(ruleURL, URLHint(s), "%s: %v", v.Name(), err)
			return
		}
		*p = s
	}
}

package check

import (
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"onair/feed/tree"
)

// maxAddress is the length in characters above which apps and proxies cut an address.
const maxAddress = 1000

// address checks an http or https address.
func address(c *checker, e *tree.Element, _, value string) {
	u, problem := parseAddress(value)
	switch {
	case e.Name == "atom:link" && problem != "" && !slices.Contains(pageLinks, e.Attr("rel")):
		return // an address of another scheme, as rel="payment" may have
	case hasUser(value):
		c.add(rulePassword, e, "%s: address %s has a user name or password in it", e.Name, quote(value))
	case problem != "":
		c.add(ruleAddress, e, "%s: address %s %s", e.Name, quote(value), problem)
	case strings.Contains(value, "&amp;"):
		c.addHint(ruleEscapedTwice, e, "write &amp; once for each & of the address", "%s: address %s is escaped twice: it has &amp; in it", e.Name, quote(value))
	case u.Scheme == "http" && !isPrivate(value):
		c.add(ruleNotHTTPS, e, "%s: %s is not https", e.Name, quote(value))
	default:
		c.spelling(e, value)
	}
}

// pageLinks are the values of rel with which an atom:link leads to a feed or a page.
var pageLinks = []string{"", "self", "alternate", "hub", "first", "next", "prev", "previous", "last", "current", "prev-archive", "next-archive"}

// uri checks an address of any scheme.
func uri(c *checker, e *tree.Element, attr, value string) {
	scheme := schemeForm.FindString(value)
	switch {
	case strings.EqualFold(scheme, "http:"), strings.EqualFold(scheme, "https:"):
		address(c, e, attr, value)
	case scheme == "" && !hasUser(value) && e.Attr("protocol") != "nostr": // an event of Nostr has a name, not an address
		c.add(ruleAddress, e, "%s: address %s is relative", e.Name, quote(value))
	default:
		server(c, e, attr, value)
	}
}

var schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// server checks the name of a server, or an address of any scheme.
func server(c *checker, e *tree.Element, _, value string) {
	switch {
	case hasUser(value):
		c.add(rulePassword, e, "%s: address %s has a user name or password in it", e.Name, quote(value))
	case strings.ContainsAny(value, " \t\r\n"):
		c.add(ruleAddress, e, "%s: address %s has space in it", e.Name, quote(value))
	default:
		c.spelling(e, value)
	}
}

// spelling reports spellings of an address that servers and apps may not resolve.
func (c *checker) spelling(e *tree.Element, value string) {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return r > '~' }):
		c.add(ruleLongAddress, e, "%s: address %s has characters beyond ASCII", e.Name, quote(value))
	case len(value) > maxAddress:
		c.add(ruleLongAddress, e, "%s: an address of %d characters", e.Name, len(value))
	}
}

// parseAddress parses an absolute http or https URL. problem says what is wrong with the
// URL; it is empty if the URL is valid.
func parseAddress(raw string) (u *url.URL, problem string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, "is malformed"
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, "is not an http or https address"
	case u.Host == "":
		return nil, "has no host"
	case strings.HasSuffix(u.Host, ":"):
		return nil, "has no host, or https:// twice"
	case strings.ContainsAny(raw, " \t\r\n"):
		return nil, "has space in it"
	}
	return u, ""
}

// user matches the scheme, if any, and the user name and password of an address.
var user = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*:)?//[^/?#\s"'<>]*@`)

// hasUser reports whether an address has a user name or password.
func hasUser(raw string) bool {
	return strings.Contains(raw, "@") && strings.Contains(raw, "//") && user.MatchString(raw)
}

// IsLocal reports whether a host is this machine. A local preview of a feed does not
// need https.
func IsLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// isPrivate reports whether the host of an address is this machine or on a private network.
func isPrivate(raw string) bool {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return false
	}
	rest = rest[:min(len(rest), 100)]
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	u, err := url.Parse("//" + rest)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	addr, err := netip.ParseAddr(host)
	return IsLocal(host) || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localhost") || err == nil && (addr.IsPrivate() || addr.IsUnspecified() || addr.IsLinkLocalUnicast())
}

// artwork checks the address of an itunes:image.
func artwork(c *checker, e *tree.Element, attr, value string) {
	address(c, e, attr, value)
	u, problem := parseAddress(value)
	if problem != "" {
		return
	}
	if ext := strings.ToLower(path.Ext(u.Path)); ext != ".jpg" && ext != ".jpeg" && ext != ".png" {
		c.add(ruleArtworkType, e, "%s: %s is neither .jpg, .jpeg nor .png", e.Name, quote(value))
	}
}

// expiring are query parameters of signed addresses that expire.
var expiring = []string{
	"expires", "expire", "expiry", "expires_at", "exp", "token-time", "token_time", "x-amz-expires", "x-amz-signature",
	"x-goog-expires", "x-goog-signature", "googleaccessid", "key-pair-id", "hdnts", "hdnea", "se", "validuntil", "valid_until", "ttl",
}

// sharing maps hosts to prefixes of paths. An address with such a prefix leads to a page
// about a file, not to the file.
var sharing = map[string][]string{
	"www.dropbox.com":   {"/s/", "/scl/", "/sh/"},
	"dropbox.com":       {"/s/", "/scl/", "/sh/"},
	"drive.google.com":  {"/file/", "/open", "/drive/"},
	"docs.google.com":   {"/"},
	"1drv.ms":           {"/"},
	"onedrive.live.com": {"/"},
	"app.box.com":       {"/s/"},
	"wetransfer.com":    {"/"},
	"we.tl":             {"/"},
	"www.icloud.com":    {"/"},
	"mega.nz":           {"/"},
	"www.mediafire.com": {"/file/"},
	"soundcloud.com":    {"/"},
	"www.youtube.com":   {"/"},
	"youtube.com":       {"/"},
	"youtu.be":          {"/"},
	"open.spotify.com":  {"/"},
	"archive.org":       {"/details/"},
	"mixcloud.com":      {"/"},
	"www.mixcloud.com":  {"/"},
	"vimeo.com":         {"/"},
	"github.com":        {"/"},
}

// lasting checks that the address of an enclosure does not expire, and leads to a file.
func (c *checker) lasting(e *tree.Element, raw string) {
	u, problem := parseAddress(raw)
	if problem != "" {
		return
	}
	for prefix := range slices.Values(sharing[strings.ToLower(u.Hostname())]) {
		direct := strings.Contains(u.Hostname(), "dropbox") && (u.Query().Get("raw") == "1" || u.Query().Get("dl") == "1") ||
			u.Hostname() == "github.com" && !strings.Contains(u.Path, "/blob/")
		if strings.HasPrefix(u.Path, prefix) && !direct {
			c.addHint(ruleExpires, e, "it is a page about the file: write the address of the file itself", "enclosure: %s is a page for sharing", quote(withoutQuery(raw)))
			return
		}
	}
	for name := range u.Query() {
		if slices.Contains(expiring, strings.ToLower(name)) {
			c.add(ruleExpires, e, "enclosure: %s is signed for some time and expires (%s)", quote(withoutQuery(raw)), name)
			return
		}
	}
}

// withoutQuery returns an address without its query, which may be a secret.
func withoutQuery(raw string) string {
	raw, _, _ = strings.Cut(raw, "?")
	return raw
}

package bucket

import (
	"net/url"
	"strings"
)

// URL is the URL of a bucket, as show.yaml names it: gs://name/prefix,
// s3://name/prefix?endpoint=https://host or file:folder.
type URL struct {
	Scheme  string // gs or s3; for a folder the whole URL
	Name    string // name of the bucket; empty for a folder
	Prefix  string // prefix of the keys; empty, or ends in a slash
	Query   string // query of an s3 URL with the question mark; empty if there is none
	Options url.Values
}

// ParseURL splits the URL of a bucket into its parts. It does not check them.
func ParseURL(raw string) URL {
	var u URL
	scheme, rest, _ := strings.Cut(raw, "://")
	u.Scheme = scheme
	if path, query, given := strings.Cut(rest, "?"); given && scheme == "s3" {
		rest, u.Query = path, "?"+query
		u.Options, _ = url.ParseQuery(query)
	}
	u.Name, u.Prefix, _ = strings.Cut(rest, "/")
	if u.Prefix = strings.TrimSuffix(u.Prefix, "/"); u.Prefix != "" {
		u.Prefix += "/"
	}
	return u
}

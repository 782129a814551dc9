package cdn

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"onair/show"
)

// origin is where a CDN finds the objects.
type origin struct {
	HTTPS bool
	Host  string // as in the Host header
	Name  string // host without a port
	Port  string
	Path  string // path of the folder that holds the keys; starts and ends in a slash
}

// URL returns the origin without its path.
func (o *origin) URL() string {
	if o.HTTPS {
		return "https://" + o.Host
	}
	return "http://" + o.Host
}

// Values of the show in a configuration match one of these expressions. None of their
// characters has a meaning in the language of the configuration; see config.go.
var (
	safeName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	safePath = regexp.MustCompile(`^/([A-Za-z0-9._~-]+/)*$`)
	safeKey  = regexp.MustCompile(`^[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*$`)
	safeDir  = regexp.MustCompile(`^/([^"$'\\{}\x00-\x1f\x7f]*/)?$`)
	safePort = regexp.MustCompile(`^[0-9]{1,5}$`)
)

// parseOrigin reads the address of an origin or of the show itself.
func parseOrigin(rawURL string) (*origin, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not an http or https address of a folder", rawURL)
	}
	o := &origin{HTTPS: u.Scheme == "https", Host: u.Host, Name: u.Hostname(), Port: u.Port(), Path: strings.TrimSuffix(u.Path, "/") + "/"}
	if o.Port == "" {
		o.Port = map[bool]string{true: "443", false: "80"}[o.HTTPS]
	}
	if !safeName.MatchString(o.Name) || !safePort.MatchString(o.Port) {
		return nil, fmt.Errorf("host %q: a configuration holds letters, digits, dots and hyphens; write international names in punycode", u.Host)
	}
	if !safePath.MatchString(o.Path) {
		return nil, fmt.Errorf("path %q: a configuration holds letters, digits, dots, tildes, hyphens and underscores", u.Path)
	}
	return o, nil
}

// storageOrigin returns the public address of a storage. For a local folder it is the
// address of onair serve.
func storageOrigin(storage string) (*origin, error) {
	u, err := url.Parse(storage)
	if err != nil || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not a bucket URL", storage)
	}
	switch u.Scheme {
	case "file":
		return parseOrigin("http://localhost:8080/")
	case "gs":
		return parseOrigin(bucketURL("https://storage.googleapis.com", u.Host, u.Path, strings.Contains(u.Host, ".")))
	case "s3":
		return s3Origin(u)
	}
	return nil, fmt.Errorf("%q is not a bucket URL", storage)
}

// s3Origin returns the address of a bucket, from the options of its URL.
func s3Origin(u *url.URL) (*origin, error) {
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("options %q: %w", u.RawQuery, err)
	}
	endpoint := options.Get("endpoint")
	byPath := options.Get("path_style") == "true" || strings.Contains(u.Host, ".")
	switch region := options.Get("region"); {
	case endpoint != "":
		if !strings.Contains(endpoint, "://") {
			endpoint = "https://" + endpoint
		}
	case region != "":
		endpoint = "https://s3." + region + ".amazonaws.com"
	default:
		endpoint = "https://s3.amazonaws.com"
	}
	if strings.Contains(endpoint, ".r2.cloudflarestorage.com") {
		return nil, errors.New("this endpoint of R2 is not public: name the bucket's public address with --origin")
	}
	return parseOrigin(bucketURL(strings.TrimSuffix(endpoint, "/"), u.Host, u.Path, byPath))
}

// bucketURL returns the address of a bucket. If byPath is true, the bucket's name is in
// the path, and otherwise in the host. A name with dots has to be in the path, because
// the certificate does not cover it as a host.
func bucketURL(endpoint, bucket, prefix string, byPath bool) string {
	if byPath {
		return endpoint + "/" + bucket + prefix
	}
	scheme, host, _ := strings.Cut(endpoint, "://")
	return scheme + "://" + bucket + "." + host + prefix
}

// folder returns the local folder of a storage in nginx's form, with a slash at its
// end. It is empty for a bucket.
func folder(s *show.Show) (string, error) {
	dir, ok := strings.CutPrefix(s.Storage, "file:")
	if !ok {
		return "", nil
	}
	if dir = filepath.FromSlash(dir); !filepath.IsAbs(dir) {
		dir = filepath.Join(s.Folder.Dir, dir)
	}
	dir = strings.TrimSuffix(filepath.ToSlash(dir), "/") + "/"
	if !safeDir.MatchString(dir) {
		return "", fmt.Errorf("folder %q: a configuration of nginx cannot contain this path", dir)
	}
	return dir, nil
}

// network is an address or a range of addresses that may purge.
type network struct {
	Addr   string
	Bits   int
	Masked bool // true for a range
}

// localhost has the addresses of this machine.
var localhost = []network{{Addr: "127.0.0.1", Bits: 32}, {Addr: "::1", Bits: 128}}

// parseNetwork reads an address such as 192.0.2.7 or a range such as 10.0.0.0/8.
func parseNetwork(s string) (network, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return network{Addr: a.String(), Bits: a.BitLen()}, nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return network{}, fmt.Errorf("%q is not an IP address or a range such as 10.0.0.0/8", s)
	}
	p = p.Masked()
	return network{Addr: p.Addr().String(), Bits: p.Bits(), Masked: true}, nil
}

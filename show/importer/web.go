package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onair/feed/tree"
	"onair/internal/fetch"
	"onair/internal/retry"
	"onair/internal/sourcefs"
)

const (
	maxRedirects = 5
	maxAudio     = 4 << 30 // bytes
	longest      = 12 * time.Hour
)

// web fetches files. Only the host of the feed may have a private address, and only this
// host gets the password.
type web struct {
	own, public    *fetch.Client
	host           string // host of the feed; empty for a file
	user, password string
}

func newWeb(o *Options) (*web, error) {
	w := &web{own: o.Own, public: fetch.Public(), user: o.User, password: o.Password}
	if w.own == nil {
		w.own = fetch.Own(nil)
	}
	if fetch.IsAddress(o.Source) {
		u, err := url.Parse(o.Source)
		if err != nil || u.Host == "" {
			return nil, &hintedError{errors.New("the address of the feed is malformed"), "write it as https://host.example/feed.xml"}
		}
		if u.User != nil {
			return nil, &hintedError{errors.New("the address of the feed has a user name in it"), "use --user NAME, and ONAIR_IMPORT_PASSWORD for the password"}
		}
		w.host = u.Hostname()
	}
	return w, nil
}

// statusError is a response with an error status.
type statusError struct {
	code int
	host string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answers %d %s", e.host, e.code, http.StatusText(e.code))
}

// temporary reports whether another try may succeed.
func temporary(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return retry.TemporaryStatus(status.code)
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errCutOff)
}

var errCutOff = errors.New("the connection ended before the file did")

// get requests an address and follows redirects. The response has status 200 or 206.
func (w *web) get(ctx context.Context, address string, header http.Header, limit int64) (*http.Response, error) {
	for hops := 0; ; hops++ {
		u, err := url.Parse(address)
		if err != nil || !fetch.IsAddress(address) || u.Host == "" {
			return nil, errors.New("its address is not a web address")
		}
		client, h := w.public, header.Clone()
		if h == nil {
			h = http.Header{}
		}
		h.Set("User-Agent", "onair (podcast import)")
		if w.host != "" && strings.EqualFold(u.Hostname(), w.host) {
			client = w.own
			if w.user != "" {
				auth := &http.Request{Header: h}
				auth.SetBasicAuth(w.user, w.password)
			}
		}
		response, err := client.Do(ctx, &fetch.Request{URL: address, Header: h, Stay: true, Limit: limit, Total: longest})
		if err != nil {
			return nil, err
		}
		switch response.StatusCode {
		case http.StatusOK, http.StatusPartialContent:
			return response, nil
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
			response.Body.Close()
			if hops >= maxRedirects {
				return nil, &hintedError{fmt.Errorf("%s redirects more than %d times", u.Host, maxRedirects), "give the address at the end of the redirects"}
			}
			to, err := response.Location()
			if err != nil {
				return nil, fmt.Errorf("%s redirects to nowhere", u.Host)
			}
			address = to.String()
		default:
			response.Body.Close()
			pause := retry.ParseAfter(response.Header.Get("Retry-After"), time.Now())
			return nil, retry.After(pause, &statusError{response.StatusCode, u.Host})
		}
	}
}

// retries says how often and after which pauses a request is repeated.
var retries = retry.Policy{Tries: 5, First: 400 * time.Millisecond, Longest: 4 * time.Second, MaxAsked: time.Minute}

// repeat calls try until it succeeds, fails permanently, or has failed too often.
func repeat(ctx context.Context, try func() error) error {
	return retries.Do(ctx, func(context.Context, int) error {
		err := try()
		if err != nil && !temporary(err) {
			err = retry.Permanent(err)
		}
		return err
	})
}

// read returns a file of at most limit bytes, its Content-Type, and its address after
// redirects.
func (w *web) read(ctx context.Context, address string, limit int64) (data []byte, mediaType, final string, err error) {
	err = repeat(ctx, func() error {
		response, err := w.get(ctx, address, nil, limit)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		mediaType, final = response.Header.Get("Content-Type"), response.Request.URL.String()
		data, err = io.ReadAll(response.Body)
		return err
	})
	return data, mediaType, final, err
}

// feedFile is a feed with its pages: at most tree.MaxPages of them, and no more than have
// the wanted number of episodes.
type feedFile struct {
	pages   []*tree.Document
	address string // address after redirects; empty for a file
	next    string // address of the first page that was not read; empty if all were
}

// readFeed reads a feed with its pages. A limit above 0 is the number of episodes after
// which no further page is read.
func (w *web) readFeed(ctx context.Context, name string, limit int) (*feedFile, error) {
	f := &feedFile{}
	var trail tree.Trail
	items := 0
	for next := name; next != ""; {
		d, final, err := w.readPage(ctx, next)
		if err != nil && trail.Pages > 0 {
			return nil, &hintedError{fmt.Errorf("page %d of the feed: %w", trail.Pages+1, err),
				fmt.Sprintf("try again later, or import the newer episodes with --limit %d; a later import adds those of the further pages", items)}
		}
		if err != nil {
			return nil, err
		}
		if !trail.Read(next, final) {
			break
		}
		if f.address == "" {
			f.address = final
		}
		f.pages = append(f.pages, d)
		items += d.Items
		last := false
		if next, last = trail.Next(final, nextLink(d)); last || next != "" && limit > 0 && items >= limit {
			f.next = next
			break
		}
	}
	channel := f.pages[0].Channel()
	if channel == nil {
		return nil, notAFeed(name, &tree.Document{Kind: tree.Unknown})
	}
	if f.pages[0].Items == 0 {
		return nil, &hintedError{errors.New("the feed has no episodes"), "look at it in a browser; an import needs at least one"}
	}
	return f, nil
}

// readPage reads a page of the feed from an address or a file.
func (w *web) readPage(ctx context.Context, name string) (d *tree.Document, final string, err error) {
	var data []byte
	o := &tree.Options{}
	if fetch.IsAddress(name) {
		data, o.ContentType, final, err = w.read(ctx, name, tree.MaxBytes)
		err = hinted(err)
	} else {
		data, err = readFile(name)
	}
	if err != nil {
		return nil, "", err
	}
	if d, err = tree.Parse(data, o); err != nil {
		return nil, "", &hintedError{err, "an import reads feeds of at most 32 MiB"}
	}
	if d.Kind != tree.RSS {
		return nil, "", notAFeed(name, d)
	}
	for _, p := range d.Problems {
		if p.Cause == tree.CutOff {
			return nil, "", &hintedError{fmt.Errorf("the feed is cut off in line %d", p.Line), "try again; if it stays so, ask the host"}
		}
	}
	return d, final, nil
}

func readFile(name string) ([]byte, error) {
	file, err := sourcefs.OpenNamed(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, tree.MaxBytes+1))
	if err == nil && len(data) > tree.MaxBytes {
		err = tree.ErrTooLarge
	}
	return data, err
}

// hinted adds a hint to the error of a request for the feed.
func hinted(err error) error {
	var status *statusError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status) && (status.code == http.StatusUnauthorized || status.code == http.StatusForbidden):
		return &hintedError{err, "use --user NAME, and ONAIR_IMPORT_PASSWORD for the password"}
	case errors.As(err, &status):
		return &hintedError{err, "look at the address in a browser, and try again later"}
	case errors.Is(err, fetch.ErrNotPublic):
		return &hintedError{err, "the feed leads to a private address; name that address itself to import from it"}
	case errors.Is(err, fetch.ErrTooLarge):
		return &hintedError{err, "an import reads feeds of at most 32 MiB"}
	}
	var known *hintedError
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	return &hintedError{err, "check the address and the connection, and try again"}
}

// nextLink returns the link of a page to the next one, or an empty string if it is the
// last.
func nextLink(d *tree.Document) string {
	return d.Channel().NextPage().Attr("href")
}

// Package announce notifies directories and apps of a changed feed.
package announce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"onair/feed"
	"onair/internal/fetch"
	"onair/internal/retry"
	"onair/show"
)

// Announcer notifies directories and apps of a changed feed. The zero value works.
type Announcer struct {
	PodpingToken string // token from the operator of podping.cloud; required for podping

	Client *fetch.Client     // nil uses a client that can reach every address
	Bases  map[string]string // other addresses of the channels, for tests
	Sleep  func(context.Context, time.Duration) error
}

// channel is a service that is notified of a changed feed: its address, and the form to
// send. A GET request sends the form as its query.
type channel struct {
	method, base string
	form         func(feedURL string) url.Values
	token        bool // needs Announcer.PodpingToken
}

// channels are the services that a show can name under announce.
//
//	websub        WebSub section 7: POST hub.mode=publish to the hub that the feed names
//	podcastindex  GET hub/pubnotify, without a key
//	podping       GET podping.cloud with a token
//	overcast      POST ping, for all feeds whose addresses begin with the feed's
var channels = map[string]channel{
	"websub": {http.MethodPost, feed.Hub, func(feed string) url.Values {
		return url.Values{"hub.mode": {"publish"}, "hub.url": {feed}}
	}, false},
	"podcastindex": {http.MethodGet, "https://api.podcastindex.org/api/1.0/hub/pubnotify", func(feed string) url.Values {
		return url.Values{"url": {feed}}
	}, false},
	"podping": {http.MethodGet, "https://podping.cloud/", func(feed string) url.Values {
		return url.Values{"url": {feed}, "reason": {"update"}, "medium": {"podcast"}}
	}, true},
	"overcast": {http.MethodPost, "https://overcast.fm/ping", func(feed string) url.Values {
		return url.Values{"urlprefix": {feed}}
	}, false},
}

// Check reports which token is missing for the channels. Without the token, a
// publish would go live and could never be finished.
func (a *Announcer) Check(names []string) error {
	for _, name := range names {
		if err := a.check(channels[name]); err != nil {
			return fmt.Errorf("announce to %s: %w", name, err)
		}
	}
	return nil
}

func (a *Announcer) check(c channel) error {
	if c.token && a.PodpingToken == "" {
		return errors.New("PODPING_TOKEN is not set")
	}
	return nil
}

// Announce notifies the named channels of a changed feed, all at once. It returns the
// channels that accepted the notification, in the order of names. err says why each of
// the others failed. A feed whose address is not public is not announced.
func Announce(ctx context.Context, a *Announcer, names []string, feedURL string) (done []string, err error) {
	if !(&show.Show{URL: feedURL}).IsPublic() {
		return nil, fmt.Errorf("announce %s: the address is not public", feedURL)
	}
	errs := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { errs[i] = a.notify(ctx, name, feedURL) })
	}
	group.Wait()
	for i, name := range names {
		if errs[i] == nil {
			done = append(done, name)
		} else {
			errs[i] = fmt.Errorf("announce to %s: %w", name, errs[i])
		}
	}
	return done, errors.Join(errs...)
}

// notify notifies one channel. It tries up to three times while the service is busy or
// broken.
func (a *Announcer) notify(ctx context.Context, name, feedURL string) error {
	c, ok := channels[name]
	if !ok {
		return errors.New("there is no such channel")
	}
	if err := a.check(c); err != nil {
		return err
	}
	policy := retry.Service(retry.Patience)
	// A publish does not wait long for a channel: if it gives up, the next publish
	// notifies the channel.
	policy.Tries, policy.MaxAsked, policy.Jitter, policy.Sleep = 3, 30*time.Second, retry.NoJitter, a.Sleep
	return policy.Do(ctx, func(ctx context.Context, _ int) error {
		return a.send(ctx, c, cmp.Or(a.Bases[name], c.base), feedURL)
	})
}

// send makes one request.
func (a *Announcer) send(ctx context.Context, c channel, base, feedURL string) error {
	r := &fetch.Request{Method: c.method, URL: base, Header: http.Header{}}
	if form := c.form(feedURL).Encode(); c.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = []byte(form)
	} else {
		r.URL += "?" + form
	}
	if c.token {
		r.Header.Set("Authorization", a.PodpingToken)
	}
	response, err := cmp.Or(a.Client, defaultClient()).Do(ctx, r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // the text is untrusted and not needed
	switch code := response.StatusCode; {
	case code/100 == 2:
		return nil
	case c.token && slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, code):
		return retry.Permanent(fmt.Errorf("status %d: PODPING_TOKEN is not accepted", code))
	case retry.TemporaryStatus(code):
		return retry.After(retry.ParseAfter(response.Header.Get("Retry-After"), time.Now()), fmt.Errorf("status %d", code))
	default:
		return retry.Permanent(fmt.Errorf("status %d", code))
	}
}

// defaultClient is the client of every Announcer that has none.
var defaultClient = sync.OnceValue(func() *fetch.Client { return fetch.Own(nil) })

package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"onair/feed"
	"onair/internal/fetch"
	"onair/show"
)

// Announcer tells directories and apps that a feed has changed. The zero value
// works.
type Announcer struct {
	PodpingToken string // from whoever runs podping.cloud; podping needs it

	Client *fetch.Client     // nil: one that reaches every address
	Bases  map[string]string // other addresses of the channels, for tests
	Sleep  func(context.Context, time.Duration) error
}

// channel is a service that wants to be told: its address, and what is said to
// it in a form. GET carries the form in the address.
type channel struct {
	method, base string
	form         func(feedURL string) url.Values
	token        bool // needs Announcer.PodpingToken
}

// channels are those that a show can name under announce.
//
//	websub        WebSub section 7: POST hub.mode=publish to the hub that the feed names
//	podcastindex  GET hub/pubnotify, without a key
//	podping       GET podping.cloud with a token
//	overcast      POST ping, for all feeds that begin with an address
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

// Check reports which token is missing for channels. Without it a publish would
// go live and could never be finished.
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

// Announce tells the channels that a feed has changed, all at once, and returns
// those that have heard of it, in the order that was given. The others, each
// with its reason in err, are left for the next time: no channel waits for
// another. An address that others cannot reach is never announced.
func Announce(ctx context.Context, a *Announcer, names []string, feedURL string) (done []string, err error) {
	if !(&show.Show{URL: feedURL}).IsPublic() {
		return nil, fmt.Errorf("announce %s: listeners cannot reach it", feedURL)
	}
	errs := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { errs[i] = a.tell(ctx, name, feedURL) })
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

const (
	announceAttempts = 3
	announcePause    = 30 * time.Second // the most that a service may ask for
)

// tell tells one channel. A service that is busy or broken is asked again.
func (a *Announcer) tell(ctx context.Context, name, feedURL string) error {
	c, ok := channels[name]
	if !ok {
		return errors.New("there is no such channel")
	}
	if err := a.check(c); err != nil {
		return err
	}
	sleep := a.Sleep
	if sleep == nil {
		sleep = pause
	}
	delay := time.Second
	for n := 1; ; n++ {
		wait, err := a.attempt(ctx, c, cmp.Or(a.Bases[name], c.base), feedURL)
		if err == nil || wait < 0 || n == announceAttempts {
			return err
		}
		if sleep(ctx, min(max(wait, delay), announcePause)) != nil {
			return err
		}
		delay *= 2
	}
}

// attempt asks once. A negative wait says that asking again is of no use.
func (a *Announcer) attempt(ctx context.Context, c channel, base, feedURL string) (wait time.Duration, err error) {
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
	response, err := cmp.Or(a.Client, ownClient()).Do(ctx, r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // what it says is of no use, and not to be trusted
	switch code := response.StatusCode; {
	case code/100 == 2:
		return 0, nil
	case c.token && slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, code):
		return -1, fmt.Errorf("status %d: PODPING_TOKEN is not accepted", code)
	case code == http.StatusTooManyRequests || code >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return time.Duration(max(seconds, 0)) * time.Second, fmt.Errorf("status %d", code)
	default:
		return -1, fmt.Errorf("status %d", code)
	}
}

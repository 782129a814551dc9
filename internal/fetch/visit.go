package fetch

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Visitor makes requests for an address that a user gave. The host of the address may
// be on a private network. All other hosts, including those after redirects, must be on
// the public internet. It is safe for concurrent use.
type Visitor struct {
	own, public *Client
	host        string
}

// NewVisitor returns a visitor for the address that the user gave. If the address is
// empty, the visitor reaches public hosts only.
func NewVisitor(address string, o *Options) (*Visitor, error) {
	v := &Visitor{own: Own(o), public: Public()}
	if address == "" {
		return v, nil
	}
	u, err := parse(address)
	if err != nil {
		return nil, err
	}
	v.host = strings.ToLower(u.Hostname())
	return v, nil
}

// Hop is a redirect on the way to a response.
type Hop struct {
	Status int
	URL    string // the address that redirected
}

// Do makes a request like Client.Do and returns the redirects that it followed. At most
// five are followed.
func (v *Visitor) Do(ctx context.Context, r *Request) (*http.Response, []Hop, error) {
	request := *r
	request.Stay = true
	u, err := parse(r.URL)
	if err != nil {
		return nil, nil, err
	}
	var hops []Hop
	for {
		request.URL = u.String()
		response, err := v.client(u).Do(ctx, &request)
		if err != nil {
			return nil, hops, err
		}
		next, err := redirect(response, &Request{Stay: r.Stay, Body: r.Body})
		if err != nil || next == nil {
			if err != nil {
				response.Body.Close()
				return nil, hops, err
			}
			return response, hops, nil
		}
		response.Body.Close()
		hops = append(hops, Hop{response.StatusCode, u.String()})
		if len(hops) > maxRedirects {
			return nil, hops, fmt.Errorf("%s: %w", withoutSecrets(u), ErrRedirects)
		}
		if next.Host != u.Host {
			request.Header = request.Header.Clone()
			request.Header.Del("Authorization")
			request.Header.Del("Cookie")
		} else if next.User == nil {
			next.User = u.User
		}
		u = next
	}
}

// client returns the client that may reach the host of an address.
func (v *Visitor) client(u *url.URL) *Client {
	if v.host != "" && strings.ToLower(u.Hostname()) == v.host {
		return v.own
	}
	return v.public
}

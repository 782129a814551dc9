package verify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/show"
)

// CheckSetup tells what the buckets of a show lack, as rules B001 to B011 of the
// package comment, with the provider's own commands that mend it. It looks from
// outside, without credentials, and asks the provider where only it can tell. It
// changes nothing.
func CheckSetup(ctx context.Context, sh *show.Show, s record.Storage, w *Web) (finding.List, error) {
	c := &setupCheck{ctx: ctx, show: sh, storage: s, web: *w}
	if c.web.Client == nil {
		c.web.Client = fetch.Own(nil)
	}
	public, err := c.look(s.Public, sh.Storage, "storage")
	if err != nil {
		return nil, err
	}
	if public != nil {
		if err := c.checkPublic(public); err != nil {
			return nil, err
		}
	}
	if s.State == nil {
		if public != nil {
			c.add("B006", finding.Warning, "state", sh.Storage, "the records of onair are in the bucket that everybody reads, and parts of audio with them")
		}
	} else if private, err := c.look(s.State, sh.State, "state"); err != nil {
		return nil, err
	} else if private != nil {
		if err := c.checkPrivate(private); err != nil {
			return nil, err
		}
	}
	c.found.Sort()
	return c.found, ctx.Err()
}

type setupCheck struct {
	ctx     context.Context
	show    *show.Show
	storage record.Storage
	web     Web
	found   finding.List
	example string // key of an object that is there; empty: the bucket is empty
}

// add notes a finding about the bucket that a field of show.yaml names. A rule
// may have a word behind it, for another hint.
func (c *setupCheck) add(rule string, severity finding.Severity, field, url, message string) {
	c.web.Storage = url
	id, _, _ := strings.Cut(rule, " ")
	c.found.Add(finding.Finding{Rule: id, Severity: severity, Position: c.show.At(field), Message: url + ": " + message, Hint: c.web.hint(rule)})
}

// look lists a bucket until its first object. It returns nil where the bucket is
// not there, which is a finding, or has nothing to be inspected, as a folder.
func (c *setupCheck) look(b bucket.Bucket, url, field string) (bucket.Inspector, error) {
	for attrs, err := range b.List(c.ctx, "") {
		switch {
		case errors.Is(err, bucket.ErrNoBucket):
			c.add("B001", finding.Error, field, url, "the bucket does not exist")
			return nil, nil
		case errors.Is(err, bucket.ErrDenied):
			c.add("B002", finding.Error, field, url, "these credentials may not list the bucket")
			return nil, nil
		case err != nil:
			return nil, err
		}
		if field == "storage" && !strings.HasPrefix(attrs.Key, bucket.RecordsPrefix) {
			c.example = attrs.Key
			break
		}
	}
	inspector, _ := b.(bucket.Inspector)
	return inspector, nil
}

// checkPublic looks at the bucket that listeners read.
func (c *setupCheck) checkPublic(b bucket.Inspector) error {
	url := c.show.Storage
	switch address := b.PublicURL(c.example); {
	case address == "":
		c.add("B010 CDN", finding.Info, "storage", url, "its provider answers nobody without keys: public reading and CORS are up to what listeners ask instead")
	case c.example == "":
		c.add("B010", finding.Info, "storage", url, "nothing is published yet: public reading and CORS could not be looked at")
	default:
		c.checkReading(address)
	}
	if c.readable(b.PublicList()) {
		c.add("B004", finding.Warning, "storage", url, "everybody can list it, and so find what is not linked yet")
	}
	return c.checkWebsite(b)
}

// checkReading reads an object as everybody would.
func (c *setupCheck) checkReading(address string) {
	status, header := c.get(address)
	switch {
	case status != http.StatusOK:
		c.add("B003", finding.Error, "storage", c.show.Storage, "not everybody can read its objects")
	case header.Get("Access-Control-Allow-Origin") == "":
		c.add("B005", finding.Warning, "storage", c.show.Storage, "web players on other sites cannot read transcripts and chapters (no CORS)")
	}
}

// checkWebsite asks for the pages that the bucket itself answers with.
func (c *setupCheck) checkWebsite(b bucket.Inspector) error {
	site, err := b.Website(c.ctx)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil // up to a CDN
	case errors.Is(err, bucket.ErrDenied):
		c.add("B011", finding.Info, "storage", c.show.Storage, "its website pages could not be looked at: these credentials may not")
		return nil
	case err != nil:
		return err
	}
	var lacking []string
	if site.IndexPage != "index.html" {
		lacking = append(lacking, "the index.html of a folder")
	}
	if site.ErrorPage != errorPage(bucket.ParseURL(c.show.Storage)) {
		lacking = append(lacking, "404.html for what is not there")
	}
	if len(lacking) > 0 {
		c.add("B009", finding.Info, "storage", c.show.Storage, "as a website it does not answer with "+strings.Join(lacking, ", nor with "))
	}
	return nil
}

// checkPrivate looks at the bucket of onair's own records.
func (c *setupCheck) checkPrivate(b bucket.Inspector) error {
	if c.readable(b.PublicURL(record.Key)) || c.readable(b.PublicList()) {
		c.add("B007", finding.Error, "state", c.show.State, "everybody can read it, masters and scheduled episodes included")
	}
	versioned, err := b.Versioned(c.ctx)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		c.add("B008 none", finding.Info, "state", c.show.State, "a deleted master is gone for good: its provider keeps no earlier versions")
	case errors.Is(err, bucket.ErrDenied):
		c.add("B011", finding.Info, "state", c.show.State, "its versioning could not be looked at: these credentials may not")
	case err != nil:
		return err
	case !versioned:
		c.add("B008", finding.Warning, "state", c.show.State, "a deleted master is gone for good: versioning is off")
	}
	return nil
}

// readable reports whether everybody can read what is at an address, if there is
// one.
func (c *setupCheck) readable(address string) bool {
	if address == "" {
		return false
	}
	status, _ := c.get(address)
	return status == http.StatusOK
}

// get asks for an address as a web page of another site would. Status 0: there
// was no answer.
func (c *setupCheck) get(address string) (status int, header http.Header) {
	response, err := c.web.Client.Do(c.ctx, &fetch.Request{URL: address, Header: http.Header{"Origin": {"https://player.example"}, "Range": {"bytes=0-0"}}})
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	if response.StatusCode == http.StatusPartialContent {
		return http.StatusOK, response.Header
	}
	return response.StatusCode, response.Header
}

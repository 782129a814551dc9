package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/show"
)

// CheckSetup checks the settings of a show's buckets. The findings are B001 to
// B011, and their hints are the provider's own commands. It makes requests without
// credentials, as listeners do, and asks the provider for settings that such
// requests cannot show. It changes nothing.
func CheckSetup(ctx context.Context, sh *show.Show, s record.Storage, w *Web) (finding.List, error) {
	c := &setupCheck{show: sh, client: cmp.Or(w.Client, defaultClient())}
	public, err := c.inspect(ctx, s.Public, "storage")
	if err != nil {
		return nil, err
	}
	if public != nil {
		if err := c.checkPublic(ctx, public); err != nil {
			return nil, err
		}
	}
	if s.State == nil {
		if public != nil {
			f := c.about(ruleSharedBucket, "storage", "the records of onair are in the bucket that everybody reads, and parts of audio with them")
			f.Position = sh.At("state")
			c.found.Add(f)
		}
	} else if private, err := c.inspect(ctx, s.State, "state"); err != nil {
		return nil, err
	} else if private != nil {
		if err := c.checkPrivate(ctx, private); err != nil {
			return nil, err
		}
	}
	c.found.Sort()
	return c.found, ctx.Err()
}

type setupCheck struct {
	show    *show.Show
	client  *fetch.Client
	found   finding.List
	example string // key of an object in the public bucket; empty if nothing is published
}

// add adds a finding about the bucket in a field of show.yaml: storage or state.
func (c *setupCheck) add(rule *finding.Rule, field, message string) {
	c.found.Add(c.about(rule, field, message))
}

// about returns a finding about the bucket in a field of show.yaml.
func (c *setupCheck) about(rule *finding.Rule, field, message string) finding.Finding {
	url := c.url(field)
	return rule.At(c.show.At(field), "%s: %s", url, message).WithHint(remedies[rule.ID].text(url))
}

func (c *setupCheck) url(field string) string {
	if field == "state" {
		return c.show.State
	}
	return c.show.Storage
}

// inspect checks that a bucket exists and can be listed, and takes the key of an object
// in the public bucket as the example. It returns nil if the bucket cannot be listed,
// which is a finding, or has no settings, like a folder.
func (c *setupCheck) inspect(ctx context.Context, b bucket.Bucket, field string) (bucket.Inspector, error) {
	for attrs, err := range b.List(ctx, "") {
		switch {
		case errors.Is(err, bucket.ErrNoBucket):
			c.add(ruleNoBucket, field, "the bucket does not exist")
			return nil, nil
		case errors.Is(err, bucket.ErrDenied):
			c.add(ruleNoAccess, field, "these credentials may not list the bucket")
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

// checkPublic checks the bucket that listeners read.
func (c *setupCheck) checkPublic(ctx context.Context, b bucket.Inspector) error {
	switch address := b.PublicURL(c.example); {
	case address == "":
		f := c.about(ruleReadingUnknown, "storage", "its provider requires credentials for every request: public reading and CORS depend on the CDN")
		c.found.Add(f.WithHint(askTheCDN.text(c.show.Storage)))
	case c.example == "":
		c.add(ruleReadingUnknown, "storage", "nothing is published yet: public reading and CORS could not be checked")
	default:
		c.checkReading(ctx, address)
	}
	if c.readable(ctx, b.PublicList()) {
		c.add(ruleListable, "storage", "everybody can list it, and so find what is not linked yet")
	}
	return c.checkWebsite(ctx, b)
}

// checkReading reads an object without credentials.
func (c *setupCheck) checkReading(ctx context.Context, address string) {
	status, header := c.get(ctx, address)
	origin, shared := allowedOrigin(header)
	switch {
	case status != http.StatusOK:
		c.add(ruleNotPublic, "storage", "not everybody can read its objects")
	case origin == "":
		c.add(ruleBucketCORS, "storage", "web players on other sites cannot read transcripts and chapters (no CORS)")
	case !shared:
		c.add(ruleBucketCORS, "storage", fmt.Sprintf("web players on other sites cannot read transcripts and chapters: Access-Control-Allow-Origin is %q, it should be *", origin))
	}
}

// checkWebsite checks which pages the bucket itself serves.
func (c *setupCheck) checkWebsite(ctx context.Context, b bucket.Inspector) error {
	site, err := b.Website(ctx)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil // the CDN handles them
	case errors.Is(err, bucket.ErrDenied):
		c.add(ruleSettingsDenied, "storage", "its website pages could not be checked: these credentials may not")
		return nil
	case err != nil:
		return err
	}
	var lacking []string
	if site.IndexPage != "index.html" {
		lacking = append(lacking, "the index.html of a folder")
	}
	if site.ErrorPage != errorPage(bucket.ParseURL(c.show.Storage)) {
		lacking = append(lacking, "404.html for what does not exist")
	}
	if len(lacking) > 0 {
		c.add(ruleNoWebsite, "storage", "as a website it does not serve "+strings.Join(lacking, ", nor "))
	}
	return nil
}

// checkPrivate checks the bucket of onair's own records.
func (c *setupCheck) checkPrivate(ctx context.Context, b bucket.Inspector) error {
	if c.readable(ctx, b.PublicURL(record.Key)) || c.readable(ctx, b.PublicList()) {
		c.add(rulePrivateIsRead, "state", "everybody can read it, masters and scheduled episodes included")
	}
	versioned, err := b.Versioned(ctx)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		f := c.about(ruleNoVersions, "state", "a deleted master is gone for good: its provider keeps no earlier versions")
		c.found.Add(f.WithSeverity(finding.Info).WithHint(noVersionsAtAll.text(c.show.State)))
	case errors.Is(err, bucket.ErrDenied):
		c.add(ruleSettingsDenied, "state", "its versioning could not be checked: these credentials may not")
	case err != nil:
		return err
	case !versioned:
		c.add(ruleNoVersions, "state", "a deleted master is gone for good: versioning is off")
	}
	return nil
}

// readable reports whether everybody can read an address. An empty address is not
// readable.
func (c *setupCheck) readable(ctx context.Context, address string) bool {
	if address == "" {
		return false
	}
	status, _ := c.get(ctx, address)
	return status == http.StatusOK
}

// get requests an address as a web page of another site does. Status 0 means that
// there was no response.
func (c *setupCheck) get(ctx context.Context, address string) (status int, header http.Header) {
	response, err := c.client.Do(ctx, &fetch.Request{URL: address, Header: http.Header{"Origin": {OtherSite}, "Range": {"bytes=0-0"}}})
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

package main

import (
	"slices"
	"strings"

	"onair/feed/check"
	"onair/internal/finding"
	"onair/publish"
	"onair/publish/release"
)

// planDocument is what plan --json and publish --json write.
type planDocument struct {
	SchemaVersion  int           `json:"schema_version"`
	Storage        string        `json:"storage"`
	Summary        planSummary   `json:"summary"`
	Episodes       []planEpisode `json:"episodes"`
	Objects        []planObject  `json:"objects"`
	Requests       planRequests  `json:"requests"`
	Pending        *planPending  `json:"pending,omitempty"` // plan only
	Feed           *planFeed     `json:"feed,omitempty"`    // comparison with the live feed
	*publishResult               // publish only
}

// planPending has the unfinished steps of the last publish: keys to purge, and channels
// to announce to.
type planPending struct {
	Interrupted bool     `json:"interrupted"`
	Purge       []string `json:"purge"`
	Verify      bool     `json:"verify"`
	Announce    []string `json:"announce"`
}

func pendingJSON(l *publish.Unfinished) *planPending {
	if l == nil {
		return nil
	}
	return &planPending{l.Interrupted, append([]string{}, l.Purge...), l.Verify, append([]string{}, l.Announce...)}
}

// planFeed is what subscribers notice when the feed replaces the live one.
type planFeed struct {
	compared
	Findings finding.List `json:"findings"`
}

// compared adds the comparison c with the live feed. If c is nil, it adds nothing.
func (d *planDocument) compared(c *check.Changes) {
	if c != nil {
		d.Feed = &planFeed{*comparedWith(c), append(finding.List{}, c.Findings...)}
	}
}

type planSummary struct {
	Add         int   `json:"add"`
	Update      int   `json:"update"`
	Keep        int   `json:"keep"`
	Delete      int   `json:"delete"`
	UploadBytes int64 `json:"upload_bytes"`
	TotalBytes  int64 `json:"total_bytes"`
}

type planEpisode struct {
	Slug   string         `json:"slug"`
	GUID   string         `json:"guid"`
	Action publish.Action `json:"action"`
	Reason string         `json:"reason"`
}

type planObject struct {
	Key         string         `json:"key"`
	Action      publish.Action `json:"action"`
	Reason      string         `json:"reason"`
	Size        int64          `json:"size"`
	UploadBytes int64          `json:"upload_bytes"`
	Class       release.Class  `json:"class"`
}

// planRequests counts the requests to the storage for making the plan and for applying
// it.
type planRequests struct {
	List   int `json:"list"`
	Read   int `json:"read"`
	Write  int `json:"write"`
	Copy   int `json:"copy"`
	Delete int `json:"delete"`
}

// publishResult is what a publish did. Verified is null if nothing was verified, such as
// for a show with the default URL.
type publishResult struct {
	Published bool     `json:"published"`
	FeedURL   string   `json:"feed_url"`
	Purged    bool     `json:"purged"`
	Verified  *bool    `json:"verified"`
	Announced []string `json:"announced"`

	Findings finding.List `json:"findings,omitempty"` // findings of the verification; left out if there are none
}

func planJSON(p *publish.Plan) planDocument {
	t := p.Totals()
	r := p.Requests()
	d := planDocument{
		SchemaVersion: schemaVersion,
		Storage:       p.Storage,
		Summary:       planSummary{t.Add, t.Update, t.Keep, t.Delete, t.Upload, t.Total},
		Episodes:      []planEpisode{},
		Objects:       []planObject{},
		Requests:      planRequests(r),
	}
	for _, e := range p.Episodes {
		d.Episodes = append(d.Episodes, planEpisode{e.Slug, e.GUID, e.Action, strings.Join(e.Reasons, "; ")})
	}
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		d.Objects = append(d.Objects, planObject{c.Key, c.Action, c.Reason, c.Size, c.Upload, c.Class})
	}
	return d
}

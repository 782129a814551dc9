package record

import (
	"errors"
	"strings"
	"testing"

	"onair/show"
)

// TestCheckOwner checks which shows may use a record.
func TestCheckOwner(t *testing.T) {
	t.Parallel()
	mine := Owner{Title: "Zoë's \"Late\" Show", URL: "https://late.example/", Feed: "feed.xml", GUID: "917393e3-1b1e-5cef-ace4-edaa54e1f810", Storage: "gs://late", episodes: map[string]bool{"a": true, "b": true}}
	other := Owner{Title: "Another Show", URL: "https://other.example/", Feed: "feed.xml", GUID: "4d2f0c1e-0000-5000-8000-000000000000", Storage: "gs://other"}
	ours, theirs := []Episode{{GUID: "b"}, {GUID: "old"}}, []Episode{{GUID: "x"}}
	with := func(o Owner, change func(*Owner)) *Owner { change(&o); return &o }
	as := func(*Owner) {}
	for name, test := range map[string]struct {
		show     *Owner // the show that uses the record
		owner    *Owner // the owner on record
		episodes []Episode
		refused  bool
	}{
		"no owner on record":                 {&mine, nil, theirs, false},
		"check disabled":                     {nil, &other, theirs, false},
		"same show":                          {&mine, with(mine, as), ours, false},
		"another show":                       {&mine, &other, theirs, true},
		"another show, before its first":     {&mine, &other, nil, true},
		"another title":                      {&mine, with(mine, func(o *Owner) { o.Title = "The Early Show" }), theirs, false},
		"another URL, same storage":          {&mine, with(mine, func(o *Owner) { o.URL, o.GUID = "https://old.example/", "" }), ours, false},
		"another storage, same URL":          {&mine, with(mine, func(o *Owner) { o.Storage = "s3://late?region=eu-west-1" }), ours, false},
		"another region of one storage":      {with(mine, func(o *Owner) { o.Storage = "s3://late?region=eu-west-1" }), with(mine, func(o *Owner) { o.URL, o.Storage = "https://old.example/", "s3://late" }), ours, false},
		"copy of the show elsewhere":         {&mine, with(mine, func(o *Owner) { o.URL, o.Storage = "https://staging.example/", "gs://staging" }), ours, true},
		"another prefix of one bucket":       {&mine, with(mine, func(o *Owner) { o.URL, o.Storage = "https://late.example/staging/", "gs://late/staging" }), ours, true},
		"namesake with episodes":             {&mine, with(other, func(o *Owner) { o.Title, o.Storage = mine.Title, mine.Storage }), theirs, true},
		"namesake before its first episode":  {&mine, with(other, func(o *Owner) { o.Title, o.Storage = mine.Title, mine.Storage }), nil, false},
		"two shows without a URL":            {with(mine, func(o *Owner) { o.URL, o.GUID = show.DefaultURL, "" }), with(other, func(o *Owner) { o.URL, o.GUID = show.DefaultURL, "" }), theirs, true},
		"public record that names no bucket": {&mine, with(other, func(o *Owner) { o.Storage = "" }), theirs, true},
		"same podcast:guid at another URL":   {&mine, with(other, func(o *Owner) { o.GUID, o.Storage = mine.GUID, mine.Storage }), theirs, false},
	} {
		err := (&State{Owner: test.owner, Episodes: test.episodes}).checkOwner(Storage{Owner: test.show}, "gs://records/")
		var refused *OtherShowError
		if errors.As(err, &refused) != test.refused || !test.refused && err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !test.refused {
			continue
		}
		if text := err.Error(); !strings.HasPrefix(text, "gs://records/ holds the record of another show: ") || !strings.Contains(text, test.owner.URL) || !strings.Contains(text, test.owner.Storage) {
			t.Errorf("%s: the message %q does not name the owner", name, text)
		}
		if hint := refused.Hint(); strings.Contains(hint, "--") {
			t.Errorf("%s: the hint %q leads into taking over the record", name, hint)
		}
	}
}

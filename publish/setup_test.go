package publish_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/fetch"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/show"
)

// inspected is a bucket with an address, as cloud storage has.
type inspected struct {
	bucket.Bucket
	address   string
	versioned bool
	broken    error // what List says
}

func (b *inspected) Inspect(context.Context) (bucket.Setup, error) {
	return bucket.Setup{Versioned: b.versioned}, nil
}
func (b *inspected) PublicURL(key string) string { return b.address + "/" + key }
func (b *inspected) PublicList() string          { return b.address + "?list" }

func (b *inspected) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	if b.broken != nil {
		return func(yield func(bucket.Attrs, error) bool) { yield(bucket.Attrs{}, b.broken) }
	}
	return b.Bucket.List(ctx, prefix)
}

// rights are what the provider lets everybody do.
type rights struct{ read, list, cors, readState, versioned, noState bool }

func TestCheckSetup(t *testing.T) {
	good := rights{read: true, cors: true, versioned: true}
	with := func(change func(*rights)) rights { r := good; change(&r); return r }
	for name, test := range map[string]struct {
		rights
		broken error
		want   []string
	}{
		"as it should be":     {good, nil, nil},
		"nobody may read":     {with(func(r *rights) { r.read = false }), nil, []string{"B003"}},
		"everybody may list":  {with(func(r *rights) { r.list = true }), nil, []string{"B004"}},
		"no CORS":             {with(func(r *rights) { r.cors = false }), nil, []string{"B005"}},
		"no private bucket":   {with(func(r *rights) { r.noState = true }), nil, []string{"B006"}},
		"private is not":      {with(func(r *rights) { r.readState = true }), nil, []string{"B007"}},
		"no earlier versions": {with(func(r *rights) { r.versioned = false }), nil, []string{"B008"}},
		"no bucket":           {good, bucket.ErrNoBucket, []string{"B001"}},
		"not for you":         {good, bucket.ErrDenied, []string{"B002"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				may := test.read
				switch {
				case strings.HasPrefix(r.URL.Path, "/private"):
					may = test.readState
				case r.URL.RawQuery == "list":
					may = test.list
				}
				if test.cors {
					w.Header().Set("Access-Control-Allow-Origin", "*")
				}
				if !may {
					w.WriteHeader(http.StatusForbidden)
				}
			}))
			defer server.Close()
			sh, _ := show.Load(example(t), nil)
			s := publish.Storage{
				Public: &inspected{Bucket: mem.New(), address: server.URL + "/public", broken: test.broken},
				State:  &inspected{Bucket: mem.New(), address: server.URL + "/private", versioned: test.versioned},
			}
			if test.noState {
				s.State = nil
			}
			data := []byte("x")
			if _, err := s.Public.Write(t.Context(), &bucket.Object{Key: "feed.xml", Size: 1, CRC32C: checksum(data), Body: held(data)}, bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
			l, err := publish.CheckSetup(t.Context(), sh, s, &publish.Web{Client: fetch.Own(nil)})
			if err != nil {
				t.Fatal(err)
			}
			var rules []string
			for _, f := range l {
				rules = append(rules, f.Rule)
				if !strings.Contains(f.Hint, "hello-universe") || f.Line == 0 {
					t.Errorf("%s %s has the hint %q", f.Rule, f.Position, f.Hint)
				}
			}
			if diff := cmp.Diff(test.want, rules); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckSetupNeedsAnAnswer(t *testing.T) {
	sh, _ := show.Load(example(t), nil)
	broken := errors.New("broken")
	_, err := publish.CheckSetup(t.Context(), sh, publish.Storage{Public: &inspected{Bucket: mem.New(), broken: broken}}, &publish.Web{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

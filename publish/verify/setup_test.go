package verify_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/verify"
	"onair/show"
)

// inspected is a bucket with an address, like cloud storage.
type inspected struct {
	bucket.Bucket
	address   string // empty if its provider requires credentials
	versioned bool
	site      bucket.Website
	broken    error // error of List
	unasked   error // error of requests for the settings
}

func (b *inspected) Versioned(context.Context) (bool, error)         { return b.versioned, b.unasked }
func (b *inspected) Website(context.Context) (bucket.Website, error) { return b.site, b.unasked }
func (b *inspected) PublicURL(key string) string                     { return b.at("/" + key) }
func (b *inspected) PublicList() string                              { return b.at("?list") }

func (b *inspected) at(where string) string {
	if b.address == "" {
		return ""
	}
	return b.address + where
}

func (b *inspected) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	if b.broken != nil {
		return func(yield func(bucket.Attrs, error) bool) { yield(bucket.Attrs{}, b.broken) }
	}
	return b.Bucket.List(ctx, prefix)
}

// rights are the permissions that the provider grants everybody, and the settings
// of the buckets.
type rights struct {
	read, list, cors, readState, versioned, noState bool

	origins       []string // values of Access-Control-Allow-Origin in place of "*"
	site          bucket.Website
	empty         bool  // nothing is published yet
	keysOnly      bool  // reading requires credentials
	settings      error // error of reading the settings of the public bucket
	stateSettings error // error of reading the settings of the private bucket
}

var pages = bucket.Website{IndexPage: "index.html", ErrorPage: "404.html"}

func TestCheckSetup(t *testing.T) {
	t.Parallel()
	good := rights{read: true, cors: true, versioned: true, site: pages}
	with := func(change func(*rights)) rights { r := good; change(&r); return r }
	for name, test := range map[string]struct {
		rights
		broken error
		want   []string
	}{
		"as it should be":       {good, nil, nil},
		"nobody may read":       {with(func(r *rights) { r.read = false }), nil, []string{"B003"}},
		"everybody may list":    {with(func(r *rights) { r.list = true }), nil, []string{"B004"}},
		"no CORS":               {with(func(r *rights) { r.cors = false }), nil, []string{"B005"}},
		"CORS twice":            {with(func(r *rights) { r.origins = []string{"*", "*"} }), nil, []string{"B005"}},
		"CORS for one site":     {with(func(r *rights) { r.origins = []string{"https://hello-universe.example"} }), nil, []string{"B005"}},
		"CORS for two sites":    {with(func(r *rights) { r.origins = []string{"https://player.example, https://a.example"} }), nil, []string{"B005"}},
		"CORS for who asks":     {with(func(r *rights) { r.origins = []string{"https://player.example"} }), nil, nil},
		"no private bucket":     {with(func(r *rights) { r.noState = true }), nil, []string{"B006"}},
		"private is not":        {with(func(r *rights) { r.readState = true }), nil, []string{"B007"}},
		"no earlier versions":   {with(func(r *rights) { r.versioned = false }), nil, []string{"B008"}},
		"never any versions":    {with(func(r *rights) { r.stateSettings = errors.ErrUnsupported }), nil, []string{"B008 info"}},
		"no website":            {with(func(r *rights) { r.site = bucket.Website{} }), nil, []string{"B009 info"}},
		"no page for a folder":  {with(func(r *rights) { r.site.IndexPage = "" }), nil, []string{"B009 info"}},
		"no page for a mistake": {with(func(r *rights) { r.site.ErrorPage = "oops.html" }), nil, []string{"B009 info"}},
		"never a website":       {with(func(r *rights) { r.settings = errors.ErrUnsupported }), nil, nil},
		"nothing published":     {with(func(r *rights) { r.empty, r.read, r.cors = true, false, false }), nil, []string{"B010 info"}},
		"empty, and a list":     {with(func(r *rights) { r.empty, r.list = true, true }), nil, []string{"B004", "B010 info"}},
		"read with keys only":   {with(func(r *rights) { r.keysOnly, r.read = true, false }), nil, []string{"B010 info"}},
		"website not for you":   {with(func(r *rights) { r.settings = bucket.ErrDenied }), nil, []string{"B011 info"}},
		"versions not for you":  {with(func(r *rights) { r.stateSettings = bucket.ErrDenied }), nil, []string{"B011 info"}},
		"no bucket":             {good, bucket.ErrNoBucket, []string{"B001"}},
		"not for you":           {good, bucket.ErrDenied, []string{"B002"}},
	} {
		t.Run(name, func(t *testing.T) {
			sh, _ := show.Load(showtest.Example(t), nil)
			s := storageWith(t, test.rights)
			s.Public.(*inspected).broken = test.broken
			var rules []string
			for _, f := range check(t, sh, s) {
				rule := f.Rule
				if f.Severity == finding.Info {
					rule += " info"
				}
				rules = append(rules, rule)
				if f.Hint == "" || f.Line == 0 || !strings.HasPrefix(f.Message, "gs://hello-universe") {
					t.Errorf("%s %s: %s has the hint %q", f.Rule, f.Position, f.Message, f.Hint)
				}
			}
			if diff := cmp.Diff(test.want, rules); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// storageWith returns two buckets of a provider that grants these rights.
func storageWith(t *testing.T, granted rights) record.Storage {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		may := granted.read
		switch {
		case strings.HasPrefix(r.URL.Path, "/private"):
			may = granted.readState
		case r.URL.RawQuery == "list":
			may = granted.list
		}
		if granted.cors {
			w.Header().Set("Access-Control-Allow-Origin", "*")
		}
		if granted.origins != nil {
			w.Header()["Access-Control-Allow-Origin"] = granted.origins
		}
		if !may {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(server.Close)
	public := &inspected{Bucket: mem.New(), address: server.URL + "/public", site: granted.site, unasked: granted.settings}
	state := &inspected{Bucket: mem.New(), address: server.URL + "/private", versioned: granted.versioned, unasked: granted.stateSettings}
	if granted.keysOnly {
		public.address, state.address = "", ""
	}
	if !granted.empty {
		data := []byte("x")
		if _, err := public.Write(t.Context(), record.NewObject("feed.xml", data), bucket.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	if granted.noState {
		return record.Storage{Public: public}
	}
	return record.Storage{Public: public, State: state}
}

func check(t *testing.T, sh *show.Show, s record.Storage) finding.List {
	t.Helper()
	l, err := verify.CheckSetup(t.Context(), sh, s, &verify.Web{Client: fetch.Own(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSetupHints checks the commands in the hints, as they would be pasted.
func TestSetupHints(t *testing.T) {
	t.Parallel()
	const (
		policy = `--policy '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my-show/`
		own    = "?endpoint=https://s3.example.com:9000&region=eu-1"
		aws    = "aws --endpoint-url https://s3.example.com:9000 --region eu-1 "
	)
	none := rights{list: true, readState: true}
	unreadable := rights{site: pages, versioned: true}
	for name, test := range map[string]struct {
		rights
		broken         error
		storage, state string
		rule           string
		want           []string
	}{
		"B002":           {none, bucket.ErrDenied, "s3://my-show/a/b/", "", "B002", []string{"aws iam put-user-policy --user-name YOU ", `"arn:aws:s3:::my-show"}`, `"arn:aws:s3:::my-show/a/b/*"}]}'`}},
		"B002, not IAM":  {none, bucket.ErrDenied, "s3://my-show" + own, "", "B002", []string{"keys that may list my-show,"}},
		"B001, endpoint": {none, bucket.ErrNoBucket, "s3://my-show" + own, "", "B001", []string{aws + "s3 mb s3://my-show"}},
		"B001, region":   {none, bucket.ErrNoBucket, "s3://my-show?region=eu-central-1", "", "B001", []string{"aws --region eu-central-1 s3 mb s3://my-show"}},
		"B001, shell":    {none, bucket.ErrNoBucket, "s3://my-show?endpoint=https://a%3Bb'c", "", "B001", []string{`aws --endpoint-url 'https://a;b'\''c' s3 mb`}},
		"B003":           {unreadable, nil, "s3://my-show", "", "B003", []string{"aws s3api put-public-access-block --bucket my-show ", "BlockPublicPolicy=false", "&& aws s3api put-bucket-policy --bucket my-show " + policy + `*"}]}'`}},
		"B003, prefix":   {unreadable, nil, "s3://my-show/it's", "", "B003", []string{policy + `it\u0027s/*"}]}'`}},
		"B003, endpoint": {unreadable, nil, "s3://my-show" + own, "", "B003", []string{": " + aws + "s3api put-bucket-policy --bucket my-show " + policy + `*"}]}'`}},
		"B004":           {none, nil, "s3://my-show", "", "B004", []string{"IgnorePublicAcls=true", "put-bucket-policy --bucket my-show " + policy}},
		"B005":           {rights{read: true}, nil, "s3://my-show" + own, "", "B005", []string{aws + "s3api put-bucket-cors --bucket my-show "}},
		"B006":           {rights{noState: true}, nil, "s3://my-show" + own, "", "B006", []string{aws + "s3 mb s3://my-show-private, then state: s3://my-show-private" + own + " in"}},
		"B007":           {none, nil, "s3://my-show", "s3://private", "B007", []string{"aws s3api put-public-access-block --bucket private "}},
		"B007, endpoint": {none, nil, "s3://my-show", "s3://private" + own, "B007", []string{aws + "s3api delete-bucket-policy --bucket private"}},
		"B008":           {none, nil, "s3://my-show", "s3://private" + own, "B008", []string{aws + "s3api put-bucket-versioning --bucket private "}},
		"B009":           {none, nil, "s3://my-show", "", "B009", []string{"onair cdn config", "aws s3 website s3://my-show --index-document index.html --error-document 404.html"}},
		"B009, endpoint": {none, nil, "s3://my-show/a" + own, "", "B009", []string{aws + "s3 website s3://my-show --index-document index.html --error-document a/404.html"}},
		"B009, Google":   {none, nil, "gs://my-show/my show", "", "B009", []string{"onair cdn config", "gcloud storage buckets update gs://my-show --web-main-page-suffix=index.html --web-error-page='my show/404.html'"}},
		"B011":           {rights{settings: bucket.ErrDenied}, nil, "s3://my-show", "", "B011", []string{"aws iam put-user-policy", "s3:GetBucketWebsite"}},
		"B011, Google":   {rights{stateSettings: bucket.ErrDenied}, nil, "gs://my-show", "gs://private", "B011", []string{"storage.buckets.get is missing", "gs://private", "roles/storage.legacyBucketReader"}},
	} {
		t.Run(name, func(t *testing.T) {
			sh, _ := show.Load(showtest.Example(t), nil)
			sh.Storage, sh.State = test.storage, test.state
			s := storageWith(t, test.rights)
			s.Public.(*inspected).broken = test.broken
			l := check(t, sh, s)
			i := slices.IndexFunc(l, func(f finding.Finding) bool { return f.Rule == test.rule })
			if i < 0 {
				t.Fatalf("found only %v", l)
			}
			for _, want := range test.want {
				if !strings.Contains(l[i].Hint, want) {
					t.Errorf("%s\nis not in the hint\n%s", want, l[i].Hint)
				}
			}
		})
	}
}

func TestHintsAreNotCut(t *testing.T) {
	t.Parallel()
	sh, _ := show.Load(showtest.Example(t), nil)
	long := strings.Repeat("b", 63) + "?endpoint=https://" + strings.Repeat("e", 60) + ".example&region=eu-central-1"
	sh.Storage, sh.State = "s3://"+long, "s3://"+long
	for _, granted := range []rights{{list: true, readState: true}, {read: true}, {noState: true}, {settings: bucket.ErrDenied, stateSettings: bucket.ErrDenied}} {
		for _, f := range check(t, sh, storageWith(t, granted)) {
			if strings.HasSuffix(f.Hint, "…") {
				t.Errorf("%s is cut: %s", f.Rule, f.Hint)
			}
		}
	}
}

func TestCheckSetupListFails(t *testing.T) {
	t.Parallel()
	sh, _ := show.Load(showtest.Example(t), nil)
	broken := errors.New("broken")
	_, err := verify.CheckSetup(t.Context(), sh, record.Storage{Public: &inspected{Bucket: mem.New(), broken: broken}}, &verify.Web{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	for _, granted := range []rights{{settings: broken}, {stateSettings: broken}} {
		if _, err := verify.CheckSetup(t.Context(), sh, storageWith(t, granted), &verify.Web{}); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
}

// TestOneListOfHeaders compares what the documents, the remedies and the configurations of
// CDNs let web players on other sites read (CORS).
func TestOneListOfHeaders(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../cdn/config/*.tmpl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no configurations: %v", err)
	}
	for _, name := range append(files, "../../docs/publish.md", "remedies.go") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lists := 0
		for line := range strings.Lines(string(data)) {
			if !strings.Contains(line, "Content-Range") || strings.HasPrefix(strings.TrimSpace(line), "//") {
				continue
			}
			lists++
			if list := strings.ReplaceAll(line, `"`, ""); !strings.Contains(list, "Accept-Ranges, Content-Length, Content-Range, ETag") {
				t.Errorf("%s has another list: %s", name, line)
			}
		}
		if lists == 0 {
			t.Errorf("%s has no list", name)
		}
	}
}

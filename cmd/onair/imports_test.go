package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed lists, for every package, which other packages of onair it may import.
// The arrows point one way:
//
//	cmd → publish → verify → {release, record}
//	publish → {release, record, cdn, announce, checkout}
//	release → {audio, feed, templates, transcripts} → show → {chapters, pins, site}
//	release, record → bucket; record → show
//
// An entry that ends in "/" stands for all packages below it.
var allowed = map[string][]string{
	"onair/show":                  {"onair/show/alternate", "onair/show/chapters", "onair/show/pins", "onair/show/site", "onair/show/machine", "onair/internal/"},
	"onair/show/alternate":        {"onair/internal/"},
	"onair/show/machine":          {},
	"onair/show/site":             {"onair/internal/"},
	"onair/show/chapters":         {"onair/internal/"},
	"onair/show/pins":             {"onair/show/chapters", "onair/internal/"},
	"onair/show/importer":         {"onair/show", "onair/show/", "onair/feed/tree", "onair/feed/check", "onair/audio", "onair/transcripts", "onair/internal/"},
	"onair/show/fromtags":         {"onair/show", "onair/show/", "onair/audio", "onair/internal/"},
	"onair/transcripts":           {"onair/transcripts/forms", "onair/transcripts/words", "onair/transcripts/internal/", "onair/internal/"},
	"onair/transcripts/forms":     {"onair/transcripts/internal/", "onair/internal/"},
	"onair/transcripts/words":     {"onair/transcripts/forms", "onair/transcripts/internal/", "onair/internal/"},
	"onair/transcripts/score":     {"onair/transcripts", "onair/transcripts/words", "onair/transcripts/internal/", "onair/internal/"},
	"onair/transcripts/draft":     {"onair/transcripts", "onair/transcripts/words", "onair/transcripts/internal/", "onair/internal/"},
	"onair/transcripts/internal/": {"onair/internal/"},
	"onair/speech":                {"onair/show", "onair/audio", "onair/audio/mpeg", "onair/transcripts/forms", "onair/transcripts/words", "onair/transcripts/translate", "onair/internal/"},
	"onair/speech/":               {"onair/speech", "onair/speech/internal/", "onair/audio", "onair/audio/mpeg", "onair/transcripts/forms", "onair/transcripts/words", "onair/internal/"},
	"onair/transcripts/":          {"onair/transcripts", "onair/internal/"},
	"onair/audio":                 {"onair/show", "onair/show/", "onair/audio/", "onair/internal/"},
	"onair/audio/":                {"onair/audio/", "onair/internal/"},
	"onair/feed":                  {"onair/show", "onair/show/", "onair/feed/check", "onair/internal/"},
	"onair/feed/":                 {"onair/feed/", "onair/internal/"},
	"onair/templates":             {"onair/show", "onair/show/", "onair/transcripts", "onair/templates/", "onair/internal/"},
	"onair/templates/":            {"onair/templates/", "onair/internal/"},
	"onair/publish":               {"onair/show", "onair/show/", "onair/feed", "onair/publish/release", "onair/publish/record", "onair/publish/verify", "onair/publish/bucket", "onair/publish/cdn", "onair/publish/announce", "onair/publish/checkout", "onair/internal/"},
	"onair/publish/announce":      {"onair/show", "onair/feed", "onair/internal/"},
	"onair/publish/checkout":      {"onair/internal/"},
	"onair/publish/release":       {"onair/show", "onair/show/", "onair/transcripts", "onair/transcripts/credit", "onair/transcripts/repo", "onair/transcripts/translate", "onair/transcripts/words", "onair/audio", "onair/audio/", "onair/feed", "onair/templates", "onair/templates/", "onair/publish/bucket", "onair/publish/cdn", "onair/internal/"},
	"onair/publish/consistency":   {"onair/show", "onair/show/", "onair/audio", "onair/feed/tree", "onair/publish/release", "onair/internal/"},
	"onair/publish/preview":       {"onair/show", "onair/publish/release", "onair/internal/"},
	"onair/publish/record":        {"onair/show", "onair/publish/bucket", "onair/internal/"},
	"onair/publish/verify":        {"onair/show", "onair/show/", "onair/publish/release", "onair/publish/record", "onair/publish/bucket", "onair/internal/"},
	"onair/publish/cdn":           {"onair/show", "onair/show/", "onair/internal/"},
	"onair/publish/cdn/":          {"onair/show", "onair/show/", "onair/publish/cdn", "onair/internal/"},
	"onair/publish/internal/":     {"onair/show", "onair/show/", "onair/publish/release", "onair/internal/"}, // only tests import it
	"onair/publish/bucket":        {"onair/internal/"},
	"onair/publish/bucket/":       {"onair/publish/bucket", "onair/publish/bucket/buckettest", "onair/publish/bucket/internal/", "onair/internal/"},
	"onair/internal/":             {"onair/internal/"},
	"onair/cmd/":                  {"onair/"},
	"onair/examples/":             {"onair/"},
	"onair/docs/":                 {"onair/internal/markdown"},
	"onair/release":               {},
}

// owners maps the start of a library's import path to the only packages that may import
// such a library.
var owners = map[string][]string{
	"cloud.google.com/go/":   {"onair/publish/bucket/gcs"},
	"google.golang.org/api/": {"onair/publish/bucket/gcs"},
	"golang.org/x/oauth2":    {"onair/publish/cdn", "onair/speech/google"},
	"github.com/aws/":        {"onair/publish/bucket/s3"},

	// A client of Amazon's has all operations of its service, and the linker keeps them.
	"github.com/aws/aws-sdk-go-v2/service/": {},

	"github.com/spf13/cobra":  {"onair/cmd/onair"},
	"github.com/bogem/id3v2/": {"onair/audio"},
	"github.com/goccy/":       {"onair/internal/source", "onair/transcripts/repo", "onair/release"},
}

func TestImportArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "onair/...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := fields[0]
		may, ok := arrowsOf(pkg)
		if !ok {
			t.Errorf("%s is a new package: list in this test what it may import", pkg)
		}
		for _, imp := range fields[1:] {
			if strings.HasPrefix(imp, "onair/") && !matches(imp, may) {
				t.Errorf("%s may not import %s", pkg, imp)
			}
			for prefix, packages := range owners {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(packages, pkg) {
					t.Errorf("%s imports %s, which only %q may", pkg, imp, packages)
				}
			}
		}
	}
}

// arrowsOf returns the entry of a package, or the entry of the longest folder above it.
func arrowsOf(pkg string) (may []string, ok bool) {
	if may, ok = allowed[pkg]; ok {
		return may, true
	}
	best := ""
	for folder := range allowed {
		if strings.HasSuffix(folder, "/") && strings.HasPrefix(pkg, folder) && len(folder) > len(best) {
			best = folder
		}
	}
	return allowed[best], best != ""
}

func matches(imp string, may []string) bool {
	for _, m := range may {
		if imp == m || strings.HasSuffix(m, "/") && strings.HasPrefix(imp, m) {
			return true
		}
	}
	return false
}

package publish_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"onair/publish"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
)

// TestRemovedEpisodes removes episodes from a show. Their pages say at once that they are
// gone, no other page or feed names them, and nothing of other episodes changes. Erased
// episodes leave no object.
func TestRemovedEpisodes(t *testing.T) {
	t.Parallel()
	const bees, late, later = "4f1b0a7c-0000-4000-8000-000000000001", "4f1b0a7c-0000-4000-8000-000000000002", "4f1b0a7c-0000-4000-8000-000000000003"
	cache := newCache(t)
	type step struct {
		gone  []string // slugs of the episodes without a folder
		draft bool     // they are drafts instead
		drop  []string // the names that are given
		erase bool
	}
	for name, steps := range map[string][]step{
		"by slug":                 {{gone: []string{"2-late"}, drop: []string{"2-late"}}},
		"by GUID":                 {{gone: []string{"2-late"}, drop: []string{late}}},
		"as a draft":              {{gone: []string{"2-late"}, draft: true, drop: []string{"2-late"}}},
		"two at once":             {{gone: []string{"2-late", "bees"}, drop: []string{"bees", late}}},
		"erased":                  {{gone: []string{"2-late"}, drop: []string{"2-late"}, erase: true}},
		"erased by GUID":          {{gone: []string{"bees"}, drop: []string{bees}, erase: true}},
		"erased as a draft":       {{gone: []string{"2-late-night"}, draft: true, drop: []string{"2-late-night"}, erase: true}},
		"removed, then erased":    {{gone: []string{"2-late"}, drop: []string{"2-late"}}, {gone: []string{"2-late"}, drop: []string{"2-late"}, erase: true}},
		"one after the other":     {{gone: []string{"2-late"}, drop: []string{late}}, {gone: []string{"2-late", "2-late-night"}, drop: []string{later}, erase: true}},
		"all but the first":       {{gone: []string{"2-late", "2-late-night", "bees"}, drop: []string{late, later, bees}, erase: true}},
		"erased beside a removed": {{gone: []string{"2-late-night"}, drop: []string{later}}, {gone: []string{"2-late", "2-late-night"}, drop: []string{"2-late"}, erase: true}},
		"erased, and once again":  {{gone: []string{"bees"}, drop: []string{"bees"}, erase: true}, {gone: []string{"bees"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mem.New()
			erased := map[string]bool{}
			var gone []string
			for i, step := range slices.Concat([]step{{}}, steps) {
				files := minimal(t)
				for n, e := range [][3]string{{"2-late", late, "redirect_from: [/old/two]\n"}, {"2-late-night", later, ""}, {"bees", bees, "topics: [bees]\n"}} {
					text := fmt.Sprintf("---\ntitle: Émile & %s\nguid: %s\ndate: 2026-06-%02d 09:00\nnumber: %d\n%s", e[0], e[1], 10+n, 2+n, e[2])
					if slices.Contains(step.gone, e[0]) && step.draft {
						text += "draft: true\n"
					}
					if !slices.Contains(step.gone, e[0]) || step.draft {
						files["episodes/"+e[0]+"/episode.md"] = &fstest.MapFile{Data: []byte(text + "---\nNotes.\n"), ModTime: showtest.Now}
						files["episodes/"+e[0]+"/audio.mp3"] = files["episodes/1-the-only-one/audio.mp3"]
					}
				}
				newPlan := func() *publish.Plan {
					t.Helper()
					r := showtest.Release(t, files, &release.Options{Now: showtest.Now, Remove: step.drop, Cache: cache})
					p, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, &publish.PlanOptions{Drop: step.drop, Erase: step.erase})
					if err != nil {
						t.Fatalf("step %d: %v", i, err)
					}
					return p
				}
				apply(t, newPlan(), b)
				gone = step.gone
				for slug, guid := range map[string]string{"2-late": late, "2-late-night": later, "bees": bees} {
					if step.erase && (slices.Contains(step.drop, slug) || slices.Contains(step.drop, guid)) {
						erased[slug] = true
					}
				}
				if err := brokenPromise(b, homeURL); err != nil {
					t.Errorf("step %d: %v", i, err)
				}
			}
			stays := map[string]bool{} // slugs of episodes with audio
			for key := range contents(t, b) {
				checkRemoved(t, b, key, gone, erased)
				if audio, ok := strings.CutPrefix(key, "audio/"); ok {
					stays[audio[:strings.LastIndexByte(audio, '-')]] = true
				}
			}
			for _, slug := range gone {
				if stays[slug] == erased[slug] {
					t.Errorf("audio of %s is there: %v; erased: %v", slug, stays[slug], erased[slug])
				}
			}
			for _, slug := range []string{"1-the-only-one", "2-late", "2-late-night", "bees"} {
				if page := "episodes/" + slug + "/index.html"; !slices.Contains(gone, slug) && !strings.Contains(string(read(t, b, page)), "<audio") {
					t.Errorf("%s has no player", page)
				}
			}
		})
	}
}

// checkRemoved checks an object after episodes were removed or erased.
func checkRemoved(t *testing.T, b *mem.Bucket, key string, gone []string, erased map[string]bool) {
	t.Helper()
	text := string(read(t, b, key))
	for _, slug := range gone {
		own := regexp.MustCompile("episodes/" + slug + "/|audio/" + slug + "-[0-9a-f]{16}")
		switch {
		case own.MatchString(key):
			if erased[slug] {
				t.Errorf("%s is still there", key)
			}
			if path.Ext(key) == ".html" && (!strings.Contains(text, "no longer available") || !strings.Contains(text, "noindex") || strings.Contains(text, "<audio")) {
				t.Errorf("%s does not say that it is gone, or has a player", key)
			}
		case path.Ext(key) == ".html" || path.Ext(key) == ".xml":
			if own.MatchString(text) || strings.Contains(text, "Émile &amp; "+slug+"<") {
				t.Errorf("%s names %s", key, slug)
			}
		}
	}
}

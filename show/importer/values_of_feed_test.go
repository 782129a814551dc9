package importer_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onair/feed/check"
	feedtree "onair/feed/tree"
	"onair/internal/finding"
	"onair/show/importer"
)

// TestEachValueIsKeptOrLost imports a feed that has every known element twice in the
// channel and in an item. No two of them have the same value. Each value must be in a
// file of the show or in the list of losses.
func TestEachValueIsKeptOrLost(t *testing.T) {
	t.Parallel()
	values := map[string][2]string{} // the element and the attribute of each
	value := func(element, attr string) string {
		v := fmt.Sprintf("v%dv", len(values))
		values[v] = [2]string{element, attr}
		return v
	}
	// Elements whose content is in attributes or in other elements.
	noText := []string{"atom:link", "itunes:category", "itunes:image", "itunes:owner", "podcast:chapters", "podcast:transcript", "psc:chapters", "image"}
	names := check.Names()
	all := func() string {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(names)) {
			prefix, _, prefixed := strings.Cut(name, ":")
			if slices.Contains([]string{"rss", "channel", "item", "guid", "enclosure", "title"}, name) || prefixed && feedtree.Namespaces[prefix] == "" {
				continue
			}
			for range 2 {
				b.WriteString("<" + name)
				for _, a := range names[name] {
					fmt.Fprintf(&b, ` %s="%s"`, a, value(name, a))
				}
				b.WriteString(">")
				if !slices.Contains(noText, name) {
					b.WriteString(value(name, "its text"))
				}
				b.WriteString("</" + name + ">\n")
			}
		}
		return b.String()
	}
	var feed strings.Builder
	feed.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"`)
	for _, prefix := range slices.Sorted(maps.Keys(feedtree.Namespaces)) {
		fmt.Fprintf(&feed, ` xmlns:%s="%s"`, prefix, feedtree.Namespaces[prefix])
	}
	feed.WriteString("><channel><title>Tea</title><itunes:category text=\"Technology\"/><language>en</language>" + all() + `<item><title>One</title><guid>one</guid><enclosure url="https://old.example/1.mp3" length="1" type="audio/mpeg"/>` + all() + "</item></channel></rss>")
	file, dir := filepath.Join(t.TempDir(), "feed.xml"), filepath.Join(t.TempDir(), "tea")
	if err := os.WriteFile(file, []byte(feed.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	found := strings.Join(run(t, t.Context(), &importer.Options{Source: file, Dir: dir, NoAudio: true}), "\n")
	for name := range tree(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		found += "\n" + string(data)
	}
	for _, v := range slices.Sorted(maps.Keys(values)) {
		name, attr := values[v][0], values[v][1]
		if !strings.Contains(found, v) {
			t.Errorf("%s of %s is neither in the show nor lost", attr, name)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "artwork.jpg"), picture(t), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, f := range check.Feed(rendered(t, dir), nil).Findings {
		if f.Severity == finding.Error {
			t.Errorf("the new feed has an error: %v", f)
		}
	}
}

package show

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkLoad loads a show of 2,084 episodes from the disk.
func BenchmarkLoad(b *testing.B) {
	const episodes = 2084
	dir := b.TempDir()
	if err := os.CopyFS(dir, exampleShow()); err != nil {
		b.Fatal(err)
	}
	notes := strings.Repeat("Vega and Rigel ask Deneb where an episode goes after *publish*, and why.\n\n", 8)
	for i := range episodes {
		episode := filepath.Join(dir, "episodes", fmt.Sprintf("%d-caches", i+10))
		if err := os.MkdirAll(episode, 0o755); err != nil {
			b.Fatal(err)
		}
		date := time.Date(2001, 1, 1+i, 6, 0, 0, 0, time.UTC).Format("2006-01-02 15:04")
		text := fmt.Sprintf(`---
title: "Caches: part %d"
guid: 0b9f3c1e-5b7e-4c0a-9d52-%012d
date: %s
season: 2
number: %d
summary: What happens between the bucket and your ears.   # plain text
guests: [deneb, {name: "Máire O'Neill", url: "https://maire.example/"}]
people: [{id: rigel, role: audio editor, group: audio post-production}]
topics: [cdn, storage]
sponsors: [acme-telescopes]
chapters:
  - {start: "0:00", title: Cold open, toc: false}
  - {start: "0:12", title: "What is a CDN?"}
  - {start: "0:48.5", sponsor: acme-telescopes}
  - {start: "1:02", title: Ranges, url: "https://www.rfc-editor.org/rfc/rfc9110"}
soundbites: [{start: "0:20", duration: 30, title: The edge explained}]
---
%s`, i, i, date, i+10, notes)
		if err := os.WriteFile(filepath.Join(episode, "episode.md"), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(episode, "transcript.md"), nil, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	b.ReportAllocs()
	for b.Loop() {
		s, found := Load(root.FS(), &LoadOptions{Dir: dir})
		if len(found) > 0 || len(s.Episodes) != episodes+1 {
			b.Fatalf("%d episodes, findings %v", len(s.Episodes), found[:min(len(found), 5)])
		}
	}
}

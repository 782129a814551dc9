package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestJSONKeys runs the commands of the table in docs/scripts.md with --json, and
// checks that they print the keys of the table.
func TestJSONKeys(t *testing.T) {
	page, err := os.ReadFile("../../docs/scripts.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{}
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		always, _, _ := strings.Cut(row[2], ";") // the others depend on the show
		keys := []string{"schema_version"}
		for _, key := range quoted.FindAllStringSubmatch(always, -1) {
			if key[1] == "plan" {
				keys = append(keys, documented["plan"][1:]...)
				continue
			}
			keys = append(keys, key[1])
		}
		documented[row[1]] = keys
	}
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS("../../examples/minimal")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(root, ".cache"))
	t.Chdir(root)
	write(t, root, "t.md", "**Vega:** \\[00:00\\] Hello, Rigel.\n")
	const audio = "episodes/1-the-only-one/audio.mp3"
	ran := map[string]bool{}
	optional := []string{"feed", "commit", "tags"}
	for _, args := range [][]string{
		{"check"}, {"bucket", "check"}, {"plan"}, {"publish", "--yes"}, {"status"}, {"verify"},
		{"edit"}, {"publish", "--yes"}, {"rollback", "--list"}, {"rollback"},
		{"feed", "check", "public/feed.xml"}, {"build", "-o", "built"},
		{"import", "public/feed.xml", "imported", "--no-audio", "--dry-run"},
		{"audio", "probe", audio}, {"audio", "tag", "-o", "tagged.mp3", "--title", "x", audio}, {"audio", "chapters", audio},
		{"audio", "loudness", audio}, {"transcripts", "lint", "t.md"}, {"transcripts", "todo", "t.md"},
		{"transcripts", "stats", "t.md"}, {"transcripts", "compare", "t.md", "t.md"},
		{"explain", "F001"}, {"theme", "list"}, {"version"}, {"pull", "pulled"},
	} {
		if args[0] == "edit" {
			episode := "episodes/1-the-only-one/episode.md"
			text, err := os.ReadFile(episode)
			if err != nil {
				t.Fatal(err)
			}
			write(t, root, episode, string(text)+"\nMore notes.\n")
			continue
		}
		name := args[0]
		for n := range args {
			if joined := strings.Join(args[:n+1], " "); documented[joined] != nil {
				name = joined
			}
		}
		ran[name] = true
		if _, err := exec.LookPath("ffmpeg"); err != nil && name == "audio loudness" {
			continue
		}
		var text bytes.Buffer
		sys := &system{name: "onair", stdin: strings.NewReader(""), stdout: &text, stderr: io.Discard, env: func(string) (string, bool) { return "", false },
			now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }}
		run(context.Background(), sys, append([]string{"--json"}, args...))
		var got map[string]any
		if err := json.Unmarshal(text.Bytes(), &got); err != nil {
			t.Errorf("onair %s: %v\n%s", strings.Join(args, " "), err, text.Bytes())
			continue
		}
		for _, key := range optional {
			if !slices.Contains(documented[name], key) {
				delete(got, key)
			}
		}
		keys, want := slices.Sorted(maps.Keys(got)), slices.Sorted(slices.Values(documented[name]))
		if !slices.Equal(keys, want) {
			t.Errorf("onair %s prints the keys\n%q, documented are\n%q", strings.Join(args, " "), keys, want)
		}
	}
	for name := range documented {
		if !ran[name] {
			t.Errorf("the test does not run onair %s", name)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostileShows generates shows with links, devices, names, sizes and commands that
// try to bring content from outside of the show into the output of onair, or to make
// onair hang. The shows differ from each other, and are the same in each run.
func TestHostileShows(t *testing.T) {
	shows := 500
	if testing.Short() {
		shows = 50
	}
	const (
		secret  = "c2VjcmV0LW9mLXRoZS1qb2I"
		command = "owned-by-the-show"
	)
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows")
	}
	root := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(root, "cache"))
	t.Setenv("HOME", root)
	t.Setenv("ONAIR_TEST_SECRET", secret) // so that /proc/self/environ contains it
	write(t, root, "outside/secret.md", "**Ada:** "+secret+"\n")
	write(t, root, "outside/folder/episode.md", "---\ntitle: "+secret+"\n---\n")
	audio := bytes.Repeat(append([]byte{0xff, 0xf3, 0x10, 0xc0}, make([]byte, 22)...), 100)

	targets := []string{
		"../../.git/config", "../../../outside/secret.md", filepath.Join(root, "outside", "secret.md"), "/proc/self/environ", "/dev/zero", "/dev/stdin",
		"../../../outside/folder", "nothing", ".", "../../../outside", "/proc/self/fd", "/dev/fd/0",
	}
	files := []string{
		"transcript.md", "transcript.de.md", "transcript.vtt", "transcript.words.json", "chapters.txt", "chapters.json", "artwork.jpg", "artwork.png", "audio.mp3", "audio.m4a",
		"episode.md", "../../show.yaml", "../../people.yaml", "../../sponsors.yaml", "../../artwork.jpg", "../../templates/static", "../../templates/static/a.txt",
		"../../templates/episode.html", "../../pages/a.md", "../../transcripts.yaml", "../../onair.lock", "../../templates", "../../episodes/2-b", "../../people/ada.jpg",
	}
	keys := []string{
		"chapters: %s", "audio: %s", "artwork: %s", "transcript: %s", "transcripts: [%s]", "redirect_from: [%s]", "slug: %s", "title: %s", "guests: [%s]",
		"enclosure: {url: %s}", "summary: %s", "topics: [%s]", "people: [{name: %s, image: %[1]s}]", "extra: %s", "guid: %s",
	}
	settings := []string{
		"transcripts: {path: %s}", "artwork: %s", "title: %s", "description: %s", "author: %s", "categories: [%s]", "language: %s", "timezone: %s", "hosts: [%s]",
		"theme: {logo: %s}", "feed: {path: %s}", "credits: %s", "license: %s", "accept: {S011: %s}", "episodes: %s",
	}
	values := []string{
		"/proc/self/{slug}", "../../outside/{slug}.md", "/proc/self/environ", "../../.git/config", ".git/config", "/dev/zero", "/dev/stdin", "CON", "NUL/x", "\"##[set-output name=a]" + command + "\"",
		"\"::set-env name=PATH::" + command + "\"", "\"\\r\\n::add-mask::" + command + "\"", "\"\\e]0;" + command + "\\a\"", "$(" + command + ")", "\"`" + command + "`\"", "\"--> <script>\"",
		"file:///etc/passwd", "\"javascript:alert(1)\"", "[[[[[[[[]]]]]]]]", "9999999999999999999999", "&a [*a]", "!!binary aGk=", "\"" + strings.Repeat("x", 70_000) + "\"",
	}
	notes := []string{
		"[a](<b", "> ", "- ", "*a_ ", "<b>", "![](/proc/self/environ)", "<img src=/dev/zero>", "::error::" + command + "\n", "##[command]" + command + "\n", "&#x", "`", "|a", "\\", "[a]: b \"\n",
	}

	var slowest time.Duration
	for i := range shows {
		rng := rand.New(rand.NewPCG(12, uint64(i)))
		pick := func(list []string) string { return list[rng.IntN(len(list))] }
		slug := pick([]string{"1-a", "environ", "secret", "status", "NUL", "a b", "ä", "cmdline", "::error::x", "1-a"})
		dir := filepath.Join(root, "show")
		episode := filepath.Join("episodes", slug)
		write(t, dir, ".git/config", "[http]\n\textraheader = AUTHORIZATION: basic "+secret+"\n")
		front, show := "title: A\ndate: 2026-01-01 06:00\n", "title: A show\ndescription: Of attacks.\nauthor: Ada\nlanguage: en\nexplicit: false\n"
		for range rng.IntN(3) {
			front += fmt.Sprintf(pick(keys), pick(values)) + "\n"
		}
		for range rng.IntN(3) {
			show += fmt.Sprintf(pick(settings), pick(values)) + "\n"
		}
		write(t, dir, filepath.Join(episode, "episode.md"), "---\n"+front+"---\n"+strings.Repeat(pick(notes), 1+rng.IntN(2000))+"\n")
		write(t, dir, "show.yaml", show)
		write(t, dir, filepath.Join(episode, "audio.mp3"), string(audio[:rng.IntN(len(audio))]))
		for range rng.IntN(4) {
			name := filepath.Join(dir, episode, pick(files))
			_ = os.RemoveAll(name)
			if os.MkdirAll(filepath.Dir(name), 0o755) == nil {
				_ = os.Symlink(pick(targets), name)
			}
		}

		var printed bytes.Buffer
		out := filepath.Join(root, "public")
		variables := map[string]string{"GITHUB_ACTIONS": "true", "CI": "true", "ONAIR_STORAGE": "file:" + out, "ONAIR_URL": "http://localhost:8080/"}
		if i%2 == 0 {
			delete(variables, "CI")
		}
		command := [][]string{{"check", "-v"}, {"build", "-o", out}, {"plan"}, {"check", "--format", "github"}, {"transcripts", "lint"}, {"publish"}}[i%6]
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		sys := &system{name: "onair", stdin: strings.NewReader(secret), stdout: &printed, stderr: &printed,
			env: func(name string) (string, bool) { v, ok := variables[name]; return v, ok }, now: func() time.Time { return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) }}
		t.Chdir(root) // because commands change the folder
		start := time.Now()
		done := make(chan struct{})
		go func() {
			run(ctx, sys, append([]string{"-C", dir}, command...))
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(6 * time.Minute):
			t.Fatalf("show %d: %v does not end:\n%s\n%s", i, command, show, front)
		}
		if ctx.Err() != nil {
			t.Errorf("show %d: %v takes longer than 5 minutes", i, command)
		}
		cancel()
		slowest = max(slowest, time.Since(start))
		if strings.Contains(printed.String(), secret) {
			t.Errorf("show %d: %v prints the secret:\n%s\n%s\n%s", i, command, show, front, printed.String())
		}
		for line := range strings.Lines(printed.String()) {
			if strings.HasPrefix(line, "::error ") || strings.HasPrefix(line, "::warning ") || strings.HasPrefix(line, "::notice ") {
				continue // an annotation by onair; runners do not look for commands in its message
			}
			if start := strings.TrimSpace(line); strings.HasPrefix(start, "::set-env") || strings.HasPrefix(start, "::add-mask") || strings.Contains(line, "##[") || strings.Contains(line, "\x1b]") {
				t.Errorf("show %d: %v prints a command: %q", i, command, line)
			}
		}
		_ = filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if data, _ := os.ReadFile(name); bytes.Contains(data, []byte(secret)) {
					t.Errorf("show %d: %v writes the secret to %s:\n%s\n%s", i, command, strings.TrimPrefix(name, out), show, front)
				}
			}
			return nil
		})
		_ = os.RemoveAll(dir)
		_ = os.RemoveAll(out)
	}
	t.Logf("the slowest command took %v", slowest)
}

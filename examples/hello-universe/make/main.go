// Command make makes the audio, the transcripts and the pictures of the example
// show Hello, Universe. Run it from the root of the project, with espeak-ng,
// sox, lame and ffmpeg installed:
//
//	go run ./examples/hello-universe/make
//
// The scripts in scripts/ are the source. SLUG.md becomes the episode's audio.mp3 and
// transcript.md, whose stamps are measured in the audio. SLUG.LANG.md becomes
// transcript.LANG.md with the same stamps. The files episode.md and chapters.txt are
// written by hand and only checked: each chapter must have the time at which it starts
// in the audio.
//
// The same scripts and the same versions of the tools give the same bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// haunted is the episode whose master has stale tags on purpose.
const haunted = "1-ghosts-in-the-tag"

func main() {
	dir := flag.String("C", "examples/hello-universe", "the show's `folder`")
	flag.Parse()
	if err := makeShow(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		os.Exit(1)
	}
}

func makeShow(dir string) error {
	if err := drawAll(dir); err != nil {
		return err
	}
	scripts, err := filepath.Glob(filepath.Join(dir, "make", "scripts", "*.md"))
	if err != nil {
		return err
	}
	if len(scripts) == 0 {
		return fmt.Errorf("no scripts below %s", dir)
	}
	var problems []error
	for _, path := range scripts {
		slug := strings.TrimSuffix(filepath.Base(path), ".md")
		if strings.Contains(slug, ".") {
			continue // a translation is written with its original
		}
		if err := makeEpisode(path, filepath.Join(dir, "episodes", slug)); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", slug, err))
		}
	}
	return errors.Join(problems...)
}

// makeEpisode records one script into an episode's folder.
func makeEpisode(path, dir string) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s, err := parseScript(source)
	if err != nil {
		return err
	}
	t, err := record(s)
	if err != nil {
		return err
	}
	sound, err := master(t.sound)
	if err != nil {
		return err
	}
	mp3, err := encode(sound)
	if err != nil {
		return err
	}
	if filepath.Base(dir) == haunted {
		mp3 = haunt(mp3)
	}
	if err := os.WriteFile(filepath.Join(dir, "audio.mp3"), mp3, 0o644); err != nil {
		return err
	}
	if err := writeTranscripts(path, dir, t.stamps); err != nil {
		return err
	}
	length := time.Duration(len(sound)) * time.Second / rate
	fmt.Printf("%-38s %s  %d bytes\n", filepath.Base(dir), clock(length), len(mp3))
	return checkChapters(dir, t.chapters)
}

// writeTranscripts writes a script and its translations with their stamps.
func writeTranscripts(path, dir string, stamps []time.Duration) error {
	stem := strings.TrimSuffix(path, ".md")
	sources, err := filepath.Glob(stem + "*.md")
	if err != nil {
		return err
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		if text, err = fillStamps(text, stamps); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(source), err)
		}
		name := "transcript" + strings.TrimPrefix(source, stem)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// checkChapters reports every chapter whose time in episode.md or chapters.txt differs
// from its time in the audio.
func checkChapters(dir string, chapters []mark) error {
	var lines []string
	for _, name := range []string{"episode.md", "chapters.txt"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		lines = append(lines, strings.Split(string(text), "\n")...)
	}
	var wrong []error
	for _, c := range chapters {
		if !hasChapter(lines, c) {
			wrong = append(wrong, fmt.Errorf("chapter %q is at %s in the audio", c.title, clock(c.start)))
		}
	}
	return errors.Join(wrong...)
}

func hasChapter(lines []string, c mark) bool {
	start := clock(c.start)
	for _, line := range lines {
		quoted := strings.Contains(line, `{start: "`+start+`", `)
		plain := strings.HasPrefix(line, start+" ")
		if (quoted || plain) && strings.Contains(line, c.title) {
			return true
		}
	}
	return false
}

// clock formats a time as chapters do: 1:02 or 1:02.5.
func clock(t time.Duration) string {
	s := math.Round(t.Seconds()*10) / 10
	minutes := int(s) / 60
	text := fmt.Sprintf("%d:%04.1f", minutes, s-60*float64(minutes))
	return strings.TrimSuffix(text, ".0")
}

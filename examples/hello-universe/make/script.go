package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// A script is a transcript before it is spoken: the same Markdown, in which every stamp
// is still \[mm:ss\] or hh:mm:ss.ff. Only a script has headings and noise: a "##
// Heading" starts a chapter, and a comment "<!-- under noise: words -->" after an
// unintelligible tag has the words that noise covers.
type script []block

// block is one paragraph of a script.
type block struct {
	kind    kind
	speaker string    // name of the speaker; in a pause, the label of the pause
	stamped bool      // begins with \[mm:ss\]
	parts   []segment // spoken parts, in order
	title   string    // title of the chapter that it starts
}

type kind int

const (
	turn kind = iota
	continuation
	pause
	chapter
)

// segment is a part of a block that is spoken in one way.
type segment struct {
	text   string
	manner manner
}

type manner int

const (
	plain      manner = iota
	underNoise        // words that noise covers; their stamp must be exact
)

var (
	label  = regexp.MustCompile(`^\*\*([^*:]+):\*\* ?`)
	tag    = regexp.MustCompile(`\\\[([a-z]+)(?: hh:mm:ss\.ff)?\\\](?:<!-- under noise: (.*?) -->)?`)
	link   = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	markup = strings.NewReplacer("*", "", "`", "", `\`, "")

	// said replaces words that espeak-ng would read wrongly.
	said = strings.NewReplacer(
		"1996", "nineteen ninety-six",
		"2013", "twenty thirteen",
		"2026", "twenty twenty-six",
		"2036", "twenty thirty-six",
		"2038", "twenty thirty-eight",
		" 206", " two oh six",
		"isPermaLink", "is perma link",
	)

	secret   = regexp.MustCompile(`<!-- under noise: .*? -->`)
	heading  = regexp.MustCompile(`(?m)^## .*\n\n`)
	unfilled = regexp.MustCompile(`mm:ss\\\]|hh:mm:ss\.ff`)
)

const stamp = `\[mm:ss\]`

// pauses are the labels of pauses with music.
var pauses = map[string]bool{"Intro": true, "Break": true, "Outro": true}

// parseScript reads the source of one episode.
func parseScript(source []byte) (script, error) {
	var blocks script
	speaker := ""
	for paragraph := range strings.SplitSeq(strings.TrimSpace(string(source)), "\n\n") {
		if title, ok := strings.CutPrefix(paragraph, "## "); ok {
			blocks = append(blocks, block{kind: chapter, title: title})
			continue
		}
		b := block{kind: continuation, speaker: speaker}
		if m := label.FindStringSubmatch(paragraph); m != nil {
			b.kind, b.speaker = turn, m[1]
			paragraph = paragraph[len(m[0]):]
		}
		switch {
		case b.speaker == "":
			return nil, fmt.Errorf("nobody says %q", paragraph)
		case pauses[b.speaker]:
			b.kind = pause
		default:
			speaker = b.speaker
		}
		paragraph, b.stamped = strings.CutPrefix(paragraph, stamp)
		b.parts = segments(paragraph)
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// segments removes the Markdown from a paragraph and splits the text at its tags.
func segments(paragraph string) []segment {
	var list []segment
	add := func(text string, m manner) {
		text = strings.TrimSpace(said.Replace(markup.Replace(link.ReplaceAllString(text, "$1"))))
		if strings.ContainsFunc(text, unicode.IsLetter) {
			list = append(list, segment{text, m})
		}
	}
	end := 0
	for _, m := range tag.FindAllStringSubmatchIndex(paragraph, -1) {
		add(paragraph[end:m[0]], plain)
		switch paragraph[m[2]:m[3]] {
		case "laughs":
			add("heh heh, ha ha ha.", plain)
		case "unintelligible":
			add(paragraph[m[4]:m[5]], underNoise)
		}
		end = m[1]
	}
	add(paragraph[end:], plain)
	return list
}

// fillStamps makes a transcript of a script: it replaces the stamps by times, in order,
// and removes the headings and comments that only scripts have. A translation has the
// stamps of its original, so the same times fill both.
func fillStamps(source []byte, times []time.Duration) ([]byte, error) {
	source = heading.ReplaceAll(secret.ReplaceAll(source, nil), nil)
	if n := len(unfilled.FindAll(source, -1)); n != len(times) {
		return nil, fmt.Errorf("%d stamps to fill, %d times measured", n, len(times))
	}
	next := 0
	source = unfilled.ReplaceAllFunc(source, func(s []byte) []byte {
		t := times[next]
		next++
		if bytes.HasPrefix(s, []byte("hh")) {
			return fmt.Appendf(nil, "%02d:%02d:%05.2f", int(t.Hours()), int(t.Minutes())%60, (t % time.Minute).Seconds())
		}
		return fmt.Appendf(nil, `%02d:%02d\]`, int(t.Minutes()), int(t.Seconds())%60)
	})
	return source, nil
}

package source

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/internal/shorten"
)

// Clean checks the bytes of a text file and returns them with LF line ends and without
// a byte order mark. It reports a file that is not UTF-8, holds a control character or
// is larger than limit.
func Clean(file string, data []byte, limit int, found *finding.List) (string, bool) {
	if len(data) > limit {
		found.Add(ruleBytes.At(finding.Position{File: file}, "larger than %d bytes", limit))
		return "", false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		found.Add(ruleBytes.At(finding.Position{File: file, Line: 1, Column: 1}, "the file is UTF-16").WithHint("save the file as UTF-8"))
		return "", false
	}
	s := strings.ReplaceAll(string(data), "\r\n", "\n")
	line, start := 1, 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		at := finding.Position{File: file, Line: line, Column: i - start + 1}
		switch {
		case r == utf8.RuneError && size == 1:
			found.Add(ruleBytes.At(at, "byte %#x is not UTF-8", s[i]).WithHint("save the file as UTF-8"))
			return "", false
		case IsControl(r):
			found.Add(ruleBytes.At(at, "a control character (U+%04X)", r).WithHint("delete it"))
			return "", false
		case r == '\n':
			line, start = line+1, i+1
		}
		i += size
	}
	return s, true
}

// firstLine shortens the message of a library to its first line.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return OneLine(short(s))
}

// OneLine makes untrusted text fit into a field of one line. It replaces control
// characters and line breaks with spaces and cuts the text to MaxText bytes.
func OneLine(s string) string {
	s = s[:min(len(s), MaxText)]
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if IsControl(r) || r == '\n' || r == '\t' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s))
}

// IsControl reports whether a character is U+FFFE, U+FFFF or a control character, tab
// and line feed excepted. No text file of a show may contain such a character.
func IsControl(r rune) bool {
	return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff
}

// maxQuoted limits how much of a text a message repeats, in bytes.
const maxQuoted = 100

// ShortQuote quotes the beginning of a text.
func ShortQuote(s string) string { return Quote(short(s)) }

// short shortens a text to maxQuoted bytes.
func short(s string) string { return shorten.Bytes(s, maxQuoted) }

func OrList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// Quote writes s as a YAML double-quoted scalar, which is allowed wherever a scalar is.
func Quote(s string) string { return strconv.Quote(s) }

// maxNear is the length in bytes of the longest word to which Nearest looks for similar
// ones.
const maxNear = 200

// Nearest returns the known word that s was most likely meant to be: the one with the
// smallest edit distance, ignoring case, if that is at most 1 or a third of the longer
// word. If several words are equally near, it is the first. If no word is near and s
// has at least three letters, it is the shortest known word that starts with s.
// Otherwise, and if s has more than 200 bytes, the result is empty.
func Nearest(s string, known []string) string {
	best, distance := "", 1<<30
	low := strings.ToLower(s)
	if len(low) > maxNear {
		return ""
	}
	for _, k := range known {
		word := strings.ToLower(k)
		limit := min(distance-1, max(1, max(len(k), len(s))/3))
		if len(word)-len(low) > limit || len(low)-len(word) > limit { // as many insertions or deletions
			continue
		}
		if d := editDistance(word, low); d <= limit {
			best, distance = k, d
		}
	}
	if best != "" || len(low) < 3 {
		return best
	}
	for _, k := range known {
		if strings.HasPrefix(strings.ToLower(k), low) && (best == "" || len(k) < len(best)) {
			best = k
		}
	}
	return best
}

// DidYouMean returns a hint that names the nearest known word, or an empty string
// if there is none.
func DidYouMean(s string, known []string) string {
	if n := Nearest(s, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment, in bytes). b has at most 200
// bytes.
func editDistance(a, b string) int {
	var rows [3][maxNear + 1]int
	older, old, row := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row = old, row, older
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// MaxGUID is the largest number of characters in a GUID. Some hosts use addresses with
// long tokens as GUIDs.
const MaxGUID = 2000

// ValidGUID reports whether a string can identify an episode. Any form is allowed,
// because shows that move to onair keep the GUIDs of their former host.
func ValidGUID(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= MaxGUID && strings.TrimSpace(s) == s && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return IsControl(r) || r == '\n' || r == '\t'
	})
}

// Place returns the position of a field. If the field is not in the file, it returns the
// position of the nearest field around it, or else of the whole file.
func Place(places map[string]finding.Position, field, file string) finding.Position {
	for field != "" {
		if p, ok := places[field]; ok {
			return p
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return finding.Position{File: file}
}

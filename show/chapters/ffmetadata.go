package chapters

import (
	"math/big"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
)

// readFFMetadata reads the [CHAPTER] sections of ffmpeg's metadata file.
func (r *reader) readFFMetadata() {
	var section map[string]string // the chapter being read; nil outside of chapters
	var at finding.Position
	finish := func() {
		if section != nil {
			r.addFFChapter(section, at)
		}
		section = nil
	}
	joined := "" // lines so far that end with a backslash and continue
	r.lines(func(line string, place finding.Position) {
		joined += line
		if open := len(joined) - len(strings.TrimRight(joined, `\`)); open%2 == 1 {
			joined = joined[:len(joined)-1] + " "
			return
		}
		line, joined = joined, ""
		switch {
		case line == "" || line[0] == ';' || line[0] == '#':
		case line[0] == '[':
			finish()
			if strings.TrimSpace(line) == "[CHAPTER]" {
				section, at = map[string]string{}, place
			}
		case section != nil:
			key, text := cutEscaped(line)
			section[strings.ToLower(key)] = text
		}
	})
	finish()
	r.sort() // ffmpeg keeps the order of the tag, which need not be that of the starts
}

// cutEscaped cuts a line at the first equals sign that is not escaped by a backslash, and
// removes the backslashes.
func cutEscaped(line string) (key, text string) {
	var b strings.Builder
	cut := -1
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case line[i] == '=' && cut < 0:
			cut = b.Len()
		default:
			b.WriteByte(line[i])
		}
	}
	if cut < 0 {
		return b.String(), ""
	}
	return b.String()[:cut], b.String()[cut:]
}

func (r *reader) addFFChapter(section map[string]string, at finding.Position) {
	base := section["timebase"]
	if base == "" {
		base = "1/1000000000" // nanoseconds, which ffmpeg takes although old manuals say otherwise
	}
	c := Chapter{Title: section["title"]}
	var ok, endOK bool
	if c.Start, ok = ticks(section["start"], base); !ok {
		r.reportf(ruleTime, at, "", "START=%s with TIMEBASE=%s is not a valid time", source.OneLine(section["start"]), source.OneLine(base))
		return
	}
	if c.End, endOK = ticks(section["end"], base); !endOK {
		c.End = 0
	}
	r.add(c, at)
}

// ticks returns the time of count units. base is the length of a unit in seconds, such as
// 1/1000.
func ticks(count, base string) (time.Duration, bool) {
	numerator, denominator, _ := strings.Cut(base, "/")
	product := big.NewInt(int64(time.Second))
	for _, s := range []string{count, numerator} {
		n, ok := whole(s)
		if !ok {
			return 0, false
		}
		product.Mul(product, n)
	}
	divisor, ok := whole(denominator)
	if !ok || divisor.Sign() == 0 {
		return 0, false
	}
	product.Div(product, divisor)
	if !product.IsInt64() || product.Int64() >= int64(1e8*time.Second) {
		return 0, false
	}
	return time.Duration(product.Int64()), true
}

// whole parses an integer of at most 18 digits.
func whole(s string) (*big.Int, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 18 || strings.Trim(s, "0123456789") != "" {
		return nil, false
	}
	return new(big.Int).SetString(s, 10)
}

package templates

import (
	"cmp"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/show/site"
	"onair/templates/palette"
)

// CheckAccent reports whether text in an accent colour is readable on the background of
// a scheme. If not, f is a finding that suggests the nearest readable colour.
func CheckAccent(accent palette.Colour, scheme site.Scheme, at finding.Position) (f finding.Finding, ok bool) {
	c := palette.From(accent)
	s, name := c.Light, "light"
	if scheme == site.Dark {
		s, name = c.Dark, "dark"
	}
	if contrast := palette.Contrast(accent, s.Paper); contrast < palette.MinContrast {
		return ruleContrast.At(at, "accent %s has a contrast of %.1f:1 on the %s background %s; text needs %.1f:1", accent, contrast, name, s.Paper, palette.MinContrast).
			WithHint("the nearest that can be read is " + s.Accent.String()), false
	}
	return f, true
}

// Glyphless describes the cards with characters of one script for which their font has no
// glyph.
type Glyphless struct {
	Script string           // name of the script; empty if the characters belong to none
	First  rune             // the first such character
	At     finding.Position // place of the text that has it
	lost   []string         // what the cards lack, each once
	cards  []string         // episodes of the cards, by slug
}

// Add adds a part that the card of an episode lacks, such as "title" or "names of people".
// The parts of a card are added one after the other.
func (g *Glyphless) Add(slug, part string) {
	if !slices.Contains(g.lost, part) {
		g.lost = append(g.lost, part)
	}
	if n := len(g.cards); n == 0 || g.cards[n-1] != slug {
		g.cards = append(g.cards, slug)
	}
}

// Finding returns the finding about the cards.
func (g *Glyphless) Finding() finding.Finding {
	script := cmp.Or(g.Script, "no script")
	cards := "this card has"
	if len(g.cards) > 1 {
		cards = "this card and " + plural.Count(len(g.cards)-1, "other") + " have"
	}
	return ruleGlyph.At(g.At, "the font of the cards has no glyph for %q (%s), so %s no %s", g.First, script, cards, strings.Join(g.lost, " or "))
}

// BadFile returns a finding about a file that the theme names but that cannot be used.
func BadFile(at finding.Position, err error) finding.Finding { return ruleFile.At(at, "%v", err) }

package templates

import (
	"cmp"
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
	Lost   []string         // what the cards lack, such as "title" or "names of people"
	Cards  int              // number of cards
}

// Finding returns the finding about the cards.
func (g *Glyphless) Finding() finding.Finding {
	script := cmp.Or(g.Script, "no script")
	cards := "this card has"
	if g.Cards > 1 {
		cards = "this card and " + plural.Count(g.Cards-1, "other") + " have"
	}
	return ruleGlyph.At(g.At, "the font of the cards has no glyph for %q (%s), so %s no %s", g.First, script, cards, strings.Join(g.Lost, " or "))
}

// BadFile returns a finding about a file that the theme names but that cannot be used.
func BadFile(at finding.Position, err error) finding.Finding { return ruleFile.At(at, "%v", err) }

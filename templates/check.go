package templates

import (
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

// NoGlyph returns the finding that the font of cards has no glyph for a character of a
// title. others is the number of further titles with characters of the same script.
func NoGlyph(at finding.Position, r rune, script string, others int) finding.Finding {
	name := script
	if name == "" {
		name = "no script"
	}
	if others > 0 {
		return ruleGlyph.At(at, "the font of the cards has no glyph for %q (%s), so this card and %s have no title", r, name, plural.Count(others, "other"))
	}
	return ruleGlyph.At(at, "the font of the cards has no glyph for %q (%s), so this card has no title", r, name)
}

// BadFile returns a finding about a file that the theme names but that cannot be used.
func BadFile(at finding.Position, err error) finding.Finding { return ruleFile.At(at, "%v", err) }

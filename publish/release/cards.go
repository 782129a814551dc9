package release

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/raster"
	"onair/publish/bucket"
	"onair/show"
	"onair/templates"
	"onair/templates/card"
	"onair/templates/words"
)

var cardFunc = derive.Func{Name: "cards", Version: 3}

// cardMaker draws the cards of a release.
type cardMaker struct {
	b      *builder
	theme  *templates.Theme
	words  *words.Words
	font   *card.Font
	digest string // digest of the font; empty for the default font

	// showArtwork returns the show's artwork in the size of a card; nil if it cannot be
	// decoded. Most cards show it.
	showArtwork func() *raster.Image
}

// newCardMaker returns the maker of the show's cards; nil if the show has none, or if
// its font cannot be used, which is reported.
func (b *builder) newCardMaker(theme *templates.Theme) *cardMaker {
	if b.show.Site.NoCards || b.show.Site.Disabled {
		return nil
	}
	m := &cardMaker{b: b, theme: theme, words: words.For(b.show.Language, theme.OwnWords()), font: card.Default()}
	if name := b.show.Theme.CardFont; name != "" {
		data, err := b.show.Folder.ReadFile(name, maxFont)
		if err == nil {
			m.font, err = card.ParseFont(data)
		}
		if err != nil {
			b.findings.Add(templates.BadFile(b.show.At("theme.card_font"), fmt.Errorf("%s: %w", name, err)))
			return nil
		}
		m.digest = fmt.Sprintf("%x", sha256.Sum256(data))
	}
	m.showArtwork = sync.OnceValue(func() *raster.Image {
		img, err := b.decode(b.show.Artwork)
		if err != nil {
			return nil
		}
		return raster.Square(img, card.ArtworkSize)
	})
	return m
}

// addCards adds a card for each live episode.
func (b *builder) addCards(ctx context.Context, theme *templates.Theme, site *templates.Site) {
	m := b.newCardMaker(theme)
	if m == nil {
		return
	}
	cards := make([]*Object, len(site.Episodes))
	inParallel(ctx, len(cards), func(i int) { cards[i] = m.object(site.Episodes[i].Episode) })
	for i, o := range cards {
		if o != nil {
			site.Episodes[i].CardKey = b.add(o).Key
		}
	}
	m.reportMissing(site.Episodes)
}

// object returns the card of an episode; nil if it cannot be made.
func (m *cardMaker) object(e *show.Episode) *Object {
	c := m.card(e)
	artwork := m.artwork(e)
	digest := ""
	if artwork != "" {
		p, err := m.b.picture(artwork)
		if err != nil {
			artwork = ""
		} else {
			digest = m.b.digest(p)
		}
	}
	key := hashedKey("episodes/"+e.Slug+"/card", ".jpg")
	draw := func(w io.Writer) error {
		drawn := *c
		if artwork != "" {
			drawn.Artwork = m.decode(artwork)
		}
		data, err := m.font.JPEG(&drawn)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	known, err := remember(m.b, cardFunc, e.Slug, derive.KeyOf(c, digest, m.digest), func() (bucket.Sums, error) {
		return m.b.renderSums(RoleArtwork, key, draw)
	})
	if err != nil {
		return nil
	}
	o := m.b.object(RoleArtwork, known, draw)
	o.Key, o.Episode = key(known.SHA256), e.Slug
	return o
}

// decode returns artwork for a card; nil if it cannot be decoded, because a card without
// artwork is better than none.
func (m *cardMaker) decode(artwork string) *raster.Image {
	if artwork == m.b.show.Artwork {
		return m.showArtwork()
	}
	img, _ := m.b.decode(artwork)
	return img
}

// card returns the card of an episode without its artwork.
func (m *cardMaker) card(e *show.Episode) *card.Card {
	var names []string
	seen := map[string]bool{}
	for _, c := range templates.GuestsFirst(e.Credits(m.b.show)) {
		if !seen[c.Person.Name] {
			seen[c.Person.Name] = true
			names = append(names, c.Person.Name)
		}
	}
	return &card.Card{
		Title: e.Title, Show: m.b.show.Title, Number: m.number(e), People: names, Separator: m.words.Separator(),
		RightToLeft: templates.RightToLeft(e.Language), Colours: m.theme.Colours().Dark,
	}
}

// number returns the season and number of an episode, in the words of its page or, if the
// font lacks a glyph for them, in digits. It is empty for an episode without a number.
func (m *cardMaker) number(e *show.Episode) string {
	if e.Number == 0 {
		return ""
	}
	key, digits := "episode", fmt.Sprintf("#%d", e.Number)
	if e.Season > 0 {
		key, digits = "season-episode", fmt.Sprintf("S%d E%d", e.Season, e.Number)
	}
	text, err := m.words.Text(key, "s", e.Season, "n", e.Number)
	if _, missing := m.font.Missing(text); err != nil || missing {
		return digits
	}
	return text
}

func (m *cardMaker) artwork(e *show.Episode) string {
	if e.Artwork != "" {
		return e.Artwork
	}
	return m.b.show.Artwork
}

// reportMissing reports characters without a glyph, once for each script.
func (m *cardMaker) reportMissing(episodes []*templates.Episode) {
	var found []*templates.Glyphless
	for _, e := range episodes {
		c := m.card(e.Episode)
		for _, part := range []struct {
			name, text string
			at         finding.Position
		}{
			{"title", c.Title, e.At("title")},
			{"names of people", strings.Join(c.People, c.Separator), e.At("guests")},
			{"name of the show", c.Show, m.b.show.At("title")},
		} {
			r, missing := m.font.Missing(part.text)
			if !missing {
				continue
			}
			script := card.Script(r)
			i := slices.IndexFunc(found, func(f *templates.Glyphless) bool { return f.Script == script })
			if i < 0 {
				i = len(found)
				found = append(found, &templates.Glyphless{Script: script, First: r, At: part.at})
			}
			found[i].Add(e.Slug, part.name)
		}
	}
	for _, f := range found {
		m.b.findings.Add(f.Finding())
	}
}

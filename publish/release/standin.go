package release

import (
	"bytes"
	"encoding/json"
	"html/template"
	"slices"
	"strings"

	"onair/publish/bucket"
)

// standIn is the template of a page that replaces a page that is gone. It says that the
// episode or page is no longer available, or leads to the episode's present page. It
// has no player, and asks search engines not to list it.
var standIn = template.Must(template.New("stand-in").Parse(`<!doctype html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
{{- if .To}}
<meta http-equiv="refresh" content="0; url={{.To}}">
<link rel="canonical" href="{{.To}}">
{{- end}}
<title>{{.Text}}</title>
</head>
<body>
<h1>{{.Text}}</h1>
<p><a href="{{or .To .Home}}">{{or .Title .Show}}</a></p>
</body>
</html>
`))

// goneTexts say in some languages that an episode, or another page, is gone.
var goneTexts = map[string]struct{ episode, page string }{
	"de": {"Diese Folge ist nicht mehr verfügbar.", "Diese Seite ist nicht mehr verfügbar."},
	"en": {"This episode is no longer available.", "This page is no longer available."},
	"es": {"Este episodio ya no está disponible.", "Esta página ya no está disponible."},
	"fr": {"Cet épisode n’est plus disponible.", "Cette page n’est plus disponible."},
	"it": {"Questo episodio non è più disponibile.", "Questa pagina non è più disponibile."},
	"ja": {"このエピソードは公開を終了しました。", "このページは公開を終了しました。"},
	"nl": {"Deze aflevering is niet meer beschikbaar.", "Deze pagina is niet meer beschikbaar."},
	"pt": {"Este episódio já não está disponível.", "Esta página já não está disponível."},
	"ru": {"Этот выпуск больше недоступен.", "Эта страница больше недоступна."},
	"zh": {"本集已下架。", "本页已下架。"},
}

// gone returns the text for the key of a page that is gone, and the language of the text.
func (r *Release) gone(key string) (text, language string) {
	language, _, _ = strings.Cut(strings.ToLower(r.Show.Language), "-")
	texts, ok := goneTexts[language]
	if !ok {
		language, texts = "en", goneTexts["en"]
	}
	if episodeOf(key) != "" {
		return texts.episode, language
	}
	return texts.page, language
}

// standInData is the data of the template.
type standInData struct{ Language, Text, Title, To, Home, Show string }

// AddGonePage adds a page at the key of a former page. It says that the episode, or the
// page, is no longer available.
func (r *Release) AddGonePage(key string) error {
	text, language := r.gone(key)
	return r.addStandInPage(key, true, &standInData{Language: language, Text: text, Home: r.Show.URL, Show: r.Show.Title})
}

// AddGoneEmbed adds an oEmbed description without a player, at the key of the description
// of an episode that is gone.
func (r *Release) AddGoneEmbed(key string) error {
	text, _ := r.gone(key)
	data, err := json.MarshalIndent(map[string]string{"version": "1.0", "type": "link", "title": text}, "", "  ")
	if err != nil {
		return err
	}
	r.addStandIn(key, true, append(data, '\n'))
	return nil
}

// AddMovedPage adds a page at the key of a former page of an episode. It leads to the
// episode's present page, whose key is to.
func (r *Release) AddMovedPage(key, to string, e *Episode) error {
	return r.addStandInPage(key, false, &standInData{Language: r.Show.Language, Text: e.Title, Title: e.Title, To: r.Show.URLOf(to)})
}

func (r *Release) addStandInPage(key string, gone bool, data *standInData) error {
	var page bytes.Buffer
	if err := standIn.Execute(&page, data); err != nil {
		return err
	}
	r.addStandIn(key, gone, page.Bytes())
	return nil
}

func (r *Release) addStandIn(key string, gone bool, data []byte) {
	o := objectOf(RolePage, data, inMemory(data))
	o.Key, o.Class, o.Gone = key, Page, gone
	o.Headers = HeadersFor(key, r.Show.Feed.Path, r.Show.CDN != nil)
	o.Metadata = map[string]string{bucket.MetaSHA256: o.SHA256}
	i, taken := slices.BinarySearchFunc(r.Objects, o, func(a, b *Object) int { return strings.Compare(a.Key, b.Key) })
	if !taken {
		r.Objects = slices.Insert(r.Objects, i, o)
	}
}

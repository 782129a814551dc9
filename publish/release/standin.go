package release

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"onair/publish/bucket"
	"onair/show"
)

// standIn is the template of a page that replaces the page of an episode. It says that
// the episode is no longer available, or leads to the episode's present page. It has no
// player, and search engines drop it.
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

// goneTexts says in some languages that an episode is gone.
var goneTexts = map[string]string{
	"de": "Diese Folge ist nicht mehr verfügbar.",
	"en": "This episode is no longer available.",
	"es": "Este episodio ya no está disponible.",
	"fr": "Cet épisode n’est plus disponible.",
	"it": "Questo episodio non è più disponibile.",
	"ja": "このエピソードは公開を終了しました。",
	"nl": "Deze aflevering is niet meer beschikbaar.",
	"pt": "Este episódio já não está disponível.",
	"ru": "Этот выпуск больше недоступен.",
	"zh": "本集已下架。",
}

// standInData is the data of the template.
type standInData struct{ Language, Text, Title, To, Home, Show string }

// AddGonePage adds a page at the key of an episode's former page. It says that the
// episode is no longer available.
func (r *Release) AddGonePage(key string) error {
	language, _, _ := strings.Cut(strings.ToLower(r.Show.Language), "-")
	text, ok := goneTexts[language]
	if !ok {
		language, text = "en", goneTexts["en"]
	}
	return r.addStandIn(key, true, &standInData{Language: language, Text: text, Home: r.Show.URL, Show: r.Show.Title})
}

// AddMovedPage adds a page at the key of an episode's former page. It leads to the
// episode's present page.
func (r *Release) AddMovedPage(key string, e *Episode) error {
	return r.addStandIn(key, false, &standInData{Language: r.Show.Language, Text: e.Title, Title: e.Title, To: r.Show.URLOf(show.PageKey(e.Slug))})
}

func (r *Release) addStandIn(key string, gone bool, data *standInData) error {
	var page bytes.Buffer
	if err := standIn.Execute(&page, data); err != nil {
		return err
	}
	o := objectOf(RolePage, page.Bytes(), held(page.Bytes()))
	o.Key, o.Class, o.Gone = key, Page, gone
	o.Headers = HeadersFor(key, r.Show.Feed.Path, r.Show.CDN != nil)
	o.Metadata = map[string]string{bucket.MetaSHA256: o.SHA256}
	i, taken := slices.BinarySearchFunc(r.Objects, o, func(a, b *Object) int { return strings.Compare(a.Key, b.Key) })
	if !taken {
		r.Objects = slices.Insert(r.Objects, i, o)
	}
	return nil
}

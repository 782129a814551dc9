package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onair/feed/check"
	"onair/internal/finding"
	"onair/internal/reference"
)

// TestReferenceIsFresh checks that docs/reference.md is up to date. With UPDATE_SCRIPTS
// it writes the page.
func TestReferenceIsFresh(t *testing.T) {
	t.Parallel()
	page := filepath.Join("..", "..", "docs", "reference.md")
	var want bytes.Buffer
	if err := writeReference(&want); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(page, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/reference.md is not fresh; set UPDATE_SCRIPTS=1 to write it")
	}
}

// TestFindingsLinkToTheReference checks that the link of each rule leads to a heading
// of docs/reference.md.
func TestFindingsLinkToTheReference(t *testing.T) {
	t.Parallel()
	for _, r := range allRules() {
		page, anchor, _ := strings.Cut(finding.Reference(r.ID), "#")
		if i := strings.Index(page, "docs/"); i > 0 { // the module path names a repository
			page = page[i:]
		}
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(page)))
		if err != nil {
			t.Fatal(err)
		}
		if heading := "\n### " + strings.ToUpper(anchor) + "\n"; !strings.Contains(string(text), heading) {
			t.Errorf("%s has no heading %q", page, heading)
		}
	}
}

// TestReferenceIsComplete checks that exactly the existing elements, attributes, frames
// and keys are explained.
func TestReferenceIsComplete(t *testing.T) {
	t.Parallel()
	elements, frames, keys := check.Names(), map[string]bool{}, map[string]bool{}
	for _, e := range reference.Entries() {
		for field, value := range map[string]string{"what": e.What, "why": e.Why, "readers": e.Readers, "example": e.Example, "origin": e.Origin, "source": e.Source} {
			if value == "" {
				t.Errorf("%s %s has no %s", e.Section, e.Name, field)
			}
		}
		switch e.Kind {
		case reference.Element:
			if _, ok := elements[e.Name]; !ok {
				t.Errorf("%s is explained, but no check knows it", e.Name)
			}
			for _, a := range e.Attributes {
				i := slices.Index(elements[e.Name], a.Name)
				if i < 0 {
					t.Errorf("%s of %s is explained, but no check knows it", a.Name, e.Name)
					continue
				}
				elements[e.Name] = slices.Delete(elements[e.Name], i, i+1)
			}
			if rest := elements[e.Name]; len(rest) > 0 {
				t.Errorf("%s: the attributes %s are not explained", e.Name, rest)
			}
			delete(elements, e.Name)
		case reference.Frame:
			frames[e.Name] = true
		case reference.Key:
			keys[e.Section+" "+e.Name] = true
		}
	}
	for name := range elements {
		t.Errorf("%s is not explained", name)
	}
	src, err := os.ReadFile(filepath.Join("..", "..", "audio", "id3_write.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, literal := range stringLiterals(src) {
		if id, err := strconv.Unquote(literal); err == nil && len(id) == 4 && strings.ToUpper(id) == id && id[0] >= 'A' && id[0] <= 'Z' && !frames[id] {
			t.Errorf("the frame %s is not explained", id)
		}
	}
	for section, file := range map[string]string{"show.yaml": "decode_show.go", "episode.md": "decode_episode.go"} {
		for _, key := range slices.MaxFunc(fieldsOf(t, filepath.Join("..", "..", "show", file)), func(a, b []string) int { return len(a) - len(b) }) {
			if !keys[section+" "+key] {
				t.Errorf("the key %s of %s is not explained", key, section)
			}
			delete(keys, section+" "+key)
		}
		for key := range keys {
			if strings.HasPrefix(key, section+" ") {
				t.Errorf("%s is explained, but nothing reads it", key)
			}
		}
	}
}

// TestKeysInMapsAreExplained checks that the keys of each map in the files of a show are
// explained: as keys of a file, or as keys in a map.
func TestKeysInMapsAreExplained(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "show", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, e := range reference.Entries() {
		if e.Kind != reference.Key {
			continue
		}
		places[e.Section] = true
		for _, a := range e.Attributes {
			places[e.Section+" "+e.Name] = true
			if got := explain(e.Name + "." + a.Name).entries; len(got) == 0 {
				t.Errorf("explain %s.%s finds nothing", e.Name, a.Name)
			}
		}
	}
	for _, name := range files {
		for _, keys := range fieldsOf(t, name) {
			known := func(in string) bool {
				return !slices.ContainsFunc(keys, func(key string) bool { return len(explain(in+" "+key).entries) == 0 })
			}
			if !slices.ContainsFunc(slices.Sorted(maps.Keys(places)), known) {
				t.Errorf("%s: the keys %s are not explained together", name, keys)
			}
		}
	}
}

// fieldsOf returns the keys of each source.Fields literal in a file.
func fieldsOf(t *testing.T, name string) (all [][]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Fields" {
			return true
		}
		var keys []string
		for _, element := range lit.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if key, ok := pair.Key.(*ast.BasicLit); ok {
					name, _ := strconv.Unquote(key.Value)
					keys = append(keys, name)
				}
			}
		}
		all = append(all, keys)
		return true
	})
	return all
}

func TestExplainFinds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"itunes:explicit":            "itunes:explicit",
		"ITUNES:Explicit":            "itunes:explicit",
		"<podcast:person>":           "podcast:person",
		"soundbite":                  "podcast:soundbite",
		"podcast:transcript rel":     "podcast:transcript rel",
		"isPermaLink":                "guid isPermaLink",
		"show.yaml title":            "title",
		"TIT2":                       "TIT2",
		"rss":                        "rss",
		"rss version":                "rss version",
		"xmlns:itunes":               "rss xmlns:itunes",
		"alternateEnclosure codecs":  "podcast:alternateEnclosure codecs",
		"page_size":                  "feed page_size",
		"show.yaml site.episode_url": "site episode_url",
		"people.yaml":                "name|url|image|aliases|bio|links|fediverse",
	} {
		var got []string
		for _, e := range explain(name).entries {
			if len(e.Attributes) == 1 && strings.Contains(want, " ") {
				e.Name += " " + e.Attributes[0].Name
			}
			got = append(got, e.Name)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("explain %s: %v, want %s", name, got, want)
		}
	}
	if got := explain("f043").rules; len(got) != 1 || got[0].ID != "F043" {
		t.Errorf("explain f043: %v", got)
	}
	for name, want := range map[string]string{"itunes:explicitt": "itunes:explicit", "speach": "speech", "people.yml": "people.yaml", "alternateEnclosur": "podcast:alternateEnclosure", "F999": "F001"} {
		if got := nearestName(name); got != want {
			t.Errorf("nearest to %q: %q, want %q", name, got, want)
		}
	}
	if n := len(explain("title").entries); n != 4 {
		t.Errorf("title stands for %d things, want 4: of a feed, show.yaml, episode.md and a page", n)
	}
}

// Package vocabulary has the lists of words that directories and apps accept in a
// feed: Apple's categories, and the roles of the Podcast Taxonomy. It also has the words
// by which onair recognizes its own feeds.
package vocabulary

import (
	"fmt"
	"slices"
	"strings"

	"onair/internal/source"
)

// categories is Apple's list: each category with its subcategories.
// https://podcasters.apple.com/support/1691-apple-podcasts-categories
var categories = []struct {
	name string
	subs []string
}{
	{"Arts", []string{"Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"}},
	{"Business", []string{"Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"}},
	{"Comedy", []string{"Comedy Interviews", "Improv", "Stand-Up"}},
	{"Education", []string{"Courses", "How To", "Language Learning", "Self-Improvement"}},
	{"Fiction", []string{"Comedy Fiction", "Drama", "Science Fiction"}},
	{"Government", nil},
	{"Health & Fitness", []string{"Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"}},
	{"History", nil},
	{"Kids & Family", []string{"Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"}},
	{"Leisure", []string{"Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies", "Home & Garden", "Video Games"}},
	{"Music", []string{"Music Commentary", "Music History", "Music Interviews"}},
	{"News", []string{"Business News", "Daily News", "Entertainment News", "News Commentary", "Politics", "Sports News", "Tech News"}},
	{"Religion & Spirituality", []string{"Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"}},
	{"Science", []string{"Astronomy", "Chemistry", "Earth Sciences", "Life Sciences", "Mathematics", "Natural Sciences", "Nature", "Physics", "Social Sciences"}},
	{"Society & Culture", []string{"Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"}},
	{"Sports", []string{"Baseball", "Basketball", "Cricket", "Fantasy Sports", "Football", "Golf", "Hockey", "Rugby", "Running", "Soccer", "Swimming", "Tennis", "Volleyball", "Wilderness", "Wrestling"}},
	{"TV & Film", []string{"After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"}},
	{"Technology", nil},
	{"True Crime", nil},
}

// retired maps category names from before 2019, which feeds still use, to their
// successors. A key is the last part of a category, in lower case. If a value has
// several successors, the nearest is first.
var retired = map[string]string{
	"amateur":                    "Sports",
	"business news":              "News > Business News",
	"college & high school":      "Sports",
	"education technology":       "Education",
	"educational technology":     "Education",
	"fitness & nutrition":        "Health & Fitness > Fitness",
	"gadgets":                    "Technology",
	"games & hobbies":            "Leisure",
	"government & organizations": "Government",
	"health":                     "Health & Fitness",
	"higher education":           "Education > Courses",
	"k-12":                       "Education",
	"language courses":           "Education > Language Learning",
	"literature":                 "Arts > Books",
	"local":                      "Government",
	"management & marketing":     "Business > Management",
	"medicine & science":         "Science",
	"national":                   "Government",
	"news & politics":            "News > Politics",
	"non-profit":                 "Business > Non-Profit",
	"other":                      "Religion & Spirituality > Religion",
	"other games":                "Leisure > Games",
	"outdoor":                    "Sports > Wilderness",
	"podcasting":                 "Technology",
	"professional":               "Sports",
	"regional":                   "Government",
	"science & medicine":         "Science",
	"self-help":                  "Education > Self-Improvement",
	"shopping":                   "Business",
	"software how-to":            "Technology, or Education > How To",
	"sports & recreation":        "Sports",
	"training":                   "Education > Courses",
}

// Categories returns all of Apple's categories, those below others as "News > Tech News".
func Categories() (all []string) {
	for _, c := range categories {
		all = append(all, c.name)
		for _, s := range c.subs {
			all = append(all, CategoryPath(c.name, s))
		}
	}
	return all
}

// Category reports whether Apple's list has a category; sub is empty for a whole
// category. If it does not, hint names what to write instead, or is empty.
func Category(name, sub string) (hint string, ok bool) {
	given := CategoryPath(name, sub)
	var bySub []string
	for _, c := range categories {
		if sub == "" && name == c.name {
			return "", true
		}
		for _, s := range c.subs {
			full := CategoryPath(c.name, s)
			if name == c.name && sub == s {
				return "", true
			}
			if strings.EqualFold(s, sub) || sub == "" && strings.EqualFold(s, name) {
				bySub = append(bySub, source.Quote(full))
			}
		}
	}
	last := sub
	if last == "" {
		last = name
	}
	switch n := source.Nearest(given, Categories()); {
	case len(bySub) > 0:
		return "it is " + source.OrList(bySub), false
	case retired[strings.ToLower(last)] != "":
		return "retired by Apple; use " + retired[strings.ToLower(last)], false
	case n != "":
		return fmt.Sprintf("did you mean %q?", n), false
	}
	return "", false
}

// Successor returns the category on Apple's list that stands for the given one: the
// nearest successor of a retired category, or the category whose last part is the same,
// ignoring case, or the category without sub. ok is false if there is none.
func Successor(name, sub string) (newName, newSub string, ok bool) {
	last := sub
	if last == "" {
		last = name
	}
	if heir := retired[strings.ToLower(last)]; heir != "" {
		heir, _, _ = strings.Cut(heir, ",")
		newName, newSub, _ = strings.Cut(heir, " > ")
		return newName, newSub, true
	}
	for _, c := range categories {
		if i := slices.IndexFunc(c.subs, func(s string) bool { return strings.EqualFold(s, last) }); i >= 0 {
			return c.name, c.subs[i], true
		}
	}
	for _, c := range categories {
		if strings.EqualFold(c.name, name) {
			return c.name, "", true
		}
	}
	return "", "", false
}

// CategoryPath returns a category written as "News > Tech News".
func CategoryPath(name, sub string) string {
	if sub == "" {
		return name
	}
	return name + " > " + sub
}

package show

import (
	"fmt"
	"strings"

	"onair/internal/source"
)

// appleCategories is Apple's list: each category with its subcategories.
// https://podcasters.apple.com/support/1691-apple-podcasts-categories
var appleCategories = []struct {
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

// retiredCategories are names of lists before 2019 that still circulate, by
// their last part, with what took their place.
var retiredCategories = map[string]string{
	"software how-to":            "Technology, or Education > How To",
	"podcasting":                 "Technology",
	"gadgets":                    "Technology",
	"games & hobbies":            "Leisure",
	"literature":                 "Arts > Books",
	"higher education":           "Education > Courses",
	"k-12":                       "Education",
	"training":                   "Education > Courses",
	"health":                     "Health & Fitness",
	"self-help":                  "Education > Self-Improvement",
	"medicine & science":         "Science",
	"news & politics":            "News > Politics",
	"science & medicine":         "Science",
	"sports & recreation":        "Sports",
	"government & organizations": "Government",
	"shopping":                   "Business",
}

// parseCategory reads "News > Tech News". The error's hint names the nearest
// one of Apple's list.
func parseCategory(s string) (c Category, hint string, ok bool) {
	name, sub, _ := strings.Cut(s, ">")
	c = Category{strings.TrimSpace(name), strings.TrimSpace(sub)}
	var all, bySub []string
	for _, category := range appleCategories {
		all = append(all, category.name)
		if c == (Category{category.name, ""}) && !strings.Contains(s, ">") {
			return c, "", true
		}
		for _, sub := range category.subs {
			full := Category{category.name, sub}
			if c == full {
				return c, "", true
			}
			all = append(all, full.path())
			if strings.EqualFold(sub, c.Sub) || c.Sub == "" && strings.EqualFold(sub, c.Name) {
				bySub = append(bySub, source.Quote(full.path()))
			}
		}
	}
	last := c.Sub
	if last == "" {
		last = c.Name
	}
	switch n := source.Nearest(c.path(), all); {
	case len(bySub) > 0:
		hint = "it is " + source.OrList(bySub)
	case retiredCategories[strings.ToLower(last)] != "":
		hint = "retired by Apple; use " + retiredCategories[strings.ToLower(last)]
	case n != "":
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	return c, hint, false
}

// category sets one of Apple's categories.
func category(p *[]Category) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		c, hint, ok := parseCategory(s)
		if !ok {
			v.Reportf(ruleCategory, hint, "%s is not in Apple's list of categories", source.ShortQuote(s))
			return
		}
		*p = append(*p, c)
	}
}

package show

import (
	"strings"

	"onair/internal/source"
	"onair/internal/vocabulary"
)

// parseCategory reads a category such as "News > Tech News". If it is not on Apple's
// list, hint names the nearest one, if any.
func parseCategory(s string) (c Category, hint string, ok bool) {
	name, sub, nested := strings.Cut(s, ">")
	c = Category{strings.TrimSpace(name), strings.TrimSpace(sub)}
	hint, ok = vocabulary.Category(c.Name, c.Sub)
	return c, hint, ok && (c.Sub != "" || !nested)
}

// category adds a category, which must be on Apple's list.
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

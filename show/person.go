package show

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/internal/vocabulary"
)

// Person is a person in people.yaml, or one who is described inline.
type Person struct {
	ID      string // key in people.yaml; empty for a person named inline
	Name    string // as in transcripts and podcast:person
	URL     string
	Image   string   // path below the show's folder, or a URL
	Aliases []string // other labels for the person in transcripts

	Bio       string // Markdown; may be empty
	Links     []Link // pages of the person, in the order of the file
	Fediverse string // handle, such as @vega@social.example; may be empty
}

// Credit is a podcast:person: a person with a role and a group, which should be in the
// Podcast Taxonomy.
type Credit struct {
	Person *Person
	Role   string // such as host or guest; never empty
	Group  string // such as cast; never empty
}

// Sponsor is an entry of sponsors.yaml.
type Sponsor struct {
	ID   string
	Name string
	URL  string
	Logo string // path below the show's folder
	Text string
}

// groupOf returns the group that contains a role. It is empty if no group contains it, or
// several do.
func groupOf(role string) string {
	group := ""
	for g, roles := range vocabulary.Roles {
		if slices.Contains(roles, strings.ToLower(role)) {
			if group != "" {
				return ""
			}
			group = g
		}
	}
	return group
}

// checkTaxonomy warns about a role or group that the Podcast Taxonomy does not have.
func checkTaxonomy(v source.Value, c Credit) {
	roles, ok := vocabulary.Roles[strings.ToLower(c.Group)]
	if !ok {
		v.Reportf(ruleTaxonomy, source.DidYouMean(c.Group, slices.Sorted(maps.Keys(vocabulary.Roles))), "the Podcast Taxonomy has no group %s", source.ShortQuote(c.Group))
		return
	}
	if slices.Contains(roles, strings.ToLower(c.Role)) {
		return
	}
	hint := source.DidYouMean(c.Role, roles)
	if g := groupOf(c.Role); g != "" {
		hint = "add group: " + g
	}
	v.Reportf(ruleTaxonomy, hint, "the group %s of the Podcast Taxonomy has no role %s", source.ShortQuote(c.Group), source.ShortQuote(c.Role))
}

// personFields are the fields of a person, in people.yaml and inline.
func personFields(p *Person) source.Fields {
	return source.Fields{
		"name":  source.Limited(&p.Name, 128),
		"url":   source.WebURL(&p.URL),
		"image": picture(&p.Image),
	}
}

var fediverseHandle = regexp.MustCompile(`^@[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$`)

// handle sets a handle of the fediverse.
func handle(p *string) source.Setter {
	return func(v source.Value) {
		text, ok := v.Word()
		if !ok {
			return
		}
		if !fediverseHandle.MatchString(text) {
			v.Reportf(ruleHandle, "", "%s is %s, which is not a handle", v.Name(), source.ShortQuote(text))
			return
		}
		*p = text
	}
}

// people reads people.yaml.
func people(v source.Value) map[string]*Person {
	all := map[string]*Person{}
	named := map[string]string{}
	v.Pairs(func(key, v source.Value) {
		p := &Person{}
		if source.Slug(&p.ID)(key); p.ID == "" {
			return
		}
		f := personFields(p)
		f["aliases"] = source.Words(&p.Aliases, source.Line)
		f["bio"] = biography(&p.Bio)
		f["links"] = links(&p.Links)
		f["fediverse"] = handle(&p.Fediverse)
		if !v.Fields(f, "name") {
			return
		}
		all[p.ID] = p
		if !v.Has("name") {
			key.Reportf(ruleRequired, "add name:", "%s has no name", p.ID)
		}
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			fold := strings.ToLower(name)
			if other, ok := named[fold]; ok && other != p.ID && name != "" {
				key.Reportf(ruleSameName, "transcripts could mean either", "%s and %s share the name %s", other, p.ID, source.ShortQuote(name))
			}
			named[fold] = p.ID
		}
	})
	return all
}

// biography returns a setter for Markdown about a person.
func biography(p *string) source.Setter {
	return func(v source.Value) {
		source.Text(p)(v)
		checkMarkdown(*p, func(int) finding.Position { return v.Node.Pos }, v.Found)
	}
}

// sponsors reads sponsors.yaml.
func sponsors(v source.Value) map[string]*Sponsor {
	all := map[string]*Sponsor{}
	v.Pairs(func(key, v source.Value) {
		s := &Sponsor{}
		if source.Slug(&s.ID)(key); s.ID == "" {
			return
		}
		if !v.Fields(source.Fields{
			"name": source.Limited(&s.Name, 128),
			"url":  source.WebURL(&s.URL),
			"logo": file(&s.Logo),
			"text": source.Text(&s.Text),
		}, "name") {
			return
		}
		all[s.ID] = s
		if !v.Has("name") {
			key.Reportf(ruleRequired, "add name:", "%s has no name", s.ID)
		}
	})
	return all
}

// registry is the content of people.yaml or sponsors.yaml. If the file is broken, which
// is reported, unknown ids are not reported.
type registry[T any] struct {
	file   string
	byID   map[string]T
	broken bool
}

// find returns the entry with an id, or reports that it does not exist.
func (r *registry[T]) find(v source.Value, id string) (T, bool) {
	entry, ok := r.byID[id]
	if !ok && !r.broken {
		hint := source.DidYouMean(id, slices.Sorted(maps.Keys(r.byID)))
		if hint == "" {
			hint = "add it to " + r.file
		}
		v.Reportf(ruleUnknownID, hint, "%s has no %s", r.file, source.ShortQuote(id))
	}
	return entry, ok
}

// credits sets a list of people: ids of people.yaml, or maps with an id or a name, and
// optionally a role and a group. role is the role of entries without one. If it is empty,
// every entry needs a role.
func credits(p *[]Credit, people *registry[*Person], role string) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			if c, ok := credit(v, people, role); ok {
				*p = append(*p, c)
			}
		})
	}
}

func credit(v source.Value, people *registry[*Person], role string) (Credit, bool) {
	c := Credit{Role: role, Group: "cast"}
	if v.Node.Kind == source.Scalar {
		id, ok := v.Word()
		if !ok {
			return c, false
		}
		if slugs.Valid(id) != nil {
			v.Reportf(ruleUnknownID, fmt.Sprintf("write {name: %s}, or an id of people.yaml", source.Quote(id)), "%s is not an id of people.yaml", source.ShortQuote(id))
			return c, false
		}
		if role == "" {
			v.Reportf(ruleRequired, fmt.Sprintf("write {id: %s, role: …}", id), "%s has no role", id)
			return c, false
		}
		c.Person, ok = people.find(v, id)
		return c, ok
	}
	inline, id := &Person{}, ""
	f := personFields(inline)
	f["id"] = source.Line(&id)
	f["role"] = source.Limited(&c.Role, 128)
	f["group"] = source.Limited(&c.Group, 128)
	required := []string{"id", "name"}
	if role == "" {
		required = append(required, "role")
	}
	if !v.Fields(f, required...) {
		return c, false
	}
	switch {
	case id != "" && inline.Name+inline.URL+inline.Image != "":
		v.Reportf(ruleUnknownID, "people.yaml has the rest", "an id and a name, url or image at once")
		return c, false
	case id != "":
		p, ok := people.find(v, id)
		if !ok {
			return c, false
		}
		c.Person = p
	case !v.Has("id") && !v.Has("name"):
		v.Reportf(ruleRequired, "add id: or name:", "a person without an id or a name")
		return c, false
	case inline.Name == "": // already reported
		return c, false
	default:
		c.Person = inline
	}
	if c.Role == "" {
		if !v.Has("role") {
			v.Reportf(ruleRequired, "add role:, such as producer", "%s has no role", c.Person.Name)
		}
		return c, false
	}
	checkTaxonomy(v, c)
	return c, true
}

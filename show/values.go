package show

import (
	"cmp"
	"net/mail"
	"path"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// email sets an address such as show@example.com.
func email(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		a, err := mail.ParseAddress(s)
		if err != nil || a.Address != s || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
			v.reportf(ruleEmail, "", "%s is %s; expected an address such as show@example.com", v.name(), shortQuote(s))
			return
		}
		*p = s
	}
}

// languageTag sets an RFC 5646 tag.
func languageTag(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !validLanguage(s) {
			v.reportf(ruleLanguage, "write a code such as en, en-gb or pt-br", "%s is %s, which is no language code", v.name(), shortQuote(s))
			return
		}
		*p = s
	}
}

// validLanguage reports whether s is a known language, perhaps with a script
// and a region.
func validLanguage(s string) bool {
	if strings.Contains(s, "_") {
		return false
	}
	tag, err := language.Parse(s)
	return err == nil && tag != language.Und
}

// zone sets a timezone of the IANA database.
func zone(p **time.Location) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		loc, err := time.LoadLocation(s)
		if err != nil || s == "Local" {
			v.reportf(ruleTimezone, "write a name such as Europe/London, America/New_York or UTC", "%s is %s, which is no timezone", v.name(), shortQuote(s))
			return
		}
		*p = loc
	}
}

var licenseID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)

// licence sets podcast:license: an identifier, or a map of a name and the URL
// that a name of one's own needs. Identifiers are written in lower case.
func licence(p *License) setter {
	return func(v value) {
		var l License
		if v.node.kind == mapping {
			v.fields(fields{"name": limited(&l.ID, 128), "url": webURL(&l.URL)}, "name", "url")
			if !v.has("name") || !v.has("url") {
				v.reportf(ruleLicense, "", "a licence of your own needs a name and a url")
			} else if l.ID != "" && l.URL != "" {
				*p = l
			}
			return
		}
		if licenceID(&l.ID)(v); l.ID != "" {
			*p = l
		}
	}
}

// licenceID sets a licence that is known by its identifier.
func licenceID(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !licenseID.MatchString(s) {
			v.reportf(ruleLicense, "write an identifier such as cc-by-4.0, or {name: …, url: …} for your own",
				"%s is %s, which is no licence identifier", v.name(), shortQuote(s))
			return
		}
		*p = strings.ToLower(s)
	}
}

// slugField sets a slug, a topic or another name of that form.
func slugField(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := ValidSlug(s); err != nil {
			v.reportf(ruleSlug, "write "+Slugify(s), "%s: %v", cmp.Or(v.name(), "id"), err)
			return
		}
		*p = s
	}
}

// file sets the path of a file that must be there, inside the show's folder.
func file(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		name := path.Join(v.dir, s)
		if outside(s) && !strings.HasPrefix(s, "../") || outside(name) || strings.Contains(s, `\`) {
			v.reportf(rulePath, "copy the file into the folder and name it relative to "+orHere(v.dir), "%s: %s leaves the show's folder", v.name(), shortQuote(s))
			return
		}
		if !v.files.isFile(name) {
			v.reportf(ruleMissingFile, "", "%s: there is no file %s", v.name(), shortQuote(name))
			return
		}
		*p = name
	}
}

func orHere(dir string) string {
	if dir == "." {
		return "show.yaml"
	}
	return dir
}

// picture sets the path of a file in the show's folder, or an address.
func picture(p *string) setter {
	return func(v value) {
		if strings.Contains(v.node.text, "://") {
			webURL(p)(v)
		} else {
			file(p)(v)
		}
	}
}

package show

import (
	"cmp"
	"fmt"
	"net/mail"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// checkURL reports what is wrong with an address on the web.
func checkURL(s string, schemes ...string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsAny(s, " \t\"<>\\^`{|}"):
		return fmt.Errorf("%s is not a URL", shortQuote(s))
	case u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "":
		return fmt.Errorf("%s is not a whole URL", shortQuote(s))
	case !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("%s starts with %s; expected %s", shortQuote(s), shortQuote(u.Scheme+":"), orList(schemes))
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "":
		return fmt.Errorf("%s names no host", shortQuote(s))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", shortQuote(shown(s)))
	}
	return nil
}

// urlHint completes an address without a scheme.
func urlHint(s string) string {
	host, _, _ := strings.Cut(s, "/")
	if strings.Contains(host, ".") && !strings.Contains(s, ":") && checkURL("https://"+s, "https") == nil {
		return "write https://" + s
	}
	return ""
}

// webURL sets an http or https address.
func webURL(p *string) setter { return uri(p, "http", "https") }

// uri sets an address with one of the schemes.
func uri(p *string, schemes ...string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := checkURL(s, schemes...); err != nil {
			v.reportf(ruleURL, urlHint(s), "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

// baseURL sets the public address of a show, with a slash at its end.
func baseURL(p *string) setter {
	return func(v value) {
		s := ""
		webURL(&s)(v)
		if s == "" {
			return
		}
		if strings.ContainsAny(s, "?#") {
			v.reportf(ruleURL, "", "%s has a query or fragment; expected the address of a folder", v.name())
			return
		}
		*p = strings.TrimRight(s, "/") + "/"
		if u, _ := url.Parse(s); u.Scheme == "http" && isPublicURL("https://"+u.Host) {
			v.warnf(ruleURL, "serve it over https", "%s is not encrypted; podcast apps refuse or upgrade http", v.name())
		}
	}
}

// bucketURL sets where objects are kept.
func bucketURL(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := checkStorage(s); err != nil {
			v.reportf(ruleStorage, "write file:public, gs://bucket/prefix or s3://bucket/prefix?endpoint=…", "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

func checkStorage(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not a bucket URL", shortQuote(shown(s)))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", shortQuote(shown(s)))
	case u.Scheme == "file" && u.Opaque+u.Path != "" && (u.Host == "" || u.Host == "localhost"):
		return nil
	case u.Scheme == "gs" || u.Scheme == "s3":
		if u.Host == "" {
			return fmt.Errorf("%s names no bucket", shortQuote(shown(s)))
		}
		return nil
	}
	return fmt.Errorf("%s is not a bucket URL", shortQuote(shown(s)))
}

// shown is an address as it may be repeated: user, query and fragment may be
// secrets that somebody put into the wrong place.
func shown(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return scheme + rest
}

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
			v.fields(fields{"name": limited(&l.ID, 128), "url": webURL(&l.URL)})
			if l.ID == "" || l.URL == "" {
				v.reportf(ruleLicense, "", "a licence of your own needs a name and a url")
				return
			}
			*p = l
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
		if !v.folder.isFile(name) {
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

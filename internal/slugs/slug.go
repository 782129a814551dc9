// Package slugs makes and checks slugs: the names of episodes in folders and addresses.
package slugs

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/gosimple/slug"
)

// maxSlug is the longest slug in bytes. Keys and file names are made from it.
const maxSlug = 100

var (
	slugShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	// device matches names that Windows takes for devices in every folder.
	device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
)

// Valid returns an error if s cannot be a slug, a topic or an id. These match
// [a-z0-9][a-z0-9-]*, have at most 100 bytes and are not device names of Windows (con,
// nul, com1, …), so that they work as a folder's name on every system and unescaped in
// a URL.
func Valid(s string) error {
	switch {
	case len(s) > maxSlug:
		return fmt.Errorf("%d bytes; at most %d", len(s), maxSlug)
	case !slugShape.MatchString(s):
		return fmt.Errorf("%q: want lower-case letters a to z, digits and hyphens, not starting with a hyphen", s)
	case device.MatchString(s):
		return fmt.Errorf("%q is the name of a device on Windows", s)
	}
	return nil
}

// Device reports whether Windows takes a name for a device, with or without an
// extension and in upper or lower case.
func Device(name string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	return device.MatchString(strings.TrimRight(name, " "))
}

// Make makes a slug from a title. It transliterates other scripts to Latin letters. The
// result always passes Valid: a title without a letter or digit gives “untitled-” and
// the start of its SHA-256.
func Make(title string) string {
	words := strings.FieldsFunc(slug.Make(title), func(r rune) bool { return r == '-' || r == '_' })
	s := Shorten(strings.Join(words, "-"), maxSlug)
	switch {
	case s == "":
		sum := sha256.Sum256([]byte(title))
		return "untitled-" + hex.EncodeToString(sum[:4])
	case device.MatchString(s):
		return s + "-episode"
	}
	return s
}

// Shorten shortens a slug to at most limit bytes. It cuts after a word if more than half of
// limit remains.
func Shorten(slug string, limit int) string {
	if len(slug) > limit {
		slug = slug[:limit]
		if i := strings.LastIndexByte(slug, '-'); i > limit/2 {
			slug = slug[:i]
		}
	}
	return strings.TrimRight(slug, "-")
}

// Compare compares names as people order them: numbers in them by their value, so that
// 2-b is before 10-a. Different names are never equal.
func Compare(a, b string) int {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		m, n := digits(a[i:]), digits(b[j:])
		if m == 0 || n == 0 {
			if a[i] != b[j] {
				return cmp.Compare(a[i], b[j])
			}
			i, j = i+1, j+1
			continue
		}
		x, y := strings.TrimLeft(a[i:i+m], "0"), strings.TrimLeft(b[j:j+n], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
		i, j = i+m, j+n
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// digits returns how many digits a text begins with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

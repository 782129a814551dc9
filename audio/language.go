package audio

import bcp47 "golang.org/x/text/language"

// unknownLanguage is the code of ISO 639-2 for a language nobody named. A COMM
// frame needs one.
const unknownLanguage = "und"

// Language returns the ISO 639-2 code of an RFC 5646 tag: the terminological
// one where there are two, such as deu for de-AT. Empty stays empty, and what
// has no such code does too.
func Language(tag string) string {
	if tag == "" {
		return ""
	}
	parsed, err := bcp47.Parse(tag)
	if err != nil {
		return ""
	}
	base, confidence := parsed.Base()
	code := base.ISO3()
	if confidence != bcp47.Exact || code == unknownLanguage || len(code) != 3 {
		return ""
	}
	return code
}

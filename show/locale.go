package show

import (
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"onair/internal/source"
)

// languageTag sets an RFC 5646 tag.
func languageTag(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !validLanguage(s) {
			v.Reportf(ruleLanguage, languageHint(s), "%s is %s, which is not a language code", v.Name(), source.ShortQuote(s))
			return
		}
		*p = s
	}
}

// validLanguage reports whether s is the tag of a known language, with an optional script
// and region.
func validLanguage(s string) bool {
	if strings.Contains(s, "_") {
		return false
	}
	tag, err := language.Raw.Parse(s)
	if err != nil || tag == language.Und {
		return false
	}
	_, _, region := tag.Raw()
	return region == region.Canonicalize() // UK is not a code, but is read as GB
}

// zone sets a timezone of the IANA database.
func zone(p **time.Location) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		loc, err := time.LoadLocation(s)
		if err != nil || s == "Local" {
			v.Reportf(ruleTimezone, zoneHint(s), "%s is %s, which is not a timezone", v.Name(), source.ShortQuote(s))
			return
		}
		*p = loc
	}
}

// languageHint suggests a language code for the name of a language, in English or in the
// language itself, for a POSIX locale, and for the code of a country. It returns an empty
// string if it knows none.
func languageHint(s string) string {
	s = strings.ReplaceAll(s, "_", "-")
	if tag, err := language.Parse(s); err == nil && tag != language.Und {
		if tag := strings.ToLower(tag.String()); validLanguage(tag) {
			return "write " + tag
		}
	}
	if region, err := language.ParseRegion(s); err == nil && region.IsCountry() {
		if base, confidence := language.Make("und-" + s).Base(); confidence > language.No {
			return "write " + base.String()
		}
	}
	codes := map[string]string{}
	var names []string
	for code := range strings.FieldsSeq("ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu id is it ja ko lt lv ms nb nl pl pt ro ru sk sl sr sv sw th tr uk ur vi zh") {
		tag := language.Make(code)
		for _, name := range []string{display.English.Languages().Name(tag), display.Self.Name(tag)} {
			codes[name] = code
			names = append(names, name)
		}
	}
	if near := source.Nearest(s, names); near != "" {
		return "write " + codes[near]
	}
	return ""
}

// abbreviations maps names of timezones that people write to zones of the IANA database.
var abbreviations = map[string]string{
	"bst": "Europe/London", "cest": "Europe/Berlin", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "aest": "Australia/Sydney",
	"est": "America/New_York", "edt": "America/New_York", "cst": "America/Chicago", "cdt": "America/Chicago",
	"mst": "America/Denver", "mdt": "America/Denver", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
}

var regions = []string{"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}

// commonZones are suggestions for a misspelled name. A name that only lacks its region or
// has wrong capitals is found even if it is not listed here.
var commonZones = []string{
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
	"America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles", "America/Mexico_City", "America/New_York",
	"America/Phoenix", "America/Sao_Paulo", "America/Toronto", "America/Vancouver", "Asia/Bangkok", "Asia/Dubai", "Asia/Hong_Kong",
	"Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore",
	"Asia/Taipei", "Asia/Tehran", "Asia/Tokyo", "Australia/Brisbane", "Australia/Melbourne", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Budapest", "Europe/Copenhagen",
	"Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid",
	"Europe/Moscow", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna",
	"Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu", "US/Central", "US/Eastern", "US/Mountain", "US/Pacific",
	"UTC",
}

// zoneHint suggests the timezone that was probably meant. It returns an empty string if
// it knows none.
func zoneHint(s string) string {
	if zone := abbreviations[strings.ToLower(s)]; zone != "" {
		return "write " + zone
	}
	city := cityName(s[strings.LastIndexByte(s, '/')+1:])
	for _, region := range regions {
		if _, err := time.LoadLocation(region + "/" + city); err == nil && city != "" {
			return "write " + region + "/" + city
		}
	}
	cities := map[string]string{}
	var names []string
	for _, zone := range commonZones {
		name := zone[strings.LastIndexByte(zone, '/')+1:]
		cities[zone], cities[name] = zone, zone
		names = append(names, zone, name)
	}
	if near := source.Nearest(strings.ReplaceAll(s, " ", "_"), names); near != "" {
		return "write " + cities[near]
	}
	return ""
}

// cityName writes a city as the IANA database does, such as New_York. It returns an empty
// string if s cannot be a city.
func cityName(s string) string {
	var b strings.Builder
	start := true
	for _, r := range strings.ToLower(s) {
		switch {
		case r == ' ' || r == '_' || r == '-':
			b.WriteByte('_')
			start = true
			continue
		case r < 'a' || r > 'z' || b.Len() > 40:
			return ""
		case start:
			r -= 'a' - 'A'
		}
		b.WriteRune(r)
		start = false
	}
	return b.String()
}

package templates

import (
	"bytes"
	"regexp"
)

// endComment matches a comment at the end of a line of code or inside braces. The
// theme's scripts have no strings with a slash after a space.
var endComment = regexp.MustCompile(` +// .*| /\*[^*]*\*/ ?`)

// spaced matches operators with spaces around them. The theme's scripts have none in
// strings, and none before a sign.
var spaced = regexp.MustCompile(` (=>|[-+]?=|[=!]==|&&|\|\||\?\?=?|[-+*?:<>]) `)

// compactScript returns a script of the theme without comments, indentation, spaces
// around operators, and line ends after which a statement cannot end. The theme's
// scripts have no strings of several lines.
func compactScript(script []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(script) {
		line = bytes.TrimLeft(line, " ")
		comment := bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("/*")) && bytes.HasSuffix(line, []byte("*/\n"))
		if !comment && len(line) > 1 {
			line = spaced.ReplaceAll(endComment.ReplaceAll(line, nil), []byte("$1"))
			if text := bytes.TrimSuffix(line, []byte("\n")); bytes.ContainsAny(text[max(0, len(text)-1):], ";,{([") {
				line = text
			}
			out.Write(line)
		}
	}
	return out.Bytes()
}

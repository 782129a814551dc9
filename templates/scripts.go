package templates

import (
	"bytes"
	"regexp"
)

// endComment matches a comment behind code. The theme's scripts have no strings with
// slashes after a space.
var endComment = regexp.MustCompile(` +// .*`)

// compactScript returns a script of the theme without comments and indentation, which
// listeners need not load. The theme's scripts have no texts of several lines.
func compactScript(script []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(script) {
		line = bytes.TrimLeft(line, " ")
		comment := bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("/*")) && bytes.HasSuffix(line, []byte("*/\n"))
		if !comment && len(line) > 1 {
			out.Write(endComment.ReplaceAll(line, nil))
		}
	}
	return out.Bytes()
}

package templates

import (
	"bytes"
	"regexp"
	"strings"
)

// endComment matches a comment at the end of a line of code or inside braces. The
// theme's scripts have no strings with a slash after a space.
var endComment = regexp.MustCompile(` +// .*| /\*[^*]*\*/ ?`)

// parameter matches the only parameter of a function, which needs no brackets.
var parameter = regexp.MustCompile(`\((\w+)\)=>`)

// tighten removes the spaces around operators and brackets and after commas, and semicolons
// at the end of blocks. The theme's scripts have no such operators and brackets in strings,
// no operator before the sign of a number, commas only in strings that are selectors, and
// no empty statement at the end of a block.
var tighten = func() *strings.Replacer {
	var pairs []string
	for _, operator := range strings.Fields("=> = += -= === !== && || ?? ??= + - * ? : < >") {
		pairs = append(pairs, " "+operator+" ", operator)
	}
	for _, bracket := range strings.Split("{ |) {| }|} else|try {|catch {|if (|for (", "|") {
		pairs = append(pairs, bracket, strings.ReplaceAll(bracket, " ", ""))
	}
	return strings.NewReplacer(append(pairs, ", ", ",", "; ", ";", ";}", "}")...)
}()

// compactScript returns a script of the theme without comments, indentation, line ends
// after which a statement cannot end, and characters that code does not need. The theme's
// scripts have no strings of several lines.
func compactScript(script []byte) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(string(script)) {
		line = strings.TrimLeft(line, " ")
		comment := strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") && strings.HasSuffix(line, "*/\n")
		if !comment && len(line) > 1 {
			if strings.Contains(line, " /") {
				line = endComment.ReplaceAllString(line, "")
			}
			if text := strings.TrimSuffix(line, "\n"); strings.ContainsAny(text[max(0, len(text)-1):], ";,{([") {
				line = text
			}
			out.WriteString(line)
		}
	}
	return parameter.ReplaceAll([]byte(tighten.Replace(out.String())), []byte("$1=>"))
}

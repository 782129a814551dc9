package show

import (
	"errors"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
)

// splitFrontMatter splits the text of a file into the YAML between a first line of three
// dashes and the next such line, and the Markdown after it. bodyLine is the line on which
// the Markdown starts.
func splitFrontMatter(file, s string, found *finding.List) (yaml, body string, bodyLine int, ok bool) {
	first, rest, _ := strings.Cut(s, "\n")
	if strings.TrimRight(first, " \t") != "---" {
		found.Add(ruleFrontMatter.At(finding.Position{File: file, Line: 1, Column: 1}, "no front matter").WithHint("start the file with a line of ---, the fields, and another line of ---"))
		return "", "", 0, false
	}
	line := 2
	for at := 0; at < len(rest); line++ {
		l, _, more := strings.Cut(rest[at:], "\n")
		end := at + len(l)
		if more {
			end++
		}
		if strings.TrimRight(l, " \t") == "---" {
			body, bodyLine = rest[end:], line+1
			trimmed := strings.TrimLeft(body, "\n")
			return rest[:at], strings.TrimRight(trimmed, "\n \t"), bodyLine + len(body) - len(trimmed), true
		}
		at = end
	}
	found.Add(ruleFrontMatter.At(finding.Position{File: file, Line: 1, Column: 1}, "the front matter has no end").WithHint("end the fields with a line of ---"))
	return "", "", 0, false
}

// frontMatter parses the front matter of an episode.md that Load has read. It returns an
// error unless each field starts on its own line.
func frontMatter(name string, data []byte) (yaml string, root *source.Node, err error) {
	var found finding.List
	text, ok := source.Clean(name, data, source.MaxFile, &found)
	if ok {
		yaml, _, _, ok = splitFrontMatter(name, text, &found)
	}
	if ok {
		root, _ = source.ParseYAML(name, yaml, 1, &found)
	}
	if found.HasErrors() {
		return "", nil, found[0]
	}
	if root == nil || root.Kind != source.Map || root.Flow {
		return "", nil, errors.New("the front matter is not made of “key: value” lines")
	}
	return yaml, root, nil
}

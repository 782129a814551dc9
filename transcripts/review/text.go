package review

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteDiff writes the lines that differ between two versions of a file, for a terminal.
func WriteDiff(w io.Writer, name string, before, after []byte) error {
	b := bufio.NewWriter(w)
	x, y := linesOf(before), linesOf(after)
	for _, h := range diff(x, y) {
		if h.equal {
			continue
		}
		fmt.Fprintf(b, "%s:%d\n", name, h.b+1)
		for _, line := range x[h.a:h.aEnd] {
			fmt.Fprintf(b, "- %s\n", printable(line))
		}
		for _, line := range y[h.b:h.bEnd] {
			fmt.Fprintf(b, "+ %s\n", printable(line))
		}
	}
	return b.Flush()
}

// printable replaces control characters, which a terminal would interpret.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}

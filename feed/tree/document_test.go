package tree

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func parse(t testing.TB, source string) *Document {
	t.Helper()
	d, err := Parse([]byte(source), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// problems returns the problems as "line:column message".
func problems(d *Document) (lines []string) {
	for _, p := range d.Problems {
		lines = append(lines, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Message))
	}
	return lines
}

// outline writes an element and its children on one line.
func outline(e *Element) string {
	if e == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(e.Name)
	for _, a := range e.Attrs {
		fmt.Fprintf(&b, " %s=%s", a.Name, a.Value)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, " %q", e.Text)
	}
	for _, c := range e.Children {
		b.WriteString(" (" + outline(c) + ")")
	}
	return b.String()
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want, problems string }{
		{"text", `<rss>a &amp; <![CDATA[<b>]]> &#233;</rss>`, `rss "a & <b> é"`, ""},
		{"line ends", "<rss a='1\r\n2\t3'>1\r\n2\r3</rss>", `rss a=1 2 3 "1\n2\n3"`, ""},
		{"space between elements", "<rss>\n <a/>\n</rss>", `rss (a)`, ""},
		{"usual prefixes", `<rss xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd"><i:image i:x="1" href="2"/></rss>`, `rss (itunes:image itunes:x=1 href=2)`, ""},
		{"misspelled namespace", `<rss xmlns:i="https://www.itunes.com/DTDs/Podcast-1.0.dtd/"><i:image/></rss>`, `rss (itunes:image)`, ""},
		{"older podcast namespace", `<rss xmlns:p="` + PodcastAlias + `"><p:guid/></rss>`, `rss (podcast:guid)`, ""},
		{"unknown namespace", `<rss xmlns:x="urn:x"><x:image/></rss>`, `rss (?:image)`, ""},
		{"default namespace", `<rss xmlns="http://backend.userland.com/rss2"><channel xmlns="urn:x"><title/></channel></rss>`, `rss (channel (title))`, ""},
		{"default namespace further in", `<rss><channel><a xmlns="http://www.w3.org/2005/Atom"><link/></a><b xmlns="urn:x"><c/></b><d/></channel></rss>`, `rss (channel (atom:a (atom:link)) (?:b (?:c)) (d))`, ""},
		{"undeclared prefix", `<rss><itunes:image x:y="1"/><itunes:image/><z:z/></rss>`, `rss (itunes:image ?:y=1) (itunes:image) (?:z)`, "1:6 the prefix itunes is not declared\n1:20 the prefix x is not declared\n1:44 the prefix z is not declared"},

		{"raw ampersand", "<rss>\n<a>R&B &c; A&amp B</a>&eacute;</rss>", `rss "\né" (a "R&B &c; A&amp B")`, "2:5 a raw & in text\n2:8 the entity &c; is unknown\n2:13 a raw & in text\n2:23 the entity &eacute; is unknown"},
		{"surrogates", "<rss>&#55357;&#56841; &#xD83D;</rss>", `rss "😉 "`, "1:6 &#55357; is not a character\n1:23 &#xD83D; is not a character"},
		{"control character", "<rss>a\x07b</rss>", `rss "ab"`, "1:7 the character U+0007 is not allowed"},
		{"bytes of Windows-1252", "<rss>caf\xe9 \x93x\x94</rss>", `rss "café “x”"`, "1:9 a byte that is not valid UTF-8: 0xE9\n1:11 a byte that is not valid UTF-8: 0x93\n1:13 a byte that is not valid UTF-8: 0x94"},
		{"late declaration", "\n<?xml version=\"1.0\"?><rss/>", `rss`, "2:1 the XML declaration is not at the very start"},
		{"text before it", "Warning: x\n<?xml version=\"1.0\"?><rss/>", `rss`, "1:1 text before the first element"},
		{"message before it", "<br />\n<b>Notice</b>: x\n<?xml version=\"1.0\"?>\n<rss></rss>", `rss`, "1:1 text before the first element"},
		{"message in its place", "<b>Notice</b>: x <rss></rss>", `rss`, "1:1 text before the first element"},
		{"message without a feed", "<b>Notice</b>: x", `b "Notice"`, "1:14 text after the last element"},
		{"attributes", `<rss a="1"b=2 c a="3" d="<"/>`, `rss a=1 b=2 c= d=<`, "1:10 no space between attributes\n1:26 a raw < in the value of an attribute"},
		{"missing end tag", `<rss><a><b>1</a><c/></rss>`, `rss (a (b "1")) (c)`, "1:13 </a> does not match <b> on line 1"},
		{"stray end tag", `<rss><a>1</b>2</a></rss>`, `rss (a "12")`, "1:10 </b> does not match <a> on line 1"},
		{"cut off", `<rss><a>1</a><b>2`, `rss (a "1") (b "2")`, "1:18 the document ends inside of <b>"},
		{"cut off in a tag", `<rss><a>1</a><b c="`, `rss (a "1")`, "1:14 the document ends inside of a tag"},
		{"cut off in the root", `<rss version="2.0"`, `rss version=2.0`, "1:1 the document ends inside of a tag"},
		{"cut off in the name of a tag", `<rss><a>1</a><pod`, `rss (a "1")`, "1:14 the document ends inside of a tag"},
		{"cut off after an undeclared prefix", `<rss><a>1</a><x:`, `rss (a "1")`, "1:14 the document ends inside of a tag"},
		{"cut off in the name of an attribute", `<rss><a>1</a><b href`, `rss (a "1")`, "1:14 the document ends inside of a tag"},
		{"cut off before the end of an empty tag", `<rss><a>1</a><b /`, `rss (a "1")`, "1:14 the document ends inside of a tag"},
		{"cut off in the name of an end tag", `<rss><abc>1</ab`, `rss (abc "1")`, "1:12 the document ends inside of an end tag"},
		{"cut off before the name of an end tag", `<rss><abc>1</`, `rss (abc "1")`, "1:12 the document ends inside of an end tag"},
		{"cut off in the start of CDATA", `<rss><a><![CD`, `rss (a)`, "1:9 the document ends inside of a tag"},
		{"cut off in an instruction", `<rss><a><?`, `rss (a)`, "1:9 a processing instruction that does not end"},
		{"cut off in a reference", `<rss><a>1 &am`, `rss (a "1 ")`, "1:14 the document ends inside of <a>"},
		{"raw less-than", `<rss>1 < 2 <3</rss>`, `rss "1 < 2 <3"`, "1:8 a raw < in text\n1:12 a raw < in text"},
		{"entities", `<!DOCTYPE rss [<!ENTITY a "1&#50;&b;"><!ENTITY b "3">]><rss>&a;</rss>`, `rss "123"`, ""},
		{"too deep", strings.Repeat("<a>", 66) + "x" + strings.Repeat("</a>", 66), strings.Repeat("a (", 63) + "a" + strings.Repeat(")", 63), "1:193 elements are nested deeper than 64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := parse(t, tt.source)
			if diff := cmp.Diff(tt.want, outline(d.Root)); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, strings.Join(problems(d), "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = `<rss>émission</rss>`
	declared := func(label string) string { return `<?xml version="1.0" encoding="` + label + `"?>` + text }
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy, s string) string {
		out, _ := unicode.UTF16(e, b).NewEncoder().String(s)
		return out
	}
	latin1 := strings.ReplaceAll(declared("iso-8859-1"), "é", "\xe9")
	hangul, _ := korean.EUCKR.NewEncoder().String(`<?xml version="1.0" encoding="euc-kr"?><rss>한국</rss>`)
	wide, _ := utf32.UTF32(utf32.BigEndian, utf32.UseBOM).NewEncoder().String(text)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, text)
	z.Close()
	for _, tt := range []struct{ name, source, contentType, encoding, text string }{
		{"none", text, "", "UTF-8", "émission"},
		{"UTF-8", declared("utf-8"), "", "UTF-8", "émission"},
		{"UTF-8 with a mark", "\ufeff" + declared("utf-8"), "", "UTF-8", "émission"},
		{"UTF-8 with a mark and another label", "\ufeff" + declared("iso-8859-1"), "", "UTF-8", "émission"},
		{"ISO-8859-1", latin1, "", "ISO-8859-1", "émission"},
		{"ISO-8859-1 by Content-Type", "<rss>\xe9mission</rss>", "text/xml; charset=iso-8859-1", "ISO-8859-1", "émission"},
		{"ISO-8859-1 with quotes of Windows-1252", strings.ReplaceAll(latin1, "\xe9", "\x93\xe9\x94"), "", "ISO-8859-1", "“é”mission"},
		{"ISO-8859-1 with control characters", strings.ReplaceAll(latin1, "\xe9", "\x81\xe9"), "", "ISO-8859-1", "\u0081émission"},
		{"US-ASCII", `<?xml version="1.0" encoding="us-ascii"?><rss>mission</rss>`, "", "US-ASCII", "mission"},
		{"UTF-8 in spite of Content-Type", declared("UTF-8"), "text/xml; charset=iso-8859-1", "UTF-8", "émission"},
		{"UTF-16 little endian", utf16(unicode.LittleEndian, unicode.UseBOM, declared("UTF-16")), "", "UTF-16LE", "émission"},
		{"UTF-16 big endian without a mark", utf16(unicode.BigEndian, unicode.IgnoreBOM, declared("UTF-16")), "", "UTF-16BE", "émission"},
		{"UTF-16 without a declaration", utf16(unicode.LittleEndian, unicode.IgnoreBOM, text), "", "UTF-16LE", "émission"},
		{"UTF-32", wide, "", "UTF-32BE", "émission"},
		{"EUC-KR", hangul, "", "EUC-KR", "한국"},
		{"gzip", packed.String(), "", "UTF-8", "émission"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := Parse([]byte(tt.source), &Options{ContentType: tt.contentType})
			if err != nil {
				t.Fatal(err)
			}
			if d.Encoding != tt.encoding || d.Root.Value() != tt.text || len(d.Problems) > 0 {
				t.Errorf("%s, text %q, problems %v", d.Encoding, d.Root.Value(), d.Problems)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		want   Kind
	}{
		{"<rss/>", RSS},
		{"<RSS><channel/></RSS>", RSS},
		{"<feed xmlns='http://www.w3.org/2005/Atom'/>", Atom},
		{"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", RDF},
		{"\n<!doctype html><p>Log in", HTML},
		{"<?xml version='1.0'?><html/>", HTML},
		{` {"version": 1}`, JSON},
		{"ID3\x04\x00", Media},
		{"\x00\x00\x00\x20ftypM4A ", Media},
		{" \n", Empty},
		{"", Empty},
		{"hello", Unknown},
		{"<opml/>", Unknown},
	} {
		if d := parse(t, tt.source); d.Kind != tt.want {
			t.Errorf("%q: kind %d, want %d", tt.source, d.Kind, tt.want)
		}
	}
}

func TestItemsAreHandedOver(t *testing.T) {
	t.Parallel()
	source := "<rss><channel>" + strings.Repeat("<item><title>1</title></item>", MaxItems+1) + "<x><item/></x></channel><item/></rss>"
	n := 0
	d, err := Parse([]byte(source), &Options{Item: func(e *Element) {
		if n++; e.Child("title").Value() != "1" {
			t.Errorf("item %d is %s", n, outline(e))
		}
	}})
	if err != nil || n != MaxItems || d.Items != MaxItems+1 {
		t.Errorf("%d items of %d, %v", n, d.Items, err)
	}
	if got, want := outline(d.Root), "rss (channel (x (item))) (item)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(d.Problems) != 1 || d.Problems[0].Cause != Count || !d.WellFormed() {
		t.Errorf("problems %v", d.Problems)
	}
}

func TestSourceOfElements(t *testing.T) {
	t.Parallel()
	d := parse(t, "<rss><channel><a b='1'>x<c/></a><d/></channel></rss>")
	if got := string(d.Source(d.Channel().Child("a"))); got != "<a b='1'>x<c/></a>" {
		t.Error(got)
	}
	if got := string(d.Source(d.Channel().Child("d"))); got != "<d/>" {
		t.Error(got)
	}
	if d.Source(nil) != nil || d.Channel().Child("e").Child("f").Value() != "" {
		t.Error("a nil element has a value")
	}
}

func TestExpansionIsLimited(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, MaxBytes+1)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	if _, err := Parse(packed.Bytes(), nil); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := Parse(make([]byte, MaxBytes+1), nil); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	laughs := `<!DOCTYPE a [<!ENTITY a "ha">`
	for c := 'b'; c <= 'z'; c++ {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	d := parse(t, laughs+"]><a>&z;&z;</a>")
	if len(d.Root.Text) > maxExpansion || !hasCause(d, Entity) {
		t.Errorf("%d bytes, %v", len(d.Root.Text), d.Problems)
	}
	if d := parse(t, "<a>"+strings.Repeat("&", 5000)+"</a>"); len(d.Problems) != maxProblems {
		t.Errorf("%d problems", len(d.Problems))
	}
}

func FuzzParse(f *testing.F) {
	for _, source := range broken {
		f.Add([]byte(source))
	}
	if data, err := os.ReadFile("../check/testdata/good.xml"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data, nil)
		if err != nil {
			return
		}
		for _, p := range d.Problems {
			if p.Line < 1 || p.Column < 1 || p.Message == "" {
				t.Errorf("problem %+v", p)
			}
		}
		var walk func(e *Element, depth int)
		walk = func(e *Element, depth int) {
			if depth > MaxDepth || e.Line < 1 || e.start >= e.end || e.end > len(d.Data) {
				t.Errorf("element %+v at depth %d", e, depth)
			}
			for _, c := range e.Children {
				walk(c, depth+1)
			}
		}
		if d.Root != nil {
			walk(d.Root, 1)
		}
	})
}

// TestRepeatedAttributes checks that an attribute that is written again and again costs few
// allocations. It is not parallel, because allocations of other tests would count too.
func TestRepeatedAttributes(t *testing.T) {
	const n = 2000
	data := []byte("<rss " + strings.Repeat(`version="2.0" `, n) + "/>")
	allocations := testing.AllocsPerRun(1, func() {
		if _, err := Parse(data, nil); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 3*n {
		t.Errorf("%.0f allocations for %d attributes", allocations, n)
	}
}

package tree

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// broken are documents that parsers disagree about, most of them not well-formed.
var broken = []string{
	"", " \n", "text", "<", "<a", "<a>", "<a/>", "</a>", "<a></a>", "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a/>text", "x<a/>", "<a/> \n<!-- c -->",
	"\n<?xml version=\"1.0\"?><a/>", " <a/>", "<?xml version=\"1.0\"?>\n<a/>", "<?xml version='1.0'?><a/>", "<?xml?><a/>", "<?xml encoding=\"UTF-8\"?><a/>",
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"maybe\"?><a/>", "<?xml version=\"1.0\"encoding=\"UTF-8\"?><a/>", "<?xml version=\"1.0\" encoding=\"\"?><a/>",
	"<?xml version=\"1.0\" encoding=\"no-such\"?><a/>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>",
	"<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a/>", "<?xml version=\"1.0\" encoding=\"us-ascii\"?><a>\u00fc</a>", "<?xml version=\"1.0\" encoding=\"ASCII\"?><a>\xe9</a>", "<?xml version=\"1.0\" encoding=\"ANSI_X3.4-1968\"?><a>\xe9</a>",
	"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x80</a>", "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x81</a>", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\x81</a>", "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><a>\xa4</a>", "<?xml version=\"1.0\" encoding=\"ISO-8859-7\"?><a>\xd2</a>", "<?xml version=\"1.0\" encoding=\"EUC-KR\"?><a>\xff</a>", "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x83\x41</a>", "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x83</a>", "<?xml version=\"1.0\" encoding=\"utf8\"?><a>\u00fc</a>", "<?xml version=\"1.0\" encoding=\"latin1\"?><a>\xfc</a>", "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\x98</a>", "<?xml version=\"1.0\" encoding=\"GB2312\"?><a>\xc4\xe3</a>", "<?xml version=\"1.0\" encoding=\"Big5\"?><a>\xa4</a>",
	"<a><?XML a?></a>", "<a><?Xml?></a>", "<a><?xml-stylesheet href=\"a\"?></a>", "<a><?xMl-x a?></a>", "<?XML version=\"1.0\"?><a/>", "<?xml version=\"1.0\" standalone=\"yes\"?><a/>", "<?xml version=1.0?><a/>", "<?xml version=\"1.0\" ><a/>",
	"\xef\xbb\xbf<?xml version=\"1.0\"?><a/>", "\xef\xbb\xbf<a/>", "\xef\xbb\xbf\n<?xml version=\"1.0\"?><a/>", "<!-- c --><?xml version=\"1.0\"?><a/>",
	"\xff\xfe<\x00a\x00/\x00>\x00", "\xfe\xff\x00<\x00a\x00/\x00>", "<a><?xml version=\"1.0\"?></a>", "<a><?php echo ?></a>", "<a><?php echo</a>", "<a><? x?></a>", "<a><?x?></a>", "<a><?x:y z?></a>",
	"<a>&</a>", "<a>& b</a>", "<a>&b</a>", "<a>&b;</a>", "<a>&amp;</a>", "<a>&amp</a>", "<a>&nbsp;</a>", "<a>&#38;</a>", "<a>&#x26;</a>", "<a>&#X26;</a>", "<a>&#;</a>", "<a>&#x;</a>", "<a>&#0;</a>", "<a>&#1;</a>", "<a>&#9;</a>",
	"<a>&#55357;&#56841;</a>", "<a>&#xFFFE;</a>", "<a>&#x10FFFF;</a>", "<a>&#x110000;</a>", "<a>&#99999999999999;</a>", "<a>&#12a;</a>", "<a>&lt;&gt;&quot;&apos;</a>", "<a>&LT;</a>", "<a>a &amp b; c</a>", "<a>&a b;</a>", "<a>&é;</a>",
	"<a>\x00</a>", "<a>\x01</a>", "<a>\x0b</a>", "<a>\x1f</a>", "<a>\x7f</a>", "<a>\u0085</a>", "<a>\uFFFE</a>", "<a>\uFFFF</a>", "<a>\uFFFD</a>", "<a>\xff</a>", "<a>\xc3</a>", "<a>\xed\xa0\x80</a>", "<a>\xf4\x90\x80\x80</a>", "<a>\xc0\x80</a>", "<a>😀</a>", "<a b=\"\x01\"/>", "<a b=\"\uFFFE\"/>", "<a b=\"\xff\"/>", "<!-- \x01 --><a/>", "<a><![CDATA[\x01]]></a>", "<?p \x01?><a/>",
	"<a>]]></a>", "<a>]]</a>", "<a>]]]></a>", "<a>] ]></a>", "<a b=\"]]>\"/>", "<a><![CDATA[ ]]></a>", "<a><![CDATA[ ]]]]><![CDATA[> ]]></a>", "<a><![CDATA[ </a>", "<a><![CDATA[ ]]</a>", "<a><![cdata[ ]]></a>", "<a><!CDATA[ ]]></a>", "<![CDATA[x]]>", "<a/><![CDATA[x]]>",
	"<a><!-- c --></a>", "<a><!-- - - --></a>", "<a><!-- -- --></a>", "<a><!-- c ---></a>", "<a><!--></a>", "<a><!---></a>", "<a><!-- c</a>", "<a><!- c --></a>", "<a><!----></a>",
	"<a b=\"1\"/>", "<a b='1'/>", "<a b=1/>", "<a b/>", "<a b=/>", "<a b=\"1\" b=\"2\"/>", "<a b=\"1\"c=\"2\"/>", "<a b=\"1\"\nc=\"2\"/>", "<a b = \"1\"/>", "<a b=\"<\"/>", "<a b=\"&\"/>", "<a b=\"&x;\"/>", "<a b=\"&amp;\"/>", "<a b=\"1/>", "<a b=\"1'/>", "<a \"1\"/>", "<a b=\"1\" />", "<a b=\"1\" / >", "<a/ >", "< a/>", "<a /x>", "<a 1=\"2\"/>", "<a -b=\"2\"/>", "<a b.c-d=\"2\"/>", "<1a/>", "<-a/>", "<_a/>", "<é/>", "<a×/>", "<a·/>", "<·a/>", "<:a/>", "<a:/>",
	"<a></a >", "<a></ a>", "<a></a x>", "<a></a", "<a></A>", "<a></a/>", "<a><b/></a>", "<a><b></a>", "<a></b></a>", "<a>< b</a>", "<a>1 < 2</a>", "<a><</a>", "<a><>", "<a></></a>", "<a>a > b</a>", "<a<b/></a>",
	"<x:a/>", "<x:a xmlns:x=\"urn:x\"/>", "<a x:b=\"1\"/>", "<a xmlns:x=\"urn:x\" x:b=\"1\"/>", "<a xml:lang=\"en\"/>", "<a xmlns:x=\"u\" xmlns:y=\"u\" x:b=\"1\" y:b=\"2\"/>", "<a xmlns:x=\"u\" xmlns:y=\"v\" x:b=\"1\" y:b=\"2\" b=\"3\"/>", "<a xmlns=\"\"/>", "<a xmlns=\"urn:x\"/>", "<a><x:b/></a>", "<a xmlns:x=\"urn:x\"><x:b/></a>", "<r><a xmlns:x=\"urn:x\"/><x:b/></r>",
	"<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&d;</a>", "<!DOCTYPE a [<!ENTITY b \"&c;\"><!ENTITY c \"&b;\">]><a>&b;</a>", "<!DOCTYPE a SYSTEM \"no.dtd\"><a>&d;</a>", "<!DOCTYPE a PUBLIC \"-//N//E\" \"no.dtd\"><a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a b=\"&b;\"/>", "<!DOCTYPE a [<!ENTITY nbsp \"&#160;\">]><a>&nbsp;</a>", "<a/><!DOCTYPE a>", "<!DOCTYPE a><!DOCTYPE a><a/>", "<!DOCTYPE a", "<!DOCTYPE a [<!-- ] > --> ]><a/>", "<!doctype a><a/>", "<!DOCTYPE a [ <!ELEMENT a (#PCDATA)> ]><a/>", "<!DOCTYPE a [<!ENTITY % p \"q\">]><a/>", "<!DOCTYPEa><a/>",
}

// mutate returns a document with a random fault of a kind that careless programs make.
func mutate(r *rand.Rand, source string) string {
	at := r.IntN(len(source))
	pieces := []string{"&", "<", ">", "\"", "]]>", "&nbsp;", "&eacute;", "&#55357;", "\x00", "\x08", "\xe9", "</item>", "<br>", "<!--", "-->", "<![CDATA[", "<p", " =", "media:", "'", "\u2028", "<?xml version=\"1.0\"?>"}
	switch r.IntN(5) {
	case 0:
		return source[:at]
	case 1:
		return source[:at] + source[min(len(source), at+1+r.IntN(12)):]
	case 2:
		return source[at:] // cut off the start
	default:
		return source[:at] + pieces[r.IntN(len(pieces))] + source[at:]
	}
}

// TestAgreesWithXmllint checks that Parse and libxml2 agree about which broken
// documents are well-formed.
func TestAgreesWithXmllint(t *testing.T) {
	t.Parallel()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("xmllint is missing; it is in the package libxml2-utils")
		}
		t.Skip("xmllint is missing")
	}
	documents := broken
	feed, err := os.ReadFile("../check/testdata/good.xml")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(13, 200))
	for range 60 {
		documents = append(documents, mutate(r, string(feed)))
	}
	dir := t.TempDir()
	for i, source := range documents {
		name := filepath.Join(dir, fmt.Sprintf("%03d.xml", i))
		if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(xmllint, "--noout", "--nonet", name).CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		d, parseErr := parseXML([]byte(source))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		if want := err == nil; d.WellFormed() != want {
			t.Errorf("%q:\nwell-formed %t, problems %v\nxmllint says %s", clip(source, d), d.WellFormed(), d.Problems, out)
		} else if want && hasCause(d, SameName) != strings.Contains(string(out), "namespace error : Namespaced Attribute") {
			t.Errorf("%q:\nproblems %v\nxmllint says %s", clip(source, d), d.Problems, out)
		} else if want && hasCause(d, Prefix) != strings.Contains(string(out), "namespace error : Namespace prefix") {
			t.Errorf("%q:\nproblems %v\nxmllint says %s", clip(source, d), d.Problems, out)
		}
	}
}

// parseXML parses a document as XML even if it is obviously not XML.
func parseXML(data []byte) (*Document, error) {
	d, err := Parse(data, nil)
	if err == nil && d.Kind != Unknown && d.Root == nil && len(d.Problems) == 0 {
		p := &parser{doc: d}
		p.document()
	}
	return d, err
}

func hasCause(d *Document, c Cause) bool {
	for _, p := range d.Problems {
		if p.Cause == c {
			return true
		}
	}
	return false
}

// clip returns the end of a document that is short or has no problem, or else the line of
// its first problem.
func clip(source string, d *Document) string {
	if len(source) < 200 || len(d.Problems) == 0 {
		return source[max(0, len(source)-200):]
	}
	lines := strings.SplitAfter(source, "\n")
	return lines[min(d.Problems[0].Line, len(lines))-1]
}

package markdown

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// sanitizer renders the nodes that could be dangerous in untrusted input: links,
// images and raw HTML. Goldmark's renderer blocks a list of dangerous schemes;
// sanitizer allows a list of harmless ones.
type sanitizer struct {
	base     *url.URL                    // nil leaves relative addresses as they are
	imageURL func(address string) string // see HTMLWithImages; may be nil

	unbalanced bool // whether raw HTML was written, which may leave elements open
}

var _ renderer.NodeRenderer = (*sanitizer)(nil)

var (
	// LinkSchemes are the schemes of the addresses that links may have.
	LinkSchemes = []string{
		"http", "https", "mailto", "tel", "sms", "irc", "xmpp", "matrix", "nostr", "lightning", "bitcoin",
		"feed", "podcast", "itms", "itms-apps", "spotify",
	}
	imageSchemes = []string{"http", "https"}
)

// RegisterFuncs implements renderer.NodeRenderer.
func (r *sanitizer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
}

func (r *sanitizer) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	href, ok := r.address(unescaped(n.Destination), LinkSchemes)
	switch {
	case !ok: // keep only the text
	case entering:
		openTag(w, "a", "href", href, "title", string(unescaped(n.Title)))
	default:
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r *sanitizer) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.AutoLink)
	dest := n.URL(source)
	if n.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(dest), []byte("mailto:")) {
		dest = append([]byte("mailto:"), dest...)
	}
	href, ok := r.address(dest, LinkSchemes)
	if ok {
		openTag(w, "a", "href", href)
	}
	w.Write(util.EscapeHTML(n.Label(source)))
	if ok {
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r *sanitizer) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	src, ok := r.imageAddress(n.Destination)
	if !ok { // keep only the alternative text
		return ast.WalkContinue, nil
	}
	openTag(w, "img", "src", src, "alt", plain(n, source), "title", string(unescaped(n.Title)))
	return ast.WalkSkipChildren, nil
}

// imageAddress resolves the destination of an image. ok is false if its scheme is not
// allowed.
func (r *sanitizer) imageAddress(dest []byte) (resolved string, ok bool) {
	dest = unescaped(dest)
	if own := r.ownImage(string(dest)); own != "" {
		dest = []byte(own)
	}
	return r.address(dest, imageSchemes)
}

// ownImage returns the address that replaces the address of an image, or "" to keep the
// address.
func (r *sanitizer) ownImage(address string) string {
	if r.imageURL == nil {
		return ""
	}
	return r.imageURL(address)
}

// address returns the address to write for a destination. An absolute address stays as
// it is, except that control characters are escaped. A relative address is escaped and
// resolved. ok is false if the scheme is not allowed.
func (r *sanitizer) address(dest []byte, schemes []string) (resolved string, ok bool) {
	if m := scheme.FindSubmatch(dest); m != nil {
		written := control.ReplaceAllStringFunc(string(dest), url.QueryEscape)
		return written, slices.Contains(schemes, strings.ToLower(string(m[1])))
	}
	escaped := string(util.URLEscape(dest, false))
	u, ok := parseAddress(escaped, schemes)
	if ok && r.base != nil {
		return r.base.ResolveReference(u).String(), true
	}
	return escaped, ok
}

var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):`)

// control matches characters that browsers ignore in addresses or that XML forbids.
var control = regexp.MustCompile(`[\x00-\x1F\x7F-\x{9F}\x{FFFE}\x{FFFF}]`)

// parseAddress parses an address that is relative or has one of the schemes. ok is
// false for other addresses, and for invalid ones, such as those with ASCII control
// characters.
func parseAddress(raw string, schemes []string) (u *url.URL, ok bool) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, false
	}
	return u, u.Scheme == "" || slices.Contains(schemes, u.Scheme)
}

var comment = regexp.MustCompile(`(?s)<!--.*?-->`)

func withoutComments(raw []byte) []byte { return comment.ReplaceAll(raw, nil) }

// openTag writes a start tag. attrs are names and values, alternating. The first
// attribute and alt are always written, others only if they are not empty.
func openTag(w util.BufWriter, name string, attrs ...string) {
	w.WriteByte('<')
	w.WriteString(name)
	for i := 0; i < len(attrs); i += 2 {
		if i > 0 && attrs[i+1] == "" && attrs[i] != "alt" {
			continue
		}
		w.WriteByte(' ')
		w.WriteString(attrs[i])
		w.WriteString(`="`)
		w.Write(util.EscapeHTML([]byte(attrs[i+1])))
		w.WriteByte('"')
	}
	w.WriteByte('>')
}

// plain returns the text below a node, for an alt attribute.
func plain(node ast.Node, source []byte) string {
	var b bytes.Buffer
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(source)
			if !n.IsRaw() {
				value = unescaped(value)
			}
			b.Write(value)
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// unescaped returns Markdown text with its backslashes and character references
// resolved.
func unescaped(b []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b)))
}

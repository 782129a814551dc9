package e2e

import (
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

// TestPagesAreValid checks a page of every kind with html-validate, which must report
// nothing. It also checks that html-validate reports a broken page.
func TestPagesAreValid(t *testing.T) {
	t.Parallel()
	site := gallery(t)
	script := need(t, "html-validate")
	args := []string{script}
	for _, path := range site.kinds() {
		if path, _, _ = strings.Cut(path, "?"); path == "" || strings.HasSuffix(path, "/") {
			path += "index.html"
		}
		args = append(args, site.file(path))
	}
	for _, line := range decode[[]string](t, tool(t, "node", args...)) {
		t.Error(strings.TrimPrefix(line, site.dir))
	}
	broken := filepath.Join(t.TempDir(), "broken.html")
	if err := os.WriteFile(broken, []byte("<!doctype html><html lang=\"en\"><title>x</title><p id=a id=a><b></p></html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	if lines := decode[[]string](t, tool(t, "node", script, broken)); len(lines) == 0 {
		t.Error("a broken page is not reported")
	}
}

// TestPagesAreAccessible checks a page of every kind with axe, in both colour schemes and at two
// widths, and that no page scrolls sideways.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	site := gallery(t)
	axe, err := os.ReadFile(need(t, "axe-core"))
	if err != nil {
		t.Fatal(err)
	}
	chromium := need(t, "chromium")
	names := slices.Sorted(maps.Keys(site.kinds()))
	for part := range slices.Chunk(names, (len(names)+2)/3) {
		t.Run(part[0], func(t *testing.T) {
			t.Parallel()
			b := openTab(t, chromium)
			for _, name := range part {
				b.open(t, site.url+site.kinds()[name])
				if name == "results" {
					b.do(t, "wait for hits", chromedp.WaitVisible(".hit mark"))
				}
				if open := eval[[]string](t, b, `[...document.links].filter(a => /^http/.test(a.protocol) && a.host !== location.host && !a.relList.contains("noopener")).map(a => a.href)`); len(open) > 0 {
					t.Errorf("%s: links without noopener: %q", name, open)
				}
				// An hour of turns would take axe long, and turns are alike.
				b.do(t, "shorten the transcript", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".turn")].slice(12).forEach(turn => turn.remove())`))
				b.do(t, "load axe", chromedp.Evaluate[chromedp.Void](string(axe)+";undefined"))
				for _, w := range windows {
					for _, scheme := range []string{"light", "dark"} {
						b.look(t, w.width, w.height, scheme)
						for _, v := range b.axe(t, w == windows[0] && scheme == "light") {
							t.Errorf("%s, %s, %s: %s", name, w.name, scheme, v)
						}
					}
				}
				for _, width := range []int64{320, 390, 1440} {
					b.mustFit(t, name, width)
				}
				b.do(t, "double the text", chromedp.Evaluate[chromedp.Void](`(sheet => {
					sheet.replaceSync("html { font-size: 200% }");
					document.adoptedStyleSheets = [sheet];
				})(new CSSStyleSheet())`))
				b.mustFit(t, name+" at 200 %", 320)
				if name == "archive" && !eval[bool](t, b, `(time => {
					time.scrollIntoView({ block: "center", behavior: "instant" });
					const box = time.getBoundingClientRect();
					return document.elementFromPoint(box.left + 2, box.top + 2).matches(".rows a");
				})(document.querySelector(".rows time"))`) {
					t.Error("the date of an episode in a list is not part of its link")
				}
				if name == "home" && !eval[bool](t, b, `(card => {
					card.querySelector(".thumb").remove();
					return card.clientWidth > 0 && card.clientWidth - card.querySelector("div").offsetWidth < 2;
				})(document.querySelector(".latest .latest-card"))`) {
					t.Error("without artwork, the latest episode is narrower than its card")
				}
			}
			b.do(t, "break the page", chromedp.Evaluate[chromedp.Void](`document.querySelector("main").innerHTML = "<img src='x.png'>"`))
			if len(b.axe(t, true)) == 0 {
				t.Error("a broken page is not reported")
			}
		})
	}
}

// mustFit checks that the page does not scroll sideways in a window of the given width.
func (b *tab) mustFit(t testing.TB, name string, width int64) {
	t.Helper()
	b.look(t, width, 800, "light")
	if wide := eval[int64](t, b, `document.documentElement.scrollWidth`); wide > width {
		t.Errorf("%s is %d pixels wide in a window of %d", name, wide, width)
	}
}

// axe returns the violations that axe finds on the page: of all rules, or only of rules
// that depend on colours and sizes.
func (b *tab) axe(t testing.TB, all bool) (violations []string) {
	t.Helper()
	options := `{ resultTypes: ["violations"] }`
	if !all {
		options = `{ resultTypes: ["violations"], runOnly: ["color-contrast", "target-size", "scrollable-region-focusable"] }`
	}
	report, err := chromedp.Run(b, chromedp.Evaluate[string](`axe.run(document, `+options+`).then(({ violations }) =>
		JSON.stringify(violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join("; "))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return decode[[]string](t, []byte(report))
}

// TestLinksLeadSomewhere follows every reference from a page to the site: links,
// versions of images, scripts, styles, addresses in the head, and anchors.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	site := gallery(t)
	type target struct{ from, anchor string }
	wanted := map[string][]target{} // by address without anchor
	anchors := map[string]map[string]bool{}
	for _, key := range site.pages(t) {
		page, err := url.Parse(site.url + strings.TrimSuffix(key, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(site.file(key))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		anchors[page.String()] = have
		for n := range doc.Descendants() {
			for _, a := range n.Attr {
				var links []string
				switch a.Key {
				case "id":
					have[a.Val] = true
				case "href", "src", "data-page", "data-index", "data-waveform":
					links = []string{a.Val}
				case "srcset", "data-artwork":
					for part := range strings.SplitSeq(a.Val, ", ") {
						links = append(links, strings.Fields(part)[0])
					}
				case "content":
					if strings.HasPrefix(a.Val, site.url) {
						links = []string{a.Val}
					}
				}
				for _, link := range links {
					to, err := page.Parse(link)
					if err != nil {
						t.Errorf("%s: %v", key, err)
						continue
					}
					anchor := to.Fragment
					if to.Fragment, to.RawFragment = "", ""; strings.HasPrefix(to.String(), site.url) {
						wanted[to.String()] = append(wanted[to.String()], target{key, anchor})
					}
				}
			}
		}
	}
	for address, from := range wanted {
		response, err := http.Head(address)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s links to %s: %s", from[0].from, address, response.Status)
		}
		for _, to := range from {
			if have := anchors[address]; have != nil && to.anchor != "" && !strings.HasPrefix(to.anchor, "t=") && !have[to.anchor] {
				t.Errorf("%s links to %s#%s, which has no such anchor", to.from, address, to.anchor)
			}
		}
	}
	if len(wanted) < 50 {
		t.Errorf("only %d addresses", len(wanted))
	}
}

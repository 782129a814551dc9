package e2e

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
	"github.com/google/go-cmp/cmp"
)

// TestDocs runs the commands of the console blocks in README.md and docs, and compares
// their output with the output on the pages. With UPDATE_DOCS it writes the pages.
//
// The commands of a page run in one session, in an empty home folder. A comment before a block,
//
//	<!-- before: COMMANDS -->
//
// has commands that prepare the block. $EXAMPLES is the folder of the examples, and
// $DOCS the folder of scripts for longer preparations. If a block shows no output for a
// command, the command may print anything. An ellipsis stands for any text, and on a
// line of its own for any number of lines. Sizes, seconds and counts of objects are not
// compared. The test provides the buckets my-show and my-show-private, a CDN and the
// site https://podcast.example.com/. A block that begins with "```console network"
// needs another network service and is not run.
func TestDocs(t *testing.T) {
	t.Parallel()
	need(t, "bash")
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for _, name := range append(pages, "../README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !consoleBlock.Match(text) {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			got := runPage(t, string(text))
			if os.Getenv("UPDATE_DOCS") != "" {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s does not show what its commands print now; set UPDATE_DOCS=1 to write it:\n%s", name, diff)
			}
		})
	}
}

var (
	consoleBlock = regexp.MustCompile("(?m)(?:^ *<!-- before: ((?s:.*?)) -->\n+)?^( *)```console *(.*)\n((?s:.*?))^ *```$")
	// measured matches text that differs between machines, or between versions of the
	// theme.
	measured = regexp.MustCompile(`[0-9.]+ (bytes|KB|MB|s|objects?|pages?|to add)\b`)
	serves   = regexp.MustCompile(`\bonair\b.* serve$`)
)

// runPage runs the console blocks of a page. It returns the page with the output of the
// commands.
func runPage(t *testing.T, text string) string {
	s := newSession(t)
	return consoleBlock.ReplaceAllStringFunc(text, func(block string) string {
		m := consoleBlock.FindStringSubmatch(block)
		before, indent, info, body := m[1], m[2], m[3], m[4]
		switch info {
		case "network":
			return block
		case "":
		default:
			t.Errorf("console block with unknown word %q", info)
		}
		if !strings.HasPrefix(strings.TrimSpace(body), "$ ") {
			t.Errorf("console block without a command; its language is text:\n%s", body)
			return block
		}
		if before != "" {
			s.run(t, before)
		}
		return strings.TrimSuffix(block, body+indent+"```") + s.runBlock(t, indent, body) + indent + "```"
	})
}

// session is a shell session that runs commands one after another.
type session struct {
	home, root string
	env        []string
}

func newSession(t *testing.T) *session {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &session{root: root, home: filepath.Join(root, "home", "me")}
	examples, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := filepath.Abs("testdata/docs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		t.Fatal(err)
	}
	cloud := startEmulator(t)
	for _, name := range []string{"my-show", "my-show-private"} {
		cloud.fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
	}
	services := startInternet(t, map[string]http.HandlerFunc{
		"api.fastly.com": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status": "ok"}`)) },
		"podcast.example.com": func(w http.ResponseWriter, r *http.Request) {
			page := r.Clone(r.Context())
			page.Host = strings.TrimPrefix(cloud.url, "http://")
			page.URL.Path, page.URL.RawPath = "/my-show"+strings.TrimSuffix(r.URL.Path, "/"), ""
			if strings.HasSuffix(r.URL.Path, "/") {
				page.URL.Path += "/index.html"
			}
			if strings.HasPrefix(r.URL.Path, "/.onair/") {
				http.NotFound(w, r)
				return
			}
			cloud.fake.HTTPHandler().ServeHTTP(w, page)
		},
	})
	s.env = append(cleanEnv(s.home), services.env...)
	s.env = append(s.env, "STORAGE_EMULATOR_HOST="+strings.TrimPrefix(cloud.url, "http://"), "FASTLY_API_TOKEN=token", "EXAMPLES="+examples, "DOCS="+docs,
		"PATH="+filepath.Dir(onair)+string(filepath.ListSeparator)+os.Getenv("PATH"), "EDITOR=true", "STATE="+filepath.Join(s.root, "state"),
		"GIT_AUTHOR_NAME=Vega", "GIT_AUTHOR_EMAIL=vega@hello-universe.example", "GIT_COMMITTER_NAME=Vega", "GIT_COMMITTER_EMAIL=vega@hello-universe.example")
	return s
}

// run runs commands in the folder and with the variables that the previous commands
// left. It returns their output.
func (s *session) run(t *testing.T, commands string) string {
	t.Helper()
	if strings.HasPrefix(commands, "go build ") { // TestMain has built the binary
		return ""
	}
	for _, name := range []string{"ffmpeg", "lame"} {
		if strings.HasPrefix(commands, name) {
			need(t, name)
		}
	}
	script := `cd ~; test -f "$STATE" && . "$STATE"; trap '{ export -p; echo "cd \"$PWD\""; } >"$STATE"' EXIT; set -e
`
	cmd := exec.Command("bash", "-c", script+commands)
	if serves.MatchString(commands) {
		cmd = exec.Command("bash", "-c", script+"exec "+commands)
	}
	cmd.Env = s.env
	out := &firstLine{seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if serves.MatchString(commands) { // the server has started when it has printed its address
		<-out.seen
		_ = cmd.Process.Signal(os.Interrupt)
	}
	if err := cmd.Wait(); err != nil && !bytes.Contains(out.text, []byte("error")) {
		t.Errorf("%s\n%v\n%s", commands, err, out.text)
	}
	return strings.ReplaceAll(string(out.text), s.root, "")
}

// firstLine collects output, and closes seen once it has a line.
type firstLine struct {
	text []byte
	seen chan struct{}
}

func (f *firstLine) Write(p []byte) (int, error) {
	before := bytes.IndexByte(f.text, '\n')
	f.text = append(f.text, p...)
	if before < 0 && bytes.IndexByte(f.text, '\n') >= 0 {
		close(f.seen)
	}
	return len(p), nil
}

// runBlock runs the commands of a block. It returns the block with their output. Output
// that differs only in what is not compared remains as the block shows it.
func (s *session) runBlock(t *testing.T, indent, body string) string {
	t.Helper()
	var b strings.Builder
	for _, part := range regexp.MustCompile(`(?m)^ *\$ `).Split(body, -1)[1:] {
		command, shown, _ := strings.Cut(part, "\n")
		for strings.HasSuffix(command, `\`) {
			line, rest, _ := strings.Cut(shown, "\n")
			command, shown = command+"\n"+line, rest
		}
		printed := s.run(t, command)
		b.WriteString(indent + "$ " + command + "\n")
		text := strings.TrimSpace(shown)
		if text == "" || wanted(text).MatchString(plain(printed, indent)) {
			b.WriteString(shown)
			continue
		}
		for line := range strings.Lines(strings.TrimSpace(printed) + "\n") {
			b.WriteString(strings.TrimRight(indent+line, " "))
		}
		b.WriteString(shown[len(strings.TrimRight(shown, "\n ")):][min(1, len(shown)):])
	}
	return b.String()
}

// plain removes from a text the parts that are not compared.
func plain(text, indent string) string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, indent), " \n"))
	}
	return measured.ReplaceAllString(strings.Join(lines, "\n"), "N")
}

// wanted returns a regular expression for the output that a page shows.
func wanted(text string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(plain(text, ""))
	quoted = regexp.MustCompile(`(?m)^ *…\n`).ReplaceAllString(quoted, `(?s:.*\n)?`)
	quoted = regexp.MustCompile(`(?m)\n *…$`).ReplaceAllString(quoted, `(?s:\n.*)?`)
	return regexp.MustCompile("^" + strings.ReplaceAll(quoted, "…", ".*") + "$")
}

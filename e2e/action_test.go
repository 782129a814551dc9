package e2e

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// actionFile is the part of an action.yml that the test runs.
type actionFile struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []struct {
			ID   string
			Uses string
			Run  string
			Env  map[string]string
		}
	}
}

// actionRun is a run of the action's scripts, as on a runner of GitHub Actions.
type actionRun struct {
	dir    string            // folder of the action
	temp   string            // temporary folder of the runner
	values map[string]string // values of expressions
	env    []string
	log    string
}

var actionExpression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)

// run runs the steps that are scripts, until one fails.
func (r *actionRun) run(t *testing.T) error {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a actionFile
	if err := yaml.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	for name, input := range a.Inputs {
		if _, ok := r.values["inputs."+name]; !ok {
			r.values["inputs."+name] = input.Default
		}
	}
	expand := func(s string) string {
		return actionExpression.ReplaceAllStringFunc(s, func(e string) string {
			return r.values[actionExpression.FindStringSubmatch(e)[1]]
		})
	}
	for _, s := range a.Runs.Steps {
		if s.Run == "" {
			if !regexp.MustCompile(`^actions/[a-z-]+@[0-9a-f]{40}$`).MatchString(s.Uses) {
				t.Errorf("%q is not pinned by a commit", s.Uses)
			}
			continue
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("an expression in the script of %q", s.ID)
		}
		outputs := filepath.Join(t.TempDir(), "outputs")
		cmd := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", s.Run)
		cmd.Env = append(r.env[:len(r.env):len(r.env)],
			"RUNNER_TEMP="+r.temp, "GITHUB_OUTPUT="+outputs, "GITHUB_STEP_SUMMARY="+filepath.Join(r.temp, "summary.md"))
		for name, v := range s.Env {
			cmd.Env = append(cmd.Env, name+"="+expand(v))
		}
		out, err := cmd.CombinedOutput()
		r.log += string(out)
		written, _ := os.ReadFile(outputs)
		for line := range strings.Lines(string(written)) {
			name, v, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			r.values["steps."+s.ID+".outputs."+name] = v
		}
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", s.Run, err, r.log)
		}
	}
	return nil
}

func (r *actionRun) output(name string) string { return r.values["steps.run.outputs."+name] }

func (r *actionRun) summary() string {
	data, _ := os.ReadFile(filepath.Join(r.temp, "summary.md"))
	return string(data)
}

// serveRelease serves releases of vega/onair as GitHub does: v1.2.3, and v1.2.4, whose
// archive does not match its checksums.txt.
func serveRelease(t *testing.T) string {
	t.Helper()
	binary, err := os.ReadFile(onair)
	if err != nil {
		t.Fatal(err)
	}
	var tarred, archive bytes.Buffer
	w := tar.NewWriter(&tarred)
	if err := w.WriteHeader(&tar.Header{Name: "onair", Mode: 0o755, Size: int64(len(binary))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(binary); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	xz := exec.Command(need(t, "xz"), "-0", "--stdout")
	xz.Stdin, xz.Stdout = &tarred, &archive
	if err := xz.Run(); err != nil {
		t.Fatal(err)
	}
	const releases = "/vega/onair/releases/"
	name := func(version string) string {
		return fmt.Sprintf("onair_%s_%s_%s.tar.xz", version, runtime.GOOS, runtime.GOARCH)
	}
	mux := http.NewServeMux()
	mux.Handle(releases+"latest", http.RedirectHandler(releases+"tag/v1.2.3", http.StatusFound))
	mux.HandleFunc(releases+"tag/v1.2.3", func(http.ResponseWriter, *http.Request) {})
	for _, version := range []string{"1.2.3", "1.2.4"} {
		mux.HandleFunc(releases+"download/v"+version+"/"+name(version), func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(archive.Bytes())
		})
		sum := sha256.Sum256(archive.Bytes())
		if version == "1.2.4" {
			sum[0]++
		}
		mux.HandleFunc(releases+"download/v"+version+"/checksums.txt", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "%x  %s\n", sum, name(version))
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// fakeGH writes a program gh and returns its folder. The program records requests and
// the comment, answers with pull request 7, and refuses attestations.
func fakeGH(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "gh"), []byte(`#!/usr/bin/env bash
dir="$(dirname "$0")"
printf '%s\n' "$*" >> "$dir/requests"
if [ "$1" = attestation ]; then exit 1; fi
for arg in "$@"; do
  case "$arg" in
    body=@*) cat "${arg#body=@}" > "$dir/comment" ;;
    */pulls) echo 7 ;;
  esac
done
`), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestAction runs the steps of the action with a release on this machine and the emulator.
func TestAction(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the runner of the test is Linux")
	}
	for _, name := range []string{"bash", "curl", "jq", "tar"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is missing", name)
		}
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	e := startEmulator(t)
	w := newWorkplace(t, e.env()...)
	server := serveRelease(t)
	// start returns a run for a push to the default branch, with more values of
	// expressions.
	start := func(t *testing.T, values ...string) *actionRun {
		r := &actionRun{dir: root, temp: t.TempDir(), env: append(w.env[:len(w.env):len(w.env)], "CI=true", "GITHUB_ACTIONS=true"), values: map[string]string{
			"github.action_path":                     root,
			"github.action_ref":                      "v1",
			"github.action_repository":               "vega/onair",
			"github.event.repository.default_branch": "main",
			"github.event_name":                      "push",
			"github.ref":                             "refs/heads/main",
			"github.repository":                      "vega/show",
			"github.server_url":                      server,
			"inputs.directory":                       w.dir,
			"inputs.to":                              "local",
		}}
		r.env = append(r.env, "GITHUB_WORKSPACE="+filepath.Dir(w.dir))
		for i := 0; i < len(values); i += 2 {
			r.values[values[i]] = values[i+1]
		}
		return r
	}
	refused := func(t *testing.T, r *actionRun, why string) {
		t.Helper()
		if err := r.run(t); err == nil || !strings.Contains(r.log, why) {
			t.Errorf("the action ends with %v, want %q", err, why)
		}
		if writes := e.writes(); len(writes) > 0 && r.values["inputs.command"] == "publish" {
			t.Errorf("the bucket is written: %q", writes)
		}
	}

	t.Run("wrong checksum", func(t *testing.T) {
		refused(t, start(t, "inputs.version", "1.2.4"), "does not have the SHA-256")
	})
	t.Run("wrong cache", func(t *testing.T) {
		r := start(t, "inputs.version", "v1.2.3")
		name := fmt.Sprintf("onair_1.2.3_%s_%s.tar.xz", runtime.GOOS, runtime.GOARCH)
		if err := os.MkdirAll(filepath.Join(r.temp, "onair", "download"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.temp, "onair", "download", name), []byte("another"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, r, "does not have the SHA-256")
	})
	t.Run("missing version", func(t *testing.T) {
		refused(t, start(t, "inputs.version", "v9.9.9"), "There is no release v9.9.9")
	})
	t.Run("not a version", func(t *testing.T) {
		refused(t, start(t, "inputs.version", "v1.2.3/../../x"), "not one such as v1.2.3")
	})
	t.Run("another major version", func(t *testing.T) {
		refused(t, start(t, "github.action_ref", "v2"), "is not a v2")
	})
	t.Run("version of the action", func(t *testing.T) { resolveActions(t, root) })
	t.Run("no attestation", func(t *testing.T) {
		r := start(t)
		r.env = append(r.env, "PATH="+fakeGH(t)+":"+os.Getenv("PATH"))
		cmd := filepath.Join(root, "action", "install")
		install := exec.Command("bash", cmd)
		install.Env = append(r.env, "RUNNER_TEMP="+r.temp, "GITHUB_OUTPUT=/dev/null", "TAG=v1.2.3", "RELEASES="+server+"/vega/onair/releases",
			"REPOSITORY=vega/onair", "SERVER=https://github.com", fmt.Sprintf("ARCHIVE=onair_1.2.3_%s_%s.tar.xz", runtime.GOOS, runtime.GOARCH))
		if out, err := install.CombinedOutput(); err == nil || !strings.Contains(string(out), "no valid attestation") {
			t.Errorf("an archive without an attestation is installed: %v\n%s", err, out)
		}
	})
	t.Run("fork", func(t *testing.T) {
		r := start(t, "inputs.command", "publish", "github.event_name", "pull_request", "github.event.pull_request.head.repo.full_name", "deneb/show")
		if err := r.run(t); err != nil {
			t.Error(err)
		}
		if asked := e.asked(); len(asked) > 0 || r.output("comment") != "" {
			t.Errorf("a pull request from a fork reaches the bucket: %v", asked)
		}
	})
	t.Run("plan", func(t *testing.T) {
		r := start(t, "inputs.command", "plan", "github.event_name", "pull_request", "github.event.pull_request.head.repo.full_name", "vega/show")
		if err := r.run(t); err != nil {
			t.Fatal(err)
		}
		if writes := e.writes(); len(writes) > 0 {
			t.Errorf("plan writes %q", writes)
		}
		for _, want := range []string{"### onair: Plan", "```text\nupload ", " MB of ", "goes live now"} {
			if !strings.Contains(r.summary(), want) {
				t.Errorf("the summary lacks %q:\n%s", want, r.summary())
			}
		}
		plan, err := os.ReadFile(r.output("comment"))
		if err != nil {
			t.Fatal(err)
		}
		commentOnPlan(t, root, plan)
	})
	t.Run("annotations", func(t *testing.T) {
		const file = "show.yaml"
		text, err := os.ReadFile(filepath.Join(w.dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.dir, file), append(text, "\ncolour: blue\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
		defer os.WriteFile(filepath.Join(w.dir, file), text, 0o644) //nolint:errcheck // the next test fails
		for _, command := range []string{"check", "plan", "publish"} {
			refused(t, start(t, "inputs.command", command), "\n::error file="+filepath.Base(w.dir)+"/show.yaml,line=")
		}
	})
	t.Run("publish", func(t *testing.T) {
		r := start(t)
		if err := r.run(t); err != nil {
			t.Fatal(err)
		}
		if r.output("published") != "true" || r.output("feed_url") != e.publicURL()+"feed.xml" || r.output("plan") == "" {
			t.Errorf("outputs: %q", r.values)
		}
		if !strings.Contains(r.summary(), "### onair: Published") {
			t.Errorf("the summary is\n%s", r.summary())
		}
		if len(e.object(t, "feed.xml").data) == 0 {
			t.Error("no feed is published")
		}
		again := start(t)
		if err := again.run(t); err != nil || again.output("published") != "false" {
			t.Errorf("a second publish: %v, published=%s", err, again.output("published"))
		}
	})
}

// resolveActions runs the script that finds a release, for references to the action.
func resolveActions(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "onair")
	tool(t, "git", "init", "-q", dir)
	git := func(args ...string) string {
		args = append([]string{"-C", dir, "-c", "user.name=Vega", "-c", "user.email=vega@show.example"}, args...)
		return strings.TrimSpace(string(tool(t, "git", args...)))
	}
	git("commit", "-q", "--allow-empty", "-m", "A candidate")
	git("tag", "-a", "-m", "A candidate", "v1.4.0-rc.1")
	candidate := git("rev-parse", "HEAD")
	git("commit", "-q", "--allow-empty", "-m", "A release")
	git("tag", "v1.4.0-rc.2")
	git("tag", "v1.4.0")
	for _, test := range []struct{ ref, tag string }{
		{"v1.4.0", "v1.4.0"},
		{"v1.4.0-rc.1", "v1.4.0-rc.1"},
		{candidate, "v1.4.0-rc.1"},
		{git("rev-parse", "HEAD"), "v1.4.0"},
	} {
		outputs := filepath.Join(t.TempDir(), "outputs")
		cmd := exec.Command("bash", filepath.Join(root, "action", "resolve"))
		cmd.Env = append(cleanEnv(t.TempDir()), "VERSION=", "ACTION_REF="+test.ref, "RELEASES="+dir+"/releases", "GITHUB_OUTPUT="+outputs)
		if _, err := output(cmd); err != nil {
			t.Errorf("%s: %v", test.ref, err)
			continue
		}
		if got, err := os.ReadFile(outputs); err != nil || !strings.HasPrefix(string(got), "tag="+test.tag+"\n") {
			t.Errorf("%s gives %q, %v, want %s", test.ref, got, err, test.tag)
		}
	}
}

// commentOnPlan runs the steps of the commenting action, with a plan and with documents
// that a pull request could put in its place.
func commentOnPlan(t *testing.T, root string, plan []byte) {
	t.Helper()
	comment := func(plan string) (body, requests string) {
		t.Helper()
		dir := filepath.Join(root, "action", "comment")
		gh := fakeGH(t)
		r := &actionRun{dir: dir, temp: t.TempDir(), values: map[string]string{
			"github.action_path": dir, "github.repository": "vega/show",
			"github.event.workflow_run.head_repository.owner.login": "deneb",
			"github.event.workflow_run.head_branch":                 "$(touch pwned)",
		}, env: append(cleanEnv(t.TempDir()), "PATH="+gh+":"+os.Getenv("PATH"))}
		if err := os.Mkdir(filepath.Join(r.temp, "onair-plan"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.temp, "onair-plan", "plan.json"), []byte(plan), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.run(t); err != nil {
			t.Error(err)
		}
		written, _ := os.ReadFile(filepath.Join(gh, "comment"))
		asked, _ := os.ReadFile(filepath.Join(gh, "requests"))
		return string(written), string(asked)
	}
	body, requests := comment(string(plan))
	if !strings.HasPrefix(body, "<!-- onair plan -->\n### onair: Plan\n") || !strings.Contains(body, "goes live now") {
		t.Errorf("the comment is\n%s", body)
	}
	if !strings.Contains(requests, "head=deneb:$(touch pwned)") || !strings.Contains(requests, "--method POST repos/vega/show/issues/7/comments") {
		t.Errorf("requests to GitHub:\n%s", requests)
	}
	const forged = `{"summary": {"upload_bytes": 1, "total_bytes": 1, "add": 1, "update": 0, "delete": 0},
		"episodes": [{"slug": "a\n` + "```" + `\n@octocat", "action": "add", "reason": "` + "\u202e````" + `"}]}`
	body, _ = comment(forged)
	if strings.Count(body, "```") != 2 || strings.Contains(body, "\n@octocat") || strings.Contains(body, "\u202e") {
		t.Errorf("forged text leaves its block:\n%s", body)
	}
	for _, refused := range []string{
		"# @octocat", "[]", "{}", forged + forged,
		strings.Replace(forged, `"add": 1`, `"add": "@octocat"`, 1),
		strings.Replace(forged, `"upload_bytes": 1`, `"upload_bytes": "`+"```"+`"`, 1),
		strings.Repeat(" ", 9_000_000) + forged,
	} {
		if body, _ := comment(refused); body != "" {
			t.Errorf("%.60q is shown as\n%s", refused, body)
		}
	}
}

// Package action_test runs the workflows that onair writes into a repository, and
// the steps of the actions that they use, as a runner of GitHub Actions does.
package action_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"onair/transcripts/repo"
)

// step is a step of a workflow or of an action.
type step struct {
	ID   string            `yaml:"id"`
	If   string            `yaml:"if"`
	Uses string            `yaml:"uses"`
	With map[string]string `yaml:"with"`
	Env  map[string]string `yaml:"env"`
	Run  string            `yaml:"run"`
}

type workflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		If          string            `yaml:"if"`
		Permissions map[string]string `yaml:"permissions"`
		Steps       []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

type action struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Steps []step `yaml:"steps"`
	} `yaml:"runs"`
}

// runner runs steps.
type runner struct {
	t         *testing.T
	workspace string
	temp      string
	path      string            // PATH of the scripts
	values    map[string]string // values of expressions
	artifacts map[string]string // folders, by name
	onair     string            // binary for the actions; if empty, they build it
	log       bytes.Buffer      // output of the scripts
	summary   string
}

func load(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// expand replaces expressions with their values.
func (r *runner) expand(s string, values map[string]string) string {
	return expression.ReplaceAllStringFunc(s, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		v, ok := values[name]
		if !ok {
			v, ok = r.values[name]
		}
		if !ok && !strings.HasPrefix(name, "steps.") {
			r.t.Errorf("no value for the expression %q", name)
		}
		return v
	})
}

// condition evaluates the kinds of conditions that the actions have.
func (r *runner) condition(s string, values map[string]string, failed bool) bool {
	if s == "" {
		return !failed
	}
	rest, always := strings.CutPrefix(s, "always() && ")
	name, want, equal := strings.Cut(rest, " == ")
	if !equal {
		name, want, _ = strings.Cut(rest, " != ")
	}
	got := r.expand("${{ "+name+" }}", values)
	return (always || !failed) && (got == strings.Trim(want, "'")) == equal
}

// workflow runs the jobs of a workflow and reports whether they succeeded.
func (r *runner) workflow(file string) bool {
	r.t.Helper()
	var w workflow
	load(r.t, file, &w)
	for _, job := range w.Jobs {
		if job.If != "" && !r.condition(job.If, nil, false) {
			r.t.Errorf("%s: its job does not run", file)
		}
		for _, s := range job.Steps {
			if s.Run != "" {
				r.t.Errorf("%s: a script in the workflow", file)
			}
			_, path, _ := strings.Cut(s.Uses, "/onair/transcripts/action")
			path, _, _ = strings.Cut(path, "@")
			if strings.HasPrefix(s.Uses, "actions/checkout@") {
				if s.With["persist-credentials"] != "false" {
					r.t.Errorf("%s: the checkout keeps a token", file)
				}
				continue
			}
			if !r.action("."+path, s.With) {
				return false
			}
		}
	}
	return true
}

// action runs the steps of an action and reports whether they succeeded.
func (r *runner) action(dir string, with map[string]string) bool {
	r.t.Helper()
	var a action
	load(r.t, filepath.Join(dir, "action.yml"), &a)
	here, err := filepath.Abs(dir)
	if err != nil {
		r.t.Fatal(err)
	}
	values := map[string]string{"github.action_path": here}
	for name, input := range a.Inputs {
		v, ok := with[name]
		if !ok {
			v = r.expand(input.Default, values)
		}
		values["inputs."+name] = r.expand(v, values)
	}
	if r.onair != "" {
		values["inputs.onair"] = r.onair
	}
	failed := false
	for _, s := range a.Runs.Steps {
		if !r.condition(s.If, values, failed) {
			continue
		}
		if s.Uses != "" {
			r.uses(s, values)
			continue
		}
		failed = !r.script(s, values) || failed
	}
	return !failed
}

// uses does what GitHub's own actions do.
func (r *runner) uses(s step, values map[string]string) {
	name, _, _ := strings.Cut(s.Uses, "@")
	path := r.expand(s.With["path"], values)
	switch name {
	case "actions/setup-go":
		if _, err := os.Stat(r.expand(s.With["go-version-file"], values)); err != nil {
			r.t.Errorf("set up Go: %v", err)
		}
	case "actions/upload-artifact":
		dir := r.t.TempDir()
		copyFile(r.t, path, filepath.Join(dir, filepath.Base(path)))
		r.artifacts[s.With["name"]] = dir
	case "actions/download-artifact":
		if err := os.CopyFS(path, os.DirFS(r.artifacts[s.With["name"]])); err != nil {
			r.t.Error(err)
		}
	default:
		r.t.Errorf("unknown action %s", s.Uses)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// script runs a step as "shell: bash" does and reports whether it succeeded.
func (r *runner) script(s step, values map[string]string) bool {
	if strings.Contains(s.Run, "${{") {
		r.t.Errorf("an expression in the script of %q", s.ID)
	}
	output := filepath.Join(r.t.TempDir(), "output")
	cmd := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", s.Run)
	cmd.Dir = r.workspace
	cmd.Stdout, cmd.Stderr = &r.log, &r.log
	cmd.Env = append(os.Environ(), "PATH="+r.path, "RUNNER_TEMP="+r.temp, "GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+r.summary)
	for name, v := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+r.expand(v, values))
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	data, _ := os.ReadFile(output)
	for line := range strings.Lines(string(data)) {
		name, v, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		values["steps."+s.ID+".outputs."+name] = v
	}
	return err == nil
}

// git runs git in a folder and returns its output.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=Vega", "-c", "user.email=vega@example.com", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// old is a transcript with an error that the pull request did not introduce.
const old = `**Vega**: \[00:10\] Old sins are not counted.

**Rigel:** We put it behind a \[unintelligible 00:00:42.00\] and it was late.

**Vega:** \[01:30\] And then \[unintelligible 00:01:40.00\].
`

// changed is the transcript in the pull request, with a correction, and with text that
// tries to run code, load images and notify people.
const changed = `**Vega**: \[00:10\] Old sins are not counted.

**Rigel:** We put it behind a <script>alert(1)</script> @everyone, see [us](javascript:alert(1)) ![x](https://evil.example/x.png) #1 and it was late.

**Vega:** \[01:30\] And then \[unintelligible 00:01:40.00\].

**@everyone:** ::error::boo ##[error]boo </pre></code> www.evil.example

**` + "`" + `](https://evil.example)**: \[05:00\] Bye.
`

// initialise writes the files of onair transcripts init into a repository.
func initialise(t *testing.T, dir string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	_, err = repo.Create(root, &repo.CreateOptions{Action: "hello-universe/onair@v1", URL: "https://show.example/{number}/", Show: "hello-universe/show"})
	if err != nil {
		t.Fatal(err)
	}
}

// checkout returns a runner in a checkout of a pull request from a fork, as GitHub
// makes it.
func checkout(t *testing.T) *runner {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the runner of the action is Linux")
	}
	for _, tool := range []string{"git", "bash", "go", "sed", "grep"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is missing", tool)
		}
	}
	upstream, fork, workspace := t.TempDir(), t.TempDir(), t.TempDir()
	git(t, upstream, "init", "-q")
	write(t, upstream, "show/show-114.md", old)
	write(t, upstream, "show/show-113.md", old)
	initialise(t, upstream)
	git(t, upstream, "add", ".")
	git(t, upstream, "commit", "-qm", "Transcripts")
	base := git(t, upstream, "rev-parse", "HEAD")

	git(t, fork, "clone", "-q", "--no-local", upstream, ".")
	write(t, fork, "show/show-114.md", changed)
	write(t, fork, "::error::boo.md", "**Boo:** [Who](javascript:x) says this?\n")
	if err := os.Symlink("/etc/passwd", filepath.Join(fork, "show", "show-115.md")); err != nil {
		t.Fatal(err)
	}
	git(t, fork, "add", ".")
	git(t, fork, "commit", "-qm", "A word")
	head := git(t, fork, "rev-parse", "HEAD")

	git(t, workspace, "clone", "-q", "--no-local", upstream, ".")
	git(t, workspace, "fetch", "-q", fork, head)
	git(t, workspace, "merge", "-q", "--no-ff", "-m", "Merge", head)

	temp := t.TempDir()
	return &runner{
		t: t, workspace: workspace, temp: temp, path: os.Getenv("PATH"),
		summary:   filepath.Join(temp, "step-summary.md"),
		artifacts: map[string]string{},
		values: map[string]string{
			"github.event.pull_request.base.sha":                    base,
			"github.token":                                          "a token",
			"runner.temp":                                           temp,
			"github.repository":                                     "hello-universe/transcripts",
			"github.event.workflow_run.event":                       "pull_request",
			"github.event.workflow_run.id":                          "1",
			"github.event.workflow_run.head_sha":                    head,
			"github.event.workflow_run.head_repository.owner.login": "deneb",
			"github.event.workflow_run.head_branch":                 "$(touch pwned)",
		},
	}
}

func TestPullRequest(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds onair as the action does")
	}
	r := checkout(t)
	if r.workflow(filepath.Join(r.workspace, ".github", "workflows", "transcripts.yml")) {
		t.Error("a pull request with errors passes")
	}
	for line := range strings.Lines(r.log.String()) {
		if !regexp.MustCompile(`^::(error|warning|notice) file=[^:]*::`).MatchString(line) || strings.Contains(line, "root:") {
			t.Errorf("printed %q", line)
		}
	}
	for _, want := range []string{"file=show/show-114.md,line=3,col=31,title=T023", "title=T021", "file=%3A%3Aerror%3A%3Aboo.md"} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("no annotation with %q in:\n%s", want, r.log.String())
		}
	}
	if strings.Contains(r.log.String(), "show-114.md,line=1,") {
		t.Errorf("an old error is counted:\n%s", r.log.String())
	}
	r.comment(t)
}

// comment runs the second workflow on the artifact of the first.
func (r *runner) comment(t *testing.T) {
	calls := r.fakeGitHub()
	r.onair = filepath.Join(r.temp, "onair")
	r.temp = t.TempDir()
	r.values["runner.temp"] = r.temp
	if !r.workflow(filepath.Join(r.workspace, ".github", "workflows", "transcripts-comment.yml")) {
		t.Fatalf("the comment fails:\n%s", r.log.String())
	}
	body := calls("comment")
	for _, want := range []string{"<!-- onair transcripts -->", "1 unintelligible resolved, 1 left", "(https://show.example/114/#t=42)", "<del>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the comment lacks %q:\n%s\n%s", want, body, r.log.String())
		}
	}
	for _, no := range []string{"@everyone", "<script", "](javascript", "![", "evil.example", "::error", "##["} {
		if strings.Contains(body, no) {
			t.Errorf("the comment holds %q:\n%s", no, body)
		}
	}
	if requests := calls("requests"); !strings.Contains(requests, "head=deneb:$(touch pwned)") {
		t.Errorf("requests to GitHub:\n%s", requests)
	}
	if _, err := os.Stat(filepath.Join(r.workspace, "pwned")); err == nil {
		t.Error("a branch's name was run")
	}
	r.forged(t, calls)
}

// forged replaces the artifact with what a pull request could put there.
func (r *runner) forged(t *testing.T, calls func(string) string) {
	const empty = `{"version": 1, "counts": {}, "findings": [], "files": []}`
	for _, test := range []struct {
		summary string
		shown   bool
	}{
		{"### Transcripts\n\n&#64;octocat\n", false},
		{empty, true},
		{empty + empty, false},
		{strings.Replace(empty, "[]", `[], "body": "@octocat"`, 1), false},
		{strings.Replace(empty, "[]", `[{"severity": "error", "rule": "@octocat", "file": "a", "line": 1, "message": "b"}]`, 1), false},
		{strings.Replace(empty, "[]", `[{"severity": "<b>", "rule": "T001", "file": "a", "line": 1, "message": "b"}]`, 1), false},
		{strings.Replace(empty, "[]", `[{"severity": "error", "rule": "T001", "file": "a", "line": 1, "message": "@octocat"}]`, 1), true},
		{strings.Replace(empty, `"files": []`, `"files": [{"name": "</code></pre>@octocat torvalds/linux#1.md", "links": ["https://evil.example"]}]`, 1), true},
		{strings.Repeat(" ", 2<<20) + empty, false},
		{"[" + strings.Repeat("[", 100000), false},
	} {
		dir := t.TempDir()
		write(t, dir, "summary.json", test.summary)
		r.artifacts["transcripts-summary"] = dir
		r.temp = t.TempDir()
		r.values["runner.temp"] = r.temp
		os.Remove(filepath.Join(filepath.Dir(calls("dir")), "comment"))
		if !r.workflow(filepath.Join(r.workspace, ".github", "workflows", "transcripts-comment.yml")) {
			t.Errorf("%.40q: the workflow fails", test.summary)
		}
		body := calls("comment")
		if (body != "") != test.shown || strings.Contains(body, "@octocat") || strings.Contains(body, "evil.example") {
			t.Errorf("%.80q is shown as:\n%s", test.summary, body)
		}
	}
}

// fakeGitHub adds a gh to PATH that records its requests and the comment, and answers
// with pull request 7. It returns a function that reads the records.
func (r *runner) fakeGitHub() func(name string) string {
	dir := r.t.TempDir()
	write(r.t, dir, "gh", `#!/usr/bin/env bash
dir="$(dirname "$0")"
printf '%s\n' "$*" >> "$dir/requests"
for arg in "$@"; do
  case "$arg" in
    body=@*) cat "${arg#body=@}" > "$dir/comment" ;;
    */pulls) echo 7 ;;
  esac
done
`)
	if err := os.Chmod(filepath.Join(dir, "gh"), 0o755); err != nil {
		r.t.Fatal(err)
	}
	r.path = dir + string(os.PathListSeparator) + r.path
	return func(name string) string {
		if name == "dir" {
			return filepath.Join(dir, "gh")
		}
		data, _ := os.ReadFile(filepath.Join(dir, name))
		return string(data)
	}
}

// TestLeastPrivilege checks the permissions of the workflows.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	initialise(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, ".github", "workflows", "*.yml"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%v: %d workflows", err, len(files))
	}
	for _, file := range files {
		var w workflow
		load(t, file, &w)
		data, _ := os.ReadFile(file)
		if bytes.Contains(data, []byte("pull_request_target")) {
			t.Errorf("%s runs with secrets for forks", file)
		}
		for name, job := range w.Jobs {
			for scope, level := range job.Permissions {
				if level == "write" && scope != "pull-requests" {
					t.Errorf("%s: %s may write %s", file, name, scope)
				}
			}
			for _, s := range job.Steps {
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: an expression in a script", file)
				}
			}
		}
		for scope, level := range w.Permissions {
			if level != "read" {
				t.Errorf("%s may %s %s", file, level, scope)
			}
		}
	}
}

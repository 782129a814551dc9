package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Limits on the size of what a user downloads, in bytes. The SDK for Cloud Storage takes
// most of the binary: gRPC with Envoy's types.
const (
	maxBinary  = 45_000_000 // linux/amd64, stripped
	maxPackage = 16_000_000
)

// TestRelease makes all files of a release, twice in two folders, and then installs and
// checks them as users do. ONAIR_E2E_RELEASE is "linux" to build for linux/amd64 only,
// or "all" to build for all systems.
func TestRelease(t *testing.T) {
	systems := os.Getenv("ONAIR_E2E_RELEASE")
	if systems == "" {
		t.Skip("the builds take many minutes: set ONAIR_E2E_RELEASE to linux or all to run them")
	}
	all := systems == "all"
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the packages are installed on linux/amd64")
	}
	goreleaser := need(t, "goreleaser")
	root := t.TempDir()
	dist := makeRelease(t, goreleaser, filepath.Join(root, "first"), all)
	again := makeRelease(t, goreleaser, filepath.Join(root, "another", "folder"), all)

	t.Run("reproducible", func(t *testing.T) {
		first, second := artefacts(t, dist), artefacts(t, again)
		want := 1 + 1 + 3 + 1 // binary, archive, packages and checksums.txt
		if all {
			want = 7 + 7 + 3*3 + 1
		}
		if len(first) < want || len(second) != len(first) {
			t.Errorf("%d and %d files are built, want at least %d", len(first), len(second), want)
		}
		for name, sum := range first {
			if second[name] != sum {
				t.Errorf("%s differs between two builds of one commit", name)
			}
		}
	})
	t.Run("size", func(t *testing.T) {
		for pattern, limit := range map[string]int64{
			"onair_linux_amd64*/onair": maxBinary, "*_amd64.deb": maxPackage, "*.x86_64.rpm": maxPackage, "*_linux_amd64.tar.xz": maxPackage,
		} {
			name := one(t, dist, pattern)
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if info.Size() > limit {
				t.Errorf("%s has %d bytes, over the limit of %d", filepath.Base(name), info.Size(), limit)
			}
		}
		mustBeStatic(t, one(t, dist, "onair_linux_amd64*/onair"))
	})
	t.Run("deb", func(t *testing.T) { installDebian(t, one(t, dist, "*_amd64.deb")) })
	t.Run("lintian", func(t *testing.T) {
		tool(t, need(t, "lintian"), "--fail-on", "error", "--tag-display-limit", "0", one(t, dist, "*_amd64.deb"))
	})
	t.Run("rpm", func(t *testing.T) {
		dir := t.TempDir()
		cmd := exec.Command("sh", "-c", need(t, "rpm2cpio")+` "$1" | cpio --quiet --no-absolute-filenames -id`, "sh", one(t, dist, "*.x86_64.rpm"))
		cmd.Dir = dir
		if _, err := output(cmd); err != nil {
			t.Fatal(err)
		}
		mustRun(t, filepath.Join(dir, "usr", "bin", "onair"))
		mustComplete(t, filepath.Join(dir, "usr", "share"), "site-functions")
	})
	t.Run("apk", func(t *testing.T) {
		dir := t.TempDir()
		// An apk is several tar archives, one after another.
		tool(t, "tar", "--ignore-zeros", "-xzf", one(t, dist, "*_x86_64.apk"), "-C", dir)
		mustRun(t, filepath.Join(dir, "usr", "bin", "onair"))
		mustComplete(t, filepath.Join(dir, "usr", "share"), "site-functions")
	})
	t.Run("archive", func(t *testing.T) {
		names := strings.Fields(string(tool(t, "tar", "-tf", one(t, dist, "*_linux_amd64.tar.xz"))))
		for _, want := range []string{"onair", "LICENSE", "README.md", "CHANGELOG.md", "man/onair.1", "man/onair-publish.1", "completions/onair.zsh"} {
			if !slices.Contains(names, want) {
				t.Errorf("the archive lacks %s: %q", want, names)
			}
		}
	})
	t.Run("manifests", func(t *testing.T) {
		if !all {
			t.Skip("the manifests are those of the archives for Windows")
		}
		// The folder of winget is manifests/v/vega/onair/1.0.0.
		for _, pattern := range []string{"scoop/onair.json", "winget/manifests/*/*/onair/*/*.installer.yaml"} {
			text, err := os.ReadFile(one(t, dist, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, archive := range []string{"*_windows_amd64.zip", "*_windows_arm64.zip"} {
				if sum := sha256Of(t, one(t, dist, archive)); !strings.Contains(strings.ToLower(string(text)), sum) {
					t.Errorf("%s does not have the SHA-256 of %s, %s:\n%s", pattern, archive, sum, text)
				}
			}
		}
	})
}

// makeRelease clones the repository's commit into dir and has GoReleaser build it, for
// all systems or for linux/amd64. It returns the folder of the results.
func makeRelease(t *testing.T, goreleaser, dir string, all bool) string {
	t.Helper()
	clone(t, dir)
	skip := "publish,sign,sbom,ko"
	if !all {
		skip += ",scoop,winget" // they describe the archives for Windows
		name := filepath.Join(dir, ".goreleaser.yaml")
		config, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		config = regexp.MustCompile(`targets: \[.*\]`).ReplaceAll(config, []byte("targets: [linux_amd64]"))
		if err := os.WriteFile(name, config, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(filepath.Dir(dir), "home")
	cmd := exec.Command("go", "run", "./release", "env", goreleaser, "release", "--snapshot", "--clean", "--skip="+skip)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append(goCaches(t), "HOME="+home)...)
	if _, err := output(cmd); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "dist")
}

// clone clones the repository, as if it came from GitHub.
func clone(t *testing.T, dir string) {
	t.Helper()
	tool(t, "git", "clone", "--quiet", "..", dir)
	tool(t, "git", "-C", dir, "remote", "set-url", "origin", "https://github.com/OWNER/onair")
}

// goCaches returns variables that make Go use this machine's caches although the home
// folder is another.
func goCaches(t *testing.T) (env []string) {
	t.Helper()
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		env = append(env, name+"="+strings.TrimSpace(string(tool(t, "go", "env", name))))
	}
	return env
}

// one returns the only file of a folder whose name matches the pattern.
func one(t *testing.T, dir, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
	if err != nil || len(names) != 1 {
		t.Fatalf("%d files match %s: %q, %v", len(names), pattern, names, err)
	}
	return names[0]
}

// artefacts returns the SHA-256 of the binaries, archives and packages, by name.
func artefacts(t *testing.T, dist string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, pattern := range []string{"onair_*/onair*", "*.tar.xz", "*.zip", "*.deb", "*.rpm", "*.apk", "checksums.txt"} {
		names, err := filepath.Glob(filepath.Join(dist, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			rel, err := filepath.Rel(dist, name)
			if err != nil {
				t.Fatal(err)
			}
			sums[rel] = sha256Of(t, name)
		}
	}
	return sums
}

func sha256Of(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// mustRun checks that an installed binary runs.
func mustRun(t *testing.T, onair string) {
	t.Helper()
	version := decode[struct {
		BuiltBy string `json:"built_by"`
		Version string `json:"version"`
	}](t, tool(t, onair, "version", "--json"))
	if version.BuiltBy != "release" || !strings.Contains(version.Version, "SNAPSHOT") {
		t.Errorf("%s says that it is %+v, want a release with its version", onair, version)
	}
}

// installDebian installs a package below a folder, runs the installed binary, checks
// the manual pages and the completions, and removes the package.
func installDebian(t *testing.T, file string) {
	t.Helper()
	need(t, "dpkg")
	root := t.TempDir()
	for _, dir := range []string{"info", "updates", "triggers"} {
		if err := os.MkdirAll(filepath.Join(root, "var", "lib", "dpkg", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "var", "lib", "dpkg", "status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	dpkg := func(args ...string) {
		t.Helper()
		tool(t, "dpkg", append([]string{"--root=" + root, "--force-not-root", "--force-bad-path", "--force-depends", "--log=/dev/null"}, args...)...)
	}
	dpkg("-i", file)
	mustRun(t, filepath.Join(root, "usr", "bin", "onair"))
	share := filepath.Join(root, "usr", "share")

	man := exec.Command(need(t, "man"), "--warnings", "-l", filepath.Join(share, "man", "man1", "onair-publish.1.gz"))
	man.Env = append(os.Environ(), "MANPAGER=cat", "LC_ALL=C.UTF-8", "MANWIDTH=80")
	var complaints strings.Builder
	man.Stderr = &complaints
	page, err := man.Output()
	if err != nil || complaints.Len() > 0 || !strings.Contains(string(page), "Publish the show") {
		t.Errorf("man: %v\n%s%s", err, complaints.String(), page)
	}
	mustComplete(t, share, "vendor-completions")

	dpkg("-r", "onair")
	if err := filepath.WalkDir(filepath.Join(root, "usr"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s is left after the package is removed", name)
		}
		return err
	}); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// mustComplete checks that the shells load the completions in the folder share of a
// package. zsh names the folder of zsh's completions, which depends on the distribution.
func mustComplete(t *testing.T, share, zsh string) {
	t.Helper()
	for shell, args := range map[string][]string{
		"bash": {"--norc", "-c", `source "$1" && complete -p onair`, "bash", filepath.Join(share, "bash-completion", "completions", "onair")},
		"zsh":  {"-f", "-c", `autoload -U compinit && compinit -u -D && source "$1" && print $_comps[onair]`, "zsh", filepath.Join(share, "zsh", zsh, "_onair")},
		"fish": {"--no-config", "-c", `source $argv[1]; and complete -c onair | string match -q '*onair*'; and echo onair`, filepath.Join(share, "fish", "vendor_completions.d", "onair.fish")},
	} {
		cmd := exec.Command(need(t, shell), args...)
		var complaints strings.Builder
		cmd.Stderr = &complaints
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := cmd.Output()
		if err != nil || complaints.Len() > 0 || !strings.Contains(string(out), "onair") {
			t.Errorf("%s does not complete: %v\n%s%s", shell, err, complaints.String(), out)
		}
	}
}

// TestFormula checks Homebrew's formula, and runs the steps of its build with the
// source archive, in an empty home.
func TestFormula(t *testing.T) {
	t.Parallel()
	ruby := need(t, "ruby")
	dir := t.TempDir()
	archive, source := filepath.Join(dir, "source.tar.gz"), filepath.Join(dir, "onair-1.2.3")
	tool(t, "git", "-C", "..", "archive", "--format=tar.gz", "--prefix=onair-1.2.3/", "-o", archive, "HEAD")
	tool(t, "tar", "-xzf", archive, "-C", dir)
	make := exec.Command("go", "run", "./release", "formula", "v1.2.3", archive)
	make.Dir = ".."
	formula, err := output(make)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "onair.rb")
	if err := os.WriteFile(file, formula, 0o644); err != nil {
		t.Fatal(err)
	}
	tool(t, ruby, "-c", file)
	if !strings.Contains(string(formula), sha256Of(t, archive)) {
		t.Error("the formula lacks the SHA-256 of the archive")
	}
	// std_go_args stands for "-trimpath", "-o=…", and the tags and ldflags.
	tags := regexp.MustCompile(`tags: "([^"]*)"`).FindSubmatch(formula)
	flags := regexp.MustCompile(`ldflags = "([^"]*)"`).FindSubmatch(formula)
	if tags == nil || flags == nil {
		t.Fatalf("no flags are found in the formula:\n%s", formula)
	}
	built := filepath.Join(dir, "bin", "onair")
	build := exec.Command("go", "build", "-trimpath", "-o="+built, "-tags="+string(tags[1]),
		"-ldflags="+strings.ReplaceAll(string(flags[1]), "#{version}", "1.2.3"), "./cmd/onair")
	build.Dir = source
	build.Env = append(cleanEnv(filepath.Join(dir, "home")), append(goCaches(t), "CGO_ENABLED=0")...)
	if _, err := output(build); err != nil {
		t.Fatal(err)
	}
	if said := string(tool(t, built, "version")); !strings.HasPrefix(said, "onair 1.2.3 ") {
		t.Errorf("onair version says %q", said)
	}
	for _, line := range regexp.MustCompile(`(?m)^ +system bin/"onair", (.*)$`).FindAllStringSubmatch(string(formula), -1) {
		var args []string
		for _, a := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(line[1], -1) {
			args = append(args, a[1])
		}
		cmd := exec.Command(built, args...)
		cmd.Dir, cmd.Env = dir, cleanEnv(filepath.Join(dir, "home"))
		if _, err := output(cmd); err != nil {
			t.Error(err)
		}
	}
}

// TestModule gives a clone another module path, as a maintainer does for a release, and
// builds and tests it.
func TestModule(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "onair")
	clone(t, dir)
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := output(cmd)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	run("make", "module", "MODULE=github.com/vega/onair")
	// Compiling all tests again takes minutes. go list already shows that every package
	// can be found.
	run("go", "list", "-deps", "-test", "./...")
	run("go", "list", "-C", "e2e", "-deps", "-test", "./...")
	run("go", "test", "./release", "./internal/finding")
	run("go", "test", "./cmd/onair", "-run", "TestImportArrows|TestArchitecture|TestDemo")
	run("go", "run", "./release", "check")
	run("make", "pinned")
	if left := run("sh", "-c", `git grep -lE '"onair/' -- '*.go' ':!release' ':!e2e/release_test.go'; git grep -lE 'OWNER/(onair|tap|scoop)' -- '*.md'; true`); left != "" {
		t.Errorf("the old path or the placeholder is left in %s", left)
	}
	if out := run("go", "run", "./cmd/onair", "version", "--json"); !strings.Contains(out, `"built_by": "source"`) {
		t.Errorf("onair version --json prints %s", out)
	}
}

// TestWorkflows runs actionlint over our workflows, those in docs/ci.md, and those that onair
// writes into repositories.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	actionlint := need(t, "actionlint")
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%q, %v", files, err)
	}
	dir := t.TempDir()
	if _, err := output(exec.Command(onair, "transcripts", "init", "--action", "vega/onair@v1", dir)); err != nil {
		t.Fatal(fmt.Errorf("write workflows: %w", err))
	}
	written, err := filepath.Glob(filepath.Join(dir, ".github", "workflows", "*.yml"))
	if err != nil || len(written) < 2 {
		t.Fatalf("%q, %v", written, err)
	}
	doc, err := os.ReadFile("../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```yaml\n(# .github/workflows/.*?)```").FindAllSubmatch(doc, -1)
	if len(shown) < 4 {
		t.Errorf("docs/ci.md shows %d workflows", len(shown))
	}
	for i, block := range shown {
		name := filepath.Join(dir, ".github", "workflows", fmt.Sprintf("doc-%d.yml", i))
		if err := os.WriteFile(name, block[1], 0o644); err != nil {
			t.Fatal(err)
		}
		written = append(written, name)
	}
	// Other linters that happen to be installed would find more.
	tool(t, actionlint, append([]string{"-shellcheck=", "-pyflakes="}, append(files, written...)...)...)
}

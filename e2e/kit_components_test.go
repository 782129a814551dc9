package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// components has a finder for each component that a test may need. A finder returns the
// path of a program, script or archive to run. e2e/setup installs components where it
// can.
var components = map[string]func() (string, error){
	"actionlint":        goProgram("actionlint", "v1.7.12"),
	"axe-core":          npm("axe-core", "node_modules/axe-core/axe.min.js"),
	"bash":              program("bash"),
	"chromium":          program("chromium", "chromium-browser", "google-chrome"),
	"dpkg":              program("dpkg"),
	"feedparser":        python("feedparser"),
	"ffmpeg":            program("ffmpeg"),
	"ffprobe":           program("ffprobe"),
	"fish":              program("fish"),
	"goreleaser":        goProgram("goreleaser", "v2.15.1"),
	"gpodder":           program("gpo"),
	"html-validate":     npm("html-validate", "pages.js"),
	"lame":              program("lame"),
	"lighthouse":        npm("lighthouse", "lighthouse.js"),
	"lintian":           program("lintian"),
	"man":               program("man"),
	"mutagen":           python("mutagen"),
	"newsboat":          program("newsboat"),
	"nginx":             program("nginx", "/usr/sbin/nginx"),
	"podboat":           program("podboat"),
	"node-webvtt":       npm("node-webvtt", "cues.js"),
	"podcastparser":     python("podcastparser"),
	"podcast-partytime": npm("podcast-partytime", "feed.js"),
	"podget":            program("podget"),
	"rpm2cpio":          program("rpm2cpio"),
	"ruby":              program("ruby"),
	"script":            program("script"),
	"srt-parser-2":      npm("srt-parser-2", "cues.js"),
	"taglib":            sync.OnceValues(compileTagLib),
	"transcriptator":    npm("transcriptator", "transcripts.js"),
	"varnish":           program("varnishd", "/usr/sbin/varnishd"),
	"versitygw":         goProgram("versitygw", "v1.8.0"),
	"vnu":               sync.OnceValues(findVNU),
	"webvtt-parser":     npm("webvtt-parser", "captions.js"),
	"xkey":              findXkey,
	"xmllint":           program("xmllint"),
	"xz":                program("xz"),
	"zsh":               program("zsh"),
}

// need returns the path of the named component. If the component is missing, the test
// is skipped with a message that names it; in CI, where e2e/setup has installed
// everything, the test fails.
func need(t testing.TB, name string) string {
	t.Helper()
	find, ok := components[name]
	if !ok {
		t.Fatalf("unknown component %q", name)
	}
	path, err := find()
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") == "true":
		t.Fatalf("missing component %s: %v", name, err)
	default:
		t.Skipf("missing component %s: %v (e2e/setup installs it)", name, err)
	}
	return ""
}

// program finds the first of several names in PATH.
func program(names ...string) func() (string, error) {
	return func() (string, error) {
		for _, name := range names {
			if path, err := exec.LookPath(name); err == nil {
				return path, nil
			}
		}
		return "", fmt.Errorf("no %s in PATH", strings.Join(names, " or "))
	}
}

// goProgram finds a program of the given version that e2e/setup has built in a cache
// outside of the checkout.
func goProgram(name, version string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		cache := os.Getenv("XDG_CACHE_HOME")
		if cache == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", err
			}
			cache = filepath.Join(home, ".cache")
		}
		return exec.LookPath(filepath.Join(cache, "onair-e2e", name+"-"+version, name))
	})
}

// python finds an interpreter that has the module. The first interpreter in PATH may
// not see the system's packages.
func python(module string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		for _, name := range []string{"python3", "/usr/bin/python3", "python"} {
			if exec.Command(name, "-c", "import "+module).Run() == nil {
				return name, nil
			}
		}
		return "", fmt.Errorf("no python3 with module %s", module)
	})
}

// npm finds a package below npm/node_modules. It returns the script of this repository
// that uses the package, to be run by node.
func npm(name, script string) func() (string, error) {
	return func() (string, error) {
		if _, err := exec.LookPath("node"); err != nil {
			return "", errors.New("no node in PATH")
		}
		if _, err := os.Stat(filepath.Join("npm", "node_modules", name, "package.json")); err != nil {
			return "", fmt.Errorf("npm package: %w", err)
		}
		return filepath.Join("npm", script), nil
	}
}

// findVNU finds the archive of the Nu Html Checker, to be run by java.
func findVNU() (string, error) {
	// On some systems java is a stub that prints an error.
	if err := exec.Command("java", "-version").Run(); err != nil {
		return "", fmt.Errorf("java: %w", err)
	}
	jar := filepath.Join("npm", "node_modules", "vnu-jar", "build", "dist", "vnu.jar")
	if _, err := os.Stat(jar); err != nil {
		return "", fmt.Errorf("npm package: %w", err)
	}
	return jar, nil
}

// compileTagLib builds the reader in readers/tags.cc against the system's TagLib.
func compileTagLib() (string, error) {
	flags, err := output(exec.Command("pkg-config", "--cflags", "--libs", "taglib"))
	if err != nil {
		return "", err
	}
	out := filepath.Join(scratch, "taglib-tags")
	args := append([]string{"-std=c++17", "-o", out, filepath.Join("readers", "tags.cc")}, strings.Fields(string(flags))...)
	if _, err := output(exec.Command("g++", args...)); err != nil {
		return "", err
	}
	return out, nil
}

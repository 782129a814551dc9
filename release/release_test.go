package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/goccy/go-yaml"
)

// write makes files in a folder, by slash-separated name.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestNotes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"CHANGELOG.md": "# Changes\n\n## Unreleased\n\n- soon\n\n## 1.2.0 - 2027-03-01\n\n**feed**\n- one\n\n- two\n\n## 1.1.0\n\n## 1.0.0\n\n- first\n"})
	for _, test := range []struct{ version, want, err string }{
		{"v1.2.0", "**feed**\n- one\n\n- two\n", ""},
		{"1.0.0", "- first\n", ""},
		{"1.1.0", "", `no section "## 1.1.0" with text`},
		{"1.2", "", `no section "## 1.2" with text`},
	} {
		got, err := notes(dir, test.version)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("notes of %s: %q, %v", test.version, got, err)
		}
	}
}

// TestSettings checks that readSettings refuses unknown and missing settings, and that
// check refuses placeholders.
func TestSettings(t *testing.T) {
	t.Parallel()
	good := "owner: vega\nrepository: onair\nmaintainer: Vega <v@show.example>\ntap: homebrew-tap\nbucket: scoop\nwinget: winget-pkgs\nregistry: ghcr.io\nimage: onair\n"
	for _, test := range []struct{ name, text, read, check string }{
		{"complete", good, "", ""},
		{"placeholder", strings.Replace(good, "owner: vega", "owner: OWNER", 1), "", "owner is still a placeholder"},
		{"placeholder in a part", strings.Replace(good, "Vega <v@", "OWNER <v@", 1), "", "maintainer is still a placeholder"},
		{"unknown key", good + "colour: blue\n", "unknown field", ""},
		{"missing key", strings.Replace(good, "tap: homebrew-tap\n", "", 1), "tap is missing", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{"release/release.yaml": test.text})
			s, err := readSettings(dir)
			if (err == nil) != (test.read == "") || err != nil && !strings.Contains(err.Error(), test.read) {
				t.Fatalf("read: %v, want %q", err, test.read)
			}
			if err != nil {
				return
			}
			if err := s.check(); (err == nil) != (test.check == "") || err != nil && !strings.Contains(err.Error(), test.check) {
				t.Errorf("check: %v, want %q", err, test.check)
			}
		})
	}
}

func TestFormula(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"source.tar.gz": "abc"})
	got, err := formula(settings{Owner: "vega", Repository: "onair"}, "v1.2.3", filepath.Join(dir, "source.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`url "https://github.com/vega/onair/archive/refs/tags/v1.2.3.tar.gz"`,
		`sha256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`, // SHA-256 of "abc" (FIPS 180-2)
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the formula lacks %s:\n%s", want, got)
		}
	}
}

// TestChangeModule changes a small module twice. The end-to-end tests change a copy
// of onair, and build it.
func TestChangeModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.mod":               "module onair\n\ngo 1.26.0\n",
		"e2e/go.mod":           "module onair/e2e\n\ngo 1.26.0\n\nrequire onair v0.0.0\n\nreplace onair => ../\n",
		"release/release.yaml": "# OWNER is a placeholder.\nowner: OWNER\nrepository: onair\nmaintainer: OWNER <OWNER@users.noreply.github.com>\ntap: homebrew-tap\nbucket: scoop\nwinget: winget-pkgs\nregistry: ghcr.io\nimage: onair\n",
		"a.go":                 "package a\n\nimport (\n\t\"fmt\"\n\n\t\"onair/b\"\n\t. \"onair/c\" // why\n)\n\n// onair/b stays in a comment.\nvar _ = fmt.Sprint(b.X, \"onair\", \".onair/x\", \"onair/b\", Y)\n",
		"README.md":            "go install github.com/OWNER/onair/cmd/onair@latest\ngit clone https://github.com/OWNER/onair && cd onair\nbrew install OWNER/tap/onair\n- uses: OWNER/onair@v1\ndocker run ghcr.io/OWNER/onair\n",
		"node_modules/x.md":    "github.com/OWNER/onair",
		".git/x.md":            "github.com/OWNER/onair",
	})
	for _, repository := range []string{"Vega/onair", "rigel/cast"} {
		path := "github.com/" + repository
		if err := changeModule(dir, path); err != nil {
			t.Fatal(err)
		}
		owner, repo, _ := strings.Cut(repository, "/")
		for name, want := range map[string]string{
			"go.mod":               "module " + path + "\n",
			"e2e/go.mod":           "replace " + path + " => ../\n",
			"release/release.yaml": "owner: " + owner + "\nrepository: " + repo + "\nmaintainer: " + owner + " <" + owner + "@users.noreply.github.com>\ntap: homebrew-tap\nbucket: scoop\nwinget: winget-pkgs\nregistry: ghcr.io\nimage: " + repo + "\n",
			"a.go":                 "import (\n\t\"fmt\"\n\n\t\"" + path + "/b\"\n\t. \"" + path + "/c\" // why\n)\n\n// onair/b stays in a comment.\nvar _ = fmt.Sprint(b.X, \"onair\", \".onair/x\", \"" + path + "/b\", Y)\n",
			"README.md":            "go install " + path + "/cmd/onair@latest\ngit clone https://" + path + " && cd " + repo + "\nbrew install " + owner + "/tap/onair\n- uses: " + repository + "@v1\ndocker run ghcr.io/" + strings.ToLower(repository) + "\n",
			"node_modules/x.md":    "github.com/OWNER/onair",
			".git/x.md":            "github.com/OWNER/onair",
		} {
			if got := read(t, dir, filepath.FromSlash(name)); !strings.Contains(got, want) {
				t.Errorf("%s after the change to %s:\n%s\nwant in it:\n%s", name, path, got, want)
			}
		}
	}
	for _, path := range []string{"onair", "github.com/vega", "github.com/vega/onair/v2", "github.com/ve ga/onair", "https://github.com/vega/onair"} {
		if err := changeModule(dir, path); err == nil {
			t.Errorf("%s is accepted as a path", path)
		}
	}
}

// TestGoReleaser checks settings of .goreleaser.yaml whose effect only a tag would show.
func TestGoReleaser(t *testing.T) {
	t.Parallel()
	type manifests []struct {
		SkipUpload        string `yaml:"skip_upload"`
		PackageIdentifier string `yaml:"package_identifier"`
	}
	var config struct {
		Changelog struct{ Disable bool }
		Scoops    manifests
		Winget    manifests
		NFPMs     []struct {
			Formats  []string
			Contents []struct{ Src, Packager string }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "..", ".goreleaser.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	if config.Changelog.Disable {
		t.Error("a disabled changelog ignores --release-notes")
	}
	all := append(config.Scoops, config.Winget...)
	if len(all) != 2 {
		t.Errorf("%d manifests", len(all))
	}
	for _, m := range all {
		if strings.Contains(m.PackageIdentifier, "{{") {
			t.Errorf("package_identifier %s is not a template in v2.15.1", m.PackageIdentifier)
		}
		for token, want := range map[string]string{"": "true", "secret": "auto"} {
			getenv := template.FuncMap{"envOrDefault": func(string, string) string { return token }}
			var b strings.Builder
			if err := template.Must(template.New("").Funcs(getenv).Parse(m.SkipUpload)).Execute(&b, nil); err != nil || b.String() != want {
				t.Errorf("skip_upload with the token %q is %s, %v, want %s", token, b.String(), err, want)
			}
		}
	}
	for _, p := range config.NFPMs {
		for _, format := range p.Formats {
			n := 0
			for _, c := range p.Contents {
				if strings.HasSuffix(c.Src, ".zsh") && (c.Packager == "" || c.Packager == format) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s has %d completions of zsh", format, n)
			}
		}
	}
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"onair/internal/fetch"
)

// The linker sets these variables in a release, as in -X main.version=1.2.3. Otherwise
// the version comes from the build information.
var (
	version string
	builtBy = "source" // or "release"
)

type versionOptions struct {
	check bool
	api   string // base URL of GitHub's API, without a slash at its end
}

func newVersion(a *app) *cobra.Command {
	o := versionOptions{api: "https://api.github.com"}
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version, the commit and the platform of this build. With --check, ask
GitHub whether there is a newer release; onair never does that by itself.

Exit codes: 0 done · 1 failed · 2 usage · 10 there is a newer release (--check).`,
		Example: "  onair version --json\n  onair version --check",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runVersion(c.Context(), a, &o) },
	}
	c.Flags().BoolVar(&o.check, "check", false, "ask GitHub whether there is a newer release")
	return c
}

// build describes this build of onair.
type build struct {
	SchemaVersion int    `json:"schema_version"`
	Version       string `json:"version"`
	Commit        string `json:"commit,omitempty"` // git commit; empty if it is not known
	Go            string `json:"go"`
	Platform      string `json:"platform"`
	BuiltBy       string `json:"built_by"`         // release or source
	Tags          string `json:"tags,omitempty"`   // build tags, separated by commas
	Latest        string `json:"latest,omitempty"` // version of the latest release, with --check
	module        string // path of the module, which names the repository on GitHub
}

func thisVersion() build {
	v := build{
		SchemaVersion: schemaVersion, Version: version, BuiltBy: builtBy,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = cmp.Or(v.Version, info.Main.Version)
		v.module = info.Main.Path
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Commit = s.Value
			case "-tags":
				v.Tags = s.Value
			}
		}
	}
	v.Version = cmp.Or(v.Version, "(devel)")
	return v
}

func (v build) String() string {
	text := "onair " + v.Version
	if v.Commit != "" {
		text += " " + v.Commit
	}
	return fmt.Sprintf("%s (%s, %s)", text, v.Go, v.Platform)
}

func runVersion(ctx context.Context, a *app, o *versionOptions) error {
	v := thisVersion()
	if o.check {
		var err error
		if v.Latest, err = latestRelease(ctx, o.api, v.module); err != nil {
			return err
		}
	}
	if a.json {
		if err := writeJSON(a.stdout, v); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.stdout, v)
	}
	if !o.check {
		return nil
	}
	if v.isOlder() {
		fmt.Fprintf(a.stderr, "onair %s is released: https://%s/releases/latest\n", v.Latest, v.module)
		return exitError(exitChanges)
	}
	fmt.Fprintf(a.stderr, "%s is the latest release\n", v.Latest)
	return nil
}

// isOlder reports whether the latest release is newer than this build. A build from
// source without a version counts as older than every release.
func (v build) isOlder() bool {
	return semver.Compare(canonical(v.Version), canonical(v.Latest)) < 0
}

// canonical returns a version in the form of package semver.
func canonical(version string) string { return "v" + strings.TrimPrefix(version, "v") }

// repositoryOf returns the repository of a module on GitHub, as OWNER/REPO.
func repositoryOf(module string) (repository string, ok bool) {
	return strings.CutPrefix(module, "github.com/")
}

// latestRelease returns the version of the latest release of a module on GitHub,
// without the v.
func latestRelease(ctx context.Context, api, module string) (string, error) {
	repository, ok := repositoryOf(module)
	if !ok {
		return "", fmt.Errorf("check for a newer release: the module of this build is %q, which does not name a repository on GitHub", module)
	}
	var release struct {
		TagName string `json:"tag_name"`
	}
	response, err := fetch.Own(nil).Do(ctx, &fetch.Request{URL: api + "/repos/" + repository + "/releases/latest"})
	if err != nil {
		return "", fmt.Errorf("check for a newer release: %w", err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotFound:
		return "", fmt.Errorf("check for a newer release: %s has no release", module)
	case response.StatusCode != http.StatusOK:
		return "", fmt.Errorf("check for a newer release: GitHub answered %s", response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(&release); err != nil {
		return "", fmt.Errorf("check for a newer release: read the answer: %w", err)
	}
	if !semver.IsValid(canonical(release.TagName)) {
		return "", fmt.Errorf("check for a newer release: the tag %q is not a version", release.TagName)
	}
	return strings.TrimPrefix(release.TagName, "v"), nil
}

package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker in a release: -X main.version=1.2.3. Otherwise it
// comes from the build information.
var version string

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print the version, the commit and the platform of this build.\n\nExit codes: 0 done.",
		Example: "  onair version --json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return runVersion(a) },
	}
}

// build describes this build of onair.
type build struct {
	SchemaVersion int    `json:"schema_version"`
	Version       string `json:"version"`
	Commit        string `json:"commit,omitempty"` // of git; empty if it is not known
	Go            string `json:"go"`
	Platform      string `json:"platform"`
}

func thisVersion() build {
	v := build{schemaVersion, version, "", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = cmp.Or(v.Version, info.Main.Version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
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

func runVersion(a *app) error {
	v := thisVersion()
	if a.json {
		return writeJSON(a.stdout, v)
	}
	_, err := fmt.Fprintln(a.stdout, v)
	return err
}

package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker in a release: -X main.version=1.2.3.
var version string

func newVersion(g *global) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Tell what this onair is",
		Long:    "Tell the version, the commit it was built from, and for what.\n\nExit codes: 0 done.",
		Example: "  onair version --json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return g.printVersion() },
	}
}

func (g *global) printVersion() error {
	v := struct {
		SchemaVersion int    `json:"schema_version"`
		Version       string `json:"version"`
		Commit        string `json:"commit,omitempty"`
		Go            string `json:"go"`
		Platform      string `json:"platform"`
	}{schemaVersion, version, "", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = cmp.Or(v.Version, info.Main.Version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	v.Version = cmp.Or(v.Version, "(devel)")
	if g.json {
		return writeJSON(g.stdout, v)
	}
	text := "onair " + v.Version
	if v.Commit != "" {
		text += " " + v.Commit
	}
	fmt.Fprintf(g.stdout, "%s (%s, %s)\n", text, v.Go, v.Platform)
	return nil
}

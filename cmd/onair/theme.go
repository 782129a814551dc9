package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/internal/source"
	"onair/templates"
)

// themeBase is the folder in templates/ that keeps the theme's files as they were when
// the show copied them. Its name starts with a dot, so it is not part of the site.
const themeBase = ".theme"

func newTheme(a *app) *cobra.Command {
	return newGroup("theme", "Change the theme of the site file by file", `  onair theme list
  onair theme eject --help`, newThemeList(a), newThemeEject(a), newThemeDiff(a))
}

func newThemeList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the files of the theme, and which of them the show overrides",
		Long: `List the files of the theme. A file that the show has in its templates folder is
marked with "yours", or with "changed below" if the theme's file is no longer the
one that was copied.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: "  onair theme list",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return runThemeList(a) },
	}
}

func newThemeEject(a *app) *cobra.Command {
	force := false
	c := &cobra.Command{
		Use:   "eject NAME… | all",
		Short: "Copy files of the theme into the show, to change them",
		Long: `Copy files of the theme into the templates folder of the show, where they replace
those of the theme. The copies in templates/.theme are for onair theme diff; keep
them in git beside yours.

Exit codes: 0 done · 1 failed, for example because a file is there · 2 usage.`,
		Example: `  onair theme eject footer.html
  onair theme eject static/theme.css words/en.txt`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeThemeFiles("all"),
		RunE:              func(_ *cobra.Command, args []string) error { return runThemeEject(a, args, force) },
	}
	c.Flags().BoolVar(&force, "force", false, "replace files that exist in the show")
	return c
}

// completeThemeFiles returns a function that offers the files of the theme, and further
// words.
func completeThemeFiles(further ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return append(slices.Sorted(maps.Keys(templates.Files())), further...), cobra.ShellCompDirectiveNoFileComp
	}
}

func newThemeDiff(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "diff [NAME…]",
		Short: "Show what a newer onair changed in files that the show overrides",
		Long: `Show what changed in the theme's files since they were copied with onair theme
eject. To adopt a change, make it in your file too, and then update the copy in
templates/.theme: run onair theme eject --force in a copy of the show, and take the
file in templates/.theme from there.

A file that was not copied with onair theme eject is compared with the theme's.

Exit codes: 0 nothing changed, or the changes are printed · 1 failed · 2 usage.`,
		Example: `  onair theme diff
  onair theme diff episode.html`,
		ValidArgsFunction: completeThemeFiles(),
		RunE:              func(_ *cobra.Command, args []string) error { return runThemeDiff(a, args) },
	}
}

// override is a file of the theme, with the show's own version of it.
type override struct {
	Name    string `json:"name"`
	Yours   bool   `json:"yours"`   // whether the show has a file of its own
	Changed bool   `json:"changed"` // whether the theme's file has changed since it was copied

	theme, yours, base []byte // base is the copied file; nil if the show did not copy it
}

// overrides returns the files of the theme by name, and the show's templates folder.
func overrides(a *app) (all []override, dir string, err error) {
	s, _, err := loadShow(a, nil, nil)
	if err != nil {
		return nil, "", err
	}
	if s == nil {
		return nil, "", withHint(errors.New("there is no show.yaml in this folder"), "onair init creates one; -C DIR works in another folder")
	}
	dir = filepath.Join(s.Folder.Dir, "templates")
	files := templates.Files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		o := override{Name: name, theme: files[name]}
		if o.yours, err = readIfThere(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return nil, "", err
		}
		if o.base, err = readIfThere(filepath.Join(dir, themeBase, filepath.FromSlash(name))); err != nil {
			return nil, "", err
		}
		o.Yours = o.yours != nil
		o.Changed = o.Yours && o.base != nil && !bytes.Equal(o.base, o.theme)
		all = append(all, o)
	}
	return all, dir, nil
}

// readIfThere reads a file. It returns nil if the file does not exist.
func readIfThere(name string) ([]byte, error) {
	f, _, err := durable.OpenRegular(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		return nil, err
	}
	return append([]byte{}, b.Bytes()...), nil
}

func runThemeList(a *app) error {
	all, _, err := overrides(a)
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.stdout, struct {
			SchemaVersion int        `json:"schema_version"`
			Files         []override `json:"files"`
		}{schemaVersion, all})
	}
	for _, o := range all {
		switch {
		case o.Changed:
			fmt.Fprintf(a.stdout, "%-28s yours, changed below\n", o.Name)
		case o.Yours:
			fmt.Fprintf(a.stdout, "%-28s yours\n", o.Name)
		default:
			fmt.Fprintln(a.stdout, o.Name)
		}
	}
	return nil
}

// chosen returns the files with the given names, or all files for "all".
func chosen(all []override, names []string) ([]override, error) {
	if len(names) == 1 && names[0] == "all" {
		return all, nil
	}
	var found []override
	for _, name := range names {
		i := slices.IndexFunc(all, func(o override) bool { return o.Name == path.Clean(filepath.ToSlash(name)) })
		if i < 0 {
			known := []string{"all"}
			for _, o := range all {
				known = append(known, o.Name)
			}
			err := usagef("the theme has no file %q", name)
			if hint := source.DidYouMean(name, known); hint != "" {
				return nil, withHint(err, "%s", hint)
			}
			return nil, withHint(err, "onair theme list prints the names")
		}
		found = append(found, all[i])
	}
	return found, nil
}

func runThemeEject(a *app, names []string, force bool) error {
	all, dir, err := overrides(a)
	if err != nil {
		return err
	}
	files, err := chosen(all, names)
	if err != nil {
		return err
	}
	for _, o := range files {
		if o.Yours && !force {
			return withHint(fmt.Errorf("templates/%s is there already", o.Name), "--force replaces it; nothing was written")
		}
	}
	root, err := os.OpenRoot(filepath.Dir(dir)) // refuses symbolic links that lead out of the show
	if err != nil {
		return err
	}
	defer root.Close()
	for _, o := range files {
		for _, name := range []string{path.Join(themeBase, o.Name), o.Name} {
			if err := durable.WriteIn(root, path.Join(filepath.Base(dir), name), o.theme, 0o666); err != nil {
				return err
			}
		}
		fmt.Fprintln(a.stdout, filepath.Join(a.from, "templates", filepath.FromSlash(o.Name)))
	}
	return nil
}

func runThemeDiff(a *app, names []string) error {
	all, _, err := overrides(a)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		if all, err = chosen(all, names); err != nil {
			return err
		}
	}
	for _, o := range all {
		switch {
		case !o.Yours:
		case o.base == nil:
			a.stdout.Write(diff.Diff("theme/"+o.Name, o.theme, "templates/"+o.Name, o.yours))
		default:
			a.stdout.Write(diff.Diff("copied/"+o.Name, o.base, "theme/"+o.Name, o.theme))
		}
	}
	return nil
}

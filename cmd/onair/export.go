package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/internal/plural"
	"onair/publish"
	"onair/publish/release"
	"onair/show/alternate"
)

type exportOptions struct {
	to         string
	redirectTo string
}

func newExport(a *app) *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "export DIR|FILE.zip",
		Short: "Export the whole show, for another host",
		Long: `Write everything that another host, or a backup, needs into a new DIR or ZIP file:

  show/        the folder of the show with all masters, also those that are only in
               the storage
  published/   feed, transcripts, chapters and images as they are published
  redirects/   rules that lead from the addresses of the show to those of the new host,
               for nginx, in a _redirects file, and for S3

The same show gives the same bytes. docs/moving.md describes the whole move.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: `  onair export backup.zip
  onair export out --redirect-to https://new-host.example/my-show/`,
		Args: folderAt(0, cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			o.to = filepath.Clean(args[0])
			return runExport(c.Context(), a, &o)
		},
	}
	c.Flags().StringVar(&o.redirectTo, "redirect-to", "", "`URL` of the show at its new host, for the redirects")
	return c
}

func runExport(ctx context.Context, a *app, o *exportOptions) error {
	if u, err := url.Parse(o.redirectTo); err != nil || o.redirectTo != "" && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return usagef("--redirect-to %s: want the address of a show, such as https://new-host.example/", o.redirectTo)
	}
	switch ext := strings.ToLower(filepath.Ext(o.to)); ext {
	case ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar":
		return usagef("%s: want a folder or a file that ends in .zip, not %s", o.to, ext)
	}
	dir, zipped := o.to, strings.EqualFold(filepath.Ext(o.to), ".zip")
	if zipped {
		dir = filepath.Join(filepath.Dir(o.to), "."+filepath.Base(o.to)+".tmp")
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	} else if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return withHint(fmt.Errorf("%s is not empty", dir), "name a new folder")
	}
	r, _, err := requireRelease(ctx, a, &changeFlags{}, nil, releaseFlags{})
	if err != nil {
		return err
	}
	e := &exporter{app: a, release: r, dir: dir}
	if err := e.write(ctx, o.redirectTo); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if zipped {
		if err := zipFolder(ctx, dir, o.to); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	fmt.Fprintf(a.stdout, "%s: %s, %s\n", o.to, plural.Count(len(r.Show.Episodes), "episode"), plural.Count(e.files, "file"))
	if o.redirectTo == "" && r.Show.NewFeedURL == "" && !a.quiet {
		fmt.Fprintf(a.stderr, "The redirects lead to %s; --redirect-to URL names the new host.\n", unknownHost)
	}
	return nil
}

// unknownHost stands for the new host in redirects while the new host is not known.
const unknownHost = "https://new-host.example/"

// exporter writes an export into a folder.
type exporter struct {
	*app
	release *release.Release
	dir     string
	files   int
}

func (e *exporter) write(ctx context.Context, redirectTo string) error {
	if err := e.copyShow(ctx); err != nil {
		return err
	}
	if err := e.pullMasters(ctx); err != nil {
		return err
	}
	older := e.release.OlderPages()
	for _, o := range e.release.Objects {
		switch o.Role {
		case release.RoleFeed, release.RoleTranscript, release.RoleChapters, release.RoleArtwork:
		default:
			if !slices.Contains(older, o.Key) {
				continue
			}
		}
		body, err := o.Body()
		if err != nil {
			return err
		}
		err = e.copy("published/"+o.Key, body)
		if err := errors.Join(err, body.Close()); err != nil {
			return err
		}
	}
	return e.writeRedirects(redirectTo)
}

// copyShow copies the regular files in the folder of the show, and masters outside of
// that folder. It leaves out hidden files, except .gitignore, and folders with output
// of onair.
func (e *exporter) copyShow(ctx context.Context) error {
	s := e.release.Show
	built := []string{e.dir, filepath.Join(s.Folder.Dir, "build")}
	if strings.HasPrefix(s.Storage, "file:") {
		built = append(built, localDir(s, s.Storage))
	}
	for i, name := range built {
		built[i], _ = filepath.Abs(name)
	}
	root, err := filepath.Abs(s.Folder.Dir)
	if err != nil {
		return err
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && name != root
		switch {
		case d.IsDir() && (hidden || slices.Contains(built, name) || isBuilt(name)):
			return fs.SkipDir
		case d.IsDir() || hidden && d.Name() != ".gitignore" || !d.Type().IsRegular() || strings.EqualFold(name, e.dir):
			return nil
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return e.copyFile("show/"+filepath.ToSlash(relative), name)
	})
	if err != nil {
		return err
	}
	for _, episode := range s.Episodes { // copy masters outside of the folder
		outside := map[string]string{"audio" + strings.ToLower(path.Ext(episode.Audio)): episode.Audio}
		for _, a := range episode.Alternates {
			outside[alternate.FileName(a.Language)] = a.Path
		}
		for file, master := range outside {
			name, ok := s.Folder.Path(master)
			if !ok || fs.ValidPath(master) {
				continue
			}
			if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
				if err := e.copyFile("show/"+episode.Dir+"/"+file, name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// isBuilt reports whether a folder is output of onair: a build, which contains .onair, or
// an earlier export.
func isBuilt(dir string) bool {
	has := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	return has(".onair") || has("published") && has("redirects/_redirects")
}

// pullMasters downloads the masters that are only in the storage.
func (e *exporter) pullMasters(ctx context.Context) error {
	missing := slices.ContainsFunc(e.release.Episodes, func(x *release.Episode) bool {
		return slices.ContainsFunc(x.Recordings(), func(r *release.Episode) bool { return !r.HasMaster() }) &&
			!x.IsElsewhere() && e.release.Show.Lock.Episodes[x.GUID] != nil
	})
	if !missing {
		return nil
	}
	s, storage, err := openShow(ctx, e.app)
	if err != nil {
		return err
	}
	return publish.Pull(ctx, s, storage, filepath.Join(e.dir, "show"), func(p publish.Pulled) {
		if p.Left == "" && p.Err == nil {
			e.files++
		}
	})
}

func (e *exporter) copyFile(key, name string) error {
	from, _, err := durable.OpenRegular(name)
	if err != nil {
		return err
	}
	defer from.Close()
	return e.copy(key, from)
}

// copy writes a file of the export.
func (e *exporter) copy(key string, from io.Reader) error {
	name := filepath.Join(e.dir, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	to, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	e.files++
	return errors.Join(err, to.Close())
}

// zipFolder writes the files of a folder into a ZIP file, with the same bytes for the
// same files.
func zipFolder(ctx context.Context, dir, name string) error {
	out, err := durable.CreateFile(name, 0o644)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil || d.IsDir() {
			return err
		}
		key, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		method := zip.Deflate
		switch strings.ToLower(filepath.Ext(file)) {
		case ".mp3", ".m4a", ".jpg", ".jpeg", ".png":
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: filepath.ToSlash(key), Method: method, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		from, err := os.Open(file)
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(w, from)
		return err
	})
	if err := errors.Join(err, z.Close()); err != nil {
		out.Abort()
		return err
	}
	return out.Commit()
}

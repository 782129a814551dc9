package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"encoding/json"
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
	"onair/show"
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

// redirect leads from a path on the show's host to an address.
type redirect struct{ from, to string }

// redirects returns the redirects for the addresses of the show: the feed and its further
// pages, the pages of the site, former paths of episodes, and the audio.
func redirects(r *release.Release, base string) []redirect {
	s := r.Show
	here, err := url.Parse(s.URL)
	if err != nil {
		return nil
	}
	base = strings.TrimRight(base, "/") + "/"
	escape := func(key string) string { return strings.ReplaceAll((&url.URL{Path: key}).EscapedPath(), "$", "%24") }
	list := []redirect{{here.EscapedPath() + escape(s.Feed.Path), base + escape(s.Feed.Path)}}
	if s.NewFeedURL != "" {
		list[0].to = s.NewFeedURL
	}
	known := map[string]bool{}
	add := func(key, to string) {
		if !known[key] {
			known[key] = true
			list = append(list, redirect{here.EscapedPath() + escape(key), base + escape(to)})
		}
	}
	for _, e := range r.Live() {
		if !s.Site.Disabled {
			page := strings.TrimSuffix(show.PageKey(e.Slug), "index.html")
			add(page, page)
			for _, from := range e.RedirectFrom {
				if key, err := url.PathUnescape(strings.Trim(from, "/")); err == nil {
					add(key, page)
					add(key+"/", page)
				}
			}
		}
		for _, r := range e.Recordings() {
			if r.AudioKey() != "" {
				add(r.AudioKey(), r.AudioKey())
			}
		}
	}
	older := r.OlderPages()
	for _, o := range r.Objects {
		if o.Role == release.RolePage && o.Key != "404.html" || slices.Contains(older, o.Key) {
			page := strings.TrimSuffix(o.Key, "index.html")
			add(page, page)
		}
	}
	return list
}

// s3Rule is a routing rule of a website on S3.
type s3Rule struct {
	Condition struct {
		KeyPrefixEquals string
	}
	Redirect struct {
		HTTPRedirectCode     string `json:"HttpRedirectCode"`
		Protocol, HostName   string
		ReplaceKeyWith       string `json:",omitempty"`
		ReplaceKeyPrefixWith string `json:",omitempty"`
	}
}

// maxS3Rules is how many routing rules a website on S3 may have.
const maxS3Rules = 50

// prefixesOnS3 returns the prefixes of keys that S3 redirects: the feed, and the folders
// at the top, beginning with those that every show has.
func prefixesOnS3(r *release.Release) []string {
	prefixes := []string{r.Show.Feed.Path, "audio/", "episodes/"}
	var others []string
	for _, o := range r.Objects {
		folder, _, below := strings.Cut(o.Key, "/")
		folder += "/"
		if o.Role == release.RolePage && below && !slices.Contains(prefixes, folder) && !slices.Contains(others, folder) {
			others = append(others, folder)
		}
	}
	slices.Sort(others)
	return append(prefixes, others...)
}

// writeRedirects writes the redirects as configurations of several servers.
func (e *exporter) writeRedirects(base string) error {
	if base == "" {
		base = unknownHost
	}
	list := redirects(e.release, base)
	var nginx, plain strings.Builder
	for _, r := range list {
		decoded, err := url.PathUnescape(r.from)
		if err != nil {
			return err
		}
		fmt.Fprintf(&nginx, "location = \"%s\" { return 301 \"%s\"; }\n", strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(decoded), strings.NewReplacer(`"`, "%22", "$", "%24").Replace(r.to))
		fmt.Fprintf(&plain, "%s %s 301\n", r.from, r.to)
	}
	to, err := url.Parse(strings.TrimRight(base, "/") + "/")
	if err != nil {
		return err
	}
	var rules []s3Rule
	prefixes := prefixesOnS3(e.release)
	if len(prefixes) > maxS3Rules {
		fmt.Fprintf(e.stderr, "S3 takes at most %d rules, so redirects/s3.json lacks %s.\n", maxS3Rules, plural.Count(len(prefixes)-maxS3Rules, "folder"))
		prefixes = prefixes[:maxS3Rules]
	}
	for _, prefix := range prefixes {
		var rule s3Rule
		rule.Condition.KeyPrefixEquals = prefix
		rule.Redirect.HTTPRedirectCode, rule.Redirect.Protocol, rule.Redirect.HostName = "301", to.Scheme, to.Host
		rule.Redirect.ReplaceKeyPrefixWith = strings.TrimPrefix(to.Path, "/") + prefix
		if feed, err := url.Parse(list[0].to); err == nil && prefix == e.release.Show.Feed.Path {
			rule.Redirect.Protocol, rule.Redirect.HostName, rule.Redirect.ReplaceKeyPrefixWith = feed.Scheme, feed.Host, ""
			rule.Redirect.ReplaceKeyWith = strings.TrimPrefix(feed.Path, "/")
		}
		rules = append(rules, rule)
	}
	s3, err := json.MarshalIndent(map[string]any{"RoutingRules": rules}, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		e.copy("redirects/nginx.conf", strings.NewReader(nginx.String())),
		e.copy("redirects/_redirects", strings.NewReader(plain.String())),
		e.copy("redirects/s3.json", strings.NewReader(string(s3)+"\n")),
	)
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

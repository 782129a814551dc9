package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/internal/sourcefs"
	"onair/transcripts/repo"
)

// inputs has the file systems of repositories and shows from which a command reads
// files, by folder.
type inputs struct {
	mu    sync.Mutex
	roots map[string]*sourcefs.FS
}

// openInput opens a file that was named on the command line or found in a folder. If
// the file is in a repository or show, a pull request may have named it, as in "lint
// $(git diff --name-only)". openInput then uses sourcefs, which refuses links and
// hidden files. Elsewhere it refuses only pipes and sockets, because opening one may
// wait for another program.
func (a *app) openInput(name string) (fs.File, error) {
	fsys, base, err := a.inputFS(name)
	if err != nil {
		return nil, err
	}
	return fsys.Open(base)
}

// inputFS returns the file system in which openInput opens a file, and the file's name
// there.
func (a *app) inputFS(name string) (fs.FS, string, error) {
	whole, err := filepath.Abs(name)
	if err != nil {
		return nil, "", err
	}
	top, marked, err := repo.FindRoot(filepath.Dir(whole))
	if err != nil {
		return nil, "", err
	}
	if !marked {
		return sourcefs.Named(filepath.Dir(whole)), filepath.Base(whole), nil
	}
	rel, err := filepath.Rel(top, whole)
	if err != nil {
		return nil, "", err
	}
	a.inputs.mu.Lock()
	defer a.inputs.mu.Unlock()
	files := a.inputs.roots[top]
	if files == nil {
		if files, err = openSources(a, top); err != nil {
			return nil, "", err
		}
		if a.inputs.roots == nil {
			a.inputs.roots = map[string]*sourcefs.FS{}
		}
		a.inputs.roots[top] = files
	}
	return files, filepath.ToSlash(rel), nil
}

// readInput reads a file or, for "-", standard input. More than limit bytes are an
// error.
func (a *app) readInput(name string, limit int64) ([]byte, error) {
	r := a.stdin
	if name != "-" {
		f, err := a.openInput(name)
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			err = &fs.PathError{Op: failed.Op, Path: name, Err: failed.Err} // failed.Path may be relative to a folder above
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s is a folder, not a regular file", name)
		}
		r = f
	}
	return readLimited(r, name, limit)
}

// readLimited reads r to its end. More than limit bytes are an error, which contains
// name. If r is a regular file, the buffer is allocated with the size of the file,
// because a buffer that grows takes twice the memory.
func readLimited(r io.Reader, name string, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if f, ok := r.(fs.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() <= limit {
			b.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	_, err := b.ReadFrom(io.LimitReader(r, limit+1))
	data := b.Bytes()
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %s", name, bytesText(limit))
	}
	return data, err
}

// writeOutput writes a file or, for "-", to standard output.
func (a *app) writeOutput(name string, data []byte) error {
	if name == "-" {
		_, err := a.stdout.Write(data)
		return err
	}
	return durable.WriteOutput(name, data, 0o644)
}

// writeNew is writeOutput for a file that must not exist yet.
func (a *app) writeNew(name string, data []byte) error {
	if name != "-" {
		if _, err := os.Lstat(name); err == nil {
			return withHint(fmt.Errorf("there is %s", a.shortPath(name)), "choose another file: -o FILE")
		}
	}
	return a.writeOutput(name, data)
}

// folderName refuses "-" as the name of a folder, because it is standard output
// everywhere else.
func folderName(name string) error {
	if name == "-" {
		return withHint(usagef("-: a folder cannot be written to standard output"), "./- is a folder of that name")
	}
	return nil
}

// folderAt returns a check of arguments: folderName for the argument at index i, if
// there is one, and then the check args.
func folderAt(i int, args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, names []string) error {
		if len(names) > i {
			if err := folderName(names[i]); err != nil {
				return err
			}
		}
		return args(c, names)
	}
}

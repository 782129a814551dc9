package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// writeFiles replaces the folder dir. The new folder has what packages contain besides
// the binary: man/*.1 for archives, man/*.1.gz for packages, completions, and the
// copyright and changelog of Debian. Each run for a commit writes the same bytes.
func writeFiles(root, dir, version string, s settings) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, sub := range []string{"man", "mangz", "completions", "debian"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	onair, err := filepath.Abs(filepath.Join(dir, "onair"))
	if err != nil {
		return err
	}
	// The program runs on this machine, whatever the release is built for.
	build := exec.Command("go", "build", "-o", onair, "./cmd/onair")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build onair: %w", err)
	}
	defer os.Remove(onair)
	if err := exec.Command(onair, "man", filepath.Join(dir, "man")).Run(); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	if err := compressAll(filepath.Join(dir, "man"), filepath.Join(dir, "mangz")); err != nil {
		return err
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		text, err := exec.Command(onair, "completion", shell).Output()
		if err != nil {
			return fmt.Errorf("write the completion of %s: %w", shell, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "completions", "onair."+shell), text, 0o644); err != nil {
			return err
		}
	}
	return writeDebian(root, filepath.Join(dir, "debian"), version, s)
}

// compressAll writes each file of a folder, compressed by gzip, into another.
func compressAll(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()+".gz"), compress(data), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compress returns data compressed by gzip, without a name or a time.
func compress(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	w.Write(data)                                         //nolint:errcheck // to memory
	w.Close()                                             //nolint:errcheck // to memory
	return b.Bytes()
}

// writeDebian writes copyright and changelog.gz, which Debian's policy requires
// (sections 12.5 and 12.7).
func writeDebian(root, dir, version string, s settings) error {
	date, err := commitTime(root)
	if err != nil {
		return err
	}
	copyright := fmt.Sprintf(`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: onair
Source: %s

Files: *
Copyright: %d the authors of onair
License: Apache-2.0
 On Debian systems, the text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
`, s.homepage(), date.Year())
	changelog := fmt.Sprintf("onair (%s) unstable; urgency=medium\n\n  * See %s/blob/main/CHANGELOG.md\n\n -- %s  %s\n",
		strings.TrimPrefix(version, "v"), s.homepage(), s.Maintainer, date.Format(time.RFC1123Z))
	if err := os.WriteFile(filepath.Join(dir, "copyright"), []byte(copyright), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "changelog.gz"), compress([]byte(changelog)), 0o644)
}

package repo

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
)

//go:embed template
var template embed.FS

// CreateOptions are the values for the files that Create writes.
type CreateOptions struct {
	Action string // OWNER/REPO@REF of onair on GitHub; required
	Tag    string // tag of the release at REF, for a comment after REF; may be empty
	Branch string // target of pull requests; empty means main
	URL    string // address of an episode's page; may be empty
	Show   string // OWNER/REPO of the show on GitHub; empty if the show is in this repository
	Owner  string // @USER or @ORG/TEAM for the CODEOWNERS file; empty writes none
}

// Created is a file of a repository, by its slash-separated name.
type Created struct {
	Name   string
	Exists bool // the file existed before and was left unchanged
}

var (
	actionName = regexp.MustCompile(`^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)@([A-Za-z0-9][A-Za-z0-9._/-]*)$`)
	repository = regexp.MustCompile(`^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$`)
	ownerName  = regexp.MustCompile(`^@[A-Za-z0-9-]+(/[A-Za-z0-9._-]+)?$`)
	branchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
)

// Create writes the files that a repository of transcripts needs for pull requests:
// workflows, a page for contributors, a form for issues and, if an owner is set,
// CODEOWNERS. It changes no existing file.
func Create(root *os.Root, o *CreateOptions) ([]Created, error) {
	fill, err := o.values()
	if err != nil {
		return nil, err
	}
	var files []Created
	err = fs.WalkDir(template, "template", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		target := strings.TrimPrefix(name, "template/")
		if rest, ok := strings.CutPrefix(target, "github/"); ok {
			target = ".github/" + rest
		}
		if o.Show == "" && path.Base(target) == "transcripts-publish.yml" {
			return nil
		}
		if o.Owner == "" && path.Base(target) == "CODEOWNERS" {
			return nil
		}
		data, err := template.ReadFile(name)
		if err != nil {
			return err
		}
		exists, err := createFile(root, target, fill.Replace(string(data)))
		files = append(files, Created{target, exists})
		return err
	})
	return files, err
}

// values returns a replacer for the placeholders in the files.
func (o *CreateOptions) values() (*strings.Replacer, error) {
	action := actionName.FindStringSubmatch(o.Action)
	if action == nil {
		return nil, fmt.Errorf("%q is not OWNER/REPO@REF", o.Action)
	}
	branch := o.Branch
	if branch == "" {
		branch = "main"
	}
	if !branchName.MatchString(branch) {
		return nil, fmt.Errorf("%q is not a branch", branch)
	}
	if o.Show != "" && !repository.MatchString(o.Show) {
		return nil, fmt.Errorf("%q is not OWNER/REPO", o.Show)
	}
	if o.Owner != "" && !ownerName.MatchString(o.Owner) {
		return nil, fmt.Errorf("%q is not @USER or @ORG/TEAM", o.Owner)
	}
	if o.URL != "" {
		u, err := url.Parse(o.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(o.URL, "\"\\\n\r $`") {
			return nil, fmt.Errorf("%q is not a page on the web", o.URL)
		}
	}
	ref := action[2]
	if o.Tag != "" {
		ref += " # " + o.Tag
	}
	return strings.NewReplacer("{REPOSITORY}", action[1], "{REF}", ref, "{BRANCH}", branch,
		"{URL}", o.URL, "{OWNER}", o.Owner, "{SHOW}", o.Show, "{HOME}", "https://github.com/"+action[1]), nil
}

// createFile writes a file unless its name exists.
func createFile(root *os.Root, name, text string) (exists bool, err error) {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return false, err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.WriteString(text)
	return false, errors.Join(err, f.Close())
}

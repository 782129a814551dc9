package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// modulePath matches the path of a module on GitHub: owner, then repository.
var modulePath = regexp.MustCompile(`^github\.com/([A-Za-z0-9][A-Za-z0-9-]*)/([a-z0-9._-]+)$`)

// changeModule gives the module of a checkout another path: in both go.mod files, in
// the imports of all Go files, and in the documents, which name the repository. It
// also sets the owner of release.yaml. It can be run again with another path.
func changeModule(root, path string) error {
	m := modulePath.FindStringSubmatch(path)
	if m == nil {
		return fmt.Errorf("%q is not the path of a module, such as github.com/YOU/onair", path)
	}
	s, err := readSettings(root)
	if err != nil {
		return err
	}
	old, err := currentModule(root)
	if err != nil {
		return err
	}
	if err := editMod(root, old, path); err != nil {
		return err
	}
	oldRepository, newRepository := s.Owner+"/"+s.Repository, m[1]+"/"+m[2]
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(d.Name()) && name != root:
			return fs.SkipDir
		case d.IsDir():
			return nil
		case strings.HasSuffix(name, ".go"):
			return rewriteImports(name, old, path)
		case name == filepath.Join(root, "release", "release.yaml"):
			return rewriteSettings(name, s, m[1], m[2])
		case strings.HasSuffix(name, ".md"):
			return replaceText(name, "github.com/"+oldRepository+" && cd "+s.Repository, "github.com/"+newRepository+" && cd "+m[2],
				"github.com/"+oldRepository, "github.com/"+newRepository, "github.com/"+s.Owner+"/", "github.com/"+m[1]+"/",
				oldRepository+"@", newRepository+"@", oldRepository+"/action/", newRepository+"/action/",
				s.Owner+"/tap/", m[1]+"/tap/", s.Registry+"/"+oldRepository, s.Registry+"/"+strings.ToLower(newRepository),
				s.Registry+"/"+strings.ToLower(oldRepository), s.Registry+"/"+strings.ToLower(newRepository),
				"-R "+oldRepository, "-R "+newRepository)
		}
		return nil
	})
}

// skipped reports whether a folder contains no source of the project.
func skipped(name string) bool {
	switch name {
	case "node_modules", "dist", "build", "bin", "public":
		return true
	}
	return strings.HasPrefix(name, ".") && name != ".github"
}

// currentModule returns the path of the module.
func currentModule(root string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		if path, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(path), nil
		}
	}
	return "", fmt.Errorf("go.mod has no module line")
}

// editMod changes the module's path in go.mod, and in the go.mod of the end-to-end
// tests, which require and replace it.
func editMod(root, old, path string) error {
	for _, args := range [][]string{
		{"-module", path, "go.mod"},
		{"-module", path + "/e2e", "-droprequire", old, "-dropreplace", old,
			"-require", path + "@v0.0.0", "-replace", path + "=../", "e2e/go.mod"},
	} {
		c := exec.Command("go", append([]string{"mod", "edit"}, args...)...)
		c.Dir = root
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go mod edit: %w: %s", err, out)
		}
	}
	return nil
}

// rewriteImports changes the imports of a Go file from one module to another. It also
// changes other string literals that are paths of packages, such as those in the test of
// imports.
func rewriteImports(name, old, path string) error {
	fset := token.NewFileSet()
	src, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments)
	if err != nil {
		return err
	}
	changed := false
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		value, err := strconv.Unquote(lit.Value)
		if err == nil && strings.HasPrefix(value, old+"/") {
			lit.Value = strconv.Quote(path + strings.TrimPrefix(value, old))
			changed = true
		}
		return true
	})
	if !changed {
		return nil
	}
	ast.SortImports(fset, f)
	var b strings.Builder
	if err := format.Node(&b, fset, f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, []byte(b.String()), 0o644)
}

// rewriteSettings sets the owner and the repository in release.yaml, and replaces the
// former owner in the maintainer's address. The image is named as the repository,
// unless it had another name.
func rewriteSettings(name string, s settings, owner, repository string) error {
	image := s.Image
	if image == s.Repository {
		image = repository
	}
	return replaceText(name, "owner: "+s.Owner+"\n", "owner: "+owner+"\n", "repository: "+s.Repository+"\n", "repository: "+repository+"\n",
		"image: "+s.Image+"\n", "image: "+image+"\n", s.Owner+" <"+s.Owner+"@", owner+" <"+owner+"@")
}

// replaceText replaces texts in a file. pairs has each old text followed by the new
// one.
func replaceText(name string, pairs ...string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text := strings.NewReplacer(pairs...).Replace(string(data))
	if text == string(data) {
		return nil
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"onair/internal/finding/findingtest"
)

// TestRules checks the rules of all packages, including packages without a test for
// their rules.
func TestRules(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, allRules(), "P004", "P022", "P023", "P024")
}

// TestRuleIDsStandInRulesGo checks that, outside of rules.go, only tests, examples and
// package release contain IDs as literals. Other files use the rule's variable, so that
// its severity, hint and source are in one place.
func TestRuleIDsStandInRulesGo(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^.[SATFPBWV][0-9]{3}\b`) // after the quote
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == "e2e" || name == "examples" || name == "publish/release" || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		base := filepath.Base(name)
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") || base == "rules.go" {
			return nil
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for _, literal := range stringLiterals(src) {
			if id.MatchString(literal) {
				t.Errorf("%s has %s; use the rule of rules.go", name, literal)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// stringLiterals returns the string literals of Go source.
func stringLiterals(src []byte) (literals []string) {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(src)), src, nil, 0)
	for {
		_, tok, text := s.Scan()
		switch tok {
		case token.EOF:
			return literals
		case token.STRING:
			literals = append(literals, text)
		}
	}
}

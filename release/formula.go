package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"text/template"
)

//go:embed formula.rb.tmpl
var formulaText string

var formulaTemplate = template.Must(template.New("formula.rb").Parse(formulaText))

// formula returns the Homebrew formula that builds a version from its source archive.
// It reads the archive to compute its digest.
func formula(s settings, version, archive string) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	var b strings.Builder
	err = formulaTemplate.Execute(&b, struct{ Homepage, Version, SHA256 string }{
		s.homepage(), strings.TrimPrefix(version, "v"), hex.EncodeToString(sum.Sum(nil)),
	})
	return b.String(), err
}

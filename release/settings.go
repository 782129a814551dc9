package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// placeholder is the owner in release.yaml until the project has one.
const placeholder = "OWNER"

// settings is the content of release.yaml.
type settings struct {
	Owner      string `yaml:"owner"`
	Repository string `yaml:"repository"`
	Maintainer string `yaml:"maintainer"`
	Tap        string `yaml:"tap"`
	Bucket     string `yaml:"bucket"`
	Winget     string `yaml:"winget"`
	Registry   string `yaml:"registry"`
	Image      string `yaml:"image"`
}

// readSettings reads release/release.yaml of a checkout.
func readSettings(root string) (settings, error) {
	var s settings
	data, err := os.ReadFile(filepath.Join(root, "release", "release.yaml"))
	if err != nil {
		return s, err
	}
	if err := yaml.UnmarshalWithOptions(data, &s, yaml.DisallowUnknownField()); err != nil {
		return s, fmt.Errorf("release/release.yaml: %w", err)
	}
	for name, v := range s.values() {
		if v == "" {
			return s, fmt.Errorf("release/release.yaml: %s is missing", strings.ToLower(name))
		}
	}
	return s, nil
}

// values returns the settings by name.
func (s settings) values() map[string]string {
	return map[string]string{
		"OWNER": s.Owner, "REPOSITORY": s.Repository, "MAINTAINER": s.Maintainer, "TAP": s.Tap,
		"BUCKET": s.Bucket, "WINGET": s.Winget, "REGISTRY": s.Registry, "IMAGE": s.Image,
	}
}

// homepage returns the address of the repository.
func (s settings) homepage() string {
	return "https://github.com/" + s.Owner + "/" + s.Repository
}

// environment returns the settings as variables such as RELEASE_OWNER, for
// .goreleaser.yaml and the workflow.
func (s settings) environment() []string {
	env := []string{
		"RELEASE_HOMEPAGE=" + s.homepage(),
		// Names of images are in lower case.
		"RELEASE_IMAGE_NAME=" + strings.ToLower(s.Registry+"/"+s.Owner+"/"+s.Image),
	}
	for name, v := range s.values() {
		env = append(env, "RELEASE_"+name+"="+v)
	}
	return env
}

// check returns an error if a setting still has a placeholder.
func (s settings) check() error {
	for name, v := range s.values() {
		if strings.Contains(v, placeholder) {
			return fmt.Errorf("release/release.yaml: %s is still a placeholder: make module MODULE=github.com/YOU/onair", strings.ToLower(name))
		}
	}
	return nil
}

// commitTime returns the time of the checked-out commit.
func commitTime(root string) (time.Time, error) {
	out, err := exec.Command("git", "-C", root, "log", "-1", "--format=%ct").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("read the time of the commit: %w", err)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the time of the commit: %w", err)
	}
	return time.Unix(n, 0).UTC(), nil
}

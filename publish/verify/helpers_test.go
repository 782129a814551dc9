package verify_test

import "onair/publish/internal/showtest"

const (
	cloudy    = showtest.Cloudy
	ghosts    = showtest.Ghosts
	ghostSlug = showtest.GhostSlug
	guid      = showtest.GUID
	guidSlug  = showtest.GUIDSlug
)

var (
	now        = showtest.Now
	example    = showtest.Example
	edit       = showtest.Edit
	newRelease = showtest.Release
)

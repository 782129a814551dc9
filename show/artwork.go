package show

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/shell"
)

// artworkNames are the names that artwork of a folder may have, in the order of
// preference.
var artworkNames = []string{"artwork.jpg", "artwork.jpeg", "artwork.png"}

// coverNames are names that other programs give to artwork.
var coverNames = []string{"artwork", "cover", "folder", "front", "albumart"}

// findArtwork returns the path of the artwork in a folder. If there is none, it returns
// an empty string and reports pictures that are hidden, have a name that is spelled
// differently or that other programs use, or have a format that is not used.
func findArtwork(isFile func(name string) bool, dir string, list func() []fs.DirEntry, found *finding.List) string {
	var names []string
	for _, name := range artworkNames {
		names = append(names, path.Join(dir, name))
	}
	if used := firstFile(isFile, names...); used != "" {
		return used
	}
	for _, e := range list() {
		ext := path.Ext(e.Name())
		stem := strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(e.Name(), ext), "."))
		if !e.Type().IsRegular() || !slices.Contains(coverNames, stem) {
			continue
		}
		name := path.Join(dir, e.Name())
		from, lower := shell.Quote(name), strings.ToLower(ext)
		var hint string
		switch lower {
		case ".jpg", ".jpeg", ".png":
			hint = "git mv " + from + " " + shell.Quote(path.Join(dir, "artwork"+lower))
		case ".webp", ".gif", ".bmp", ".tif", ".tiff", ".jfif", ".jp2", ".tga":
			hint = "ffmpeg -i " + from + " -frames:v 1 " + shell.Quote(path.Join(dir, "artwork.png"))
		case ".heic", ".heif", ".avif", ".svg", ".psd": // ffmpeg may not be able to read these
			hint = "magick " + from + " " + shell.Quote(path.Join(dir, "artwork.png"))
		default:
			continue
		}
		found.Add(ruleArtworkName.At(finding.Position{File: name}, "the picture is not used: artwork is artwork.jpg, artwork.jpeg or artwork.png").WithHint(hint))
	}
	return ""
}

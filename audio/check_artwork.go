package audio

import (
	"fmt"
	"path"
	"strings"

	"onair/internal/finding"
)

const (
	minArtworkSide      = 1400 // pixels a side
	maxArtworkSide      = 3000
	maxPublishedPicture = 512_000 // bytes
	maxPublishedTag     = 1 << 20 // bytes
	maxTitle            = 255     // characters

	// applePictures and appleAudio are where the numbers come from.
	applePictures = "PSP-1, itunes:image; Apple Podcasts for Creators, show artwork"
	appleAudio    = "Apple Podcasts for Creators, audio requirements (support/893)"
)

// CheckArtwork judges the artwork of a show or an episode by rules A020 to
// A024. name is its path, whose extension listeners will see; at the place that
// names it.
func CheckArtwork(p *Picture, at finding.Position, name string) finding.List {
	l := checkPicture(p, at, name)
	if p.Width != p.Height {
		l.Add(finding.Finding{Rule: "A020", Severity: finding.Error, Position: at, Source: applePictures, Hint: "crop it to a square",
			Message: fmt.Sprintf("the artwork is %d × %d pixels, not square", p.Width, p.Height)})
	}
	if small, large := min(p.Width, p.Height), max(p.Width, p.Height); small < minArtworkSide || large > maxArtworkSide {
		l.Add(finding.Finding{Rule: "A021", Severity: finding.Error, Position: at, Source: applePictures, Hint: "export it with 1400 to 3000 pixels a side",
			Message: fmt.Sprintf("the artwork is %d × %d pixels, not %d to %d a side", p.Width, p.Height, minArtworkSide, maxArtworkSide)})
	}
	return l
}

// CheckChapterImage judges the image of a chapter by rules A021 to A024. It may
// have any shape, and be as small as it likes.
func CheckChapterImage(p *Picture, at finding.Position, name string) finding.List {
	l := checkPicture(p, at, name)
	if max(p.Width, p.Height) > maxArtworkSide {
		l.Warnf("A021", at, "scale it down", "the image is %d × %d pixels; players show chapter images small", p.Width, p.Height)
	}
	return l
}

// checkPicture holds what is asked of every picture.
func checkPicture(p *Picture, at finding.Position, name string) finding.List {
	var l finding.List
	switch p.Color {
	case CMYK:
		l.Add(finding.Finding{Rule: "A022", Severity: finding.Error, Position: at, Source: applePictures, Hint: "export it in RGB",
			Message: "the image is in CMYK, the colours of print"})
	case Gray:
		l.Add(finding.Finding{Rule: "A022", Severity: finding.Warning, Position: at, Source: applePictures, Hint: "export it in RGB",
			Message: "the image is in greyscale; directories ask for RGB"})
	}
	if ext := strings.ToLower(path.Ext(name)); !extensionFits(ext, p.MediaType) {
		l.Add(finding.Finding{Rule: "A023", Severity: finding.Error, Position: at, Source: applePictures, Hint: "rename it",
			Message: fmt.Sprintf("the image is called %q and its content is %s", path.Base(name), p.MediaType)})
	}
	if len(p.Data) > maxPublishedPicture {
		l.Warnf("A024", at, "save it with stronger compression", "the image has %d kB; apps load it again and again, and 512 kB are enough", len(p.Data)/1000)
	}
	return l
}

func extensionFits(ext, mediaType string) bool {
	if mediaType == "image/png" {
		return ext == ".png"
	}
	return ext == ".jpg" || ext == ".jpeg"
}

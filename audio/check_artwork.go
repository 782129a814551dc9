package audio

import (
	"path"
	"strings"

	"onair/audio/picture"
	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/shell"
)

// Limits of rules A021 and A024.
const (
	minArtworkSide      = 1400    // pixels
	maxArtworkSide      = 3000    // pixels
	maxPublishedPicture = 512_000 // bytes
)

// CheckArtwork checks the artwork of a show or an episode by rules A020 to A028. name
// is the path of the image, whose extension must fit the content. at is the place that
// names the image. cache keeps the faults that decoding the image finds; it may be nil.
func CheckArtwork(cache *derive.Cache, p *Picture, at finding.Position, name string) finding.List {
	l := checkPicture(cache, p, at, name)
	if p.Width != p.Height {
		l.Add(ruleNotSquare.At(at, "the artwork is %d × %d pixels, not square", p.Width, p.Height))
	}
	if min(p.Width, p.Height) < minArtworkSide || max(p.Width, p.Height) > maxArtworkSide {
		l.Add(ruleImageSides.At(at, "the artwork is %d × %d pixels, not %d to %d a side", p.Width, p.Height, minArtworkSide, maxArtworkSide))
	}
	return l
}

// CheckChapterImage checks the image of a chapter by rules A021 to A028. The image need
// not be square and has no smallest size.
func CheckChapterImage(cache *derive.Cache, p *Picture, at finding.Position, name string) finding.List {
	l := checkPicture(cache, p, at, name)
	if max(p.Width, p.Height) > maxArtworkSide {
		f := ruleImageSides.At(at, "the image is %d × %d pixels; players show chapter images small", p.Width, p.Height)
		l.Add(f.WithSeverity(finding.Warning).WithHint("scale it down"))
	}
	return l
}

// checkPicture checks a picture of any kind by rules A022 to A028.
func checkPicture(cache *derive.Cache, p *Picture, at finding.Position, name string) finding.List {
	var l finding.List
	switch p.Color {
	case cmyk:
		l.Add(ruleImageColor.At(at, "the image is in CMYK, the colours of print"))
	case gray:
		l.Add(ruleImageColor.At(at, "the image is in greyscale; directories ask for RGB").WithSeverity(finding.Warning))
	}
	if ext := strings.ToLower(path.Ext(name)); !extensionFits(ext, p.MediaType) {
		l.Add(ruleImageExtension.At(at, "the image is called %q and its content is %s", path.Base(name), p.MediaType))
	}
	if len(p.Data) > maxPublishedPicture {
		l.Add(ruleImageBytes.At(at, "the image has %d kB; apps load it again and again, and 512 kB are enough", len(p.Data)/1000))
	}
	var faults picture.Faults
	if pictureFormat(p.Data) != "" {
		faults = picture.Inspect(cache, p.Data)
	}
	if faults.Damage != "" {
		l.Add(ruleImageDamage.At(at, "the image %q cannot be shown whole: %s", path.Base(name), faults.Damage))
	}
	if faults.Orientation != 0 {
		l.Add(ruleImageTurned.At(at, "the image has EXIF orientation %d: some apps turn it, and some show it as it is stored", faults.Orientation).
			WithHint("magick " + shell.Quote(name) + " -auto-orient -strip " + shell.Quote(name)))
	}
	if faults.Transparent {
		l.Add(ruleTransparent.At(at, "the image has transparent parts, which some apps show black and some white").
			WithHint("magick " + shell.Quote(name) + " -background white -alpha remove -alpha off " + shell.Quote(name)))
	}
	if faults.Animated {
		l.Add(ruleAnimated.At(at, "the image is animated (APNG); apps show its first picture"))
	}
	return l
}

func extensionFits(ext, mediaType string) bool {
	if mediaType == "image/png" {
		return ext == ".png"
	}
	return ext == ".jpg" || ext == ".jpeg"
}

package release

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/raster"
	"onair/internal/slugs"
	"onair/publish/bucket"
	"onair/templates"
	"onair/templates/palette"
)

// widths are the widths of the smaller versions of artwork and portraits, in pixels.
var widths = []int{160, 320, 640}

// iconWidths are the widths of the icons for home screens.
var iconWidths = []int{180, 192}

// versionQuality is the quality of the JPEG files.
const versionQuality = 82

var (
	versionFunc = derive.Func{Name: "pictures", Version: 1}
	iconFunc    = derive.Func{Name: "icons", Version: 1}
	accentFunc  = derive.Func{Name: "accents", Version: 1}
)

// version has the cached facts of a smaller version of an image.
type version struct {
	Width  int         `json:"width"`
	Height int         `json:"height"`
	Sums   bucket.Sums `json:"sums"`
}

// decoded keeps the images that were decoded last, scaled down to the largest version.
type decoded struct {
	mu     sync.Mutex
	recent []decodedImage
}

type decodedImage struct {
	name string
	img  *raster.Image
}

// maxDecoded is how many images are kept. An image takes up to 1.6 MB.
const maxDecoded = 6

// decode returns an image of the show, scaled down to the largest version.
func (b *builder) decode(name string) (*raster.Image, error) {
	b.decoded.mu.Lock()
	i := slices.IndexFunc(b.decoded.recent, func(d decodedImage) bool { return d.name == name })
	if i >= 0 {
		defer b.decoded.mu.Unlock()
		return b.decoded.recent[i].img, nil
	}
	b.decoded.mu.Unlock()
	p, err := b.picture(name)
	if err != nil {
		return nil, err
	}
	img, err := raster.Decode(p.Data, widths[len(widths)-1])
	if err != nil {
		return nil, err
	}
	b.decoded.mu.Lock()
	defer b.decoded.mu.Unlock()
	if b.decoded.recent = append(b.decoded.recent, decodedImage{name, img}); len(b.decoded.recent) > maxDecoded {
		b.decoded.recent = slices.Delete(b.decoded.recent, 0, 1)
	}
	return img, nil
}

// addVersions adds smaller versions of the artwork and portraits that the pages show.
// An image that cannot be decoded has none, which is reported.
func (b *builder) addVersions(ctx context.Context, site *templates.Site) {
	var names []string
	use := func(name string) {
		if name != "" && site.ImageKeys[name] != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	use(b.show.Artwork)
	for _, c := range b.show.Hosts {
		use(c.Person.Image)
	}
	for _, e := range site.Episodes {
		use(e.Artwork)
		for _, c := range e.Credits(b.show) {
			use(c.Person.Image)
		}
	}
	versions, errs := make([][]version, len(names)), make([]error, len(names))
	inParallel(ctx, len(names), func(i int) { versions[i], errs[i] = b.versions(names[i]) })
	for i, name := range names {
		if errs[i] != nil {
			f := ruleImage.At(b.images[name].at, "%s: %v; the site has no smaller versions of it", name, errs[i])
			f.Severity = finding.Warning // other decoders may read it
			b.findings.Add(f)
		}
		key := site.ImageKeys[name]
		if site.Versions[key] != nil {
			continue // a copy of a file, with the same name in another folder
		}
		for _, v := range versions[i] {
			o := b.object(RoleArtwork, v.Sums, b.versionSource(name, v.Width, v.Height))
			o.Key = versionKey(name, v.Width)(v.Sums.SHA256)
			b.add(o)
			site.Versions[key] = append(site.Versions[key], templates.Version{Width: v.Width, Height: v.Height, Key: o.Key})
		}
	}
}

// versions returns the smaller versions of an image, narrowest first.
func (b *builder) versions(name string) ([]version, error) {
	p, err := b.picture(name)
	if err != nil {
		return nil, err
	}
	return remember(b, versionFunc, name, derive.KeyOf(b.digest(p)), func() (all []version, err error) {
		img, err := b.decode(name)
		if err != nil {
			return nil, err
		}
		for _, width := range widths {
			if width >= p.Width || width > img.Rect.Dx() {
				break
			}
			height := max(1, (img.Rect.Dy()*width+img.Rect.Dx()/2)/img.Rect.Dx())
			s, err := b.renderSums(RoleArtwork, versionKey(name, width), b.versionSource(name, width, height))
			if err != nil {
				return nil, err
			}
			all = append(all, version{width, height, s})
		}
		return all, nil
	})
}

func versionKey(name string, width int) keyFunc {
	stem := slugs.Make(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	return hashedKey(fmt.Sprintf("assets/%s-%d", stem, width), ".jpg")
}

// versionSource returns the source of a version.
func (b *builder) versionSource(name string, width, height int) source {
	return func(w io.Writer) error {
		img, err := b.decode(name)
		if err != nil {
			return err
		}
		data, err := raster.JPEG(raster.Scale(img, width, height), versionQuality)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
}

// iconKeys adds the icons for home screens, and returns their keys by width; nil if the
// show has no artwork that can be decoded.
func (b *builder) iconKeys() map[int]string {
	if b.show.Artwork == "" {
		return nil
	}
	p, err := b.picture(b.show.Artwork)
	if err != nil {
		return nil
	}
	key := func(width int) keyFunc { return hashedKey(fmt.Sprintf("assets/icon-%d", width), ".png") }
	from := func(width int) source {
		return func(w io.Writer) error {
			img, err := b.decode(b.show.Artwork)
			if err != nil {
				return err
			}
			data, err := raster.PNG(raster.Square(img, width))
			if err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		}
	}
	all, err := remember(b, iconFunc, b.show.Artwork, derive.KeyOf(b.digest(p)), func() (all []version, err error) {
		for _, width := range iconWidths {
			s, err := b.renderSums(RoleArtwork, key(width), from(width))
			if err != nil {
				return nil, err
			}
			all = append(all, version{width, width, s})
		}
		return all, nil
	})
	if err != nil {
		return nil
	}
	keys := map[int]string{}
	for _, v := range all {
		o := b.object(RoleArtwork, v.Sums, from(v.Width))
		o.Key = key(v.Width)(v.Sums.SHA256)
		b.add(o)
		keys[v.Width] = o.Key
	}
	return keys
}

// logoKey adds the logo of the masthead and returns its key; empty if there is none.
func (b *builder) logoKey() string {
	if b.show.Theme.Logo == "" {
		return ""
	}
	return b.imageKey(b.show.Theme.Logo)
}

// maxFont is the size limit of a font, in bytes. A font for all of Chinese is smaller.
const maxFont = 32 << 20

// look returns the show's choices for the look of the theme.
func (b *builder) look() *templates.Look {
	look := &templates.Look{Scheme: b.show.Theme.Scheme, NoSearch: b.show.Site.NoSearch}
	if accent, err := palette.Parse(b.show.Theme.Accent); err == nil {
		look.Accent = accent
		if f, ok := templates.CheckAccent(accent, b.show.Theme.Scheme, b.show.At("theme.accent")); !ok {
			b.findings.Add(f)
		}
	} else {
		look.Accent = b.artworkAccent()
	}
	if b.show.Theme.Font != "" {
		data, err := b.show.Folder.ReadFile(b.show.Theme.Font, maxFont)
		if err == nil && !bytes.HasPrefix(data, []byte("wOF2")) {
			err = fmt.Errorf("it is not a WOFF2 font; it begins with %q", data[:min(len(data), 4)])
		}
		if err != nil {
			b.findings.Add(templates.BadFile(b.show.At("theme.font"), fmt.Errorf("%s: %w", b.show.Theme.Font, err)))
		} else {
			look.Font = data
		}
	}
	return look
}

// artworkAccent returns the accent colour of the show's artwork, or else the default.
func (b *builder) artworkAccent() palette.Colour {
	if b.show.Artwork == "" {
		return palette.Default
	}
	p, err := b.picture(b.show.Artwork)
	if err != nil {
		return palette.Default
	}
	found, _ := remember(b, accentFunc, b.show.Artwork, derive.KeyOf(b.digest(p)), func() ([]byte, error) {
		img, err := b.decode(b.show.Artwork)
		if err != nil {
			return nil, err
		}
		accent, ok := palette.Accent(img)
		if !ok {
			accent = palette.Default
		}
		return []byte(accent.String()), nil
	})
	if accent, err := palette.Parse(string(found)); err == nil {
		return accent
	}
	return palette.Default
}

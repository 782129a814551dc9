package audio

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A LostFramesError reports frames of the old tag that an ID3v2.3 tag cannot have and
// that TagFileOptions.Drop does not name.
type LostFramesError struct {
	Version string   // version of the old tag, such as 2.4
	IDs     []string // IDs of the frames, as for TagFileOptions.Drop, in the order of the file
	Reasons []string // the reason for each of the IDs
}

func (e *LostFramesError) Error() string {
	all := make([]string, len(e.IDs))
	for i, id := range e.IDs {
		all[i] = fmt.Sprintf("%s (%s)", id, e.Reasons[i])
	}
	return fmt.Sprintf("the ID3v%s tag has frames that cannot be kept: %s", e.Version, strings.Join(all, ", "))
}

// retagged is a new tag that replaces old ones.
type retagged struct {
	tag           *Tag
	bytes         []byte
	fields        []string // names of fields that differ from the old tag
	removed       []string // entries of fields that the new tag lacks
	kept, dropped []string // IDs of frames; the kept ones belong to no field
}

// retag makes a new tag from old, the tags of a file whose audio has the given
// duration. old may be nil. A field that edit does not change keeps its frames,
// including content that a Tag cannot hold.
func retag(old *oldTags, duration time.Duration, edit func(*Tag) error, drop []string) (*retagged, error) {
	if old == nil {
		old = &oldTags{}
	}
	old.arrangeChapters(duration)
	tag := old.tag
	tag.Chapters = slices.Clone(tag.Chapters)
	tag.Duration = duration
	if err := edit(&tag); err != nil {
		return nil, err
	}
	changed, names := differences(&old.tag, &tag)
	r := &retagged{tag: tag.normal(), fields: names}
	_, has := differences(&Tag{}, &tag)
	for _, name := range names {
		if !slices.Contains(has, name) {
			r.removed = append(r.removed, name)
		}
	}
	frames, err := r.keepFrames(old, changed, drop)
	if err != nil {
		return nil, err
	}
	r.tag.MissingTOC, r.tag.Problems = false, nil
	parts, err := r.tag.parts(frames)
	if err != nil {
		return nil, err
	}
	r.bytes = bytes.Join(joined(parts), nil)
	return r, nil
}

// differences returns the fields in which two tags differ, as IDs of frames and as
// names.
func differences(a, b *Tag) (ids map[string]bool, names []string) {
	hadChapters, hasChapters := len(a.Chapters) > 0, len(b.Chapters) > 0
	a, b = a.normal(), b.normal()
	ids = map[string]bool{}
	for _, f := range []struct {
		id, name string
		same     bool
	}{
		{"TIT2", "title", a.Title == b.Title},
		{"TPE1", "artist", a.Artist == b.Artist},
		{"TALB", "album", a.Album == b.Album},
		{"TRCK", "track", a.Track == b.Track},
		{"TPOS", "season", a.Season == b.Season},
		{"TYER", "date", a.Date.Equal(b.Date)},
		{"TCON", "genre", a.Genre == b.Genre},
		{"TLAN", "language", a.Language == b.Language},
		{"TLEN", "duration", a.Duration == b.Duration},
		{"TCOP", "copyright", a.Copyright == b.Copyright},
		{"TPUB", "publisher", a.Publisher == b.Publisher},
		{"TXXX", "guid", a.GUID == b.GUID},
		{"COMM", "comment", a.Comment == b.Comment && (a.Comment == "" || a.Language == b.Language)},
		{"CHAP", "chapters", hadChapters == hasChapters && reflect.DeepEqual(a.Chapters, b.Chapters)},
		{"APIC", "cover", reflect.DeepEqual(a.Artwork, b.Artwork)},
	} {
		if !f.same {
			ids[f.id] = true
			names = append(names, f.name)
		}
	}
	return ids, names
}

// keepFrames encodes the old frames that are kept, by field. Frames that belong to no
// field are kept unless drop names them. A frame that cannot be kept is an error unless
// drop names it.
func (r *retagged) keepFrames(old *oldTags, changed map[string]bool, drop []string) (map[string][]byte, error) {
	frames := map[string][]byte{}
	lost := &LostFramesError{Version: old.version}
	plain := old.chapters.plain()
	hasTimestamp := slices.ContainsFunc(old.frames, func(f oldFrame) bool { return f.id == "TDRC" })
	for _, f := range old.frames {
		// The time stamp of 2.4 includes the date, so frames of 2.3 with the date are
		// not kept.
		if changed[f.field] || hasTimestamp && f.field == "TYER" && f.id != "TDRC" {
			continue
		}
		if f.field == "CHAP" && f.data != nil && !plain {
			continue
		}
		named := named(drop, f.id)
		if named && f.field == "" {
			r.dropped = append(r.dropped, f.id)
			continue
		}
		b, err := f.appendV23(frames[f.field])
		switch {
		case err == nil:
			frames[f.field] = b
			if f.field == "" {
				r.kept = append(r.kept, f.id)
			}
		case named:
			r.dropped = append(r.dropped, f.id)
		default:
			lost.IDs = append(lost.IDs, f.id)
			lost.Reasons = append(lost.Reasons, err.Error())
		}
	}
	if !plain && !changed["CHAP"] {
		r.keepChapters(old, frames, drop, lost)
	}
	if len(lost.IDs) > 0 {
		return nil, lost
	}
	return frames, nil
}

// named reports whether drop, values of TagFileOptions.Drop, names a frame.
func named(drop []string, id string) bool {
	return slices.Contains(drop, id) || slices.Contains(drop, DropAll)
}

// keepChapters encodes chapters whose frames cannot be copied one by one. It is an error if
// there are such frames and none of them has a start.
func (r *retagged) keepChapters(old *oldTags, frames map[string][]byte, drop []string, lost *LostFramesError) {
	if len(old.chapters.order)+len(old.chapters.unplaced) == 0 {
		return
	}
	b, err := old.chapters.appendV23(frames["CHAP"], old.tag.Chapters)
	if len(old.chapters.order) == 0 {
		err = errors.New("no chapter has a start time")
	}
	switch {
	case err == nil:
		frames["CHAP"] = b
		if old.chapters.repaired || len(old.chapters.unplaced) > 0 {
			r.fields = append(r.fields, "chapters")
		}
		if old.chapters.tableWrong || len(old.chapters.tocs) == 0 {
			r.fields = append(r.fields, "table of contents")
		}
	case named(drop, "CHAP"):
		r.dropped = append(r.dropped, "CHAP")
	default:
		lost.IDs = append(lost.IDs, "CHAP")
		lost.Reasons = append(lost.Reasons, err.Error())
	}
}

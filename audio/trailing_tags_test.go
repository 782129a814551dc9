package audio

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

// id3v1With returns an ID3v1 tag. Texts that are too long are cut.
func id3v1With(title, artist, album string) []byte {
	b := make([]byte, id3v1Bytes)
	copy(b, "TAG")
	for i, s := range []string{title, artist, album} {
		copy(b[3+30*i:33+30*i], s)
	}
	return b
}

// apeWith returns an APEv2 tag with a header and the given items, alternately a
// key and a value.
func apeWith(items ...string) []byte {
	var body []byte
	for pair := range slices.Chunk(items, 2) {
		body = binary.LittleEndian.AppendUint32(body, uint32(len(pair[1])))
		body = append(body, 0, 0, 0, 0)
		body = append(body, pair[0]+"\x00"+pair[1]...)
	}
	b := ape(len(body))
	copy(b[apeFooterBytes:], body)
	return b
}

// withFooter adds a footer to a tag of ID3v2.4.
func withFooter(tag []byte) []byte {
	tag = withFlags(bytes.Clone(tag), tagFooter)
	return join(tag, []byte("3DI"), tag[3:TagHeaderBytes])
}

func TestProbeTrailingTags(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 50)
	plain := foreignTag(3, 0, frame23("TIT2", 0, "\x00Title"), frame23("TALB", 0, "\x00Show"), make([]byte, 20))
	for _, tt := range []struct {
		name   string
		behind []byte
		want   []TrailingTag
	}{
		{"none", nil, nil},
		{"ID3v1", id3v1With("Title", "Crew  ", "Show\x00junk"), []TrailingTag{{"ID3v1", 128, "Title", "Crew", "Show"}}},
		{"ID3v1 in Latin-1", id3v1With("\xc4pfel", "", ""), []TrailingTag{{"ID3v1", 128, "Äpfel", "", ""}}},
		{"ID3v1 in UTF-8, cut inside a character", id3v1With("曇り曇り曇り曇り曇り"[:30], "曇"[:1], ""), []TrailingTag{{"ID3v1", 128, "曇り曇り曇り曇り曇り", "æ", ""}}},
		{"extended ID3v1", join([]byte("TAG+"+strings.Repeat("b", 60)), make([]byte, id3v1ExtraBytes-64), id3v1With(strings.Repeat("a", 30), "Crew", "")),
			[]TrailingTag{{"ID3v1", 355, strings.Repeat("a", 30) + strings.Repeat("b", 60), "Crew", ""}}},
		{"ID3v2 with a footer", withFooter(foreignTag(4, 0, frame24("TIT2", 0, "\x03Title"), frame24("TPE1", 0, "\x03Crew"))), []TrailingTag{{"ID3v2", 51, "Title", "Crew", ""}}},
		{"ID3v2 without a footer", plain, []TrailingTag{{"ID3v2", int64(len(plain)), "Title", "", "Show"}}},
		{"ID3v2 without a footer, before an ID3v1", join(plain, id3v1()), []TrailingTag{{"ID3v2", int64(len(plain)), "Title", "", "Show"}, {"ID3v1", 128, "Old title", "", ""}}},
		{"ID3v2 that cannot be read", id3Footer(3000), []TrailingTag{{Kind: "ID3v2", Bytes: 3020}}},
		{"ID3v2 of an unknown version", id3(7, 100), []TrailingTag{{Kind: "ID3v2", Bytes: 100}}},
		{"APE", apeWith("Year", "2027", "TITLE", "Title", "Artist", "Crew\x00Guest", "album", "Show"), []TrailingTag{{"APE", 143, "Title", "Crew / Guest", "Show"}}},
		{"APE with malformed items", ape(20), []TrailingTag{{Kind: "APE", Bytes: 84}}},
		{"all", join(plain, apeWith("Title", "Other"), lyrics3("la"), id3v1()),
			[]TrailingTag{{"ID3v2", int64(len(plain)), "Title", "", "Show"}, {"APE", 83, "Other", "", ""}, {Kind: "Lyrics3", Bytes: 28}, {"ID3v1", 128, "Old title", "", ""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := join(payload, tt.behind)
			info, err := Probe(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, info.TrailingTags); diff != "" {
				t.Errorf("behind the audio (-want +got):\n%s", diff)
			}
			if info.PayloadEnd != int64(len(payload)) || info.Warnings != nil {
				t.Errorf("the payload ends at byte %d, want %d; warnings %q", info.PayloadEnd, len(payload), info.Warnings)
			}
		})
	}
}

// Bytes at the end that only look like an ID3v2 tag are audio and must be published.
func TestFalseTrailingTagsAreAudio(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 50)
	tag := foreignTag(3, 0, frame23("TIT2", 0, "\x00Title"))
	for name, behind := range map[string][]byte{
		"size short by one":    join(tag, []byte{0}),
		"size long by one":     tag[:len(tag)-1],
		"audio in it":          join(id3(3, 3000+len(payload))[:3000], payload),
		"too far from the end": id3(3, searchBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			file := join(payload, behind)
			info, err := Probe(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if info.PayloadEnd != int64(len(file)) || info.TrailingTags != nil {
				t.Errorf("the payload ends at byte %d of %d, before %v", info.PayloadEnd, len(file), info.TrailingTags)
			}
		})
	}
}

func TestCheckTrailingTags(t *testing.T) {
	t.Parallel()
	published := Tag{Title: "Ghosts in the tag, and how to find them", Artist: "Vega 曇り", Album: "Hello"}
	for _, tt := range []struct {
		name   string
		behind []TrailingTag
		want   []string
	}{
		{"none", nil, nil},
		{"empty tag", []TrailingTag{{Kind: "ID3v1"}}, nil},
		{"same texts", []TrailingTag{{Kind: "APE", Title: published.Title, Artist: published.Artist, Album: "Hello"}}, nil},
		{"ID3v1 that is cut, with question marks", []TrailingTag{{Kind: "ID3v1", Title: published.Title[:30], Artist: "Vega ??"}}, nil},
		{"APE that is cut", []TrailingTag{{Kind: "APE", Title: published.Title[:30]}}, []string{`A009 info the APE tag behind the audio says title "Ghosts in the tag, and how to "; "` + published.Title + `" is published`}},
		{"ID3v1 with the beginning of the title", []TrailingTag{{Kind: "ID3v1", Title: "Ghosts"}}, []string{`A009 info the ID3v1 tag behind the audio says title "Ghosts"; "` + published.Title + `" is published`}},
		{"ID3v1 of another show", []TrailingTag{{Kind: "ID3v1", Album: "Other Show Title"}}, []string{`A009 info the ID3v1 tag behind the audio says album "Other Show Title"; "Hello" is published`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range CheckOldTags(nil, tt.behind, &published, finding.Position{File: "audio.mp3"}) {
				got = append(got, f.Rule+" "+f.Severity.String()+" "+f.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

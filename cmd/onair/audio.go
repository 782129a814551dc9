package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/source"
)

func newAudio(a *app) *cobra.Command {
	return newGroup("audio", "Work on one audio file", `  onair audio probe episode.mp3
  onair audio tag --help`,
		newAudioProbe(a), newAudioTag(a), newAudioChapters(a), newAudioLoudness(a), newAudioWaveform(a), newAudioSpeak(a),
	)
}

func newAudioProbe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "probe FILE",
		Short: "Print the format, length and tag of an MP3",
		Long: `Read every frame of an MP3 and print its duration, bitrate and format, where its
audio starts and ends, its SHA-256, its ID3 tag, and the tags after the audio.
The file is not changed.

Exit codes: 0 done · 1 failed, such as a file that is not an MP3 · 2 usage.`,
		Example: "  onair audio probe episode.mp3 --json | jq .duration_seconds",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return runAudioProbe(a, args[0]) },
	}
}

func runAudioProbe(a *app, name string) error {
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return err
	}
	defer f.Close()
	size := stat.Size()
	info, err := audio.Probe(f, size)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	tag, err := audio.ReadTag(f, size)
	if err != nil {
		info.Warnings = append(info.Warnings, err.Error())
	}
	if tag != nil {
		info.Warnings = append(info.Warnings, tag.Problems...)
	}
	if tag != nil && tag.MissingTOC {
		info.Warnings = append(info.Warnings, "chapters without a table of contents (CTOC): several players ignore them; onair audio tag writes one")
	}
	if a.json {
		return writeJSON(a.stdout, probeJSON(info, tag))
	}
	return printProbe(a, info, tag)
}

// probeDocument is what audio probe --json writes.
type probeDocument struct {
	SchemaVersion int             `json:"schema_version"`
	MediaType     string          `json:"media_type"`
	Duration      float64         `json:"duration_seconds"`
	Frames        int             `json:"frames"`
	Bitrate       int             `json:"bitrate_kbps"`
	BitrateMode   string          `json:"bitrate_mode,omitempty"` // cbr or vbr; empty for M4A
	SampleRate    int             `json:"sample_rate_hz"`
	Channels      int             `json:"channels"`
	Delay         int             `json:"encoder_delay_samples"`
	Padding       int             `json:"encoder_padding_samples"`
	PayloadBytes  int64           `json:"payload_bytes"`
	PayloadSHA256 string          `json:"payload_sha256"`
	Tag           *probeTag       `json:"tag"`
	Trailing      []probeTrailing `json:"trailing_tags"`
	Warnings      []string        `json:"warnings"`
}

type probeTag struct {
	Version   string         `json:"version"`
	Bytes     int64          `json:"bytes"`
	Title     string         `json:"title"`
	Artist    string         `json:"artist"`
	Album     string         `json:"album"`
	Track     int            `json:"track,omitempty"`
	Season    int            `json:"season,omitempty"`
	Date      string         `json:"date,omitempty"`
	Genre     string         `json:"genre,omitempty"`
	Comment   string         `json:"comment,omitempty"`
	Language  string         `json:"language,omitempty"`
	Copyright string         `json:"copyright,omitempty"`
	Publisher string         `json:"publisher,omitempty"`
	GUID      string         `json:"guid,omitempty"`
	Artwork   *probePicture  `json:"artwork"`
	Chapters  []probeChapter `json:"chapters"`
}

// probeTrailing is a tag after the audio.
type probeTrailing struct {
	Kind   string `json:"kind"`
	Bytes  int64  `json:"bytes"`
	Title  string `json:"title"`
	Artist string `json:"artist"`
	Album  string `json:"album"`
}

type probePicture struct {
	MediaType string `json:"media_type"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Bytes     int    `json:"bytes"`
}

type probeChapter struct {
	Start float64       `json:"start_seconds"`
	End   float64       `json:"end_seconds"`
	Title string        `json:"title"`
	URL   string        `json:"url"`
	Image *probePicture `json:"image"`

	Hidden bool `json:"hidden,omitempty"`
}

// bitrateMode returns cbr or vbr, or an empty string if it is not known.
func bitrateMode(info *audio.Info) string {
	switch {
	case info.MediaType == audio.M4A:
		return ""
	case info.VBR:
		return "vbr"
	}
	return "cbr"
}

func probeJSON(info *audio.Info, tag *audio.Tag) probeDocument {
	d := probeDocument{
		SchemaVersion: schemaVersion,
		MediaType:     info.MediaType,
		Duration:      info.Duration.Seconds(),
		Frames:        info.MPEGFrames,
		Bitrate:       info.Bitrate,
		BitrateMode:   bitrateMode(info),
		SampleRate:    info.SampleRate,
		Channels:      info.Channels,
		Delay:         info.EncoderDelay,
		Padding:       info.EncoderPadding,
		PayloadBytes:  info.PayloadBytes(),
		PayloadSHA256: hex.EncodeToString(info.SHA256[:]),
		Trailing:      []probeTrailing{},
		Warnings:      append([]string{}, info.Warnings...),
	}
	for _, b := range info.TrailingTags {
		d.Trailing = append(d.Trailing, probeTrailing(b))
	}
	if tag == nil {
		return d
	}
	d.Tag = &probeTag{
		Version: info.TagVersion, Bytes: info.TagBytes,
		Title: tag.Title, Artist: tag.Artist, Album: tag.Album, Track: tag.Track, Season: tag.Season,
		Genre: tag.Genre, Comment: tag.Comment, Language: tag.Language, Copyright: tag.Copyright, Publisher: tag.Publisher, GUID: tag.GUID,
		Artwork: pictureJSON(tag.Artwork), Chapters: []probeChapter{},
	}
	if !tag.Date.IsZero() {
		d.Tag.Date = tag.Date.Format("2006-01-02")
	}
	for _, c := range tag.Chapters {
		d.Tag.Chapters = append(d.Tag.Chapters, probeChapter{c.Start.Seconds(), c.End.Seconds(), c.Title, c.URL, pictureJSON(c.Image), c.Hidden})
	}
	return d
}

func pictureJSON(p *audio.Picture) *probePicture {
	if p == nil {
		return nil
	}
	return &probePicture{p.MediaType, p.Width, p.Height, len(p.Data)}
}

func printProbe(a *app, info *audio.Info, tag *audio.Tag) error {
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	channels := map[int]string{1: "mono", 2: "stereo"}[info.Channels]
	fmt.Fprintf(t, "duration\t%s\t%d frames\n", durationText(info.Duration), info.MPEGFrames)
	bitrate := strings.TrimSpace(fmt.Sprintf("%d kbit/s %s", info.Bitrate, bitrateMode(info)))
	fmt.Fprintf(t, "format\t%s, %d Hz %s\t%s\n", bitrate, info.SampleRate, channels, info.MediaType)
	if info.EncoderDelay+info.EncoderPadding > 0 {
		fmt.Fprintf(t, "encoder\t%d samples before the sound, %d after it\n", info.EncoderDelay, info.EncoderPadding)
	}
	fmt.Fprintf(t, "payload\t%s\tbytes %d to %d\n", bytesText(info.PayloadBytes()), info.PayloadStart, info.PayloadEnd)
	fmt.Fprintf(t, "\tsha256\t%x\n", info.SHA256)
	printTag(t, info, tag)
	for _, b := range info.TrailingTags {
		fmt.Fprintf(t, "after\t%s tag\t%s\n", b.Kind, bytesText(b.Bytes))
		printNames(t, b.Title, b.Artist, b.Album)
	}
	for _, w := range info.Warnings {
		fmt.Fprintf(t, "warning\t%s\n", clean(w))
	}
	return t.Flush()
}

func printTag(w io.Writer, info *audio.Info, tag *audio.Tag) {
	if tag == nil {
		fmt.Fprintf(w, "tag\tnone\n")
		return
	}
	if info.MediaType == audio.M4A {
		fmt.Fprintf(w, "tag\tchapters only\n")
	} else {
		fmt.Fprintf(w, "tag\tID3v%s\t%s\n", info.TagVersion, bytesText(info.TagBytes))
	}
	printNames(w, tag.Title, tag.Artist, tag.Album)
	if p := tag.Artwork; p != nil {
		fmt.Fprintf(w, "\tartwork\t%s, %d × %d, %s\n", p.MediaType, p.Width, p.Height, bytesText(int64(len(p.Data))))
	}
	for _, c := range tag.Chapters {
		hidden := ""
		if c.Hidden {
			hidden = " (hidden)"
		}
		fmt.Fprintf(w, "\tchapter\t%s %s%s\n", source.FormatTimestamp(c.Start), clean(c.Title), hidden)
	}
}

// printNames prints the title, artist and album of a tag, except those that are empty.
func printNames(w io.Writer, title, artist, album string) {
	for _, field := range [][2]string{{"title", title}, {"artist", artist}, {"album", album}} {
		if field[1] != "" {
			fmt.Fprintf(w, "\t%s\t%s\n", field[0], clean(field[1]))
		}
	}
}

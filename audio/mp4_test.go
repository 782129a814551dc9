package audio

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func box(kind string, parts ...[]byte) []byte {
	body := join(parts...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), append([]byte(kind), body...)...)
}

func words(n ...uint32) (b []byte) {
	for _, w := range n {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// timing returns the content of an mvhd or mdhd box of version 0.
func timing(scale, ticks uint32) []byte { return words(0, 0, 0, scale, ticks, 0) }

// track returns a trak box. Its sample entry has two channels, as in most files; config
// is the AudioSpecificConfig and may be empty.
func track(handler, codec string, mdhd []byte, frames uint32, config ...byte) []byte {
	entry := join(words(0, 1, 0, 0, 2<<16|16, 0, 44100<<16))
	if len(config) > 0 {
		esds := join(words(0), []byte{3, 0x80, 0x80, 25, 0, 0, 0, 4, 20, 0x40}, make([]byte, 12), []byte{5, byte(len(config))}, config)
		entry = append(entry, box("esds", esds)...)
	}
	return box("trak", box("tkhd", make([]byte, 84)), box("mdia",
		box("mdhd", mdhd),
		box("hdlr", words(0, 0), []byte(handler), make([]byte, 12)),
		box("minf", box("stbl",
			box("stsd", words(0, 1), box(codec, entry)),
			box("stsz", words(0, 0, frames)),
		)),
	))
}

func TestProbeMP4(t *testing.T) {
	t.Parallel()
	ftyp := box("ftyp", []byte("M4A \x00\x00\x02\x00"))
	mdat := box("mdat", make([]byte, 15000-8))
	mvhd := box("mvhd", timing(1000, 1234))
	oneSecond := timing(44100, 44100)
	wide := join([]byte{1, 0, 0, 0}, make([]byte, 16), words(48000, 0, 96000))
	tests := []struct {
		name string
		file []byte
		want Info
		err  string
	}{
		{name: "index first", file: join(ftyp, box("moov", mvhd, track("soun", "mp4a", oneSecond, 43, 0x12, 0x10)), mdat),
			want: Info{Duration: time.Second, MPEGFrames: 43, Bitrate: 123, SampleRate: 44100, Channels: 2}},
		{name: "mono, with an entry for stereo", file: join(ftyp, box("moov", mvhd, track("soun", "mp4a", oneSecond, 43, 0x12, 0x08)), mdat),
			want: Info{Duration: time.Second, MPEGFrames: 43, Bitrate: 123, SampleRate: 44100, Channels: 1}},
		{name: "times of 64 bits", file: join(ftyp, box("moov", track("soun", "mp4a", wide, 43)), mdat),
			want: Info{Duration: 2 * time.Second, MPEGFrames: 43, Bitrate: 61, SampleRate: 44100, Channels: 2}},
		{name: "duration in mvhd only", file: join(ftyp, box("moov", mvhd, track("soun", "mp4a", timing(44100, 0), 43)), mdat),
			want: Info{Duration: 1234 * time.Millisecond, MPEGFrames: 43, Bitrate: 99, SampleRate: 44100, Channels: 2}},
		{name: "with a chapter track", file: join(ftyp, box("moov", mvhd, track("soun", "mp4a", oneSecond, 43), track("text", "text", oneSecond, 2)), mdat),
			want: Info{Duration: time.Second, MPEGFrames: 43, Bitrate: 125, SampleRate: 44100, Channels: 2}},
		{name: "index last", file: join(ftyp, mdat, box("moov", mvhd, track("soun", "mp4a", oneSecond, 43))),
			want: Info{Duration: time.Second, MPEGFrames: 43, Bitrate: 123, SampleRate: 44100, Channels: 2, Warnings: []string{
				"the index comes after the audio, so that players must fetch the end first; rewrite it: ffmpeg -i IN -c copy -movflags +faststart OUT.m4a"}}},
		{name: "size of 64 bits", file: join(ftyp, box("moov", mvhd, track("soun", "mp4a", oneSecond, 43)), words(1), []byte("mdat"), words(0, 15000), mdat[:15000-16]),
			want: Info{Duration: time.Second, MPEGFrames: 43, Bitrate: 123, SampleRate: 44100, Channels: 2}},
		{name: "size to the end", file: join(ftyp, box("moov", mvhd, track("soun", "mp4a", oneSecond, 43)), words(0), mdat[4:]),
			want: Info{Duration: time.Second, MPEGFrames: 43, Bitrate: 123, SampleRate: 44100, Channels: 2}},
		{name: "video", file: join(ftyp, box("moov", mvhd, track("vide", "avc1", oneSecond, 25))),
			err: "byte 64: this MP4 file holds a video; take its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{name: "lossless", file: join(ftyp, box("moov", mvhd, track("soun", "alac", oneSecond, 25))),
			err: "byte 64: this is Apple Lossless; encode it: ffmpeg -i IN -b:a 128k OUT.mp3"},
		{name: "other codec", file: join(ftyp, box("moov", mvhd, track("soun", "Opus", oneSecond, 25))),
			err: `byte 64: this MP4 file holds "Opus" audio; podcast apps want AAC or MP3`},
		{name: "no index", file: join(ftyp, mdat), err: "this MP4 file has no index (moov box): it is truncated, or its recording was not finished"},
		{name: "no audio", file: join(ftyp, box("moov", mvhd)), err: "this MP4 file has no audio track"},
		{name: "no duration", file: join(ftyp, box("moov", track("soun", "mp4a", timing(0, 5), 1))),
			err: "this MP4 file does not say how long it is; rewrite it: ffmpeg -i IN -c copy -movflags +faststart OUT.m4a"},
		{name: "truncated", file: join(ftyp, mdat)[:300], err: `byte 16: the MP4 box "mdat" claims 15000 bytes and 284 are left: the file is truncated`},
		{name: "box of no size", file: join(ftyp, words(4), []byte("free")), err: `byte 16: the MP4 box "free" claims 4 bytes and 8 are left: the file is truncated`},
		{name: "endless boxes", file: join(ftyp, bytes.Repeat(box("free"), 4096)), err: "byte 32776: this MP4 file has more than 4096 boxes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Probe(bytes.NewReader(tt.file), int64(len(tt.file)))
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error = %v\nwant    %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			want.MediaType, want.PayloadEnd = M4A, int64(len(tt.file))
			want.SHA256, want.CRC32C = sha256.Sum256(tt.file), checksum(tt.file)
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("Probe (-want +got):\n%s", diff)
			}
		})
	}
}

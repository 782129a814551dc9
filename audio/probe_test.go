package audio

import (
	"bytes"
	"crypto/sha256"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/audio/mpeg"
	"onair/audio/mpeg/mpegtest"
	"onair/internal/crc32c"
)

// hundredMPEGFrames is the duration of a hundred MPEG frames of MPEG 1 at 44.1 kHz.
const hundredMPEGFrames = 100 * 1152 * time.Second / 44100

func TestProbe(t *testing.T) {
	t.Parallel()
	cbr := silence(mono128, 100)
	vbr := join(silence(mono128, 50), silence(mpegtest.NewHeader(44100, 64, true), 50))
	tests := []struct {
		name   string
		before []byte // not part of the payload
		body   []byte
		after  []byte // not part of the payload
		want   Info
	}{
		{name: "CBR mono", body: cbr, want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{name: "CBR stereo", body: silence(stereo128, 100), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 2}},
		{name: "VBR", body: vbr, want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 96, VBR: true, SampleRate: 44100, Channels: 1, Warnings: []string{vbrWithoutLength}}},
		{name: "VBR with a header that counts its MPEG frames", body: join(xing(mono128, "Xing", 100, 0, 0, 0), vbr), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 96, VBR: true, SampleRate: 44100, Channels: 1}},
		{name: "VBR with a Xing header that counts none", body: join(xing(mono128, "Xing", 0, 0, 0, 31_364), vbr), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 96, VBR: true, SampleRate: 44100, Channels: 1, Warnings: []string{vbrWithoutLength}}},
		{name: "VBR with a Xing header that has no count", body: join(uncounted(xing(mono128, "Xing", 100, 0, 0, 0)), vbr), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 96, VBR: true, SampleRate: 44100, Channels: 1, Warnings: []string{vbrWithoutLength}}},
		{name: "VBR with a VBRI header that counts none", body: join(vbri(mono128, 0), vbr), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 96, VBR: true, SampleRate: 44100, Channels: 1, EncoderDelay: 576, Warnings: []string{vbrWithoutLength}}},
		{name: "VBR of MPEG 2 behind a tag", before: id3(3, 90), body: join(silence(mpegtest.NewHeader(24000, 64, true), 25), silence(mpegtest.NewHeader(24000, 32, true), 25)), want: Info{Duration: 1200 * time.Millisecond, MPEGFrames: 50, Bitrate: 48, VBR: true, SampleRate: 24000, Channels: 1, TagVersion: "2.3.0", TagBytes: 90, Warnings: []string{vbrWithoutLength}}},
		{name: "MPEG 2", body: silence(mpegtest.NewHeader(24000, 64, true), 50), want: Info{Duration: 1200 * time.Millisecond, MPEGFrames: 50, Bitrate: 64, SampleRate: 24000, Channels: 1}},
		{name: "MPEG 2.5", body: silence(mpegtest.NewHeader(8000, 8, true), 100), want: Info{Duration: 7200 * time.Millisecond, MPEGFrames: 100, Bitrate: 8, SampleRate: 8000, Channels: 1}},
		{name: "longest MPEG frames", body: silence(mpegtest.NewHeader(32000, 320, false), 1000), want: Info{Duration: 36 * time.Second, MPEGFrames: 1000, Bitrate: 320, SampleRate: 32000, Channels: 2}},
		{name: "one MPEG frame", body: mono128.Frame(), want: Info{Duration: 1152 * time.Second / 44100, MPEGFrames: 1, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{name: "MPEG frames with a CRC", body: silence(mono128&^(1<<16), 100), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{
			name: "Info header is not audio",
			body: join(xing(mono128, "Info", 100, 576, 1105, 0), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, EncoderDelay: 576, EncoderPadding: 1105},
		},
		{
			name: "Xing header of another bitrate",
			body: join(xing(mpegtest.NewHeader(44100, 64, true), "Xing", 100, 0, 0, 0), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1},
		},
		{
			name: "Info header behind a CRC",
			body: join(behindCRC(xing(mono128, "Info", 100, 576, 1105, 0)), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, EncoderDelay: 576, EncoderPadding: 1105},
		},
		{
			name: "VBRI header",
			body: join(vbri(stereo128, 100), silence(stereo128, 100)),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 2, EncoderDelay: 576},
		},
		{
			name: "header counts more",
			body: join(xing(mono128, "Info", 250, 0, 0, 0), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, MissingMPEGFrames: 150, Warnings: []string{
				"the header promises 250 MPEG frames and the file has 100: it was cut off",
			}},
		},
		{
			name: "header counts fewer",
			body: join(xing(mono128, "Info", 60, 0, 0, 0), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"the Info header promises 60 MPEG frames and the file has 100; players that rely on it show a wrong length",
			}},
		},
		{
			name: "header counts damaged MPEG frames",
			body: join(xing(mono128, "Info", 205, 0, 0, 86_097), cbr, junk(5*418), cbr),
			want: Info{Duration: 2 * hundredMPEGFrames, MPEGFrames: 200, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"the Info header promises 205 MPEG frames and the file has 200; players that rely on it show a wrong length",
				"junk between MPEG frames once, 2090 bytes in all, first at byte 42212",
			}},
		},
		{
			name: "header that counts itself",
			body: join(xing(mono128, "Info", 101, 0, 0, 0), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1},
		},
		{
			name: "header that misses an MPEG frame",
			body: join(xing(mono128, "Info", 99, 0, 0, 0), cbr),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1},
		},
		{
			name: "tags on all sides", before: join(id3(3, 500), id3(4, 70_000)), body: cbr,
			after: join(ape(100), lyrics3("la la"), id3v1()),
			want:  Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, TagVersion: "2.3.0", TagBytes: 70_500},
		},
		{
			name: "ID3v2.4 with a footer", before: id3Footer(3000), body: cbr,
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, TagVersion: "2.4.0", TagBytes: 3020},
		},
		{
			name: "ID3v2.2, then an unsynchronised tag with an extended header", before: join(id3(2, 200), withFlags(id3(4, 300), tagUnsynchronised|tagExtended)), body: cbr,
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, TagVersion: "2.2.0", TagBytes: 500},
		},
		{name: "APEv1", body: cbr, after: join(ape1(100), id3v1()), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{
			name: "APE tag longer than the file", body: join(cbr, ape(1 << 20)[1<<20:]),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"64 bytes after the last MPEG frame, from byte 41795, are neither audio nor a known tag",
			}},
		},
		{name: "ID3v2 at the end", body: cbr, after: id3Footer(3000), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{name: "Lyrics3 v1", body: cbr, after: join(lyrics1("la la"), id3v1()), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{name: "two ID3v1 tags", body: cbr, after: join(id3v1(), id3v1()), want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1}},
		{
			name: "extended ID3v1 tag", body: cbr, after: join([]byte("TAG+"), make([]byte, id3v1ExtraBytes-4), id3v1()),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1},
		},
		{
			name: "junk before the first MPEG frame", before: junk(1001), body: cbr,
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"1001 bytes of junk before the first MPEG frame, from byte 0",
			}},
		},
		{
			name: "junk that contains an MPEG header",
			body: join(cbr, junk(99), mono128.Frame()[:4], junk(2000), cbr, junk(7), cbr),
			want: Info{Duration: 3 * hundredMPEGFrames, MPEGFrames: 300, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"junk between MPEG frames 2 times, 2110 bytes in all, first at byte 41795",
			}},
		},
		{
			name: "junk longer than a block",
			body: join(cbr, junk(3*blockBytes), cbr),
			want: Info{Duration: 2 * hundredMPEGFrames, MPEGFrames: 200, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"junk between MPEG frames once, 786432 bytes in all, first at byte 41795",
			}},
		},
		{
			name: "junk after the last MPEG frame", body: join(cbr, junk(1000)), after: id3v1(),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"1000 bytes after the last MPEG frame, from byte 41795, are neither audio nor a known tag",
			}},
		},
		{
			name: "truncated last MPEG frame", body: join(cbr, mono128.Frame()[:100]),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"the last MPEG frame is truncated: 100 of 417 bytes",
			}},
		},
		{
			name: "joined files", body: join(cbr, id3(4, 2*blockBytes), cbr),
			want: Info{Duration: 2 * hundredMPEGFrames, MPEGFrames: 200, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"an ID3 tag in the middle of the audio once, first at byte 41795: files were joined without removing their tags",
			}},
		},
		{
			name: "junk that looks like an ID3 tag", body: join(cbr, id3(3, 30_000)[:TagHeaderBytes], cbr),
			want: Info{Duration: 2 * hundredMPEGFrames, MPEGFrames: 200, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"junk between MPEG frames once, 10 bytes in all, first at byte 41795",
			}},
		},
		{
			name: "ID3v2.3 at the end, without a footer", body: cbr, after: join(id3(3, 500), ape(20)),
			want: Info{Duration: hundredMPEGFrames, MPEGFrames: 100, Bitrate: 128, SampleRate: 44100, Channels: 1},
		},
		{
			name: "sample rate changes", body: join(cbr, silence(mpegtest.NewHeader(48000, 128, true), 125)),
			want: Info{Duration: hundredMPEGFrames + 3*time.Second, MPEGFrames: 225, Bitrate: 128, SampleRate: 44100, Channels: 1, Warnings: []string{
				"the sample rate or MPEG version changes once, first at byte 41795; many players fail there",
			}},
		},
		{
			name: "channel mode changes", body: join(cbr, silence(stereo128, 100)),
			want: Info{Duration: 2 * hundredMPEGFrames, MPEGFrames: 200, Bitrate: 128, SampleRate: 44100, Channels: 2, Warnings: []string{
				"some MPEG frames are mono and some are stereo",
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := join(tt.before, tt.body, tt.after)
			want := tt.want
			want.MediaType = MP3
			want.PayloadStart, want.PayloadEnd = int64(len(tt.before)), int64(len(tt.before)+len(tt.body))
			want.SHA256 = sha256.Sum256(tt.body)
			want.CRC32C = crc32c.Checksum(tt.body)
			got, err := Probe(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			want.TrailingTags = got.TrailingTags // see TestProbeTrailingTags
			if diff := cmp.Diff(&want, got, durations); diff != "" {
				t.Errorf("Probe (-want +got):\n%s", diff)
			}
		})
	}
}

// durations allows for the rounding of sums.
var durations = cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= 2 })

// TestProbeBlockBoundary checks that a decision which needs several MPEG frames does
// not depend on the boundaries of the blocks in which the file is read.
func TestProbeBlockBoundary(t *testing.T) {
	t.Parallel()
	before, after := mpegtest.NewHeader(32000, 320, false), mpegtest.NewHeader(44100, 320, false)
	edge := blockBytes / before.Size()
	for n := edge - 6; n <= edge+2; n++ {
		file := join(silence(before, n), silence(after, 300))
		info, err := Probe(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if info.MPEGFrames != n+300 || len(info.Warnings) != 1 {
			t.Errorf("%d frames before: %d frames in all, warnings %q", n, info.MPEGFrames, info.Warnings)
		}
	}
}

// transport returns an MPEG transport stream of which each packet starts with one of the
// texts. Every second packet has an adaptation field.
func transport(starts ...string) []byte {
	var b []byte
	for i := range 8 {
		packet := bytes.Repeat([]byte{0xFF}, transportPacket)
		copy(packet, "\x47\x01\x00\x10")
		if i < len(starts) {
			head := "\x47\x41\x00\x10"
			if i%2 == 1 {
				head = "\x47\x41\x01\x30\x07\x50\x00\x00\x00\x00\x00\x00"
			}
			copy(packet, head+starts[i])
		}
		b = append(b, packet...)
	}
	return b
}

func TestProbeRefuses(t *testing.T) {
	t.Parallel()
	const (
		flash   = "FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"
		program = "\x00\x00\x01\xba\x21\x00\x01\x00\x01\x80\x05\x7b" + "\x00\x00\x01\xe0\x00\x03\x0f..." + "\x00\x00\x01\xc0\x01\xa9\xff\xff\xff\x60\x20\x21\x00\x01\x07\xa1"
	)
	copied := func(container string) string {
		return "byte 0: this is an MP3 in " + container + "; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3"
	}
	m4a := join(box("ftyp", []byte("M4A ")), box("moov", box("mvhd", timing(1000, 1234)), track("soun", "mp4a", timing(44100, 44100), 43, 0x12, 0x08)), box("mdat", make([]byte, 20)))
	free := mono128 &^ (15 << 12)
	layerTwo := mono128&^(3<<17) | mpeg.Layer2<<17
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty (0 bytes)"},
		{"WAV", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), "byte 0: this is a WAV file; encode it: lame -b 128 IN.wav OUT.mp3"},
		{"WAV with MP3", []byte("RIFF\x40\x00\x00\x00WAVEfmt \x1e\x00\x00\x00\x55\x00\x01\x00"), copied("a WAV file")},
		{"WAV with MP3 behind chunks of odd length", []byte("RIFF\x40\x00\x00\x00WAVELIST\x05\x00\x00\x00INFO.\x00bext\x02\x00\x00\x00..fmt \x1e\x00\x00\x00\x55\x00\x02\x00"), copied("a WAV file")},
		{"WAV with MP3 in the extended form", []byte("RF64\xff\xff\xff\xffWAVEfmt \x28\x00\x00\x00\xfe\xff" + strings.Repeat("\x00", 22) + "\x55\x00\x00\x00"), copied("a WAV file")},
		{"RIFF that only holds MP3", []byte("RIFF\x40\x00\x00\x00RMP3data\x10\x00\x00\x00"), copied("a WAV file")},
		{"WAV with ADPCM", []byte("RIFF\x40\x00\x00\x00WAVEfmt \x14\x00\x00\x00\x11\x00\x01\x00"), "byte 0: this is a WAV file; encode it: lame -b 128 IN.wav OUT.mp3"},
		{"M4A behind a tag", join(id3(4, 64), m4a), "byte 64: an ID3 tag precedes this MP4 file, so that many players do not recognize it; remove it: ffmpeg -i IN -map 0:a -c copy -movflags +faststart OUT.m4a"},
		{"M4A behind two tags", join(id3(3, 50), id3(2, 70), m4a), "byte 120: an ID3 tag precedes this MP4 file, so that many players do not recognize it; remove it: ffmpeg -i IN -map 0:a -c copy -movflags +faststart OUT.m4a"},
		{"FLAC behind a tag", join(id3(4, 100), []byte("fLaC\x00\x00\x00\x22")), "byte 100: this is a FLAC file; encode it: ffmpeg -i IN.flac -b:a 128k OUT.mp3"},
		{"Ogg", []byte("OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x01vorbis"), "byte 0: this is an Ogg file; podcast apps want MP3: ffmpeg -i IN.ogg -b:a 128k OUT.mp3"},
		{"Opus", []byte("OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead"), "byte 0: this is an Opus file; podcast apps want MP3: ffmpeg -i IN.opus -b:a 128k OUT.mp3"},
		{"AIFF", []byte("FORM\x00\x00\x10\x00AIFFCOMM"), "byte 0: this is an AIFF file; encode it: ffmpeg -i IN.aiff -b:a 128k OUT.mp3"},
		{"AVI with MP3", []byte("RIFF\x00\x10\x00\x00AVI LIST....hdrlstrhvidsstrf\x28\x00\x00\x00\x01\x00strhauds....strf\x1e\x00\x00\x00\x55\x00"), "byte 0: this is an MP3 in an AVI video; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3"},
		{"AVI with PCM", []byte("RIFF\x00\x10\x00\x00AVI LIST....hdrlstrhauds....strf\x12\x00\x00\x00\x01\x00"), "byte 0: this is an AVI video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"AVI that ends early", []byte("RIFF\x00\x10\x00\x00AVI LIST....hdrlstrhauds....strf\x12\x00"), "byte 0: this is an AVI video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"Flash with MP3", []byte(flash + "\x12\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00ab\x00\x00\x00\x0d\x08\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x2e"), copied("a Flash video")},
		{"Core Audio with MP3", []byte("caff\x00\x01\x00\x00desc\x00\x00\x00\x00\x00\x00\x00\x20\x40\xe5\x88\x80\x00\x00\x00\x00.mp3\x00\x00"), copied("a Core Audio file")},
		{"Core Audio with PCM", []byte("caff\x00\x01\x00\x00desc\x00\x00\x00\x00\x00\x00\x00\x20\x40\xe5\x88\x80\x00\x00\x00\x00lpcm\x00\x00"), "byte 0: this is a Core Audio file; encode it: ffmpeg -i IN.caf -b:a 128k OUT.mp3"},
		{"Wave64 with MP3", []byte(wave64Magic + strings.Repeat("\x00", 32) + "fmt \xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a\x38\x00\x00\x00\x00\x00\x00\x00\x55\x00\x01\x00"), copied("a Wave64 file")},
		{"Wave64 that ends early", []byte(wave64Magic + strings.Repeat("\x00", 32) + "fmt \xf3\xac\xd3\x11\x8c"), "byte 0: this is a Wave64 file; encode it: ffmpeg -i IN.w64 -b:a 128k OUT.mp3"},
		{"Windows Media with MP3 behind a picture", []byte(asfMagic + strings.Repeat("\x00", 9000) + "\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b" + strings.Repeat("\x00", 38) + "\x55\x00"), copied("a Windows Media file")},
		{"Windows Media", []byte(asfMagic + strings.Repeat("\x00", 90) + "\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b" + strings.Repeat("\x00", 38) + "\x61\x01"), "byte 0: this is a Windows Media file; encode it: ffmpeg -i IN.wma -b:a 128k OUT.mp3"},
		{"NUT with MP3", []byte(nutMagic + "\x00NS\x11\x40\x5b\xf2\xf9\xdb\x18\x00\x01\x04\x55\x00\x00\x00"), copied("a NUT file")},
		{"NUT with another sound", []byte(nutMagic + "\x00NS\x11\x40\x5b\xf2\xf9\xdb\x18\x00\x01\x04\xff\x00\x00\x00"), "byte 0: this is a NUT file; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"Ogg with MP3", []byte("OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x01audio\x00\x00\x000055"), copied("an Ogg file")},
		{"AIFF-C with MP3", []byte("FORM\x00\x00\x40\x00AIFCCOMM\x00\x00\x00\x18\x00\x01\x00\x00\x00\x80\x00\x10\x40\x0e\xac\x44\x00\x00\x00\x00\x00\x00.mp3"), copied("an AIFF file")},
		{"Flash with AAC", []byte(flash + "\x08\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xaf"), "byte 0: this is a Flash video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"Flash that ends early", []byte(flash + "\x08\x00"), "byte 0: this is a Flash video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"MPEG video with MP3", join([]byte(program), mono128.Frame()), copied("an MPEG video")},
		{"MPEG video with layer II", join([]byte(program), []byte{byte(layerTwo >> 24), byte(layerTwo >> 16), byte(layerTwo >> 8), byte(layerTwo), 0, 0}), "byte 0: this is an MPEG video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"transport stream with MP3", transport("\x00\x00\x01\xe0\x00\x00", "\x00\x00\x01\xc0\x01\xa9\x80\x80\x05\x21\x00\x07\xd8\x61"+string(mono128.Frame()[:8])), copied("an MPEG transport stream")},
		{"transport stream with AAC", transport("\x00\x00\x01\xc0\x01\xa9\x80\x80\x05\x21\x00\x07\xd8\x61\xff\xf1\x50\x80\x02\x1f"), "byte 0: this is an MPEG transport stream; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"transport stream without sound", transport("\x00\x00\x01\xe0\x00\x00"), "byte 0: this is an MPEG transport stream; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
		{"RF64", []byte("RF64\xff\xff\xff\xffWAVEds64"), "byte 0: this is a WAV file; encode it: lame -b 128 IN.wav OUT.mp3"},
		{"AMR", []byte("#!AMR\n"), "byte 0: this is an AMR recording of a telephone; encode it: ffmpeg -i IN.amr -b:a 96k OUT.mp3"},
		{"Git LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"), "byte 0: this is a Git LFS pointer, not the audio it stands for; run: git lfs pull"},
		{"text", []byte("Vega: hello, universe — or what is left of it.\n"), "no MPEG audio frame in the 49 bytes from byte 0: this looks like text"},
		{"web page", []byte("\n<!doctype html><title>Gone</title>"), "no MPEG audio frame in the 35 bytes from byte 0: this looks like a web page or XML, such as from an expired download link"},
		{"zeros", make([]byte, 2<<20), "no MPEG audio frame in the 1048576 bytes from byte 0: this looks like zeros, such as from an interrupted download"},
		{"binary", []byte("\x01\x02\x03\x04\xFF\xFB"), "no MPEG audio frame in the 6 bytes from byte 0: this looks like data of an unknown kind"},
		{"free format", bytes.Repeat(join([]byte{byte(free >> 24), byte(free >> 16), byte(free >> 8), byte(free)}, make([]byte, 500)), 5), "byte 0: this is a free-format MP3, whose headers give no bitrate and which few players play; encode it with a standard bitrate: lame -b 128"},
		{"layer II", []byte{byte(layerTwo >> 24), byte(layerTwo >> 16), byte(layerTwo >> 8), byte(layerTwo), 0, 0}, "byte 0: this is MPEG layer I or II, which podcast apps do not play; encode it as layer III: ffmpeg -i IN -b:a 128k OUT.mp3"},
		{"AAC without a container", []byte{0xFF, 0xF1, 0x50, 0x80, 0x02, 0x1F}, "byte 0: this is AAC without a container; put it into one: ffmpeg -i IN -c copy OUT.m4a"},
		{"AAC at 48 kHz", []byte{0xFF, 0xF1, 0x4C, 0x80, 0x02, 0x1F}, "byte 0: this is AAC without a container; put it into one: ffmpeg -i IN -c copy OUT.m4a"},
		{"AAC at 22.05 kHz", []byte{0xFF, 0xF9, 0x5C, 0x80, 0x02, 0x1F}, "byte 0: this is AAC without a container; put it into one: ffmpeg -i IN -c copy OUT.m4a"},
		{"AC-3", []byte("\x0b\x77\xa1\x02\x14\x40"), "byte 0: this is Dolby Digital (AC-3); encode it: ffmpeg -i IN.ac3 -b:a 128k OUT.mp3"},
		{"Wave64", []byte("riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"), "byte 0: this is a Wave64 file; encode it: ffmpeg -i IN.w64 -b:a 128k OUT.mp3"},
		{"True Audio", []byte("TTA1\x01\x00\x02\x00"), "byte 0: this is a True Audio file; encode it: ffmpeg -i IN.tta -b:a 128k OUT.mp3"},
		{"only a tag", id3(3, 400), "byte 400: the file ends after its ID3 tag, without any audio: it is truncated"},
		{"cut off inside its tag", id3(3, 4000)[:700], "byte 0: the ID3 tag claims 4000 bytes and the file has 700 left: it is truncated, or the tag has a wrong size"},
		{"tag longer than the file", join(id3(3, 100)[:6], []byte{0x2F, 0, 0, 0}, silence(mono128, 10)), "byte 0: the ID3 tag claims 98566154 bytes and the file has 4189 left: it is truncated, or the tag has a wrong size"},
		{"tag that covers half of the audio", join(id3(3, 2000)[:1000], silence(mono128, 10)), "byte 0: the ID3 tag claims 2000 bytes, but audio begins inside it, at byte 1000; remove the tag or export the file again"},
		{"half an MPEG frame", mono128.Frame()[:200], "byte 0: the file ends inside its first MPEG frame: it is truncated"},
		{"info header alone", xing(mono128, "Xing", 0, 0, 0, 0), "byte 0: no complete MPEG frame follows: the file is truncated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			info, err := Probe(bytes.NewReader(tt.file), int64(len(tt.file)))
			if err == nil {
				t.Fatalf("Probe took it for audio: %+v", info)
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("error:\n got %q\nwant %q", got, tt.want)
			}
			if _, other := Recognize(bytes.NewReader(tt.file), int64(len(tt.file))); other == nil || other.Error() != err.Error() {
				t.Errorf("Recognize = %v, want the same", other)
			}
		})
	}
	for want, file := range map[string][]byte{
		MP3: silence(mono128, 10),
		M4A: m4a,
	} {
		if got, err := Recognize(bytes.NewReader(file), int64(len(file))); got != want || err != nil {
			t.Errorf("Recognize = %q, %v; want %s", got, err, want)
		}
	}
}

// If a file shrinks while it is read, Probe must return an error with the offset.
func TestProbeShrinkingFile(t *testing.T) {
	t.Parallel()
	file := silence(mono128, 100)
	_, err := Probe(bytes.NewReader(file[:len(file)/2]), int64(len(file)))
	if err == nil || !strings.HasPrefix(err.Error(), "read at byte ") {
		t.Errorf("error = %v, want one that says where reading stopped", err)
	}
}

// repeatedBytes is a file that repeats its bytes without end.
type repeatedBytes []byte

func (e repeatedBytes) ReadAt(p []byte, off int64) (int, error) {
	for i := 0; i < len(p); {
		i += copy(p[i:], e[(off+int64(i))%int64(len(e)):])
	}
	return len(p), nil
}

func TestProbeMemory(t *testing.T) {
	master := repeatedBytes(silence(stereo128, 1000))
	size := int64(100 * len(master))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	info, err := Probe(master, size)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if info.MPEGFrames != 100_000 {
		t.Errorf("%d frames, want 100000", info.MPEGFrames)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 2<<20 {
		t.Errorf("%d bytes of memory for a file of %d", spent, size)
	}
}

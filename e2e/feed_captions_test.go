package e2e

import (
	"html"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// cue is a caption as a reader parsed it. Times are in seconds.
type cue struct {
	Start, End float64
	Speaker    string
	Text       string // words separated by one space
}

// TestCaptions reads every published WebVTT file with node-webvtt and with a strict
// parser, which must report no error and find the cues of the JSON transcript. It reads
// every SRT file with ffmpeg and srt-parser-2, and all files with a reader that several
// podcast apps use.
func TestCaptions(t *testing.T) {
	t.Parallel()
	site := published(t)
	parser := need(t, "webvtt-parser")
	ffprobe, ffmpeg := need(t, "ffprobe"), need(t, "ffmpeg")
	nodeWebVTT, srtParser := need(t, "node-webvtt"), need(t, "srt-parser-2")
	transcriptator := need(t, "transcriptator")
	for _, e := range site.source(t).live() {
		for _, stem := range site.transcripts(t, e) {
			t.Run(filepath.Base(e.dir)+"/"+filepath.Base(stem), func(t *testing.T) {
				want := site.segments(t, stem)
				got := withoutSounds(readVTT(t, parser, site.file(site.hashed(t, stem, ".vtt"))))
				if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.0015)); diff != "" {
					t.Errorf("(-json +vtt):\n%s", diff)
				}
				got = withoutSounds(readSRT(t, ffprobe, ffmpeg, site.file(site.hashed(t, stem, ".srt"))))
				if diff := cmp.Diff(asSRT(want), got, cmpopts.EquateApprox(0, 0.0015)); diff != "" {
					t.Errorf("(-json +srt):\n%s", diff)
				}
				got = withoutSounds(readCues(t, nodeWebVTT, site.file(site.hashed(t, stem, ".vtt"))))
				if diff := cmp.Diff(want, asVoiceSpans(got), cmpopts.EquateApprox(0, 0.0015)); diff != "" {
					t.Errorf("node-webvtt (-json +vtt):\n%s", diff)
				}
				got = withoutSounds(readCues(t, srtParser, site.file(site.hashed(t, stem, ".srt"))))
				if diff := cmp.Diff(asSRT(want), got, cmpopts.EquateApprox(0, 0.0015)); diff != "" {
					t.Errorf("srt-parser-2 (-json +srt):\n%s", diff)
				}
				for _, ending := range []string{".vtt", ".srt", ".json"} {
					got := withoutSounds(readTranscript(t, transcriptator, site.file(site.hashed(t, stem, ending))))
					compare := []cmp.Option{cmpopts.EquateApprox(0, 0.0015)}
					if ending == ".vtt" { // for a name it cannot read, the reader repeats the speaker before
						compare = append(compare, cmpopts.IgnoreFields(cue{}, "Speaker"))
					}
					if diff := cmp.Diff(asTranscriptator(want), got, compare...); diff != "" {
						t.Errorf("transcriptator (-json +%s):\n%s", ending[1:], diff)
					}
				}
			})
		}
	}
}

// sound matches a sound, which captions contain but the JSON transcript does not.
var sound = regexp.MustCompile(`\[[a-z ]+\] `)

// withoutSounds returns cues without sounds.
func withoutSounds(cues []cue) []cue {
	for i := range cues {
		cues[i].Text = sound.ReplaceAllString(cues[i].Text, "")
	}
	return cues
}

// segments reads the published JSON transcript.
func (s *site) segments(t testing.TB, stem string) (cues []cue) {
	t.Helper()
	file := decode[struct {
		Version  string
		Segments []struct {
			Speaker            string
			StartTime, EndTime float64
			Body               string
		}
	}](t, s.object(t, s.hashed(t, stem, ".json")))
	if file.Version != "1.0.0" || len(file.Segments) == 0 {
		t.Errorf("%s: version %q and %d segments, want 1.0.0 and some", stem, file.Version, len(file.Segments))
	}
	for _, c := range file.Segments {
		cues = append(cues, cue{c.StartTime, c.EndTime, c.Speaker, oneSpace(c.Body)})
	}
	return cues
}

func oneSpace(text string) string { return strings.Join(strings.Fields(text), " ") }

func readVTT(t testing.TB, script, file string) []cue {
	t.Helper()
	read := decode[[]struct {
		Errors []string
		Cues   []cue
	}](t, tool(t, "node", script, file))[0]
	for _, e := range read.Errors {
		t.Errorf("%s:%s", filepath.Base(file), e)
	}
	for i := range read.Cues {
		read.Cues[i].Text = oneSpace(read.Cues[i].Text)
	}
	return read.Cues
}

// readCues reads cues with node-webvtt or srt-parser-2, which leave markup in the text.
func readCues(t testing.TB, script, file string) []cue {
	t.Helper()
	read := decode[[][]cue](t, tool(t, "node", script, file))[0]
	for i := range read {
		read[i].Text = oneSpace(read[i].Text)
	}
	return read
}

// voiceSpan matches the start of a cue of WebVTT that names its speaker.
var voiceSpan = regexp.MustCompile(`^<v ([^>]+)>`)

// asVoiceSpans returns cues without markup, with the speakers of their voice spans.
func asVoiceSpans(cues []cue) []cue {
	for i := range cues {
		c := &cues[i]
		if m := voiceSpan.FindStringSubmatch(c.Text); m != nil {
			c.Speaker, c.Text = html.UnescapeString(m[1]), strings.TrimPrefix(c.Text, m[0])
			c.Text = html.UnescapeString(c.Text)
		}
	}
	return cues
}

// readTranscript reads cues with transcriptator. In WebVTT, transcriptator leaves
// entities and the voice spans of names with several words in the text; readTranscript
// decodes the entities and removes the voice spans.
func readTranscript(t testing.TB, script, file string) []cue {
	t.Helper()
	read := decode[[][]cue](t, tool(t, "node", script, file))[0]
	for i := range read {
		read[i].Text = oneSpace(html.UnescapeString(voiceSpan.ReplaceAllString(read[i].Text, "")))
		if strings.Contains(read[i].Speaker, " ") {
			read[i].Speaker = ""
		}
	}
	return read
}

// asTranscriptator returns the cues in the form in which transcriptator can represent
// them in any format.
func asTranscriptator(cues []cue) (read []cue) {
	for _, c := range cues {
		if strings.Contains(c.Speaker, " ") {
			c.Speaker = ""
		}
		c.Text = strings.NewReplacer("‹", "<", "›", ">").Replace(c.Text)
		read = append(read, c)
	}
	return read
}

// readSRT reads cues with ffmpeg.
func readSRT(t testing.TB, ffprobe, ffmpeg, file string) (cues []cue) {
	t.Helper()
	read := decode[struct {
		Packets []struct {
			Start    float64 `json:"pts_time,string"`
			Duration float64 `json:"duration_time,string"`
			Size     int     `json:",string"`
		}
	}](t, tool(t, ffprobe, "-v", "error", "-of", "json", "-show_packets", file))
	text := tool(t, ffmpeg, "-v", "error", "-i", file, "-map", "0:s", "-c", "copy", "-f", "data", "-")
	for _, p := range read.Packets {
		cues = append(cues, cue{Start: p.Start, End: p.Start + p.Duration, Text: oneSpace(string(text[:p.Size]))})
		text = text[p.Size:]
	}
	return cues
}

// asSRT returns the cues in the form in which SubRip can represent them. SubRip has no
// speakers: where the speaker changes, the name and a colon precede the words. They
// also precede words that contain a colon, which readers would take for the end of a
// name.
func asSRT(cues []cue) (srt []cue) {
	speaker := ""
	for _, c := range cues {
		text := c.Text
		if c.Speaker != "" && (c.Speaker != speaker || strings.Contains(c.Text+" ", ": ")) {
			text = c.Speaker + ": " + text
		}
		speaker = c.Speaker
		srt = append(srt, cue{Start: c.Start, End: c.End, Text: text})
	}
	return srt
}

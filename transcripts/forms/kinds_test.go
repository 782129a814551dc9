package forms

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// said is a turn of a dialogue, with times in seconds.
type said struct {
	who      string
	from, to float64
	text     string
}

// dialogues are written in the form of each tool. The names of the speakers have several
// words, apostrophes, and letters beyond ASCII.
var dialogues = [][]said{
	{{"Jo O'Dell", 0.5, 2.9, "Good evening, everybody."}, {"Åsa Öst", 3.1, 5.4, "We are late."}, {"Jo O'Dell", 6, 8.25, "Is the snow still there?"}},
	{{"Ana del Río", 3, 7.5, "The boat left before noon, and nobody waved."}, {"Nils Ångström", 8, 9.9, "Nobody at all?"}, {"Ana del Río", 3671, 3674.5, "Only the cook, who had no hat."}, {"Nils Ångström", 3675, 3677, "That is sad."}},
	{{"Zoë Ní Bhriain", 61, 66, "We planted ten trees, and then ten more."}, {"Márk", 66, 68.75, "When was that?"}, {"Zoë Ní Bhriain", 70, 74.25, "In the year after the flood."}, {"Márk", 74.5, 78, "I remember the flood well."}},
}

// number returns the number of a speaker: 0 for the one who speaks first, and so on.
func number(d []said, who string) int {
	seen := map[string]int{}
	for _, s := range d {
		if _, ok := seen[s.who]; !ok {
			seen[s.who] = len(seen)
		}
	}
	return seen[who]
}

func hms(seconds float64, mark string) string {
	ms := int(math.Round(seconds * 1000))
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3600000, ms/60000%60, ms/1000%60, mark, ms%1000)
}

func shortClock(seconds float64) string {
	s := int(seconds)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// kind is a way in which tools write a dialogue.
type kind struct {
	name, form string
	head       string
	each       func(d []said, i int) string // writes turn i; nil for a kind with the field all
	all        func(d []said) string
	tail       string
	speaker    func(d []said, who string) string // how the file names a speaker; nil for the name itself
	joined     bool                              // the reader joins turns without a pause between them
	within     float64                           // seconds by which times may differ; negative if there are no times
}

func (k *kind) write(d []said) string {
	if k.all != nil {
		return k.all(d)
	}
	var b strings.Builder
	b.WriteString(k.head)
	for i := range d {
		b.WriteString(k.each(d, i))
	}
	return b.String() + k.tail
}

// Ways to name speakers.
func nobody([]said, string) string         { return "" }
func capitals(_ []said, who string) string { return strings.ToUpper(who) }
func fromOne(d []said, who string) string  { return fmt.Sprint(number(d, who) + 1) }
func digit(d []said, who string) string    { return fmt.Sprint(number(d, who)) }
func machineOf(format string) func(d []said, who string) string {
	return func(d []said, who string) string { return fmt.Sprintf(format, number(d, who)) }
}

// card returns a function that writes a cue of SubRip.
func card(times func(s said) string, text func(d []said, s said) string) func(d []said, i int) string {
	return func(d []said, i int) string { return fmt.Sprintf("%d\n%s\n%s\n\n", i+1, times(d[i]), text(d, d[i])) }
}

func srtTimes(s said) string            { return hms(s.from, ",") + " --> " + hms(s.to, ",") }
func plainText(_ []said, s said) string { return s.text }

// cue returns a function that writes a cue of WebVTT.
func cue(text func(d []said, i int) string) func(d []said, i int) string {
	return func(d []said, i int) string {
		return hms(d[i].from, ".") + " --> " + hms(d[i].to, ".") + "\n" + text(d, i) + "\n\n"
	}
}

// m is a JSON object.
type m = map[string]any

// perTurn returns a function that writes a JSON document with a segment for each turn.
func perTurn(around func(segments []any) any, segment func(d []said, s said) any) func(d []said) string {
	return func(d []said) string {
		var list []any
		for _, s := range d {
			list = append(list, segment(d, s))
		}
		out, _ := json.Marshal(around(list))
		return string(out)
	}
}

// perWord returns a function that writes a JSON document with the words and their times.
func perWord(around func(words []any) any, word func(d []said, s said, text string, from, to float64) any) func(d []said) string {
	return func(d []said) string {
		var list []any
		for _, s := range d {
			words := strings.Fields(s.text)
			length := (s.to - s.from) / float64(len(words))
			for i, w := range words {
				from := math.Round((s.from+float64(i)*length)*1000) / 1000
				to := math.Round((s.from+float64(i+1)*length)*1000) / 1000
				list = append(list, word(d, s, w, from, to))
			}
		}
		out, _ := json.Marshal(around(list))
		return string(out)
	}
}

// lines writes the JSON documents of each turn, one a line.
func lines(d []said, documents func(s said) []any) string {
	var b strings.Builder
	for _, s := range d {
		for _, v := range documents(s) {
			out, _ := json.Marshal(v)
			b.Write(append(out, '\n'))
		}
	}
	return b.String()
}

func under(name string) func(list []any) any { return func(list []any) any { return m{name: list} } }
func bare(list []any) any                    { return list }

var kinds = []kind{
	// Captions.
	{name: "voice spans", form: "vtt", head: "WEBVTT\n\n", each: cue(func(d []said, i int) string { return "<v " + d[i].who + ">" + d[i].text + "</v>" })},
	{name: "Zoom", form: "vtt", head: "WEBVTT\n\n", each: func(d []said, i int) string {
		return fmt.Sprintf("%d \"%s\" (30012)\n", i+1, d[i].who) + cue(func(d []said, i int) string { return d[i].text })(d, i)
	}},
	{name: "labels in WebVTT", form: "vtt", head: "WEBVTT\n\n", each: cue(func(d []said, i int) string { return d[i].who + ": " + d[i].text })},
	{name: "HLS", form: "vtt", speaker: nobody, each: func(d []said, i int) string {
		return "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n" + cue(func(d []said, i int) string { return d[i].text })(d, i)
	}},
	{name: "a dash before the voice", form: "vtt", head: "WEBVTT\n\n", each: cue(func(d []said, i int) string { return "- <v " + d[i].who + ">" + d[i].text })},
	{name: "a blank line first, settings, entities", form: "vtt", head: "\nWEBVTT - made by hand\n\nSTYLE\n::cue { color: white }\n\n", each: func(d []said, i int) string {
		return hms(d[i].from, ".") + " --> " + hms(d[i].to, ".") + " align:start position:0%\n<v.loud " + strings.ReplaceAll(d[i].who, "'", "&#39;") + "><c.white>" + d[i].text + "</c>\n\n"
	}},
	{name: "Teams", form: "vtt", head: "WEBVTT\n\n", each: func(d []said, i int) string {
		return fmt.Sprintf("0c1d7b62-9f3e-4a55-8a0c-6f2b9d3e77aa/%d-0\n", i+20) + cue(func(d []said, i int) string { return "<v " + d[i].who + ">" + d[i].text + "</v>" })(d, i)
	}},
	{name: "Teams, pasted", form: "srt", each: func(d []said, i int) string {
		t := func(seconds float64) string {
			return fmt.Sprintf("%d:%d:%.3f", int(seconds)/3600, int(seconds)/60%60, math.Mod(seconds, 60))
		}
		return t(d[i].from) + " --> " + t(d[i].to) + "\n" + d[i].who + "\n" + d[i].text + "\n\n"
	}},
	{name: "ruby text", form: "vtt", head: "WEBVTT\n\n", each: cue(func(d []said, i int) string {
		return "<v " + d[i].who + "><ruby>" + d[i].text + "<rt>not said</rt></ruby>"
	})},
	{name: "labels", form: "srt", each: card(srtTimes, func(_ []said, s said) string { return s.who + ": " + s.text })},
	{name: "names in brackets", form: "srt", each: card(srtTimes, func(_ []said, s said) string { return "[" + s.who + "] " + s.text })},
	{name: "chevrons", form: "srt", speaker: capitals, each: card(srtTimes, func(_ []said, s said) string { return ">> " + strings.ToUpper(s.who) + ": " + s.text })},
	{name: "full-width colons", form: "srt", each: card(srtTimes, func(_ []said, s said) string { return s.who + "：" + s.text })},
	{name: "WhisperX", form: "srt", speaker: machineOf("SPEAKER_%02d"), each: card(srtTimes, func(d []said, s said) string { return fmt.Sprintf("[SPEAKER_%02d]: %s", number(d, s.who), s.text) })},
	{name: "whisper.cpp with speakers", form: "srt", speaker: machineOf("speaker %d"), each: card(srtTimes, func(d []said, s said) string { return fmt.Sprintf("(speaker %d) %s", number(d, s.who), s.text) })},
	{name: "HTML", form: "srt", each: card(srtTimes, func(_ []said, s said) string {
		return "<font color=\"#ffffff\">" + s.who + ": <i>" + s.text + "</i></font>"
	})},
	{name: "colons before milliseconds", form: "srt", speaker: nobody, each: card(func(s said) string { return hms(s.from, ":") + " --> " + hms(s.to, ":") }, plainText)},
	{name: "odd arrows", form: "srt", speaker: nobody, each: card(func(s said) string { return hms(s.from, ".") + " -> " + hms(s.to, ".") }, plainText)},
	{name: "spaces in clocks", form: "srt", speaker: nobody, each: card(func(s said) string { return strings.ReplaceAll(srtTimes(s), ":", ": ") }, plainText)},
	{name: "no numbers", form: "srt", speaker: nobody, each: func(d []said, i int) string { return srtTimes(d[i]) + "\n" + d[i].text + "\n\n" }},
	{name: "one odd byte", form: "srt", each: func(d []said, i int) string {
		return card(srtTimes, func(_ []said, s said) string { return "Åsa Öst: " + s.text })(d, i)
	}, speaker: func([]said, string) string { return "Åsa Öst" }, tail: "99\n99:00:00,000 --> 99:00:01,000\nÅsa Öst: Ör \xf6.\n\n"},
	{name: "YouTube", form: "sbv", each: func(d []said, i int) string {
		return strings.TrimPrefix(hms(d[i].from, "."), "0") + "," + strings.TrimPrefix(hms(d[i].to, "."), "0") + "\n" + d[i].who + ": " + d[i].text + "\n\n"
	}},
	{name: "TTML", form: "ttml", head: `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>`, tail: "</div></body></tt>",
		each: func(d []said, i int) string {
			return `<p begin="` + hms(d[i].from, ".") + `" end="` + fmt.Sprint(d[i].to) + `s">` + d[i].who + ": " + d[i].text + "</p>\n"
		}},
	{name: "own HTML", form: "html", within: 1, head: "<html><body>\n", tail: "</body></html>\n", each: func(d []said, i int) string {
		return "<cite>" + d[i].who + ":</cite>\n<time>" + shortClock(d[i].from) + "</time>\n<p>" + d[i].text + "</p>\n"
	}},
	{name: "TSV", form: "tsv", speaker: nobody, head: "start\tend\ttext\n", each: func(d []said, i int) string {
		return fmt.Sprintf("%.0f\t%.0f\t%s\n", d[i].from*1000, d[i].to*1000, d[i].text)
	}},

	{name: "own HTML, inside paragraphs", form: "html", within: 1, head: "<html><body>\n", tail: "</body></html>\n", each: func(d []said, i int) string {
		return "<p><cite>" + d[i].who + "</cite>: <time>" + shortClock(d[i].from) + "</time> " + d[i].text + "</p>\n"
	}},
	{name: "TSV in seconds", form: "tsv", speaker: nobody, head: "start\tend\ttext\n", each: func(d []said, i int) string {
		return fmt.Sprintf("%v\t%v\t%s\n", d[i].from, d[i].to, d[i].text)
	}},
	{name: "TSV in whole seconds", form: "tsv", speaker: nobody, within: 1, head: "start\tend\ttext\n", each: func(d []said, i int) string {
		return fmt.Sprintf("%.0f\t%.0f\t%s\n", math.Floor(d[i].from), math.Ceil(d[i].to), d[i].text)
	}},

	// Text.
	{name: "Otter", form: "txt", within: 1, tail: "Transcribed by https://otter.ai\n", each: func(d []said, i int) string {
		return d[i].who + "  " + shortClock(d[i].from) + "  \n" + d[i].text + "\n\n"
	}},
	{name: "Rev", form: "txt", within: 1, each: func(d []said, i int) string {
		return d[i].who + " (" + hms(d[i].from, "")[:8] + "):\n" + d[i].text + "\n\n"
	}},
	{name: "Rev, with clocks between paragraphs", form: "txt", within: 1, each: func(d []said, i int) string {
		clock := "(" + hms(d[i].from, "")[:8] + "):\n"
		if i == 0 || d[i].who != d[i-1].who {
			clock = d[i].who + " " + clock
		}
		first, rest, _ := strings.Cut(d[i].text, " ")
		return clock + first + "\n" + rest + "\n\n"
	}},
	{name: "Riverside", form: "txt", each: func(d []said, i int) string {
		return d[i].who + " (" + hms(d[i].from, ".") + ")\n" + d[i].text + "\n\n"
	}},
	{name: "Happy Scribe", form: "txt", each: func(d []said, i int) string {
		return "[" + hms(d[i].from, ".") + "] - " + d[i].who + "\n" + d[i].text + "\n\n"
	}},
	{name: "Descript", form: "txt", within: 1, each: func(d []said, i int) string {
		return "[" + hms(d[i].from, "")[:8] + "] " + d[i].who + ": " + d[i].text + "\n\n"
	}},
	{name: "Trint", form: "txt", within: 1, each: func(d []said, i int) string {
		return hms(d[i].from, "")[:8] + " " + d[i].who + "\n" + d[i].text + "\n\n"
	}},
	{name: "Temi", form: "txt", within: 1, each: func(d []said, i int) string {
		return d[i].who + ": " + hms(d[i].from, "")[:8] + "\n" + d[i].text + "\n\n"
	}},
	{name: "Google Meet", form: "txt", within: 1, each: func(d []said, i int) string {
		return hms(d[i].from, "")[:8] + "\n\n" + d[i].who + ": " + d[i].text + "\n\n"
	}},
	{name: "YouTube's panel", form: "txt", speaker: nobody, within: 1, each: func(d []said, i int) string { return shortClock(d[i].from) + "\n" + d[i].text + "\n" }},
	{name: "console of whisper.cpp", form: "txt", speaker: nobody, each: func(d []said, i int) string {
		return "[" + hms(d[i].from, ".") + " --> " + hms(d[i].to, ".") + "]   " + d[i].text + "\n"
	}},
	{name: "faster-whisper", form: "txt", speaker: nobody, each: func(d []said, i int) string {
		return fmt.Sprintf("[%.2fs -> %.2fs]  %s\n", d[i].from, d[i].to, d[i].text)
	}},
	{name: "faster-whisper with speakers", form: "txt", speaker: machineOf("SPEAKER_%02d"), each: func(d []said, i int) string {
		return fmt.Sprintf("[%.2fs -> %.2fs] SPEAKER_%02d: %s\n", d[i].from, d[i].to, number(d, d[i].who), d[i].text)
	}},
	{name: "seconds", form: "txt", each: func(d []said, i int) string { return fmt.Sprintf("%s [%.2fs]\n%s\n\n", d[i].who, d[i].from, d[i].text) }},
	{name: "Trint, names behind clocks", form: "txt", within: 1, each: func(d []said, i int) string {
		return "[" + hms(d[i].from, "")[:8] + "] " + d[i].who + "\n" + d[i].text + "\n\n"
	}},
	{name: "Fathom", form: "txt", within: 1, head: "Sync - May 04\nVIEW RECORDING - 9 mins (No highlights): https://example.com/share\n\n---\n\n", each: func(d []said, i int) string {
		return shortClock(d[i].from) + " - " + d[i].who + " (Snow & Co.)\n  " + d[i].text + "\n\n"
	}},
	{name: "Word", form: "txt", within: 1, head: "Audio file\nsnow.mp3\n\nTranscript\n\n", each: func(d []said, i int) string {
		return hms(d[i].from, "")[:8] + " " + d[i].who + "\n" + d[i].text + "\n\n"
	}},
	{name: "Rev AI", form: "txt", within: 1, speaker: machineOf("Speaker %d"), each: func(d []said, i int) string {
		return fmt.Sprintf("Speaker %d    %s    %s\n", number(d, d[i].who), hms(d[i].from, "")[:8], d[i].text)
	}},
	{name: "TranscribeMe", form: "txt", within: 1, speaker: machineOf("S%d"), each: func(d []said, i int) string {
		return fmt.Sprintf("S%d %s %s\n", number(d, d[i].who), shortClock(d[i].from), d[i].text)
	}},
	{name: "Speechmatics", form: "txt", within: -1, speaker: machineOf("Speaker S%d"), each: func(d []said, i int) string {
		return fmt.Sprintf("SPEAKER: S%d\n%s\n\n", number(d, d[i].who), d[i].text)
	}},
	{name: "names", form: "txt", within: -1, each: func(d []said, i int) string { return d[i].who + ": " + d[i].text + "\n" }},

	// JSON, in segments.
	{name: "Podcasting 2.0", form: "json", all: perTurn(under("segments"), func(_ []said, s said) any {
		return m{"speaker": s.who, "startTime": s.from, "endTime": s.to, "body": s.text}
	})},
	{name: "Podcasting 2.0, a speaker only where it changes, no ends", form: "json", all: perTurn(under("segments"), func(_ []said, s said) any { return m{"speaker": s.who, "startTime": s.from, "body": s.text} })},
	{name: "Whisper", form: "json", speaker: nobody, all: perTurn(under("segments"), func(_ []said, s said) any {
		return m{"id": 1, "seek": 0, "start": s.from, "end": s.to, "text": " " + s.text, "tokens": []int{50364, 11}, "avg_logprob": -0.2}
	})},
	{name: "Whisper without ends", form: "json", speaker: nobody, all: perTurn(under("segments"), func(_ []said, s said) any { return m{"start": s.from, "end": nil, "text": " " + s.text} })},
	{name: "Whisper with NaN", form: "json", speaker: nobody, head: `{"segments":[`, tail: `],"language":"en"}`, each: func(d []said, i int) string {
		comma := ","
		if i == len(d)-1 {
			comma = ""
		}
		return fmt.Sprintf(`{"start":%v,"end":%v,"text":%q,"avg_logprob":NaN,"temperature":Infinity}%s`, d[i].from, d[i].to, d[i].text, comma)
	}},
	{name: "whisper.cpp", form: "json", speaker: nobody, all: perTurn(under("transcription"), func(_ []said, s said) any {
		return m{"offsets": m{"from": s.from * 1000, "to": s.to * 1000}, "timestamps": m{"from": hms(s.from, ","), "to": hms(s.to, ",")}, "text": " " + s.text}
	})},
	{name: "insanely-fast-whisper", form: "json", speaker: nobody, all: perTurn(under("chunks"), func(_ []said, s said) any { return m{"timestamp": []float64{s.from, s.to}, "text": " " + s.text} })},
	{name: "insanely-fast-whisper with speakers", form: "json", speaker: machineOf("SPEAKER_%02d"), all: perTurn(func(l []any) any {
		return m{"speakers": l, "chunks": []m{{"timestamp": []float64{0, 1}, "text": "Not these."}}, "text": "x"}
	}, func(d []said, s said) any {
		return m{"speaker": fmt.Sprintf("SPEAKER_%02d", number(d, s.who)), "timestamp": []float64{s.from, s.to}, "text": s.text}
	})},
	{name: "faster-whisper", form: "json", speaker: nobody, all: perTurn(bare, func(_ []said, s said) any {
		return m{"id": 1, "seek": 0, "start": s.from, "end": s.to, "text": " " + s.text, "tokens": []int{5}, "words": nil}
	})},
	{name: "WhisperKit", form: "json", speaker: nobody, all: perTurn(under("segments"), func(_ []said, s said) any {
		return m{"start": s.from, "end": s.to, "text": fmt.Sprintf("<|startoftranscript|><|en|><|%.2f|> %s<|%.2f|>", s.from, s.text, s.to)}
	})},
	{name: "Whisper inside the answer of a service", form: "json", speaker: nobody, all: perTurn(func(l []any) any { return m{"status": "COMPLETED", "output": m{"segments": l}} }, func(_ []said, s said) any {
		return m{"start": s.from, "end": s.to, "text": s.text}
	})},
	{name: "milliseconds", form: "json", all: perTurn(under("segments"), func(_ []said, s said) any {
		return m{"startMs": s.from * 1000, "endMs": s.to * 1000, "text": s.text, "speaker": s.who}
	})},
	{name: "turns without times", form: "json", within: -1, all: perTurn(bare, func(_ []said, s said) any { return m{"speaker": s.who, "text": s.text} })},
	{name: "clocks", form: "json", within: 1, all: perTurn(bare, func(_ []said, s said) any {
		return m{"timestamp": shortClock(s.from), "text": s.text, "speaker": s.who}
	})},
	{name: "Amazon, call analytics", form: "json", all: perTurn(func(l []any) any { return m{"JobStatus": "COMPLETED", "Transcript": l} }, func(_ []said, s said) any {
		return m{"BeginOffsetMillis": s.from * 1000, "EndOffsetMillis": s.to * 1000, "Content": s.text, "ParticipantRole": s.who}
	})},
	{name: "Azure, batch with durations as text", form: "json", speaker: digit, all: perTurn(under("recognizedPhrases"), func(d []said, s said) any {
		return m{"speaker": number(d, s.who), "offset": fmt.Sprintf("PT%dM%.2fS", int(s.from)/60, math.Mod(s.from, 60)), "duration": fmt.Sprintf("PT%.2fS", s.to-s.from), "nBest": []m{{"display": s.text}}}
	})},
	{name: "OpenAI, speakers", form: "json", speaker: digit, all: perTurn(under("segments"), func(d []said, s said) any {
		return m{"type": "transcript.text.segment", "id": "x", "start": s.from, "end": s.to, "text": s.text, "speaker": digit(d, s.who)}
	})},
	{name: "Azure, fast", form: "json", speaker: digit, all: perTurn(under("phrases"), func(d []said, s said) any {
		return m{"speaker": number(d, s.who), "offsetMilliseconds": s.from * 1000, "durationMilliseconds": (s.to - s.from) * 1000, "text": s.text}
	})},
	{name: "Azure, batch", form: "json", speaker: digit, all: perTurn(under("recognizedPhrases"), func(d []said, s said) any {
		return m{"speaker": number(d, s.who), "channel": 0, "offsetInTicks": s.from * 1e7, "durationInTicks": (s.to - s.from) * 1e7, "nBest": []m{{"display": s.text}}}
	})},
	{name: "Azure, short audio", form: "json", speaker: nobody, all: perTurn(bare, func(_ []said, s said) any {
		return m{"RecognitionStatus": "Success", "Offset": fmt.Sprintf("%.0f", s.from*1e7), "Duration": fmt.Sprintf("%.0f", (s.to-s.from)*1e7), "DisplayText": s.text}
	})},
	{name: "Azure, events of the SDK", form: "json", speaker: machineOf("Guest-%d"), all: perTurn(bare, func(d []said, s said) any {
		return m{"Id": "x", "RecognitionStatus": "Success", "Offset": s.from * 1e7, "Duration": (s.to - s.from) * 1e7, "SpeakerId": machineOf("Guest-%d")(d, s.who), "NBest": []m{{"Lexical": strings.ToLower(s.text), "Display": s.text}}}
	})},
	{name: "Deepgram, live", form: "json", speaker: digit, all: func(d []said) string {
		return lines(d, func(s said) []any {
			result := func(final bool, text string) any {
				return m{"type": "Results", "channel_index": []int{0, 1}, "start": s.from, "duration": s.to - s.from, "is_final": final,
					"channel": m{"alternatives": []m{{"transcript": text, "words": []m{{"word": "x", "punctuated_word": text, "start": s.from, "end": s.to, "speaker": number(d, s.who)}}}}}}
			}
			return []any{result(false, "What"), result(true, s.text)}
		})
	}},
	{name: "Speechmatics, live", form: "json", speaker: machineOf("S%d"), all: func(d []said) string {
		return lines(d, func(s said) []any {
			message := func(kind, text string) any {
				return m{"message": kind, "metadata": m{"transcript": text, "start_time": s.from, "end_time": s.to},
					"results": []m{{"type": "word", "start_time": s.from, "end_time": s.to, "alternatives": []m{{"content": text, "speaker": machineOf("S%d")(d, s.who)}}}}}
			}
			return []any{m{"message": "AudioAdded", "seq_no": 1}, message("AddPartialTranscript", "What"), message("AddTranscript", s.text)}
		})
	}},
	{name: "Vibe", form: "json", within: 0.01, speaker: digit, all: perTurn(under("segments"), func(d []said, s said) any {
		return m{"start": int(s.from * 100), "stop": int(s.to * 100), "text": s.text, "speaker": number(d, s.who)}
	})},
	{name: "CLOVA Speech", form: "json", all: perTurn(under("segments"), func(_ []said, s said) any {
		return m{"start": int(s.from * 1000), "end": int(s.to * 1000), "text": s.text, "diarization": m{"label": "1"}, "speaker": m{"label": "1", "name": s.who}}
	})},
	{name: "Yandex SpeechKit", form: "json", speaker: nobody, all: perTurn(func(l []any) any { return m{"response": m{"chunks": l}} }, func(_ []said, s said) any {
		return m{"channelTag": "1", "alternatives": []m{{"text": s.text, "words": []m{{"word": "x", "startTime": fmt.Sprintf("%.3fs", s.from), "endTime": fmt.Sprintf("%.3fs", s.to)}}}}}
	})},
	{name: "Fathom", form: "json", within: 1, all: perTurn(under("transcript"), func(_ []said, s said) any {
		return m{"speaker": m{"display_name": s.who}, "text": s.text, "timestamp": hms(s.from, ".")[:8]}
	})},
	{name: "Gong", form: "json", speaker: digit, all: perTurn(func(l []any) any { return m{"callTranscripts": []m{{"transcript": l}}} }, func(d []said, s said) any {
		return m{"speakerId": digit(d, s.who), "sentences": []m{{"start": s.from * 1000, "end": s.to * 1000, "text": s.text}}}
	})},
	{name: "aeneas", form: "json", speaker: nobody, all: perTurn(under("fragments"), func(_ []said, s said) any {
		return m{"id": "f1", "begin": fmt.Sprintf("%.3f", s.from), "end": fmt.Sprintf("%.3f", s.to), "lines": strings.SplitAfter(s.text, ", ")}
	})},
	{name: "Spotify", form: "json", within: 1, speaker: machineOf("Speaker %d"), all: func(d []said) string {
		list := []any{}
		for _, s := range d {
			list = append(list, m{"startMs": s.from * 1000, "title": m{"title": machineOf("Speaker %d")(d, s.who)}}, m{"startMs": s.from * 1000, "text": m{"sentence": m{"text": s.text}}})
		}
		out, _ := json.Marshal(m{"version": "1", "episodeUri": "x", "language": "sv", "section": list})
		return string(out)
	}},
	{name: "Deepgram, utterances", form: "json", speaker: digit, all: perTurn(func(l []any) any { return m{"results": m{"utterances": l}} }, func(d []said, s said) any {
		return m{"start": s.from, "end": s.to, "channel": 0, "transcript": s.text, "speaker": number(d, s.who)}
	})},
	{name: "AssemblyAI, utterances", form: "json", speaker: digit, all: perTurn(under("utterances"), func(d []said, s said) any {
		return m{"start": s.from * 1000, "end": s.to * 1000, "text": s.text, "speaker": digit(d, s.who)}
	})},
	{name: "AssemblyAI, sentences", form: "json", speaker: digit, all: perTurn(under("sentences"), func(d []said, s said) any {
		return m{"start": s.from * 1000, "end": s.to * 1000, "text": s.text, "speaker": digit(d, s.who), "confidence": 0.9}
	})},
	{name: "Gladia", form: "json", speaker: digit, all: perTurn(func(l []any) any { return m{"result": m{"transcription": m{"utterances": l}}} }, func(d []said, s said) any {
		return m{"start": s.from, "end": s.to, "text": s.text, "speaker": number(d, s.who)}
	})},
	{name: "Sonix", form: "json", all: perTurn(under("transcript"), func(_ []said, s said) any {
		return m{"speaker": s.who, "text": s.text, "start_time": s.from, "end_time": s.to}
	})},
	{name: "Fireflies", form: "json", all: perTurn(bare, func(_ []said, s said) any {
		return m{"sentence": s.text, "speaker_name": s.who, "start_time": s.from, "end_time": s.to}
	})},
	{name: "Podlove", form: "json", all: perTurn(bare, func(_ []said, s said) any {
		return m{"start": hms(s.from, "."), "start_ms": s.from * 1000, "end": hms(s.to, "."), "end_ms": s.to * 1000, "voice": s.who, "text": s.text}
	})},
	{name: "DOTe", form: "json", all: perTurn(under("lines"), func(_ []said, s said) any {
		return m{"startTime": hms(s.from, ","), "endTime": hms(s.to, ","), "speakerDesignation": s.who, "text": s.text}
	})},
	{name: "YouTube json3", form: "json", speaker: nobody, all: perTurn(under("events"), func(_ []said, s said) any {
		return m{"tStartMs": s.from * 1000, "dDurationMs": (s.to - s.from) * 1000, "segs": []m{{"utf8": s.text}}}
	})},
	{name: "Microsoft Teams", form: "json", all: perTurn(func(l []any) any { return m{"type": "Transcript", "version": "1.0.0", "entries": l, "events": []any{}} }, func(_ []said, s said) any {
		return m{"text": s.text, "speakerId": "x", "speakerDisplayName": s.who, "startOffset": hms(s.from, ".") + "0000", "endOffset": hms(s.to, ".") + "0000"}
	})},
	{name: "pyannoteAI", form: "json", speaker: machineOf("SPEAKER_%02d"), all: perTurn(func(l []any) any {
		return m{"status": "succeeded", "output": m{"diarization": []any{}, "turnLevelTranscription": l}}
	}, func(d []said, s said) any {
		return m{"start": s.from, "end": s.to, "text": s.text, "speaker": fmt.Sprintf("SPEAKER_%02d", number(d, s.who))}
	})},
	{name: "Google, times of words only", form: "json", speaker: fromOne, all: perWord(func(l []any) any {
		var plain []any // the results before the last have no speakers
		for _, w := range l {
			w := w.(m)
			plain = append(plain, m{"word": w["word"], "startTime": w["startTime"], "endTime": w["endTime"]})
		}
		return m{"results": []any{m{"alternatives": []m{{"transcript": "x", "words": plain}}}, m{"alternatives": []m{{"words": l}}}}}
	}, func(d []said, s said, text string, from, to float64) any {
		return m{"word": text, "startTime": fmt.Sprintf("%.3fs", from), "endTime": fmt.Sprintf("%.3fs", to), "speakerTag": number(d, s.who) + 1}
	})},
	{name: "a list", form: "json", all: perTurn(bare, func(_ []said, s said) any { return m{"start": s.from, "end": s.to, "text": s.text, "speaker": s.who} })},

	// JSON, in words.
	{name: "WhisperX", form: "json", speaker: machineOf("SPEAKER_%02d"), all: perTurn(under("segments"), func(d []said, s said) any {
		var words []any
		json.Unmarshal([]byte(perWord(bare, func(_ []said, s said, text string, from, to float64) any {
			return m{"word": text, "start": from, "end": to, "score": 0.8, "speaker": fmt.Sprintf("SPEAKER_%02d", number(d, s.who))}
		})([]said{s})), &words)
		return m{"start": s.from, "end": s.to, "text": s.text, "words": words}
	})},
	{name: "OpenAI, words", form: "json", speaker: nobody, joined: true, all: perWord(func(l []any) any { return m{"task": "transcribe", "words": l} }, func(_ []said, _ said, text string, from, to float64) any {
		return m{"word": text, "start": from, "end": to}
	})},
	{name: "ElevenLabs", form: "json", speaker: machineOf("speaker_%d"), all: perWord(under("words"), func(d []said, s said, text string, from, to float64) any {
		return m{"text": text, "start": from, "end": to, "type": "word", "speaker_id": fmt.Sprintf("speaker_%d", number(d, s.who))}
	})},
	{name: "Amazon", form: "json", speaker: machineOf("spk_%d"), all: perWord(func(l []any) any { return m{"results": m{"items": l}} }, func(d []said, s said, text string, from, to float64) any {
		return m{"type": "pronunciation", "start_time": fmt.Sprint(from), "end_time": fmt.Sprint(to), "speaker_label": fmt.Sprintf("spk_%d", number(d, s.who)), "alternatives": []m{{"content": text}}}
	})},
	{name: "Google", form: "json", speaker: fromOne, all: func(d []said) string {
		return perWord(func(l []any) any {
			return m{"results": []m{{"alternatives": []m{{"transcript": "x", "words": l}}, "resultEndTime": "99s"}}}
		},
			func(d []said, s said, text string, from, to float64) any {
				return m{"word": text, "startTime": fmt.Sprintf("%.3fs", from), "endTime": fmt.Sprintf("%.3fs", to), "speakerTag": number(d, s.who) + 1}
			})(d)
	}},
	{name: "Google v2", form: "json", speaker: fromOne, all: perWord(func(l []any) any {
		return m{"results": []m{{"alternatives": []m{{"transcript": "x", "words": l}}, "resultEndOffset": "99s", "languageCode": "en-US"}}}
	}, func(d []said, s said, text string, from, to float64) any {
		return m{"word": text, "startOffset": fmt.Sprintf("%.3fs", from), "endOffset": fmt.Sprintf("%.3fs", to), "speakerLabel": fromOne(d, s.who)}
	})},
	{name: "Google, client libraries", form: "json", speaker: fromOne, all: perWord(func(l []any) any {
		return []m{{"results": []m{{"alternatives": []m{{"transcript": "x", "words": l}}, "resultEndTime": m{"seconds": 99}}}}}
	}, func(d []said, s said, text string, from, to float64) any {
		at := func(seconds float64) any {
			whole, part := math.Modf(seconds)
			out := m{"nanos": math.Round(part * 1e9)}
			if whole > 0 {
				out["seconds"] = fmt.Sprint(int(whole))
			}
			return out
		}
		return m{"word": text, "startTime": at(from), "endTime": at(to), "speakerTag": number(d, s.who) + 1}
	})},
	{name: "Podcasting 2.0, words", form: "json", all: perWord(under("segments"), func(_ []said, s said, text string, from, to float64) any {
		return m{"speaker": s.who, "startTime": from, "endTime": to, "body": text}
	})},
	{name: "words and who speaks in paragraphs", form: "json", all: func(d []said) string {
		var paragraphs []m
		for _, s := range d {
			paragraphs = append(paragraphs, m{"start": s.from, "end": s.to, "speaker": s.who})
		}
		return perWord(func(l []any) any { return m{"words": l, "paragraphs": paragraphs} }, func(_ []said, _ said, text string, from, to float64) any {
			return m{"text": text, "start": from, "end": to}
		})(d)
	}},
	{name: "Amberscript", form: "json", all: perTurn(func(l []any) any {
		return m{"segments": l, "speakers": []m{{"spkid": "spk1", "name": "Nobody"}}}
	}, func(_ []said, s said) any {
		var words []any
		json.Unmarshal([]byte(perWord(bare, func(_ []said, _ said, text string, from, to float64) any {
			return m{"text": text, "start": from, "end": to}
		})([]said{s})), &words)
		return m{"speaker": s.who, "words": words}
	})},
	{name: "Deepgram, words", form: "json", speaker: digit, all: perWord(func(l []any) any { return m{"results": m{"channels": []m{{"alternatives": []m{{"words": l}}}}}} }, func(d []said, s said, text string, from, to float64) any {
		return m{"word": strings.ToLower(text), "punctuated_word": text, "start": from, "end": to, "speaker": number(d, s.who)}
	})},
	{name: "Speechmatics", form: "json", speaker: machineOf("S%d"), all: perWord(under("results"), func(d []said, s said, text string, from, to float64) any {
		return m{"type": "word", "start_time": from, "end_time": to, "alternatives": []m{{"content": text, "speaker": fmt.Sprintf("S%d", number(d, s.who))}}}
	})},
	{name: "Rev", form: "json", all: func(d []said) string {
		var monologues, speakers []any
		for _, s := range d {
			var elements []any
			json.Unmarshal([]byte(perWord(bare, func(_ []said, _ said, text string, from, to float64) any {
				return m{"type": "text", "value": text + " ", "ts": from, "end_ts": to}
			})([]said{s})), &elements)
			monologues = append(monologues, m{"speaker": number(d, s.who), "elements": elements})
			speakers = append(speakers, m{"id": number(d, s.who), "name": s.who})
		}
		out, _ := json.Marshal(m{"speakers": speakers, "monologues": monologues})
		return string(out)
	}},
	{name: "Adobe Premiere Pro", form: "json", all: func(d []said) string {
		var segments, speakers []any
		for _, s := range d {
			var words []any
			json.Unmarshal([]byte(perWord(bare, func(_ []said, _ said, text string, from, to float64) any {
				return m{"type": "word", "text": text, "start": from, "duration": to - from, "eos": false}
			})([]said{s})), &words)
			segments = append(segments, m{"speaker": fmt.Sprintf("a1-%d", number(d, s.who)), "start": s.from, "duration": s.to - s.from, "words": words})
			speakers = append(speakers, m{"id": fmt.Sprintf("a1-%d", number(d, s.who)), "name": s.who})
		}
		out, _ := json.Marshal(m{"language": "en-us", "segments": segments, "speakers": speakers})
		return string(out)
	}},
	{name: "Rev, names of speakers", form: "json", all: perTurn(under("monologues"), func(d []said, s said) any {
		return m{"speaker": number(d, s.who), "speaker_info": m{"id": "x", "display_name": s.who}, "elements": []m{{"type": "text", "value": s.text, "ts": s.from, "end_ts": s.to}}}
	})},
	{name: "Trint", form: "json", all: func(d []said) string {
		var speakers []any
		for _, s := range d {
			if number(d, s.who) == len(speakers) {
				speakers = append(speakers, m{"name": s.who})
			}
		}
		return perWord(func(l []any) any { return m{"transcript": m{"words": l, "speakers": speakers}} }, func(d []said, s said, text string, from, to float64) any {
			return m{"name": text, "time": from * 1000, "duration": (to - from) * 1000, "para": 1, "speaker": number(d, s.who)}
		})(d)
	}},
	{name: "Vosk", form: "json", speaker: nobody, joined: true, all: perWord(under("result"), func(_ []said, _ said, text string, from, to float64) any {
		return m{"word": text, "start": from, "end": to, "conf": 1}
	})},
}

// TestKinds writes each dialogue in the form of each tool, and expects the reader to
// find its names, words and times.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range slices.Concat(kinds, templateKinds()) {
		for i, d := range dialogues {
			t.Run(fmt.Sprintf("%s/%s/%d", k.form, k.name, i), func(t *testing.T) {
				t.Parallel()
				src := k.write(d)
				result, err := Read([]byte(src), "", &Options{File: "export." + k.form})
				if err != nil {
					t.Fatalf("%v\n%s", err, src)
				}
				if result.Form != k.form {
					t.Errorf("read as %s", result.Form)
				}
				compareSaid(t, &k, d, result.Speech)
				if t.Failed() {
					t.Log(src)
				}
			})
		}
	}
}

// compareSaid compares speech with a dialogue. A turn may have become several speeches.
func compareSaid(t *testing.T, k *kind, d []said, speeches []Speech) {
	t.Helper()
	if k.joined {
		d = pauseful(d)
	}
	next := 0
	for _, want := range d {
		who := want.who
		if k.speaker != nil {
			who = k.speaker(d, want.who)
		}
		text := ""
		start := -1.0
		for next < len(speeches) && len(text) < len(want.text) {
			u := &speeches[next]
			if start < 0 {
				start = u.Start.Seconds()
			}
			if !strings.EqualFold(u.Speaker, who) {
				t.Errorf("%q is said by %q, want %q", u.Text, u.Speaker, who)
			}
			text = strings.TrimSpace(text + " " + u.Text)
			next++
		}
		if !strings.HasPrefix(text, want.text) {
			t.Errorf("got %q, want %q", text, want.text)
		}
		if k.within >= 0 && math.Abs(start-want.from) > cmp.Or(k.within, 0.0015) {
			t.Errorf("%q is at %v, want %v", text, time.Duration(start*1e9), want.from)
		}
	}
}

// pauseful joins the turns of a dialogue that have no pause of two seconds between them.
func pauseful(d []said) (out []said) {
	for _, s := range d {
		if n := len(out); n > 0 && s.from-out[n-1].to < 2 {
			out[n-1].text += " " + s.text
			out[n-1].to = s.to
			continue
		}
		out = append(out, s)
	}
	return out
}

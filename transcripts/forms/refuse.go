package forms

import (
	"path"
	"regexp"
	"strings"
	"sync"
)

// refusal is a format that is recognized only to refuse it by its name.
type refusal struct {
	title string
	hint  string
	looks func(head string) bool
}

const exportHint = "export VTT or SRT from the tool that made it"

var (
	lrcTag     = matcher(`(?m)^\[(?:ar|ti|al|au|by|re|ve|la|id|length|offset|tool):[^\]]*\]\s*$`)
	lrcLine    = matcher(`^(?:\[\d{1,3}:\d\d[.:]\d\d\])+(?:[^\s\[]| <\d)`)
	microDVD   = matcher(`^\{\d+\}\{\d*\}`)
	mpl2       = matcher(`^\[\d+\]\[\d*\]`)
	subViewer  = matcher(`(?m)^\d\d:\d\d:\d\d\.\d\d,\d\d:\d\d:\d\d\.\d\d$`)
	editList   = matcher(`(?m)^\d{3}\s+\S+\s+\S+\s+\S+\s+(?:\d\d:){3}\d\d `)
	markupRoot = matcher(`(?i)^<(?:!doctype\s+html|html|head|body|div|p|!--)`)
	csvLine    = matcher(`^(?:"[^"]*"|[^",;]*)(?:[,;](?:"[^"]*"|[^",;]*)){2,}$`)
	timedXML   = matcher(`<(?:timedtext|transcript|transcript_list)[ >]`)
	codeLine   = matcher(`(?m)^(?:#!|package \w+|import \w|#include|using \w+;|function \w+\(|def \w+\(|class \w+|from \w+ import|<\?php|//|/\*)`)
	spruce     = matcher(`(?m)^\d\d:\d\d:\d\d[:;]\d\d\s*,\s*\d\d:\d\d:\d\d[:;]\d\d\s*,`)
	ctm        = matcher(`^(?:;;.*\n)*(?:[\w.-]+ [\w.-]+ \d+(?:\.\d+)? \d+(?:\.\d+)? \S+(?: [\d.]+\S*)*(?: \w+)?(?:\n|$)){2}`)
	rttm       = matcher(`^(?:;;.*\n|SPKR-INFO .*\n)*SPEAKER \S+ \d+ \d+(?:\.\d+)? \d+(?:\.\d+)? `)
	stm        = matcher(`^(?:;;.*\n)*\S+ \S+ \S+ \d+(?:\.\d+)? \d+(?:\.\d+)? (?:<[^>]*> )?\S`)
	timesOfDay = matcher(`^(?:\[[^\[\]\n]{1,60}\] [0-2]\d:\d\d:\d\d\n|[0-2]\d:\d\d:\d\d\s+From .{1,80} to .{1,80}:\s)`)
	f4Time     = matcher(`(?m)#\d\d:\d\d:\d\d-\d#\s*$`)
	frameTimes = matcher(`^(?:\d+\s*\n)?\d\d:\d\d:\d\d[:;]\d\d\s*-->\s*\d\d:\d\d:\d\d[:;]\d\d\s*\n`)
	thumbnails = matcher(`(?i)^WEBVTT[^\n]*\n(?:.*\n){0,12}?.*-->.*\n\S+\.(?:jpe?g|png|webp|avif|gif)(?:[#?]\S*)?[ \t]*(?:\n|$)`)
	scriptData = matcher(`(?i)^WEBVTT[^\n]*\n(?:.*\n){0,12}?.*-->.*\n[\[{]\s*(?:"|\{)`)
	pythonRepr = matcher(`^(?:[\[{(]\s*[({]?\s*'\w+'\s*:|[\[(]?\s*(?:\w+\.)*[A-Z]\w*\(\w+=|\[?\(\d+\.\d+, \d+\.\d+(?:\)|, ['"]))`)
	zoomChat   = matcher(`^(?:\d\d:\d\d:\d\d\t .{1,60}:\t|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d From .{1,60} to .{1,60}:)`)
	chatLine   = matcher(`^(?:\[?\d\d:\d\d(?::\d\d)?\]? (?:<[@+%~&]?[a-z0-9_|\x60^-]{1,30}>|\*|-!-) .*(?:\n|$)){2}|` +
		`^(?:.*\n){0,2}?(?:\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?\]?(?: -)? [^:\n]{1,60}: .*(?:\n|$)){2}`)
	clockOfDay  = matcher(`(?i)^(?:[^\n]*\n){0,8}?[^\n]{0,60}\b\d{1,2}:\d\d\s?[AP]M\n(?:[^\n]*\n){1,20}?[^\n]{0,60}\b\d{1,2}:\d\d\s?[AP]M\n`)
	logLine     = matcher(`^(?:[^\n]{0,60}\b(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL|NOTICE)\b[^\n]*(?:\n|$)){2}`)
	audioMarker = matcher(`^-?\d+\.\d+\t-?\d+\.\d+\t`)
)

// matcher returns a function that reports whether a text matches a pattern. The pattern is
// compiled when the function is first called, because most commands read no transcript in
// another format.
func matcher(pattern string) func(text string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
	return func(text string) bool { return compiled().MatchString(text) }
}

// refusals are tried before the forms that can be read.
var refusals = []refusal{
	{"Advanced SubStation Alpha (ASS)", "convert it to SRT first: ffmpeg -i FILE.ass FILE.srt", func(head string) bool {
		return strings.HasPrefix(head, "[Script Info]") || strings.HasPrefix(head, "[V4") || strings.HasPrefix(head, "Dialogue: ") || strings.Contains(head, "\n[Events]\n")
	}},
	{"lyrics (LRC)", "LRC has no speakers and no ends: " + exportHint, looksLRC},
	{"SAMI captions", "convert them to SRT first: ffmpeg -i FILE.smi FILE.srt", func(head string) bool { return strings.HasPrefix(strings.ToUpper(head), "<SAMI") }},
	{"captions of Scenarist (SCC)", "convert them to SRT first: ffmpeg -i FILE.scc FILE.srt", func(head string) bool { return strings.HasPrefix(head, "Scenarist_SCC") }},
	{"MicroDVD captions, whose times are frames", "convert them to SRT first: ffmpeg -i FILE.sub FILE.srt", microDVD},
	{"MPL2 captions", "convert them to SRT first: ffmpeg -i FILE.mpl FILE.srt", mpl2},
	{"SubViewer 2 captions", "convert them to SRT first: ffmpeg -i FILE.sub FILE.srt", func(head string) bool {
		return strings.HasPrefix(head, "[INFORMATION]") || subViewer(head)
	}},
	{"captions of Spruce (STL), whose times are frames", exportHint, spruce},
	{"SRT whose times are frames", "export it with milliseconds, such as 00:00:01,480", frameTimes},
	{"an edit decision list (EDL)", exportHint, func(head string) bool { return strings.HasPrefix(head, "TITLE:") && editList(head) }},
	{"captions of YouTube as XML", "download them as VTT or json3: yt-dlp --write-subs --sub-format vtt", func(head string) bool {
		return strings.HasPrefix(head, "<") && timedXML(head[:min(len(head), 400)])
	}},
	{"an HTML page, not a transcript", "export plain text or captions (VTT or SRT); if the page is an error of the service, download again", func(head string) bool {
		return markupRoot(head) && !looksHTML(head) && !looksTTML(head)
	}},
	{"XML, not a transcript", exportHint, func(head string) bool {
		return strings.HasPrefix(head, "<?xml") && !looksTTML(head) && !looksHTML(head)
	}},
	{"captions that Zoom saved, whose times are those of the day", "download the transcript of the recording (VTT)", timesOfDay},
	{"a transcript of f4, with times such as #00:00:03-5#", exportHint, f4Time},
	{"words with times (CTM)", "CTM has no sentences: " + exportHint, ctm},
	{"speakers with times (RTTM)", "RTTM has no words: " + exportHint + ", with speakers", rttm},
	{"segments of a test of speech recognition (STM)", exportHint, stm},
	{"annotations of Praat (TextGrid)", exportHint, func(head string) bool {
		return strings.HasPrefix(head, "File type = \"ooTextFile") && strings.Contains(head, "TextGrid\"")
	}},
	{"a WebVTT file of pictures for a player", "download the captions or subtitles instead", thumbnails},
	{"a WebVTT file of data for scripts", "download the captions or subtitles instead", scriptData},
	{"what a Python script printed", "write it as JSON: json.dumps", pythonRepr},
	{"the chat of Zoom, which was typed", "download the transcript of the recording (VTT)", zoomChat},
	{"the log of a program", "is it the right file?", logLine},
	{"a chat, or other text with times of the day", "download the transcript of the recording", func(head string) bool { return chatLine(head) || clockOfDay(head[:min(len(head), 2000)]) }},
	{"captions of Avid", exportHint, func(head string) bool {
		return strings.HasPrefix(head, "@ This file written with") || strings.Contains(head[:min(len(head), 400)], "<begin subtitles>")
	}},
	{"labels of Audacity", "they are marks of the audio; " + exportHint, func(head string) bool { return audioMarker(head[:min(len(head), 200)]) }},
	{"a playlist (M3U)", "download the captions that it lists", func(head string) bool { return strings.HasPrefix(head, "#EXTM3U") }},
}

func looksLRC(head string) bool {
	const sample = 20
	lines, stamped := 0, 0
	for line := range strings.Lines(head) {
		if line = strings.TrimSpace(line); line == "" || lrcTag(line) {
			continue
		}
		if lines++; lrcLine(line) {
			stamped++
		}
		if lines == sample {
			break
		}
	}
	return stamped > 0 && (lrcTag(head) || 5*stamped >= 4*lines && strings.Count(head, "]") > 1)
}

// describe returns the error for a file that is not a transcript. It says what kind of
// file it seems to be.
func (s *source) describe(head string) error {
	ext := strings.ToLower(path.Ext(s.o.File))
	first, rest, _ := strings.Cut(head, "\n")
	second, _, _ := strings.Cut(rest, "\n")
	switch {
	case strings.TrimSpace(head) == "":
		return s.problem(0, "did the export finish?", "the file is empty")
	case ext == ".srt":
		return s.problem(0, "write times as 00:00:01,000 --> 00:00:02,500", "not SRT: no times of captions in the first lines")
	case ext == ".vtt":
		return s.problem(0, "the first line of WebVTT is WEBVTT", "not WebVTT: the first line is not WEBVTT")
	case strings.HasPrefix(head, "<"):
		return s.problem(0, exportHint, "markup, not a transcript")
	case strings.Contains(first, "\t") && strings.Count(first, "\t") == strings.Count(second, "\t"):
		return s.problem(0, "a table of captions has the columns start, end and text; "+exportHint, "a table with tabs (TSV), not a transcript")
	case csvLine(strings.TrimSpace(first)) && csvLine(strings.TrimSpace(second)):
		return s.problem(0, "a table of captions has the columns start, end and text; "+exportHint, "a table (CSV), not a transcript")
	case codeLine(head):
		return s.problem(0, "is it the right file?", "the source of a program, not a transcript")
	}
	return s.problem(0, "if it is one, name its format: --from txt for words, --from md for Markdown",
		"text without times and without names before the words: nothing shows that it is a transcript")
}

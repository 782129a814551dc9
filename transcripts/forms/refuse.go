package forms

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
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
	lrcStamp   = matcher(`^\[\d{1,3}:\d\d[.:]\d\d\d?\]`)
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
	zoomChat   = matcher(`^\d\d:\d\d:\d\d\t(?: ?[^\t\n]{1,60}:\t| ?From .{1,80} ?:)|^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d From .{1,60} to .{1,60}:)`)
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
	lines, stamped, tagged := 0, 0, lrcTag(head)
	for line := range strings.Lines(head) {
		if line = strings.TrimSpace(line); line == "" || lrcTag(line) {
			continue
		}
		if lines++; lrcLine(line) || tagged && lrcStamp(line) {
			stamped++
		}
		if lines == sample {
			break
		}
	}
	return stamped > 0 && (tagged || 5*stamped >= 4*lines && strings.Count(head, "]") > 1)
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
		return s.problem(0, "a table of captions has the columns start, text, and end or speaker; "+exportHint, "a table with tabs (TSV), not a transcript")
	case csvLine(strings.TrimSpace(first)) && csvLine(strings.TrimSpace(second)):
		return s.problem(0, "a table of captions has the columns start, text, and end or speaker; "+exportHint, "a table (CSV), not a transcript")
	case codeLine(head):
		return s.problem(0, "is it the right file?", "the source of a program, not a transcript")
	}
	return s.problem(0, "if it is one, name its format: --from txt for words, --from md for Markdown",
		"text without times and without names before the words: nothing shows that it is a transcript")
}

// jsonRefusal is a form of JSON that is recognized only to refuse it by its name.
type jsonRefusal struct {
	title, hint string
	find        func(t *tape, root ref) ref // the value that shows the form, or none
}

var jsonRefusals = []jsonRefusal{
	{"a job of Amazon Transcribe, not its transcript", "download the file that TranscriptFileUri names", func(t *tape, root ref) ref {
		return t.path(root, []string{"TranscriptionJob", "Transcript", "TranscriptFileUri"})
	}},
	{"a job of Google Speech-to-Text, not its transcript", "download the file that uri names", func(t *tape, root ref) ref {
		files := t.first(root, [][]string{{"results"}, {"response", "results"}}) // by the addresses of their audio
		if t.kind(files) != '{' || files+1 == t.next(files) {
			return none
		}
		return t.first(files+2, [][]string{{"cloudStorageResult", "uri"}, {"uri"}})
	}},
	{"chapters, not a transcript", "put them into chapters.txt", func(t *tape, root ref) ref {
		return t.filled(t.member(root, "chapters"))
	}},
	{"a conversation of Otter's API", "export TXT or SRT from Otter", func(t *tape, root ref) ref {
		first := t.first(root, [][]string{{"speech", "transcripts", "0"}, {"transcripts", "0"}})
		if t.member(first, "transcript") == none {
			return none
		}
		return t.member(first, "start_offset")
	}},
	{"a transcript of oTranscribe", "export plain text (.txt) from oTranscribe", func(t *tape, root ref) ref {
		if t.kind(t.member(root, "text")) != '"' || t.first(root, [][]string{{"media"}, {"media-time"}, {"media-source"}}) == none {
			return none
		}
		return t.member(root, "text")
	}},
	{"an alignment, with words and phones but without sentences", exportHint, func(t *tape, root ref) ref { // of the Montreal Forced Aligner
		tiers := t.member(root, "tiers")
		if t.kind(tiers) != '{' || tiers+1 == t.next(tiers) {
			return none
		}
		return t.member(tiers+2, "entries")
	}},
	{"a transcript of 3Play Media", "download SRT or WebVTT from 3Play Media", func(t *tape, root ref) ref {
		if word := t.path(root, []string{"words", "0"}); t.kind(word) != '[' || t.member(root, "paragraphs") == none {
			return none
		}
		return t.member(root, "words")
	}},
}

// filled returns an array that has elements, and none for any other value.
func (t *tape) filled(v ref) ref {
	if t.kind(v) != '[' || v+1 == t.next(v) {
		return none
	}
	return v
}

// unmatched returns the speech or the error for a document that has the form of no tool.
func (r *jsonReader) unmatched() ([]Speech, error) {
	t := r.t
	root := t.root()
	if msg, at := t.serviceError(root); msg != "" {
		return nil, r.s.problem(at, "this is not a transcript: ask the service for it again", "the service reported: %.200s", msg)
	}
	openAI := t.onlyMembers(root, "text", "task", "language", "duration", "usage", "segments", "words", "logprobs", "result", "language_code")
	assemblyAI := t.member(root, "utterances") != none && t.kind(t.first(root, [][]string{{"words"}, {"utterances"}})) == 0
	if text := t.member(root, "text"); t.kind(text) == '"' && (openAI || assemblyAI) {
		if said := clean(t.string(text)); said != "" {
			r.s.result.Service = "OpenAI, AssemblyAI, text"
			return []Speech{{Text: said, At: int(t.nodes[text].at)}}, nil
		}
	}
	for i := range jsonRefusals {
		f := &jsonRefusals[i]
		if v := f.find(t, root); v != none {
			return nil, r.s.problem(int(t.nodes[v].at), f.hint, "%s", f.title)
		}
	}
	for _, name := range []string{"segments", "words", "utterances", "chunks", "transcription", "results", "monologues", "events", "text"} {
		if v := t.member(root, name); v != none && (t.kind(v) == '[' && v+1 == t.next(v) || t.kind(v) == '"' && clean(t.string(v)) == "") {
			return nil, r.s.problem(int(t.nodes[v].at), "did the speech recognizer find any speech?", "there are no words: %s is empty", name)
		}
	}
	if at, ok := t.dated(); ok {
		return nil, r.s.problem(at, exportHint, "JSON whose times are dates, not times in the audio")
	}
	return nil, r.s.problem(0, "export captions as VTT or SRT instead", "JSON, but not of a speech recognizer that is known: %s", t.describe(root))
}

var dateTime = matcher(`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d`)

// dated finds a start that is a date, among the first values of a document.
func (t *tape) dated() (at int, ok bool) {
	const most = 200 // values
	for v := ref(2); int(v) < min(len(t.nodes), most); v++ {
		if t.kind(v) != '"' || t.kind(v-1) != '"' || !dateTime(t.string(v)) {
			continue
		}
		switch strings.ToLower(strings.ReplaceAll(t.string(v-1), "_", "")) {
		case "start", "starttime", "startdatetime", "time", "timestamp":
			return int(t.nodes[v].at), true
		}
	}
	return 0, false
}

// serviceError returns the error message of a service that reported a failure.
func (t *tape) serviceError(root ref) (msg string, at int) {
	status := strings.ToLower(t.string(t.first(root, [][]string{{"status"}, {"job", "status"}, {"results", "status"}, {"TranscriptionJob", "TranscriptionJobStatus"}})))
	paths := [][]string{{"err_msg"}, {"error", "message"}, {"error_message"}, {"error"}, {"errors", "0", "message"}, {"errors", "0", "detail"}, {"errors", "0"}, {"detail", "0", "msg"}, {"failureReason"}, {"FailureReason"}, {"TranscriptionJob", "FailureReason"},
		{"failure_detail"}, {"job", "failure_detail"}, {"detail", "message"}, {"detail"}, {"err_code"}, {"error_code"}, {"RecognitionStatus"}}
	if failed := status == "error" || status == "failed"; failed {
		paths = append(paths, []string{"message"}, []string{"status"})
	}
	for _, path := range paths {
		if v := t.path(root, path); t.kind(v) == '"' || t.kind(v) == '0' {
			if msg := clean(t.string(v)); msg != "" {
				return msg, int(t.nodes[v].at)
			}
		}
	}
	if message := t.member(root, "message"); t.kind(message) == '"' && t.first(root, [][]string{{"code"}, {"statusCode"}, {"status_code"}, {"request_id"}, {"__type"}}) != none {
		return clean(t.string(message)), int(t.nodes[message].at)
	}
	if title := t.member(root, "title"); t.kind(title) == '"' && len(status) == 3 && (status[0] == '4' || status[0] == '5') { // RFC 9457
		return clean(t.string(title)), int(t.nodes[title].at)
	}
	if done := t.member(root, "done"); t.path(root, []string{"metadata", "progressPercent"}) != none && t.kind(done) != 't' {
		return "the transcription is not finished", 0 // an operation of Google
	}
	switch status {
	case "queued", "processing", "running", "in_progress", "notstarted", "transcribing":
		return "the transcription is not finished: " + status, 0
	}
	return "", 0
}

// onlyMembers reports whether an object has only members with the given names.
func (t *tape) onlyMembers(v ref, names ...string) bool {
	if t.kind(v) != '{' {
		return false
	}
	for m, end := v+1, t.next(v); m < end; m = t.next(m + 1) {
		if !slices.Contains(names, t.string(m)) {
			return false
		}
	}
	return true
}

// describe lists the first members of a document.
func (t *tape) describe(v ref) string {
	const most = 6
	var names []string
	switch t.kind(v) {
	case '{':
		for m, end := v+1, t.next(v); m < end && len(names) < most; m = t.next(m + 1) {
			names = append(names, fmt.Sprintf("%.20q", t.string(m)))
		}
		return "an object with " + cmp.Or(strings.Join(names, ", "), "nothing in it")
	case '[':
		if v+1 < t.next(v) && t.kind(v+1) == '{' {
			return "a list, and its first element is " + t.describe(v+1)
		}
	}
	return "no list of segments"
}

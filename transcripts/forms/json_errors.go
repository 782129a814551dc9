package forms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// unmatched returns the speech or the error for a document that has the form of no tool.
func (r *jsonReader) unmatched() ([]Speech, error) {
	t := r.t
	root := t.root()
	if msg, at := t.serviceError(root); msg != "" {
		return nil, r.s.problem(at, "this is not a transcript: ask the service for it again", "the service reported: %.200s", msg)
	}
	if text := t.member(root, "text"); t.kind(text) == '"' && t.onlyMembers(root, "text", "task", "language", "duration", "usage", "segments", "words", "logprobs", "result", "language_code") {
		if said := clean(t.string(text)); said != "" {
			r.s.result.Service = "OpenAI, text"
			return []Speech{{Text: said, At: int(t.nodes[text].at)}}, nil
		}
	}
	if uri := t.path(root, []string{"TranscriptionJob", "Transcript", "TranscriptFileUri"}); uri != none {
		return nil, r.s.problem(int(t.nodes[uri].at), "download the file that TranscriptFileUri names", "a job of Amazon Transcribe, not its transcript")
	}
	if chapters := t.member(root, "chapters"); t.kind(chapters) == '[' && chapters+1 < t.next(chapters) {
		return nil, r.s.problem(int(t.nodes[chapters].at), "put them into chapters.txt", "chapters, not a transcript")
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

package transcripts

import (
	"strings"
	"time"

	"onair/transcripts/internal/script"
)

// parseWhisper reads the JSON of Whisper (segments of id, seek, start, end, text and,
// asked for, words of word, start, end and probability; whisper/utils.py in
// https://github.com/openai/whisper), of its API as verbose_json and diarized_json, and
// of WhisperX, whose segments and words have a speaker such as SPEAKER_00 and
// whose words may lack a time (whisperx/schema.py in
// https://github.com/m-bain/whisperX).
func parseWhisper(s *source) ([]parsedCue, error) {
	s.numbered = true
	var file struct {
		Segments []struct {
			Start, End inSeconds
			Text       string
			Speaker    speakerID
			Words      []jsonWord[inSeconds]
		}
	}
	if err := unmarshal(s, &file); err != nil {
		return nil, err
	}
	if file.Segments == nil {
		return nil, s.problem(0, "write JSON with segments from Whisper", "no segments")
	}
	var parsed []parsedCue
	for _, segment := range file.Segments {
		u := parsedCue{start: segment.Start.at, end: segment.End.at, timed: segment.Start.set, ended: segment.End.set,
			speaker: string(segment.Speaker), text: clean([]byte(segment.Text))}
		if u.text == "" {
			continue
		}
		u.timeWords(wordsOf(segment.Words))
		parsed = append(parsed, u)
	}
	return parsed, nil
}

// parseDeepgram reads the JSON of Deepgram
// (https://developers.deepgram.com/docs/utterances: results.utterances of start, end,
// transcript, speaker, channel and words of word, punctuated_word, start, end
// and speaker). If there are no utterances, it takes the words of the
// first alternative of each channel (results.channels[].alternatives[]).
// Speakers are numbers from 0.
func parseDeepgram(s *source) ([]parsedCue, error) {
	s.numbered = true
	var file struct {
		Results struct {
			Utterances []struct {
				Start, End inSeconds
				Transcript string
				Speaker    speakerID
				Words      []jsonWord[inSeconds]
			}
			Channels []struct {
				Alternatives []struct {
					Transcript string
					Words      []jsonWord[inSeconds]
				}
			}
		}
	}
	if err := unmarshal(s, &file); err != nil {
		return nil, err
	}
	var parsed []parsedCue
	for _, spoken := range file.Results.Utterances {
		u := parsedCue{start: spoken.Start.at, end: spoken.End.at, timed: spoken.Start.set, ended: spoken.End.set,
			speaker: string(spoken.Speaker), text: clean([]byte(spoken.Transcript))}
		if u.text == "" {
			continue
		}
		u.timeWords(wordsOf(spoken.Words))
		parsed = append(parsed, u)
	}
	if parsed != nil {
		return parsed, nil
	}
	for _, channel := range file.Results.Channels {
		if len(channel.Alternatives) == 0 {
			continue
		}
		best := &channel.Alternatives[0]
		if text := clean([]byte(best.Transcript)); len(best.Words) == 0 && text != "" {
			parsed = append(parsed, parsedCue{text: text})
		}
		parsed = append(parsed, joinWords(wordsOf(best.Words))...)
	}
	if parsed == nil && file.Results.Channels == nil {
		return nil, s.problem(0, "is it another format?", "no results.utterances and no results.channels")
	}
	return parsed, nil
}

// parseAssemblyAI reads the JSON of AssemblyAI
// (https://www.assemblyai.com/docs/api-reference/transcripts/get: utterances of speaker,
// start, end, text and words of text, start, end and speaker; words alone
// without speaker labels; or only text). Times are milliseconds,
// speakers letters.
func parseAssemblyAI(s *source) ([]parsedCue, error) {
	s.numbered = true
	var file struct {
		Utterances []struct {
			Start, End inMilliseconds
			Text       string
			Speaker    speakerID
			Words      []jsonWord[inMilliseconds]
		}
		Words []jsonWord[inMilliseconds]
		Text  string
	}
	if err := unmarshal(s, &file); err != nil {
		return nil, err
	}
	var parsed []parsedCue
	for _, spoken := range file.Utterances {
		u := parsedCue{start: spoken.Start.at, end: spoken.End.at, timed: spoken.Start.set, ended: spoken.End.set,
			speaker: string(spoken.Speaker), text: clean([]byte(spoken.Text))}
		if u.text == "" {
			continue
		}
		u.timeWords(wordsOf(spoken.Words))
		parsed = append(parsed, u)
	}
	if parsed == nil {
		parsed = joinWords(wordsOf(file.Words))
	}
	if text := clean([]byte(file.Text)); parsed == nil && text != "" {
		parsed = []parsedCue{{text: text}}
	}
	if parsed == nil && file.Utterances == nil && file.Words == nil {
		return nil, s.problem(0, "is it another format?", "no utterances and no words")
	}
	return parsed, nil
}

// googleResult is SpeechRecognitionResult. Times are strings such as "1.300s"; a
// time of 0 is omitted.
type googleResult struct {
	Alternatives []struct {
		Transcript string
		Words      []struct {
			Word                   string
			StartTime, EndTime     inSeconds // v1
			StartOffset, EndOffset inSeconds // v2
			SpeakerTag             speakerID // v1
			SpeakerLabel           speakerID
		}
	}
	ResultEndTime, ResultEndOffset inSeconds
}

// parseGoogle reads the JSON of Google Speech-to-Text: a response of recognize, the
// operation around one (v1), or the file that a batch writes (v2). See
// https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize and
// https://cloud.google.com/speech-to-text/v2/docs/reference/rest/v2/BatchRecognizeResults.
func parseGoogle(s *source) ([]parsedCue, error) {
	s.numbered = true
	var file struct {
		Results  []googleResult
		Response struct{ Results []googleResult }
	}
	if err := unmarshal(s, &file); err != nil {
		return nil, err
	}
	results := file.Results
	if results == nil {
		results = file.Response.Results
	}
	if results == nil {
		return nil, s.problem(0, "is it another format?", "no results")
	}
	var parsed []parsedCue
	var end time.Duration
	for i := range results {
		r := &results[i]
		words := r.words()
		// With diarization, v1 repeats all words in the last result.
		if i > 0 && i == len(results)-1 && len(words) > 0 && words[0].speaker != "" && words[0].start < end {
			parsed = nil
		}
		next := joinWords(words)
		resultEnd := max(r.ResultEndTime.at, r.ResultEndOffset.at)
		if len(words) == 0 && len(r.Alternatives) > 0 {
			u := parsedCue{start: end, end: resultEnd, timed: resultEnd > end, ended: resultEnd > end, text: clean([]byte(r.Alternatives[0].Transcript))}
			if u.text != "" {
				next = append(next, u)
			}
		}
		end = max(end, resultEnd)
		for j := range next {
			end = max(end, next[j].end)
		}
		parsed = append(parsed, next...)
	}
	return parsed, nil
}

// words returns the words of the most likely alternative.
func (r *googleResult) words() []parsedWord {
	if len(r.Alternatives) == 0 {
		return nil
	}
	var words []parsedWord
	for _, w := range r.Alternatives[0].Words {
		out := parsedWord{text: strings.TrimSpace(w.Word), speaker: string(w.SpeakerLabel)}
		out.start, out.end = max(w.StartTime.at, w.StartOffset.at), max(w.EndTime.at, w.EndOffset.at)
		out.timed = w.EndTime.set || w.EndOffset.set
		if tag := string(w.SpeakerTag); out.speaker == "" && tag != "0" {
			out.speaker = tag
		}
		words = append(words, out)
	}
	return words
}

// jsonWord is a word of a recogniser. Services differ in the member that holds its
// text.
type jsonWord[T inSeconds | inMilliseconds] struct {
	Word       string
	Punctuated string `json:"punctuated_word"` // Deepgram
	Text       string // AssemblyAI
	Start, End T
	Speaker    speakerID
}

func (w *jsonWord[T]) text() string {
	for _, text := range []string{w.Punctuated, w.Word, w.Text} {
		if text != "" {
			return text
		}
	}
	return ""
}

// parsedWord is a word from any recogniser.
type parsedWord struct {
	text       string
	start, end time.Duration
	timed      bool
	speaker    string
}

// wordsOf converts the words from a recogniser.
func wordsOf[T inSeconds | inMilliseconds](words []jsonWord[T]) []parsedWord {
	out := make([]parsedWord, len(words))
	for i := range words {
		w := &words[i]
		start, end := inSeconds(w.Start), inSeconds(w.End)
		out[i] = parsedWord{w.text(), start.at, end.at, start.set && end.set, string(w.Speaker)}
	}
	return out
}

// breath is the silence that ends a cue made of words.
const breath = 1500 * time.Millisecond

// joinWords joins words to cues: one per speaker, and a new one after a silence.
func joinWords(words []parsedWord) []parsedCue {
	var parsed []parsedCue
	var text script.Joiner
	for i := range words {
		w := &words[i]
		if w.text = clean([]byte(w.text)); w.text == "" {
			continue
		}
		n := len(parsed) - 1
		if n < 0 || parsed[n].speaker != w.speaker || w.timed && parsed[n].ended && w.start-parsed[n].end >= breath {
			if n >= 0 {
				parsed[n].text = text.Take()
			}
			parsed = append(parsed, parsedCue{speaker: w.speaker})
			n++
		}
		text.Add(w.text)
		if u := &parsed[n]; w.timed {
			if !u.timed {
				u.start, u.timed = w.start, true
			}
			u.end, u.ended = max(u.end, w.end), true
			u.words = append(u.words, timedWord{text.Len(), w.start, w.end})
		}
	}
	if len(parsed) > 0 {
		parsed[len(parsed)-1].text = text.Take()
	}
	return parsed
}

// timeWords finds the words of a cue in its text, so that the cue can be cut at
// the right time between any two. It skips words that are not in the text.
func (u *parsedCue) timeWords(words []parsedWord) {
	at := 0
	for i := range words {
		text := clean([]byte(words[i].text))
		n := strings.Index(u.text[at:], text)
		if text == "" || n < 0 {
			continue
		}
		at += n + len(text)
		if words[i].timed {
			u.words = append(u.words, timedWord{at, words[i].start, words[i].end})
		}
	}
}

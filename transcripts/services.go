package transcripts

import (
	"strings"
	"time"
)

// whisper reads the JSON of Whisper (segments of id, seek, start, end, text and,
// asked for, words of word, start, end and probability; whisper/utils.py in
// https://github.com/openai/whisper), of its API as verbose_json and diarized_json, and
// of WhisperX, whose segments and words have a speaker such as SPEAKER_00 and
// whose words may lack a time (whisperx/schema.py in
// https://github.com/m-bain/whisperX).
func (s *source) whisper() ([]parsedCue, error) {
	s.numbered = true
	var file struct {
		Segments []struct {
			Start, End inSeconds
			Text       string
			Speaker    speakerID
			Words      []jsonWord[inSeconds]
		}
	}
	if err := s.unmarshal(&file); err != nil {
		return nil, err
	}
	if file.Segments == nil {
		return nil, s.problem(0, "ask Whisper for its JSON with segments", "no segments")
	}
	var said []parsedCue
	for _, segment := range file.Segments {
		u := parsedCue{start: segment.Start.at, end: segment.End.at, timed: segment.Start.set, ended: segment.End.set,
			speaker: string(segment.Speaker), text: clean([]byte(segment.Text))}
		if u.text == "" {
			continue
		}
		u.timeWords(wordsOf(segment.Words))
		said = append(said, u)
	}
	return said, nil
}

// deepgram reads the JSON of Deepgram
// (https://developers.deepgram.com/docs/utterances: results.utterances of start, end,
// transcript, speaker, channel and words of word, punctuated_word, start, end
// and speaker). Where no utterances were asked for, it takes the words of the
// first alternative of each channel (results.channels[].alternatives[]).
// Speakers are numbers from 0.
func (s *source) deepgram() ([]parsedCue, error) {
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
	if err := s.unmarshal(&file); err != nil {
		return nil, err
	}
	var said []parsedCue
	for _, spoken := range file.Results.Utterances {
		u := parsedCue{start: spoken.Start.at, end: spoken.End.at, timed: spoken.Start.set, ended: spoken.End.set,
			speaker: string(spoken.Speaker), text: clean([]byte(spoken.Transcript))}
		if u.text == "" {
			continue
		}
		u.timeWords(wordsOf(spoken.Words))
		said = append(said, u)
	}
	if said != nil {
		return said, nil
	}
	for _, channel := range file.Results.Channels {
		if len(channel.Alternatives) == 0 {
			continue
		}
		best := &channel.Alternatives[0]
		if text := clean([]byte(best.Transcript)); len(best.Words) == 0 && text != "" {
			said = append(said, parsedCue{text: text})
		}
		said = append(said, joinWords(wordsOf(best.Words))...)
	}
	if said == nil && file.Results.Channels == nil {
		return nil, s.problem(0, "is it another format?", "no results.utterances and no results.channels")
	}
	return said, nil
}

// assemblyAI reads the JSON of AssemblyAI
// (https://www.assemblyai.com/docs/api-reference/transcripts/get: utterances of speaker,
// start, end, text and words of text, start, end and speaker; words alone
// without speaker labels; text alone at the least). Times are milliseconds,
// speakers letters.
func (s *source) assemblyAI() ([]parsedCue, error) {
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
	if err := s.unmarshal(&file); err != nil {
		return nil, err
	}
	var said []parsedCue
	for _, spoken := range file.Utterances {
		u := parsedCue{start: spoken.Start.at, end: spoken.End.at, timed: spoken.Start.set, ended: spoken.End.set,
			speaker: string(spoken.Speaker), text: clean([]byte(spoken.Text))}
		if u.text == "" {
			continue
		}
		u.timeWords(wordsOf(spoken.Words))
		said = append(said, u)
	}
	if said == nil {
		said = joinWords(wordsOf(file.Words))
	}
	if text := clean([]byte(file.Text)); said == nil && text != "" {
		said = []parsedCue{{text: text}}
	}
	if said == nil && file.Utterances == nil && file.Words == nil {
		return nil, s.problem(0, "is it another format?", "no utterances and no words")
	}
	return said, nil
}

// googleResult is SpeechRecognitionResult. Times are strings such as "1.300s",
// and one of 0 is left out.
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

// google reads the JSON of Google Speech-to-Text: a response of recognize, the
// operation around one (v1), or the file that a batch writes (v2). See
// https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize and
// https://cloud.google.com/speech-to-text/v2/docs/reference/rest/v2/BatchRecognizeResults.
func (s *source) google() ([]parsedCue, error) {
	s.numbered = true
	var file struct {
		Results  []googleResult
		Response struct{ Results []googleResult }
	}
	if err := s.unmarshal(&file); err != nil {
		return nil, err
	}
	results := file.Results
	if results == nil {
		results = file.Response.Results
	}
	if results == nil {
		return nil, s.problem(0, "is it another format?", "no results")
	}
	var said []parsedCue
	var end time.Duration
	for i := range results {
		r := &results[i]
		words := r.words()
		// With speakers told apart, v1 repeats all words in the last result.
		if i > 0 && i == len(results)-1 && len(words) > 0 && words[0].speaker != "" && words[0].start < end {
			said = nil
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
		said = append(said, next...)
	}
	return said, nil
}

// words are those of the most likely alternative.
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

// jsonWord is a word of a recogniser. Its text has one of two names, and who
// speaks one of three.
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

// spokenWord is a word of any recogniser.
type parsedWord struct {
	text       string
	start, end time.Duration
	timed      bool
	speaker    string
}

// wordsOf makes all words alike. at tells a time of the format.
func wordsOf[T inSeconds | inMilliseconds](words []jsonWord[T]) []parsedWord {
	out := make([]parsedWord, len(words))
	for i := range words {
		w := &words[i]
		start, end := inSeconds(w.Start), inSeconds(w.End)
		out[i] = parsedWord{w.text(), start.at, end.at, start.set && end.set, string(w.Speaker)}
	}
	return out
}

// breath is the silence that ends an utterance put together from words.
const breath = 1500 * time.Millisecond

// joinWords puts words together to utterances: one per speaker, and a new one
// behind a breath.
func joinWords(words []parsedWord) []parsedCue {
	var said []parsedCue
	var text joiner
	for i := range words {
		w := &words[i]
		if w.text = clean([]byte(w.text)); w.text == "" {
			continue
		}
		n := len(said) - 1
		if n < 0 || said[n].speaker != w.speaker || w.timed && said[n].ended && w.start-said[n].end >= breath {
			if n >= 0 {
				said[n].text = text.take()
			}
			said = append(said, parsedCue{speaker: w.speaker})
			n++
		}
		text.add(w.text)
		if u := &said[n]; w.timed {
			if !u.timed {
				u.start, u.timed = w.start, true
			}
			u.end, u.ended = max(u.end, w.end), true
			u.words = append(u.words, timedWord{len(text.text), w.start, w.end})
		}
	}
	if len(said) > 0 {
		said[len(said)-1].text = text.take()
	}
	return said
}

// timeWords finds the words of an utterance in its text, so that it can be cut
// between any two at the right time. Where they are not the words of the text,
// it goes without.
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

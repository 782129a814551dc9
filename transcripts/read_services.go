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
func (s *source) whisper() ([]utterance, error) {
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
	var said []utterance
	for _, segment := range file.Segments {
		u := utterance{start: segment.Start.at, end: segment.End.at, timed: segment.Start.set, ended: segment.End.set,
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
func (s *source) deepgram() ([]utterance, error) {
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
	var said []utterance
	for _, spoken := range file.Results.Utterances {
		u := utterance{start: spoken.Start.at, end: spoken.End.at, timed: spoken.Start.set, ended: spoken.End.set,
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
			said = append(said, utterance{text: text})
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
func (s *source) assemblyAI() ([]utterance, error) {
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
	var said []utterance
	for _, spoken := range file.Utterances {
		u := utterance{start: spoken.Start.at, end: spoken.End.at, timed: spoken.Start.set, ended: spoken.End.set,
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
		said = []utterance{{text: text}}
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
func (s *source) google() ([]utterance, error) {
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
	var said []utterance
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
			u := utterance{start: end, end: resultEnd, timed: resultEnd > end, ended: resultEnd > end, text: clean([]byte(r.Alternatives[0].Transcript))}
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
func (r *googleResult) words() []spokenWord {
	if len(r.Alternatives) == 0 {
		return nil
	}
	var words []spokenWord
	for _, w := range r.Alternatives[0].Words {
		out := spokenWord{text: strings.TrimSpace(w.Word), speaker: string(w.SpeakerLabel)}
		out.start, out.end = max(w.StartTime.at, w.StartOffset.at), max(w.EndTime.at, w.EndOffset.at)
		out.timed = w.EndTime.set || w.EndOffset.set
		if tag := string(w.SpeakerTag); out.speaker == "" && tag != "0" {
			out.speaker = tag
		}
		words = append(words, out)
	}
	return words
}

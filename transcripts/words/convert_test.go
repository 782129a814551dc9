package words

import (
	"fmt"
	"strings"
	"testing"

	"onair/transcripts/forms"
)

func TestConvert(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, src, want string }{
		{"words with confidence", `{"segments": [{"start": 1, "end": 2, "text": " Hello there", "speaker": "A", "words": [
			{"word": " Hello", "start": 1.1, "end": 1.4, "probability": 0.9}, {"word": " there", "start": 1.5, "end": 1.9, "probability": 0.25}]}]}`,
			"A Hello 1.1s-1.5s 0.9, A there 1.5s-1.9s 0.25"},
		{"tokens are glued", `{"transcription": [{"offsets": {"from": 0, "to": 1000}, "text": " That's it", "tokens": [
			{"text": " That", "offsets": {"from": 0, "to": 300}, "p": 0.9}, {"text": "'s", "offsets": {"from": 300, "to": 500}, "p": 0.5},
			{"text": " it", "offsets": {"from": 600, "to": 900}, "p": 0.8}]}]}`,
			" That's 0s-600ms 0.5,  it 600ms-900ms 0.8"},
		{"captions", "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Vega>one two\n", "Vega one 1s-2.142s 0, Vega two 2.142s-3s 0"},
		{"its own format", string(example().Format()), "1 Hello, 1.2s-1.51s 0.97, 1 universe. 1.51s-2.15s 0.92, 2 <Hi> 2.15s-2.4s 0"},
		{"text without times", "Vega: Hello there.\n\nRigel: Nothing answers.\n\nVega: It does.\n", "error"},
		{"words that run backwards", `{"words": [{"word": "a", "start": 5, "end": 6}, {"word": "b", "start": 1, "end": 2}]}`, "error"},
		{"a word that ends before it starts", `{"words": [{"word": "a", "start": 5, "end": 4}, {"word": "b", "start": 6, "end": 7}]}`, "error"},
		{"such a word in a segment", `{"segments": [{"start": 1, "end": 9, "text": "a b", "words": [{"word": "a", "start": 5, "end": 2}, {"word": "b", "start": 6, "end": 7}]}]}`, "error"},
		{"an end that was rounded", `{"words": [{"word": "a", "start": 5.05, "end": 5}, {"word": "b", "start": 6, "end": 7}]}`, " a 5.05s-5.05s 0,  b 6s-7s 0"},
		{"a negative start", `{"words": [{"word": "a", "start": -5, "end": 4}, {"word": "b", "start": 6, "end": 7}]}`, "error"},
		{"a segment that starts before 0", `{"segments": [{"start": -3, "end": 2, "text": "Early."}]}`, "error"},
		{"segments in another order", `{"segments": [{"start": 9, "end": 10, "text": "Late."}, {"start": 1, "end": 2, "text": "Early."}]}`, " Early. 1s-2s 0,  Late. 9s-10s 0"},
		{"two voices at once", `{"segments": [{"start": 1, "end": 6, "text": "one two", "speaker": "A"}, {"start": 2, "end": 3, "text": "no", "speaker": "B"}]}`,
			"A one 1s-2s 0, B no 2s-3s 0, A two 3s-6s 0"},
		{"words that are too fast to be speech", `{"segments": [
			{"start": 1, "end": 2, "text": "Hello.", "speaker": "A", "words": [{"word": "Hello.", "start": 1, "end": 2}]},
			{"start": 2, "end": 2.2, "text": "thank you everybody", "speaker": "B", "words": [
				{"word": "thank", "start": 2, "end": 2.05}, {"word": "you", "start": 2.05, "end": 2.1}, {"word": "everybody", "start": 2.1, "end": 2.2}]},
			{"start": 2.2, "end": 5, "text": "Bye.", "speaker": "A", "words": [{"word": "Bye.", "start": 2.2, "end": 5}]}]}`,
			"A Hello. 1s-2s 0, B thank 2s-2.05s 0, B you 2.05s-2.1s 0, B everybody 2.1s-2.2s 0, A Bye. 2.2s-5s 0"},
		{"something else", "<html><body>404</body></html>", "error"},
	} {
		f, err := Convert([]byte(test.src), &forms.Options{File: "w"})
		var got []string
		if err != nil {
			got = []string{"error"}
		} else {
			for _, s := range f.Segments {
				for _, w := range s.Words {
					got = append(got, fmt.Sprintf("%s %s %v-%v %v", s.Voice, w.Text, w.Start, w.End, w.Confidence))
				}
			}
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%s: %s, want %s (%v)", test.name, s, test.want, err)
		}
	}
}

package forms

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSpeakersInJSON finds speakers in the texts of JSON that has no other place for them.
func TestSpeakersInJSON(t *testing.T) {
	t.Parallel()
	documents := []struct {
		name, around, segment string
	}{
		{"a list", `[%s]`, `{"start":%d,"end":%d,"text":%s}`},
		{"Whisper", `{"segments":[%s]}`, `{"id":0,"seek":0,"start":%d,"end":%d,"text":%s}`},
		{"Podcasting 2.0", `{"segments":[%s]}`, `{"startTime":%d,"endTime":%d,"body":%s}`},
		{"YouTube json3", `{"events":[%s]}`, `{"tStartMs":%d000,"dDurationMs":2000,"aAppend":%[2]d,"segs":[{"utf8":%[3]s}]}`},
	}
	for _, test := range []struct {
		name  string
		texts []string // said for two seconds each, one after the other
		want  []string
	}{
		{"labels", []string{"Åsa Öst: Is it cold?", "Jo O'Dell: It is.", "Very cold."},
			[]string{"Åsa Öst@0s-2s Is it cold?", "Jo O'Dell@2s-4s It is.", "Jo O'Dell@4s-6s Very cold."}},
		{"chevrons", []string{">> ÅSA: Is it cold?", ">> JO: It is."}, []string{"ÅSA@0s-2s Is it cold?", "JO@2s-4s It is."}},
		{"chevrons inside", []string{">> ÅSA: It was >> JO: Cold."}, []string{"ÅSA@0s-1.091s It was", "JO@1.091s-2s Cold."}},
		{"brackets", []string{"[SPEAKER_01]: Is it cold?", "(speaker 0) It is."}, []string{"SPEAKER_01@0s-2s Is it cold?", "speaker 0@2s-4s It is."}},
		{"wide colons", []string{"Åsa：冷吗？", "Jo：冷。", "Åsa：好。"}, []string{"Åsa@0s-2s 冷吗？", "Jo@2s-4s 冷。", "Åsa@4s-6s 好。"}},
		{"dashes on one line", []string{"- Is it cold? - It is."}, []string{"@0s-1.294s Is it cold?", "@1.294s-2s It is."}},
		{"a dash that is not a change", []string{"It is cold - very cold."}, []string{"@0s-2s It is cold - very cold."}},
		{"no name", []string{"Question: who was it?", "Nobody knows."}, []string{"@0s-2s Question: who was it?", "@2s-4s Nobody knows."}},
	} {
		for _, d := range documents {
			t.Run(test.name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				segments := ""
				for i, text := range test.texts {
					quoted, err := json.Marshal(text)
					if err != nil {
						t.Fatal(err)
					}
					if i > 0 {
						segments += ","
					}
					segments += fmt.Sprintf(d.segment, 2*i, 2*i+2, quoted)
				}
				expectSpeech(t, fmt.Sprintf(d.around, segments), "a.json", test.want)
			})
		}
	}
}

// TestMarksInJSON reads the channels, marks and sounds of recognizers.
func TestMarksInJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"lines of a segment", `[{"start":0,"end":4,"text":"Åsa Öst: Cold?\nJo O'Dell: It is."},{"start":4,"end":6,"text":"Åsa Öst: Good."}]`,
			[]string{"Åsa Öst@0s-1.818s Cold?", "Jo O'Dell@1.818s-4s It is.", "Åsa Öst@4s-6s Good."}},
		{"lines of a segment with a speaker", `[{"start":0,"end":4,"text":"Cold?\nIt is.","speaker":"Åsa Öst"}]`, []string{"Åsa Öst@0s-4s Cold? It is."}},
		{"words behind a label", `{"segments":[{"start":0,"end":2,"text":" Åsa Öst: Cold?","words":[{"word":" Åsa","start":0,"end":0.5},{"word":" Öst:","start":0.5,"end":1},{"word":" Cold?","start":1,"end":2}]}]}`,
			[]string{"Åsa Öst@0s-2s Cold?"}},
		{"channels of words", `{"format":"2.9","results":[{"type":"word","channel":"left","start_time":0,"end_time":1,"alternatives":[{"content":"Cold","speaker":"UU"}]},{"type":"punctuation","channel":"left","attaches_to":"previous","start_time":1,"end_time":1,"alternatives":[{"content":"?","speaker":"UU"}]},{"type":"word","channel":"right","start_time":1.5,"end_time":2,"alternatives":[{"content":"Yes","speaker":"UU"}]},{"type":"word","start_time":2,"end_time":2.5,"alternatives":[{"content":"please","speaker":"UU"}]}]}`,
			[]string{"Channel left@0s-1s Cold?", "Channel right@1.5s-2.5s Yes please"}},
		{"one channel of words", `{"format":"2.9","results":[{"type":"word","channel":"left","start_time":0,"end_time":1,"alternatives":[{"content":"Cold","speaker":"UU"}]},{"type":"word","channel":"left","start_time":1.5,"end_time":2,"alternatives":[{"content":"day","speaker":"UU"}]}]}`,
			[]string{"@0s-2s Cold day"}},
		{"channels of AssemblyAI", `{"words":[{"text":"Cold?","start":0,"end":900,"speaker":null,"channel":"1"},{"text":"Yes.","start":1000,"end":1900,"speaker":null,"channel":"2"}]}`,
			[]string{"Channel 1@0s-900ms Cold?", "Channel 2@1s-1.9s Yes."}},
		{"marks before words", `{"format":"2.9","results":[{"type":"word","start_time":0,"end_time":1,"alternatives":[{"content":"Cold"}]},{"type":"punctuation","attaches_to":"next","start_time":1,"end_time":1,"alternatives":[{"content":"("}]},{"type":"word","start_time":1,"end_time":2,"alternatives":[{"content":"very"}]},{"type":"punctuation","attaches_to":"previous","start_time":2,"end_time":2,"alternatives":[{"content":")"}]}]}`,
			[]string{"@0s-2s Cold (very)"}},
		{"sounds of Rev", `{"monologues":[{"speaker":0,"elements":[{"type":"text","value":"Cold","ts":0,"end_ts":1},{"type":"punct","value":" "},{"type":"unknown","value":"<sneeze>"},{"type":"punct","value":"."}]}]}`,
			[]string{"0@0s-1s Cold [sneeze]."}},
		{"sounds of Rev after marks", `{"monologues":[{"speaker":0,"elements":[{"type":"text","value":"Cold","ts":0,"end_ts":1},{"type":"punct","value":"."},{"type":"unknown","value":"<laugh>"}]}]}`,
			[]string{"0@0s-1s Cold. [laugh]"}},
		{"stream of OpenAI", `{"type":"transcript.text.segment","id":"a","start":3,"end":5,"text":" Cold?","speaker":"A"}` + "\n" + `{"type":"transcript.text.delta","delta":"Yes"}` + "\n" + `{"type":"transcript.text.segment","id":"b","start":6,"end":8,"text":"Yes.","speaker":"B"}` + "\n" + `{"type":"transcript.text.done","text":"Cold? Yes."}`,
			[]string{"A@3s-5s Cold?", "B@6s-8s Yes."}},
		{"stream of text of OpenAI", `{"type":"transcript.text.delta","delta":"Cold"}` + "\n" + `{"type":"transcript.text.delta","delta":"?"}` + "\n" + `{"type":"transcript.text.done","text":"Cold?"}`, []string{"@ Cold?"}},
		{"text of AssemblyAI", `{"id":"a","status":"completed","text":"Cold? Yes.","words":null,"utterances":null}`, []string{"@ Cold? Yes."}},
		{"segments of Amazon", `{"results":{"transcripts":[{"transcript":"Cold?"}],"audio_segments":[{"id":0,"transcript":"Cold?","start_time":"3.1","end_time":"5.9","speaker_label":"spk_1","items":[0]}]},"status":"COMPLETED"}`, []string{"spk_1@3.1s-5.9s Cold?"}},
		{"sounds of Rev among words", `{"monologues":[{"speaker":0,"elements":[{"type":"text","value":"<crosstalk>"},{"type":"punct","value":" "},{"type":"text","value":"Cold","ts":0,"end_ts":1}]}]}`,
			[]string{"0@0s-1s [crosstalk] Cold"}},
		{"Google without times", `{"results":[{"alternatives":[{"transcript":"It is cold.","confidence":0.9}]},{"alternatives":[{"transcript":" Very."}]}]}`,
			[]string{"@ It is cold.", "@ Very."}},
		{"marks of whisper.cpp", `{"transcription":[{"offsets":{"from":0,"to":1000},"text":" Cold? [SPEAKER_TURN]"},{"offsets":{"from":1000,"to":2000},"text":" [BLANK_AUDIO]"},{"offsets":{"from":2000,"to":3000},"text":" It is."}]}`,
			[]string{"@0s-1s Cold?", "@2s-3s It is."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, "a.json", test.want)
		})
	}
}

// expectSpeech reads a file and compares its speech and the messages of its findings.
func expectSpeech(t *testing.T, src, file string, want []string, warnings ...string) {
	t.Helper()
	result, err := Read([]byte(src), "", &Options{File: file})
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	if diff := cmp.Diff(want, show(result.Speech)); diff != "" {
		t.Errorf("-want +got\n%s\n%s", diff, src)
	}
	var messages []string
	for _, f := range result.Findings {
		messages = append(messages, f.Message)
	}
	if diff := cmp.Diff(warnings, messages); diff != "" {
		t.Errorf("findings: -want +got\n%s\n%s", diff, src)
	}
}

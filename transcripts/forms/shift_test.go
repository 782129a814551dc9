package forms_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onair/transcripts/forms"
)

func TestShift(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, form, from, by, src, want string
		cuts                            int
	}{
		{name: "inserted", form: "vtt", from: "2s", by: "1h",
			src:  "WEBVTT\r\n\r\nNOTE 00:05.000\r\n\r\n00:01.000 --> 00:02.000 align:left\r\n<v Vega Lyræ>One\r\n\r\n00:02.500 --> 00:04.000\r\nTwo <00:03.000>three\r\n",
			want: "WEBVTT\r\n\r\nNOTE 00:05.000\r\n\r\n00:01.000 --> 01:00:02.000 align:left\r\n<v Vega Lyræ>One\r\n\r\n01:00:02.500 --> 01:00:04.000\r\nTwo <01:00:03.000>three\r\n"},
		{name: "cut", form: "srt", from: "2s", by: "-3s", cuts: 2,
			src:  "1\n00:00:01,000 --> 00:00:02,500\nOne\n\n2\n00:00:02,500 --> 00:00:04,000\nTwo\n\n3\n00:00:04,000 --> 00:00:06,000\nThree\n",
			want: "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n3\n00:00:02,000 --> 00:00:03,000\nThree\n"},
		{name: "odd clocks", form: "srt", from: "0s", by: "1500ms",
			src:  "1\n0:01,5 -> 0:02\nOne\n",
			want: "1\n00:03,000 -> 00:03.500\nOne\n"},
		{name: "YouTube", form: "sbv", from: "0s", by: "1m",
			src: "0:00:01.000,0:00:02.000\nOne\n", want: "0:01:01.000,0:01:02.000\nOne\n"},
		{name: "JSON", form: "json", from: "2s", by: "-3s", cuts: 1,
			src:  "{\"version\": \"1.0.0\", \"segments\": [\n {\"startTime\": 0.5, \"endTime\": 2.25, \"body\": \"a\"},\n {\"startTime\": 2.25, \"endTime\": 4, \"body\": \"b\"},\n {\"startTime\": 5, \"endTime\": 6.1, \"body\": \"c\", \"x\": {\"y\": []}}\n]}\n",
			want: "{\"version\": \"1.0.0\", \"segments\": [\n {\"startTime\": 0.5, \"endTime\": 2, \"body\": \"a\"},\n {\"startTime\": 2, \"endTime\": 3.1, \"body\": \"c\", \"x\": {\"y\": []}}\n]}\n"},
		{name: "the end of JSON", form: "json", from: "2s", by: "-9s", cuts: 2,
			src:  `{"segments": [{"startTime": 0.5, "endTime": 2, "body": "a"}, {"startTime": 3, "endTime": 4, "body": "b", "x": {"y": []}}, {"startTime": 5, "endTime": 6, "body": "c"}]}`,
			want: `{"segments": [{"startTime": 0.5, "endTime": 2, "body": "a"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, _ := time.ParseDuration(tt.from)
			by, _ := time.ParseDuration(tt.by)
			out, cuts, err := forms.Shift([]byte(tt.src), tt.form, nil, from, by)
			if err != nil {
				t.Fatal(err)
			}
			if string(out) != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", out, tt.want)
			}
			if len(cuts) != tt.cuts {
				t.Errorf("cuts: %v, want %d", cuts, tt.cuts)
			}
		})
	}
}

func TestShiftRefuses(t *testing.T) {
	t.Parallel()
	for form, src := range map[string]string{
		"json": `{"segments": [{"start": 1, "end": 2, "text": "a"}]}`,
		"ttml": `<tt><body><div><p begin="1s" end="2s">One</p></div></body></tt>`,
	} {
		_, _, err := forms.Shift([]byte(src), form, nil, 0, time.Second)
		if err == nil || !strings.Contains(err.Error(), "cannot be shifted") {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// FuzzShift inserts time into captions and removes it again. It expects the original words
// and times.
func FuzzShift(f *testing.F) {
	f.Add("WEBVTT\n\n00:01.000 --> 00:02.000\nOne <00:01.500>two\n", "vtt", int64(0), int64(90_000))
	f.Add("1\n0:01,5 -> 0:02\nOne\n\n2\n00:00:02:500 --> 00:00:03:000\nTwo\n", "srt", int64(2000), int64(-3000))
	f.Add("0:00:01.000,0:00:02.000\nOne\n", "sbv", int64(0), int64(3_600_000))
	f.Add(`{"version":"1.0.0","segments":[{"startTime":0.5,"endTime":"00:02","body":"a","words":[{"startTime":1,"endTime":2}]},{"startTime":5,"body":"b"}]}`, "json", int64(1000), int64(-2500))
	f.Fuzz(func(t *testing.T, src, form string, from, by int64) {
		const most = 100_000_000 // milliseconds
		at, d := time.Duration(from%most)*time.Millisecond, time.Duration(by%most)*time.Millisecond
		got, _, err := forms.Shift([]byte(src), form, nil, max(at, -at), d)
		if err != nil {
			return
		}
		if d < 0 {
			if _, _, err := forms.Shift(got, form, nil, 0, 0); err != nil {
				t.Errorf("%q became %q: %v", src, got, err)
			}
			return
		}
		back, _, err := forms.Shift(got, form, nil, max(at, -at), -d)
		if err != nil {
			t.Fatalf("%q became %q: %v", src, got, err)
		}
		if a, b := wordsOf([]byte(src), form), wordsOf(back, form); a != b {
			t.Errorf("%q became %q and then %q", src, got, back)
		}
	})
}

// wordsOf returns the words of captions with their start times, or "error" if the
// captions cannot be read.
func wordsOf(src []byte, form string) string {
	result, err := forms.Read(src, form, nil)
	if err != nil {
		return "error"
	}
	var b strings.Builder
	for i := range result.Speech {
		fmt.Fprintln(&b, result.Speech[i].Start, result.Speech[i].Text)
	}
	return b.String()
}

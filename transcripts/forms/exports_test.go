package forms

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"onair/internal/finding"
)

// numberedCards writes texts as SubRip, two seconds for each.
func numberedCards(texts ...string) string {
	var b strings.Builder
	for i, text := range texts {
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n\n", i+1, hms(float64(2*i), ","), hms(float64(2*i+2), ","), text)
	}
	return b.String()
}

// TestNamesInCaptions finds the names of speakers in captions.
func TestNamesInCaptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		cards []string
		want  []string
	}{
		{"dashes", []string{"Åsa Öst - It is cold.", "Jo O'Dell - Is it?", "Åsa Öst - Very."}, []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?", "Åsa Öst@4s-6s Very."}},
		{"long dashes", []string{"Åsa — It is cold.", "Jo — Is it?", "Åsa — Very."}, []string{"Åsa@0s-2s It is cold.", "Jo@2s-4s Is it?", "Åsa@4s-6s Very."}},
		{"bars", []string{"Åsa Öst | It is cold.", "Jo | Is it?", "Jo | Now?"}, []string{"Åsa Öst@0s-2s It is cold.", "Jo@2s-4s Is it?", "Jo@4s-6s Now?"}},
		{"dashes that are not marks of names", []string{"Well - it is cold.", "The lake - it is white.", "Snow - there is more.", "Well - good."},
			[]string{"@0s-2s Well - it is cold.", "@2s-4s The lake - it is white.", "@4s-6s Snow - there is more.", "@6s-8s Well - good."}},
		{"a few dashes", []string{"Anna - she is here.", "It is cold.", "Anna - no.", "Is it?"}, []string{"@0s-2s Anna - she is here.", "@2s-4s It is cold.", "@4s-6s Anna - no.", "@6s-8s Is it?"}},
		{"pronouns and companies", []string{"Åsa Öst (she/her): It is cold.", "Jo O'Dell | Ice Ltd: Is it?", "Åsa Öst (she/her): Very."},
			[]string{"Åsa Öst (she/her)@0s-2s It is cold.", "Jo O'Dell | Ice Ltd@2s-4s Is it?", "Åsa Öst (she/her)@4s-6s Very."}},
		{"emoji", []string{"🧊 Åsa: It is cold.", "Jo: Is it?", "🧊 Åsa: Very."}, []string{"🧊 Åsa@0s-2s It is cold.", "Jo@2s-4s Is it?", "🧊 Åsa@4s-6s Very."}},
		{"marks of direction", []string{"דנה: קר.", "\u200fיוסי: כן?", "\u200eדנה: מאוד."}, []string{"דנה@0s-2s קר.", "יוסי@2s-4s כן?", "דנה@4s-6s מאוד."}},
		{"capitals above the words", []string{"ÅSA ÖST\nIt is cold.", "JO O'DELL\nIs it?", "ÅSA ÖST\nVery."}, []string{"ÅSA ÖST@0s-2s It is cold.", "JO O'DELL@2s-4s Is it?", "ÅSA ÖST@4s-6s Very."}},
		{"round brackets and a colon", []string{"(Åsa Öst): It is cold.", "(Jo O'Dell): Is it?", "Who knows."}, []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?", "Jo O'Dell@4s-6s Who knows."}},
		{"one name in brackets and a colon", []string{"[Åsa]: It is cold.", "[Jo]: Is it?", "[Music]: none."}, []string{"Åsa@0s-2s It is cold.", "Jo@2s-4s Is it?", "Jo@4s-6s [Music]: none."}},
		{"voice spans", []string{"<v Åsa Öst>It is cold.</v>", "<v Jo O'Dell>Is it?"}, []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?"}},
		{"dashes before names in brackets", []string{"- [Åsa] It is cold.", "- Is it?\n- [Jo O'Dell] Very.", "- [Åsa] Good."},
			[]string{"Åsa@0s-2s It is cold.", "@2s-3.091s Is it?", "Jo O'Dell@3.091s-4s Very.", "Åsa@4s-6s Good."}},
		{"chevrons in the second line", []string{">> It is cold\ntoday. >> Is it?", ">> Very."}, []string{"@0s-1.478s It is cold today.", "@1.478s-2s Is it?", "@2s-4s Very."}},
		{"two exchanges in one caption", []string{"- Cold? - Very.\n- Snow? - No."}, []string{"@0s-556ms Cold?", "@556ms-1.111s Very.", "@1.111s-1.667s Snow?", "@1.667s-2s No."}},
		{"line ends of SubStation Alpha", []string{`Åsa: {\i1}It is{\i0} cold.\NVery.`, "Jo: Is it?", "Åsa: Yes."}, []string{"Åsa@0s-2s It is cold. Very.", "Jo@2s-4s Is it?", "Åsa@4s-6s Yes."}},
		{"answers above the words", []string{"Yes\nIt is.", "No\nIt is not.", "Yes\nVery."}, []string{"@0s-2s Yes It is.", "@2s-4s No It is not.", "@4s-6s Yes Very."}},
		{"sounds in round brackets and a colon", []string{"(laughs): It is cold.", "(Applause): Very.", "Is it?"}, []string{"@0s-2s (laughs): It is cold.", "@2s-4s (Applause): Very.", "@4s-6s Is it?"}},
		{"remarks behind names", []string{"ÅSA [on phone]: It is cold.", "JO: Is it?", "ÅSA [on phone]: Very."}, []string{"ÅSA@0s-2s It is cold.", "JO@2s-4s Is it?", "ÅSA@4s-6s Very."}},
		{"clocks before the words", []string{"[00:00:00] Åsa: It is cold.", "[00:00:02.000] Jo: Is it?", "(0:04) Åsa: Very.", "[01:30] is when it came."},
			[]string{"Åsa@0s-2s It is cold.", "Jo@2s-4s Is it?", "Åsa@4s-6s Very.", "Åsa@6s-8s [01:30] is when it came."}},
		{"names above the words, then clocks", []string{"Åsa Öst [00:00:00] It is cold.", "Jo O'Dell (00:02): Is it?", "Speaker 1 [0:04]: Very.", "Zoë (0:30): no."}, []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?", "Speaker 1@4s-6s Very.", "Speaker 1@6s-8s Zoë (0:30): no."}},
		{"clocks behind labels", []string{"Åsa Öst: [00:00:00] It is cold.", "Jo O'Dell: (00:02) Is it?", "Åsa Öst: [9:59] no."}, []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?", "Åsa Öst@4s-6s [9:59] no."}},
		{"Japanese brackets", []string{"（田中）寒いですか。", "（佐藤）はい。", "（拍手）", "（田中）そうですか。"}, []string{"田中@0s-2s 寒いですか。", "佐藤@2s-4s はい。", "佐藤@4s-6s （拍手）", "田中@6s-8s そうですか。"}},
		{"Chinese brackets", []string{"【田中】寒いですか。", "【音楽】雪。", "【田中】そうですか。"}, []string{"田中@0s-2s 寒いですか。", "田中@2s-4s 【音楽】雪。", "田中@4s-6s そうですか。"}},
		{"speakers of a machine without colons", []string{"SPEAKER_00 It is cold.", "SPEAKER_01 Is it: very?", "SPEAKER_00 Very."}, []string{"SPEAKER_00@0s-2s It is cold.", "SPEAKER_01@2s-4s Is it: very?", "SPEAKER_00@4s-6s Very."}},
		{"numbers of speakers without colons", []string{"Speaker 1 It is cold.", "Speaker 2 Is it?", "speaker 1 Very."}, []string{"Speaker 1@0s-2s It is cold.", "Speaker 2@2s-4s Is it?", "speaker 1@4s-6s Very."}},
		{"speakers who are spoken of", []string{"It is cold.", "Speaker 2 was good.", "Very."}, []string{"@0s-2s It is cold.", "@2s-4s Speaker 2 was good.", "@4s-6s Very."}},
		{"telephones and rooms", []string{"+44 20 *****12: It is cold.", "room 4.12: Is it?", "+44 20 *****12: Very.", "room 4.12: Good: It snows: So?", "Zoë: No."},
			[]string{"+44 20 *****12@0s-2s It is cold.", "room 4.12@2s-4s Is it?", "+44 20 *****12@4s-6s Very.", "room 4.12@6s-8s Good: It snows: So?", "Zoë@8s-10s No."}},
		{"a phrase before a colon among names", []string{"Åsa Öst: It is cold.", "It snows: a lot.", "Jo O'Dell: Is it?"}, []string{"Åsa Öst@0s-2s It is cold.", "Åsa Öst@2s-4s It snows: a lot.", "Jo O'Dell@4s-6s Is it?"}},
		{"devices", []string{"iPad of Zoë: It is cold.", "Jo: Is it?", "iPad of Zoë: Very."}, []string{"iPad of Zoë@0s-2s It is cold.", "Jo@2s-4s Is it?", "iPad of Zoë@4s-6s Very."}},
		{"phrases before colons", []string{"the point is: it is cold.", "Is it?", "my answer: very."}, []string{"@0s-2s the point is: it is cold.", "@2s-4s Is it?", "@4s-6s my answer: very."}},
		{"a role inside the brackets", []string{"[Speaker 1 (host)]: It is cold.", "[Jo O'Dell (guest)]: Is it?", "[Speaker 1 (host)]: Very."}, []string{"Speaker 1 (host)@0s-2s It is cold.", "Jo O'Dell (guest)@2s-4s Is it?", "Speaker 1 (host)@4s-6s Very."}},
		{"names in brackets above the words", []string{"(Åsa Öst)\nIt is cold.", "(Jo O'Dell)\nIs it?", "(Åsa Öst)\nVery."}, []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?", "Åsa Öst@4s-6s Very."}},
		{"speakers of a machine above the words", []string{"[Speaker 1]\nIt is cold.", "[Speaker 2]\nIs it?", "[Speaker 1]\nVery."}, []string{"Speaker 1@0s-2s It is cold.", "Speaker 2@2s-4s Is it?", "Speaker 1@4s-6s Very."}},
		{"sounds above the words", []string{"[Music]\nIt is cold.", "(Loud Applause)\nIs it?", "[Music]\nVery."}, []string{"@0s-2s [Music] It is cold.", "@2s-4s (Loud Applause) Is it?", "@4s-6s [Music] Very."}},
		{"a dash without a space after those with one", []string{"- Cold?\n- Very.", "-Is it?", "-5 degrees."}, []string{"@0s-1s Cold?", "@1s-2s Very.", "@2s-4s Is it?", "@4s-6s -5 degrees."}},
		{"growing captions", []string{"it is", "it is very cold", "it is very cold today.", "The lake", "The lake is\nwhite."}, []string{"@0s-2s it is", "@2s-4s very cold", "@4s-6s today.", "@6s-8s The lake", "@8s-10s is white."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, numberedCards(test.cards...), "a.srt", test.want)
		})
	}
}

// TestAroundCaptions reads captions with other text around them.
func TestAroundCaptions(t *testing.T) {
	t.Parallel()
	cards := numberedCards("It is cold.", "Is it?")
	want := []string{"@0s-2s It is cold.", "@2s-4s Is it?"}
	above := func(text string) []string {
		return []string{`text above the first caption is left out: "` + text + `"`}
	}
	for _, test := range []struct {
		name, src string
		want      []string
		warnings  []string
	}{
		{"a title", "Snow talk\n\n" + cards, want, above("Snow talk")},
		{"a title of two lines", "\nSnow talk\nby Åsa Öst\n\n" + cards, want, above("Snow talk")},
		{"a title without a blank line", "Snow talk\n" + cards, want, above("Snow talk")},
		{"a title in WebVTT", "WEBVTT\n\nSnow talk\nand more\n\n00:01.000 --> 00:02.000\nYes.\n", []string{"@1s-2s Yes."}, above("Snow talk")},
		{"a fence", "Here are the captions:\n\n```srt\n" + cards + "```\n", want, above("Here are the captions:")},
		{"a fence around WebVTT", "```vtt\nWEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n```", []string{"@1s-2s Yes."}, nil},
		{"a fence around JSON", "```json\n[{\"start\":1,\"end\":2,\"text\":\"Yes.\"}]\n```\n\n", []string{"@1s-2s Yes."}, nil},
		{"words behind the times", "1\n00:00:00,000 --> 00:00:02,000 It is cold.\n\n2\n00:00:02,000 --> 00:00:04,000  Is it?\n", want, nil},
		{"numbers before the times", "1 00:00:00,000 --> 00:00:02,000 It is cold.\n2 00:00:02,000 --> 00:00:04,000 Is it?\n", want, nil},
		{"names behind numbers", "1 - Zoë\n00:00:00,000 --> 00:00:02,000\nIt is cold.\n\n2 - Jo O'Dell\n00:00:02,000 --> 00:00:04,000\nIs it?\n", []string{"Zoë@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?"}, nil},
		{"names in place of numbers", "Zoë\n00:00:00,000 --> 00:00:02,000\nIt is cold.\n\nJo O'Dell\n00:00:02,000 --> 00:00:04,000\nIs it?\n", []string{"Zoë@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?"}, nil},
		{"names behind numbers in WebVTT", "WEBVTT\n\n1 – Zoë\n00:00.000 --> 00:02.000\nIt is cold.\n\n2 – R&amp;D Öst\n00:02.000 --> 00:04.000\nIs it?\n", []string{"Zoë@0s-2s It is cold.", "R&D Öst@2s-4s Is it?"}, nil},
		{"a dash after every voice", "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Åsa Öst>- It is cold.\n\n00:02.000 --> 00:04.000\n<v Jo O'Dell>- Is it?\n", []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?"}, nil},
		{"notices", numberedCards("Subtitles by Jo O'Dell", "It is cold.", "Translation by hand is slow.", "Is it?", "Sous-titrage ST' 501", "Transcribed by https://otter.ai"),
			[]string{"@2s-4s It is cold.", "@4s-6s Translation by hand is slow.", "@6s-8s Is it?"},
			[]string{`"Subtitles by Jo O'Dell" is not spoken and is left out`, `"Transcribed by https://otter.ai" is not spoken and is left out`, `"Sous-titrage ST' 501" is not spoken and is left out`}},
		{"notices in text", "Captions by Zoë\n\nÅsa Öst (00:03):\nIs it cold?\n\nJo O'Dell (00:15):\nIt is.\nTranscribed by https://otter.ai\n", []string{"Åsa Öst@3s-4.1s Is it cold?", "Jo O'Dell@15s-15.6s It is."},
			[]string{`"Captions by Zoë" is not spoken and is left out`, `"Transcribed by https://otter.ai" is not spoken and is left out`}},
		{"dashes without a space", numberedCards("-Is it cold?\n-It is.", "–¿Sí?\n-No.", "-5 degrees.", "It is -Very."), []string{"@0s-1.294s Is it cold?", "@1.294s-2s It is.", "@2s-3.143s ¿Sí?", "@3.143s-4s No.", "@4s-6s -5 degrees.", "@6s-8s It is -Very."}, nil},
		{"names in angle brackets in WebVTT", "WEBVTT\n\n00:00.000 --> 00:02.000\n<Åsa Öst>It is cold.\n\n00:02.000 --> 00:04.000\n<Jo O'Dell> Is it?\n", []string{"Åsa Öst@0s-2s It is cold.", "Jo O'Dell@2s-4s Is it?"}, nil},
		{"only a notice", numberedCards("Untertitel von Zoë"), []string{"@0s-2s Untertitel von Zoë"}, nil},
		{"signs of music", numberedCards("♪♪", "♪ (upbeat music) ♪", "[♪ Snow falls ♪]", "♪ Snow on the lake ♪", "It is cold. ♫"),
			[]string{"@0s-2s [music]", "@2s-4s [upbeat music]", "@4s-6s [Snow falls]", "@6s-8s ♪ Snow on the lake ♪", "@8s-10s It is cold. ♫"}, nil},
		{"a name in brackets once", numberedCards("[Music]", "- [Åsa] It is cold.", "- [Jo] Is it?\n- [Åsa] Very."),
			[]string{"@0s-2s [Music]", "Åsa@2s-4s It is cold.", "Jo@4s-5.091s Is it?", "Åsa@5.091s-6s Very."}, nil},
		{"words that are marked in turn", "WEBVTT\n\n00:01.000 --> 00:01.500\n<u>It</u> is cold.\n\n00:01.500 --> 00:02.000\nIt <u>is</u> cold.\n\n00:02.000 --> 00:03.000\nIt is <u>cold.</u>\n\n00:09.000 --> 00:10.000\n<u>Is</u> it?\n\n00:10.000 --> 00:11.000\nIs <u>it?</u>\n",
			[]string{"@1s-3s It is cold.", "@9s-11s Is it?"}, nil},
		{"a clock as a caption", "WEBVTT\n\n00:01.000 --> 00:09.000\n<v Åsa Öst>[00:00:01]\n\n00:09.000 --> 00:10.000\n<v Åsa Öst>It is cold.\n", []string{"Åsa Öst@9s-10s It is cold."}, nil},
		{"a dash after one voice", "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Åsa Öst>- it is cold.\n\n00:02.000 --> 00:04.000\n<v Jo O'Dell>Is it?\n", []string{"Åsa Öst@0s-2s - it is cold.", "Jo O'Dell@2s-4s Is it?"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, "", test.want, test.warnings...)
		})
	}
}

// TestRefusedExports expects a message that says what a file is, for files that are not
// transcripts or have lost what makes them one.
func TestRefusedExports(t *testing.T) {
	t.Parallel()
	for want, files := range map[string][]string{
		"several captions on one line": {"1 00:00:01,000 --> 00:00:02,000 Yes. 2 00:00:03,000 --> 00:00:04,000 No.\n", "00:00:01,000 --> 00:00:02,000 Yes. 00:00:03,000 --> 00:00:04,000 No.", "WEBVTT\n\n00:01.000 --> 00:02.000 Yes. 00:03.000 --> 00:04.000 No.\n"},
		"pictures for a player":        {"WEBVTT\n\n00:00.000 --> 00:05.000\na.jpg#xywh=0,0,160,90\n", "WEBVTT\n\n1\n00:00.000 --> 00:05.000\nhttps://example.com/2.webp\n", "WEBVTT\n\nNOTE x\n\n00:00.000 --> 00:05.000\nsnow-1.PNG?x=1\n"},
		"data for scripts":             {"WEBVTT\n\n00:00.000 --> 00:05.000\n{\"id\":1}\n", "WEBVTT\n\n1\n00:00.000 --> 00:05.000\n{\n\"id\":1\n}\n", "WEBVTT - x\n\n00:00.000 --> 00:05.000\n[{\"a\":1}]\n"},
		"Python script":                {"{'text': ' It snows.', 'segments': []}\n", "[Segment(id=1, seek=0, start=0.0, end=2.0, text=' It snows.')]\n", "(0.0, 2.0)  It snows.\n(2.0, 4.0)  Yes.\n"},
		"the chat of Zoom":             {"00:12:03\t Åsa Öst:\tIs it cold?\n", "2027-02-01 09:00:12 From Åsa Öst to Everyone:\n\tYes\n", "00:00:03\t Jo:\tYes\n00:01:00\t Åsa Öst:\tNo\n", "00:12:03\tÅsa Öst:\tIs it cold?\n", "00:12:03\t From Åsa Öst : Is it cold?\n00:12:05\t From Jo To Everyone:\n\tYes\n"},
		"a job of Google":              {`{"results":{"gs://a/b.mp3":{"uri":"gs://a/c.json","metadata":{}}}}`, `{"results":{"gs://a/b.mp3":{"cloudStorageResult":{"uri":"gs://a/c.json"}}},"totalBilledDuration":"3s"}`, `{"done":true,"response":{"results":{"gs://a/b.mp3":{"uri":"gs://a/c.json"}}}}`},
		"is not finished":              {`{"name":"1","metadata":{"progressPercent":40}}`, `{"name":"1","metadata":{"progressPercent":0},"done":false}`, `{"id":"x","status":"processing","text":null}`},
		"unexpected end of TTML":       {`<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">Cold?</p><p begin="3s" end="4s">Ve`, `<tt><body><p begin="1s" end="2s">Cold?<br/>`, `<tt><body><p begin="1s" end="2s">Cold?<span`},
		"captions of Avid":             {"@ This file written with the Avid Caption plugin, version 1\n\n<begin subtitles>\n", "<begin subtitles>\n\n00:00:03:20 00:00:05:00\nYes.\n", "@ x\n\n<begin subtitles>\n"},
		"(LRC)":                        {"[00:01.00] <00:01.00> It <00:02.00> snows\n[00:03.00] <00:03.00> Yes\n", "[00:01.00]<00:01.00>It <00:02.00>snows\n[00:03.00]<00:03.00>Yes\n", "[00:01.00]It\n[00:02.00][00:04.00]snows\n"},
		"a job of Amazon Transcribe":   {`{"TranscriptionJob":{"TranscriptionJobStatus":"COMPLETED","Transcript":{"TranscriptFileUri":"https://example.com/snow.json"}}}`},
		"reported: It is not audio":    {`{"TranscriptionJob":{"TranscriptionJobStatus":"FAILED","FailureReason":"It is not audio."}}`},
		"captions without words":       {"1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:02,000 --> 00:00:03,000\n", "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n", "00:00:01,000 --> 00:00:02,000 X1:1 X2:2\n"},
		"a table (CSV)":                {"Name,Start Time,End Time,Content\nSnow,2027-02-01 09:00,2027-02-01 10:00,Talk\n", "start,end,text\nnoon,night,Snow\n", "a,b,c\nd,e,f\n"},
		"an audio file":                {"\xff\xfb\x90\x00\x00\x00", "\xff\xf3\x90\x00\x00\x00", "ID3\x04\x00"},
	} {
		for _, src := range files {
			_, err := Read([]byte(src), "", nil)
			var f finding.Finding
			if !errors.As(err, &f) || !strings.Contains(f.Message, want) || f.Hint == "" {
				t.Errorf("%.60q: got %v, want %q", src, err, want)
			}
		}
	}
}

// TestTextExports reads text of web pages, meetings, tables and language models.
func TestTextExports(t *testing.T) {
	t.Parallel()
	want := []string{"Åsa Öst@3s-4.1s Is it cold?", "Jo O'Dell@15s-15.6s It is."}
	untimed := []string{"Åsa Öst@ Is it cold?", "Jo O'Dell@ It is.", "Åsa Öst@ Very?"}
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"Teams, web page", "Åsa Öst\n0 minutes 3 seconds\n0:03\nÅsa Öst 0 minutes 3 seconds\nIs it cold?\nJo O'Dell\n0 minutes 15 seconds\n0:15\nJo O'Dell 0 minutes 15 seconds\nIt is.\n", want},
		{"Teams, web page after an hour", "Åsa Öst\n1:00:03\nÅsa Öst 1 hour 0 minutes 3 seconds\nIs it cold?\nJo O'Dell\n1:00:15\nJo O'Dell 1 hour 0 minutes 15 seconds\nIt took 3 minutes 20 seconds\n",
			[]string{"Åsa Öst@1h0m3s-1h0m4.1s Is it cold?", "Jo O'Dell@1h0m15s-1h0m17.8s It took 3 minutes 20 seconds"}},
		{"Teams, guests", "Öst, Åsa (Guest)   0:03\nIs it cold?\n\nJo O'Dell (Ice Ltd)   0:15\nIt is.\n", []string{"Öst, Åsa (Guest)@3s-4.1s Is it cold?", "Jo O'Dell (Ice Ltd)@15s-15.6s It is."}},
		{"Fathom, copied", "@0:03 - Åsa Öst (Ice & Co.)\nIs it cold?\n\n@0:15 - Jo O'Dell\nIt is.\n", want},
		{"bars", "Åsa Öst | 00:03\nIs it cold?\n\nJo O'Dell | 00:15\nIt is.\n", want},
		{"bars after clocks", "0:03 | Åsa Öst\nIs it cold?\n\n0:15 | Jo O'Dell\nIt is.\n", want},
		{"bold names and slanted clocks", "**Åsa Öst** *00:03*\nIs it cold?\n\n**Jo O'Dell** _00:15_\nIt is.\n", want},
		{"bold names and clocks in brackets", "**Åsa Öst** [00:03] Is it cold?\n\n**Jo O'Dell** (00:15): It is.\n", want},
		{"clocks behind names in bold", "**Åsa Öst (00:03):** Is it cold?\n\n**Jo O'Dell (00:15):** It is.\n", want},
		{"clocks before names in bold", "**[00:03] Åsa Öst:** Is it cold?\n\n**00:15 - Jo O'Dell:** It is.\n", want},
		{"colons behind the bold", "**Åsa Öst (00:03)**: Is it cold?\n\n**Jo O'Dell (00:15)**: It is.\n", want},
		{"bold names in a list", "* **Åsa Öst** (00:03): Is it cold?\n* **Jo O'Dell** (00:15): It is.\n", want},
		{"a list", "- [00:03] Åsa Öst: Is it cold?\n- [00:15] Jo O'Dell: It is.\n", want},
		{"names behind times", "00:00:03,000 --> 00:00:04,100 [Åsa Öst]\nIs it cold?\n\n00:00:15,000 --> 00:00:15,600 [Jo O'Dell]\nIt is.\n", want},
		{"fields of a meeting", "Meeting Title: Snow talk\nMeeting participants: Åsa Öst, Jo O'Dell\n\nTranscript:\n\nÅsa Öst: Is it cold?\nJo O'Dell: It is.\nÅsa Öst: Very?\n", untimed},
		{"two brackets", "[00:00:03][Åsa Öst] Is it cold?\n[00:00:15][Jo O'Dell] It is.\n", want},
		{"three columns", "00:00:03\tÅsa Öst\tIs it cold?\n00:00:15\tJo O'Dell\tIt is.\n", want},
		{"fields", "Timestamp: 00:00:03\nSpeaker: Åsa Öst\nIs it cold?\n\nTimestamp: 00:00:15\nSpeaker: Jo O'Dell\nIt is.\n", want},
		{"seconds without a unit", "[3.00 - 5.96] SPEAKER_00: Is it cold?\n[15.20 - 16.00] SPEAKER_01: It is.\n", []string{"SPEAKER_00@3s-5.96s Is it cold?", "SPEAKER_01@15.2s-16s It is."}},
		{"two speakers of a machine", "SPEAKER_00: Is it cold?\nSPEAKER_01: It is.\n", []string{"SPEAKER_00@ Is it cold?", "SPEAKER_01@ It is."}},
		{"two speakers of a machine, above the words", "SPEAKER: S1\nIs it cold?\nSPEAKER: S2\nIt is.\n", []string{"Speaker S1@ Is it cold?", "Speaker S2@ It is."}},
		{"fields of an episode", "Episode 12: Snow talk\nRecorded: 1 Feb 2027\nHosts: Åsa Öst, Jo O'Dell\n\nÅsa Öst: Is it cold?\nJo O'Dell: It is.\nÅsa Öst: Very?\n", untimed},
		{"rules", "Transcript\n==========\n\nÅsa Öst: Is it cold?\n\n---\n\nJo O'Dell: It is.\n\n* * *\n\nÅsa Öst: Very?\n", untimed},
		{"titles behind names", "Dr. Åsa Öst, PhD (00:03):\nIs it cold?\n\nJo O'Dell, Jr. (00:15):\nIt is.\n", []string{"Dr. Åsa Öst, PhD@3s-4.1s Is it cold?", "Jo O'Dell, Jr.@15s-15.6s It is."}},
		{"CSV of Simon Says", "Speaker,Timecode In,Timecode Out,Transcript\nÅsa Öst,00:00:03:12,00:00:05:20,\"Is it cold, today?\"\nJo O'Dell,00:00:15:00,00:00:16:10,It is.\n", []string{"Åsa Öst@3s-5s Is it cold, today?", "Jo O'Dell@15s-16s It is."}},
		{"CSV of whisper.cpp", "start,end,speaker,text\n3000,5960,0,\"Is it cold, today?\"\n15000,16000,1,\"It is.\"\n", []string{"0@3s-5.96s Is it cold, today?", "1@15s-16s It is."}},
		{"CSV of Premiere Pro", "\"Speaker Name\",\"Start Time\",\"End Time\",\"Text\"\n\"Åsa Öst\",\"00:00:03:12\",\"00:00:05:00\",\"Is it \"\"cold\"\"?\"\n\"Jo O'Dell\",\"00:00:15:00\",\"00:00:16:00\",\"It is.\"\n",
			[]string{`Åsa Öst@3s-5s Is it "cold"?`, "Jo O'Dell@15s-16s It is."}},
		{"CSV with semicolons", "start_time;end_time;text\n3.0;5.96;Åsa Öst: Is it cold?\n15.2;16.0;Jo O'Dell: It is.\n", []string{"Åsa Öst@3s-5.96s Is it cold?", "Jo O'Dell@15.2s-16s It is."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, "a.txt", test.want)
		})
	}
}

// TestOddities reads what tools write in ways of their own.
func TestOddities(t *testing.T) {
	t.Parallel()
	const tt = `<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"`
	for _, test := range []struct {
		name, file, src string
		want            []string
		warnings        []string
	}{
		{"line ends of SubViewer", "a.sbv", "0:00:01.000,0:00:02.500\nÅsa: Cold?[br]Very.\n\n0:00:03.000,0:00:04.500\nIt is.[br]Jo: No.\n",
			[]string{"Åsa@1s-2.5s Cold? Very.", "Åsa@3s-4s It is.", "Jo@4s-4.5s No."}, nil},
		{"an end that is far away", "a.srt", "1\n00:00:01,000 --> 99:59:59,999\nCold?\n\n2\n00:00:03,000 --> 00:00:04,000\nVery.\n", []string{"@1s-1.813s Cold?", "@3s-4s Very."},
			[]string{"the caption lasts until 99h59m59.999s, far longer than its words"}},
		{"the last end is far away", "a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nCold?\n\n00:03.000 --> 01:00:00.000\nVery.\n", []string{"@1s-2s Cold?", "@3s-3.813s Very."},
			[]string{"the caption lasts until 1h0m0s, far longer than its words"}},
		{"music for minutes", "a.srt", "1\n00:00:01,000 --> 00:02:00,000\n♪ (slow music) ♪\n\n2\n00:02:03,000 --> 00:02:04,000\nVery.\n", []string{"@1s-2m0s [slow music]", "@2m3s-2m4s Very."}, nil},

		{"ticks of frames", "a.ttml", tt + ` ttp:frameRate="25" ttp:subFrameRate="2"><body><div><p begin="50t" end="100t">Cold?</p></div></body></tt>`, []string{"@1s-2s Cold?"}, nil},
		{"ticks of a multiplied rate", "a.ttml", tt + ` ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"><body><div><p begin="30t" end="60t">Cold?</p></div></body></tt>`, []string{"@1.001s-2.002s Cold?"}, nil},
		{"ticks of a given rate", "a.ttml", tt + ` ttp:frameRate="25" ttp:tickRate="1000"><body><div><p begin="1500t" end="2500t">Cold?</p></div></body></tt>`, []string{"@1.5s-2.5s Cold?"}, nil},
		{"times inside times", "a.ttml", tt + `><body begin="10s"><div begin="5s"><p begin="1s" end="3s"><span begin="0.5s" end="1s">Is</span> <span begin="1s" dur="1s">it?</span></p></div><div begin="20s"><p begin="1s" dur="2s">No.</p></div></body></tt>`,
			[]string{"@16s-18s Is it?", "@31s-33s No."}, nil},
		{"times from the start", "a.ttml", tt + `><body><div><p begin="11s" end="13s"><span begin="11s" end="12s">Is</span> <span begin="12s" end="13s">it?</span></p></div></body></tt>`, []string{"@11s-13s Is it?"}, nil},
		{"times of Apple", "a.ttml", tt + ` xmlns:itunes="http://music.apple.com/lyric-ttml-internal"><body><div begin="8s" end="20s"><p begin="11s" end="13s"><span begin="11.5s" end="12s">Cold?</span></p></div></body></tt>`, []string{"@11s-13s Cold?"}, nil},

		{"a clock for screen readers", "a.txt", "Åsa Öst\n1 minute 3 seconds1:03\nÅsa Öst 1 minute 3 seconds\nIs it cold?\nJo O'Dell\n1 minute 7 seconds1:07\nJo O'Dell 1 minute 7 seconds\nIt is.\n",
			[]string{"Åsa Öst@1m3s-1m4.1s Is it cold?", "Jo O'Dell@1m7s-1m7.6s It is."}, nil},
		{"words glued to clocks", "a.txt", "0:01is it cold\n0:04it is\n1:02:03and so on\n", []string{"@1s-2s is it cold", "@4s-4.5s it is", "@1h2m3s-1h2m3.9s and so on"}, nil},
		{"a title above clocks", "a.txt", "# Snow talk\n# https://snow.example/talk\n\n00:00:01.160 is it cold\n00:00:04.320 it is\n00:00:06.870 and so on\n", []string{"@1.16s-2.16s is it cold", "@4.32s-4.82s it is", "@6.87s-7.77s and so on"}, nil},
		{"an address above names", "a.txt", "Snow talk\nhttps://snow.example\n\n00:00:03 Åsa Öst: Is it cold?\n00:00:07 Jo O'Dell: It is.\n", []string{"Åsa Öst@3s-4.1s Is it cold?", "Jo O'Dell@7s-7.6s It is."}, nil},
		{"keywords in Chinese", "a.txt", "关键词:\n雪、冰\n\n文字记录:\n张三 00:03\n冷吗？\n\n李四 00:07\n冷。\n\n张三 00:09\n是。\n", []string{"张三@3s-3.9s 冷吗？", "李四@7s-7.6s 冷。", "张三@9s-9.6s 是。"}, nil},
		{"advertising of Sonix", "a.txt", "Snow.mp3\nSonix is the best audio automated transcription service.\n\nÅsa: [00:00:03] Is it cold?\n\nJo: [00:00:07] It is.\n\nSonix has many features that you'd love.\n", []string{"Åsa@3s-4.1s Is it cold?", "Jo@7s-7.6s It is."}, nil},
		{"dashes behind clocks", "a.txt", "Åsa Öst (00:00:03) - Is it cold?\n\nJo O'Dell (00:00:07) - It is.\n", []string{"Åsa Öst@3s-4.1s Is it cold?", "Jo O'Dell@7s-7.6s It is."}, nil},
		{"dashes behind numbers", "a.txt", "0:03 — Speaker 1 — Is it cold?\n0:07 — Speaker 2 — It is.\n", []string{"Speaker 1@3s-4.1s Is it cold?", "Speaker 2@7s-7.6s It is."}, nil},
		{"one dash behind a clock", "a.txt", "Åsa Öst (00:00:03) - well, is it cold?\n\nJo O'Dell (00:00:07) It is.\n", []string{"Åsa Öst@3s-4.9s - well, is it cold?", "Jo O'Dell@7s-7.6s It is."}, nil},

		{"a table without ends", "a.csv", "Timestamp,Speaker,Text\n00:00:01,Åsa Öst,\"Is it, still?\"\n00:00:03,Jo O'Dell,It is.\n", []string{"Åsa Öst@1s-2.313s Is it, still?", "Jo O'Dell@3s-3.875s It is."}, nil},
		{"a table in German", "a.csv", "Timecode;Sprecher;Text\n00:00:01;Åsa Öst;Kalt?\n00:00:03;Jo O'Dell;Ja.\n", []string{"Åsa Öst@1s-1.813s Kalt?", "Jo O'Dell@3s-3.688s Ja."}, nil},
		{"a table with the speaker first", "a.csv", "Speaker,Start,Sentence\nÅsa Öst,00:00:01.250,Cold?\nJo O'Dell,00:00:03.500,Yes.\n", []string{"Åsa Öst@1.25s-2.063s Cold?", "Jo O'Dell@3.5s-4.25s Yes."}, nil},

		{"names of contributors", "a.json", `{"contributors":[{"id":"11","name":"Åsa Öst"},{"id":"12","name":"Jo O'Dell"}],"transcripts":[{"start_ms":500,"end_ms":1500,"speaker":"11","text":"Cold?"},{"start_ms":2000,"end_ms":2500,"speaker":"12","text":"Very."}]}`,
			[]string{"Åsa Öst@500ms-1.5s Cold?", "Jo O'Dell@2s-2.5s Very."}, nil},
		{"clocks in place of offsets", "a.json", `{"transcription":[{"timestamps":{"from":"00:00:00,500","to":"00:00:01,500"},"text":" Cold?"}]}`, []string{"@500ms-1.5s Cold?"}, nil},
		{"speech in videos", "a.json", `{"annotationResults":[{"speechTranscriptions":[{"alternatives":[{"transcript":"is it","words":[{"startTime":"0.5s","endTime":"0.9s","word":"is"},{"startTime":"0.9s","endTime":"1.5s","word":"it"}]}]}]}]}`, []string{"@500ms-1.5s is it"}, nil},
		{"channels with prefixes", "a.json", `{"results":[{"type":"word","channel":"channel_1","start_time":0.5,"end_time":0.9,"alternatives":[{"content":"Cold"}]},{"type":"word","channel":"channel_2","start_time":2,"end_time":2.5,"alternatives":[{"content":"Very"}]}]}`,
			[]string{"Channel 1@500ms-900ms Cold", "Channel 2@2s-2.5s Very"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, test.file, test.want, test.warnings...)
		})
	}
}

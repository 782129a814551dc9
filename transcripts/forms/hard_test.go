package forms

import (
	"errors"
	"strings"
	"testing"

	"onair/internal/finding"
)

// TestHardCaptions reads captions whose times or speakers contradict each other.
func TestHardCaptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, src string
		want      []string
		warnings  []string
	}{
		{"two speakers in one caption", "1\n00:00:01,000 --> 00:00:03,000\n- Is it cold?\n- It is.\n",
			[]string{"@1s-2.294s Is it cold?", "@2.294s-3s It is."}, nil},
		{"names in round brackets", "0:00:01.000,0:00:03.000\n(Åsa Öst) Is it cold?\n\n0:00:03.000,0:00:05.000\n(Jo O'Dell) It is.\n",
			[]string{"Åsa Öst@1s-3s Is it cold?", "Jo O'Dell@3s-5s It is."}, nil},
		{"a sound in round brackets", "0:00:01.000,0:00:03.000\n(Loud Music) Is it cold?\n\n0:00:03.000,0:00:05.000\nIt is.\n",
			[]string{"@1s-3s (Loud Music) Is it cold?", "@3s-5s It is."}, nil},
		{"two speakers on one line", "1\n00:00:01,000 --> 00:00:03,000\n- Is it cold? - It is.\n",
			[]string{"@1s-2.294s Is it cold?", "@2.294s-3s It is."}, nil},
		{"two speakers in one caption, in WebVTT", "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Åsa Öst>Is it cold?</v> <v Jo O'Dell>It is.</v>\n\n00:06.000 --> 00:07.000\n<v Jo O'Dell>Very.\n",
			[]string{"Åsa Öst@1s-3.588s Is it cold?", "Jo O'Dell@3.588s-5s It is.", "Jo O'Dell@6s-7s Very."}, nil},
		{"two names in one caption", "1\n00:00:01,000 --> 00:00:05,000\nÅsa Öst: Is it cold?\nJo O'Dell: It is.\n\n2\n00:00:06,000 --> 00:00:08,000\nÅsa Öst: Good.\n",
			[]string{"Åsa Öst@1s-3.588s Is it cold?", "Jo O'Dell@3.588s-5s It is.", "Åsa Öst@6s-8s Good."}, nil},
		{"interrupted", "1\n00:00:10,000 --> 00:00:20,000\nÅsa Öst: We walked for ten hours, and then we saw the lake below us.\n\n2\n00:00:14,000 --> 00:00:14,600\nJo O'Dell: Oh.\n",
			[]string{"Åsa Öst@10s-14s We walked for ten hours,", "Jo O'Dell@14s-14.6s Oh.", "Åsa Öst@14.6s-20s and then we saw the lake below us."}, nil},
		{"interrupted twice", "1\n00:00:00,000 --> 00:00:12,000\nÅsa Öst: We walked for ten hours, and then we saw the lake below us, and it was white.\n\n2\n00:00:04,000 --> 00:00:04,500\nJo O'Dell: Oh.\n\n3\n00:00:08,000 --> 00:00:08,500\nJo O'Dell: No.\n",
			[]string{"Åsa Öst@0s-4s We walked for ten hours,", "Jo O'Dell@4s-4.5s Oh.", "Åsa Öst@4.5s-8s and then we saw the lake", "Jo O'Dell@8s-8.5s No.", "Åsa Öst@8.5s-12s below us, and it was white."}, nil},
		{"interrupted at the end", "1\n00:00:00,000 --> 00:00:06,000\nÅsa Öst: We walked for ten hours to the lake.\n\n2\n00:00:05,000 --> 00:00:07,000\nJo O'Dell: All of it?\n",
			[]string{"Åsa Öst@0s-5s We walked for ten hours to the lake.", "Jo O'Dell@5s-7s All of it?"}, nil},
		{"one millisecond", "1\n00:00:01,000 --> 00:00:01,001\nThe snow is still there.\n\n2\n00:00:05,000 --> 00:00:06,000\nGood.\n",
			[]string{"@1s-2.5s The snow is still there.", "@5s-6s Good."}, nil},
		{"no time left behind", "1\n00:00:01,000 --> 00:00:02,000\nGood.\n\n2\n00:00:06,000 --> 00:00:06,001\nThe snow is still there.\n\n3\n00:00:06,001 --> 00:00:08,000\nGood.\n",
			[]string{"@1s-2s Good.", "@4.501s-6.001s The snow is still there.", "@6.001s-8s Good."}, nil},
		{"no time at the end", "1\n00:00:01,000 --> 00:00:02,000\nGood.\n\n2\n00:00:06,000 --> 00:00:06,000\nThe snow is still there.\n",
			[]string{"@1s-2s Good.", "@6s-7.5s The snow is still there."}, nil},
		{"ends before it starts", "1\n00:00:01,000 --> 00:00:02,000\nGood.\n\n2\n00:00:06,000 --> 00:00:05,000\nIt is.\n\n3\n00:00:08,000 --> 00:00:09,000\nVery.\n",
			[]string{"@1s-2s Good.", "@6s-6.875s It is.", "@8s-9s Very."}, []string{"the caption ends before it starts"}},
		{"ends before it starts, at the end", "WEBVTT\n\n00:01.000 --> 00:02.000\nGood.\n\n00:06.000 --> 00:02.000\nIt is.\n",
			[]string{"@1s-2s Good.", "@6s-6.875s It is."}, []string{"the caption ends before it starts"}},
		{"ends before it starts, and the next follows", "WEBVTT\n\n00:06.000 --> 00:02.000\nIt is so.\n\n00:06.200 --> 00:09.000\nGood.\n",
			[]string{"@5.637s-6.2s It is so.", "@6.2s-9s Good."}, []string{"the caption ends before it starts"}},
		{"negative", "1\n-00:00:01,000 --> 00:00:02,000\nGood.\n\n2\n00:00:03,000 --> 00:00:04,000\nIt is.\n",
			[]string{"@0s-2s Good.", "@3s-4s It is."}, []string{"the time is negative"}},
		{"negative, both", "WEBVTT\n\n-00:02.000 --> -00:01.000\nGood.\n\n00:03.000 --> 00:04.000\nIt is.\n",
			[]string{"@0s-813ms Good.", "@3s-4s It is."}, []string{"the time is negative"}},
		{"a little before 0", "1\n-00:00:00,020 --> 00:00:02,000\nGood.\n\n2\n00:00:03,000 --> 00:00:04,000\nIt is.\n",
			[]string{"@0s-2s Good.", "@3s-4s It is."}, nil},
		{"rolling", "WEBVTT\nKind: captions\n\n00:01.000 --> 00:03.000\n \nthe<00:01.500><c> boat</c><00:02.000><c> left</c>\n\n00:03.000 --> 00:03.010\nthe boat left\n \n\n00:03.010 --> 00:05.000\nthe boat left\nbefore<00:04.000><c> noon</c>\n\n00:05.000 --> 00:05.010\nbefore noon\n \n\n00:05.010 --> 00:07.000\nbefore noon\nand<00:06.000><c> nobody</c>\n\n00:07.000 --> 00:07.010\nand nobody\n \n",
			[]string{"@1s-3s the boat left", "@3.01s-5s before noon", "@5.01s-7s and nobody"}, nil},
		{"rolling, in SubRip", "1\n00:00:01,000 --> 00:00:03,000\nthe boat left\n\n2\n00:00:03,000 --> 00:00:05,000\nthe boat left\nbefore noon\n\n3\n00:00:05,000 --> 00:00:07,000\nbefore noon\nand nobody waved\n\n4\n00:00:07,000 --> 00:00:09,000\nand nobody waved\nat the quay\n",
			[]string{"@1s-3s the boat left", "@3s-5s before noon", "@5s-7s and nobody waved", "@7s-9s at the quay"}, nil},
		{"words", "1\n00:00:01,000 --> 00:00:01,500\nThe\n\n2\n00:00:01,500 --> 00:00:02,000\nboat\n\n3\n00:00:02,000 --> 00:00:02,500\nleft\n\n4\n00:00:02,500 --> 00:00:03,000\nbefore\n\n5\n00:00:03,000 --> 00:00:03,500\nnoon\n\n6\n00:00:03,500 --> 00:00:03,600\n.\n\n7\n00:00:07,000 --> 00:00:07,500\nGood\n",
			[]string{"@1s-3.6s The boat left before noon.", "@7s-7.5s Good"}, nil},
		{"words before colons", "1\n00:00:01,000 --> 00:00:04,000\nÅsa Öst: We said: never again.\n\n2\n00:00:04,000 --> 00:00:06,000\nNote: it was late.\n\n3\n00:00:06,000 --> 00:00:09,000\nJo O'Dell: At 10:30, to be exact.\n",
			[]string{"Åsa Öst@1s-4s We said: never again.", "Åsa Öst@4s-6s Note: it was late.", "Jo O'Dell@6s-9s At 10:30, to be exact."}, nil},
		{"a question is not a person", "1\n00:00:01,000 --> 00:00:04,000\nQuestion: who was it?\n\n2\n00:00:04,000 --> 00:00:06,000\nNobody knows that.\n",
			[]string{"@1s-4s Question: who was it?", "@4s-6s Nobody knows that."}, nil},
		{"a reason is not a person", "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Åsa Öst>Reason: the snow.\n\n00:04.000 --> 00:06.000\n<v Åsa Öst>Nobody knows.\n",
			[]string{"Åsa Öst@1s-4s Reason: the snow.", "Åsa Öst@4s-6s Nobody knows."}, nil},
		{"segments of no length", `{"segments":[{"start":1,"end":1,"text":" The snow is still there."},{"start":1,"end":3,"text":" Good."},{"start":30,"end":30,"text":" It is."}]}`,
			[]string{"@1s-2.655s The snow is still there.", "@2.655s-3s Good.", "@30s-30.375s It is."}, nil},
		{"segments that start together", `{"segments":[{"start":1,"end":5,"text":"The snow is still there.","speaker":"A"},{"start":1,"end":5,"text":"It is.","speaker":"B"}]}`,
			[]string{"A@1s-4.2s The snow is still there.", "B@4.2s-5s It is."}, nil},
		{"one segment", `{"RecognitionStatus":"Success","Offset":"18000000","Duration":"22000000","DisplayText":"It is. Very."}`,
			[]string{"@1.8s-4s It is. Very."}, nil},
		{"a pause in a segment", `{"segments":[{"start":1,"end":9,"text":"It is. Very.","words":[{"word":"It","start":1,"end":1.2},{"word":"is.","start":1.2,"end":1.5},{"word":"Very.","start":8,"end":9}]}]}`,
			[]string{"@1s-1.5s It is.", "@8s-9s Very."}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, "", test.want, test.warnings...)
		})
	}
}

// TestRefusedKinds expects a message that names the kind of a file, for three files of
// each kind.
func TestRefusedKinds(t *testing.T) {
	t.Parallel()
	for want, files := range map[string][]string{
		"(ASS)":                {"[Script Info]\nTitle: x\n\n[V4+ Styles]\n", "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,One\n", "[V4 Styles]\nFormat: Name\n[Events]\n"},
		"(LRC)":                {"[00:01.00]One\n[00:02.50]Two\n", "[ti:Snow]\n[by:Jo O'Dell]\n[00:01.00]One\n", "[by:whisper.cpp]\n[00:03.12] It is cold.\n[00:15.00] Is it?\n", "[length:03:10]\n\n[00:10.20][01:10.20]One\n[00:20.20]Two\n"},
		"of Otter's API":       {`{"speech":{"transcripts":[{"start_offset":49600,"end_offset":95360,"transcript":"It snows."}]}}`, `{"status":"OK","speech":{"otid":"a","transcripts":[{"id":1,"start_offset":0,"transcript":"Yes.","speaker_id":2}]}}`, `{"transcripts":[{"uuid":"a","start_offset":16000,"transcript":"No."}]}`},
		"of oTranscribe":       {`{"text":"<p>It snows.</p>","media":"snow.mp3","media-time":12.1}`, `{"text":"Yes.","media":"","media-time":""}`, `{"text":"<p>No.<br /></p>","media":"Zoë.m4a","media-source":"https://example.com"}`},
		"an alignment":         {`{"start":0,"end":2,"tiers":{"words":{"type":"interval","entries":[[0,0.5,"it"]]}}}`, `{"tiers":{"Åsa - phones":{"entries":[[0,0.5,"IH1"]]}}}`, `{"start":0,"end":2,"tiers":{"words":{"entries":[]},"phones":{"entries":[]}}}`},
		"of 3Play Media":       {`{"words":[["3100","it"],["3500","snows"]],"paragraphs":["3100"],"speakers":{"3100":"Åsa Öst"}}`, `{"words":[["0","yes"]],"paragraphs":[]}`, `{"paragraphs":[0],"words":[[0,"no"]]}`},
		"chapters":             {`{"version":"1.2.0","chapters":[{"startTime":0,"title":"Snow"}]}`, `{"chapters":[{"start":0,"title":"a"},{"start":9,"title":"b"}]}`, `{"title":"Snow","chapters":[{"startTime":"0"}]}`},
		"reported: It snows":   {`{"__type":"BadRequestException","message":"It snows."}`, `{"detail":[{"loc":["body"],"msg":"It snows."}]}`, `{"errors":[{"status":"422","detail":"It snows."}]}`, `{"type":"about:blank","title":"It snows.","status":400}`},
		"a chat, or":           {"[09:02:03] <asa> is it cold?\n[09:02:15] <jo> it is\n", "[01/02/2027, 09:02:03] Åsa Öst: Is it cold?\n[01/02/2027, 09:02:15] Jo O'Dell: It is.\n", "Åsa Öst  9:02 AM\nIs it cold?\n\nJo O'Dell  9:04 AM\nIt is.\n", "01.02.27, 09:02 - Zoë: Cold?\n01.02.27, 09:04 - Jo: Yes.\n"},
		"the log of a program": {"INFO: it snows.\nWARN: it is cold.\nINFO: yes.\n", "00:00:01.123 [main] INFO  Starting\n00:00:02.456 [main] WARN  Cold\n", "2027-02-01 09:02:03 DEBUG Lake: ice.\n2027-02-01 09:02:04 ERROR Boat: left.\n"},
		"count the characters": {`[{"word":"Snow","start":0,"end":4},{"word":"Kiruna","start":19,"end":25}]`, `{"words":[{"text":"It","start":0,"end":2},{"text":"snows","start":3,"end":8},{"text":"Jo","start":20,"end":22}]}`, `{"data":[{"start":0,"end":4,"text":"SNOW"},{"start":101,"end":105,"text":"BOAT"}]}`,
			`[{"text":"Åsa Öst","start":0,"end":9},{"text":"Kiruna","start":22,"end":27},{"text":"two days","start":40,"end":49}]`},
		"times are dates":      {`{"entries":[{"text":"It snows.","startTime":"2027-02-01T09:02:03Z","endTime":"2027-02-01T09:02:05Z"}]}`, `{"lines":[{"name":"Åsa","time":"2027-02-01 09:02:03","content":"It snows."}]}`},
		"reported: NoMatch":    {`{"RecognitionStatus":"NoMatch","Offset":0,"Duration":12000000}`},
		"not of a speech":      {`[{"id":1,"text":"Buy snow","start":"2026-01-04","end":"2026-01-05"}]`, `{"events":[{"summary":"Snow","start":"10:00"}]}`, `[{"role":"user","content":"Snow?"}]`},
		"the service reported": {`{"status":"error","error":"Audio is too short"}`, `{"err_code":"INVALID","err_msg":"No credits."}`, `{"error":{"message":"Rate limit reached","type":"requests"}}`},
		"times are frames":     {"1\n00:00:01:12 --> 00:00:03:00\nIt snows.\n", "00:00:01;12 --> 00:00:03;00\nIt snows.\n", "1 \n10:00:01:00 --> 10:00:03:00 \nYes.\n"},
		"(CTM)":                {"snow 1 0.50 0.30 it 0.95\nsnow 1 0.80 0.40 snows 0.93\n", ";; a comment\nsnow A 0.5 0.3 it\nsnow A 0.8 0.4 snows\n", "snow.wav 1 10 1 it 0.9 lex\nsnow.wav 1 11 1 snows 0.9 lex\n"},
		"(RTTM)":               {"SPEAKER snow 1 0.50 2.30 <NA> <NA> a <NA> <NA>\n", "SPKR-INFO snow 1 <NA> <NA> <NA> unknown a <NA>\nSPEAKER snow 1 0.5 2.3 <NA> <NA> a <NA>\n", ";; x\nSPEAKER snow 1 10 2 <NA> <NA> b <NA> <NA>\n"},
		"(TextGrid)":           {"File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\n", "File type = \"ooTextFile short\"\n\"TextGrid\"\n\n0\n2.3\n", "File type = \"ooTextFile\"\r\nObject class = \"TextGrid\"\r\n"},
		"Spruce":               {"00:00:01:00,00:00:03:12,It snows.\n", "//Font select\n$FontName = Arial\n00:00:01:00 , 00:00:03:12 , It snows.\n", "$Bold = FALSE\n\n00:00:01;00 , 00:00:03;12 , It snows.|Yes.\n"},
		"EBU STL":              {"850STL25.010009" + strings.Repeat(" ", 100) + "\x00", "437STL30.01\x00", "865STL25.01" + strings.Repeat(" ", 40) + "\x8f"},
		"those of the day":     {"[Åsa Öst] 13:02:11\nIt snows.\n", "09:00:01 From Åsa Öst to Everyone:\n\tIt snows.\n", "[Jo O'Dell] 22:59:00\nNo.\n\n[Åsa Öst] 23:00:00\nYes.\n"},
		"of f4":                {"Åsa: It snows. #00:00:03-5#\n", "Jo: No.  #00:10:03-0#\n\nÅsa: Yes. #00:10:09-1#\n", "I: It snows.\n#01:00:03-5#\n"},
		"an HTML page":         {"<!DOCTYPE html>\n<html><head><title>404</title></head></html>", "<html><body><h1>Sign in</h1></body></html>", "<div>Service unavailable</div>"},
		"XML":                  {"<?xml version=\"1.0\"?>\n<rss version=\"2.0\"></rss>", "<?xml version=\"1.0\"?><opml></opml>", "<?xml version='1.0'?>\n<Error><Code>NoSuchKey</Code></Error>"},
		"faster than any": {`{"utterances":[{"start":0,"end":3,"text":"It snows.","speaker":"A"},{"start":3,"end":5,"text":"It does.","speaker":"B"}]}`,
			"1\n00:00:00,000 --> 00:00:00,900\n" + strings.Repeat("Nobody waved. ", 20) + "\n", "WEBVTT\n\n00:00.000 --> 00:00.500\n" + strings.Repeat("Nobody waved. ", 20) + "\n",
			`{"words":[` + strings.Repeat(`{"text":"nobody","start":1,"end":2},`, 30) + `{"text":"waved","start":3,"end":4}]}`},
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

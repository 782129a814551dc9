package forms

import (
	"strings"
	"testing"
)

// TestMended reads files with values that cannot be true, or that say the same thing twice.
func TestMended(t *testing.T) {
	t.Parallel()
	srt := func(cues ...string) string { return strings.Join(cues, "\n\n") + "\n" }
	for _, test := range []struct {
		name, src string
		want      []string
		warnings  []string
	}{
		{"five equal captions", srt("1\n00:00:01,000 --> 00:00:02,000\nIt snows.", "2\n00:00:03,000 --> 00:00:04,000\nIt snows.", "3\n00:00:05,000 --> 00:00:06,000\nIt snows.", "4\n00:00:07,000 --> 00:00:08,000\nIt snows.", "5\n00:00:09,000 --> 00:00:10,000\nIt snows.", "6\n00:00:11,000 --> 00:00:12,000\nNo."),
			[]string{"@1s-2s It snows.", "@3s-4s It snows.", "@5s-6s It snows.", "@7s-8s It snows.", "@9s-10s It snows.", "@11s-12s No."},
			[]string{`"It snows." is repeated five times`}},
		{"equal captions without a pause", "WEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n\n00:02.000 --> 00:03.000\nYes.\n\n00:03.000 --> 00:04.000\nYes.\n\n00:04.000 --> 00:05.000\nYes.\n",
			[]string{"@1s-2s Yes.", "@2s-3s Yes.", "@3s-4s Yes.", "@4s-5s Yes."}, nil},
		{"a phrase said twice among rolling captions", srt("1\n00:00:01,000 --> 00:00:03,000\nit is cold", "2\n00:00:03,000 --> 00:00:05,000\nit is cold\nvery cold", "3\n00:00:05,000 --> 00:00:07,000\nvery cold\nvery cold", "4\n00:00:07,000 --> 00:00:09,000\nvery cold\nat the quay"),
			[]string{"@1s-3s it is cold", "@3s-5s very cold", "@5s-7s very cold", "@7s-9s at the quay"}, nil},

		{"no end", "WEBVTT\n\n00:07.000 -->\nIt is cold.\n\n00:20.000 --> 00:21.000\nVery.\n",
			[]string{"@7s-8.188s It is cold.", "@20s-21s Very."}, []string{`the times "00:07.000 -->" cannot be read`}},
		{"no start", "WEBVTT\n\n00:02.000 --> 00:03.000\nYes.\n\n --> 00:09.000\nIt is cold.\n",
			[]string{"@2s-3s Yes.", "@7.812s-9s It is cold."}, []string{`the times "--> 00:09.000" cannot be read`}},
		{"a letter in the start", srt("1\n00:00:01,000 --> 00:00:02,000\nYes.", "2\nO0:00:l4,000 --> 00:00:16,000\nIt is cold.", "3\n00:00:20,000 --> 00:00:21,000\nVery."),
			[]string{"@1s-2s Yes.", "@14.812s-16s It is cold.", "@20s-21s Very."}, []string{`the times "O0:00:l4,000 --> 00:00:16,000" cannot be read`}},
		{"a letter in the end", srt("1\n00:00:01,000 --> 00:00:02,000\nYes.", "2\n00:00:14,000 --> 00:00:S6,000\nIt is cold."),
			[]string{"@1s-2s Yes.", "@14s-15.188s It is cold."}, []string{`the times "00:00:14,000 --> 00:00:S6,000" cannot be read`}},
		{"minutes beyond the hour", srt("1\n00:59:58,000 --> 00:59:59,000\nYes.", "2\n00:75:01,000 --> 00:75:02,500\nIt is cold.", "3\n00:75:03,000 --> 00:75:04,000\nVery."),
			[]string{"@59m58s-59m59s Yes.", "@1h15m1s-1h15m2.5s It is cold.", "@1h15m3s-1h15m4s Very."},
			[]string{`the times "00:75:01,000 --> 00:75:02,500" are unusual`, `the times "00:75:03,000 --> 00:75:04,000" are unusual`}},
		{"a caption of nobody", "WEBVTT\n\n1 \"Åsa Öst\" (16784640)\n00:01.000 --> 00:02.000\nIs it?\n\n2 \"\" (0)\n00:03.000 --> 00:04.000\nNo.\n\n3 \"Åsa Öst\" (16784640)\n00:05.000 --> 00:06.000\nNever.\n",
			[]string{"Åsa Öst@1s-2s Is it?", "@3s-4s No.", "Åsa Öst@5s-6s Never."}, nil},
		{"two speakers and no end", "WEBVTT\n\n00:01.000 --> ?\n<v Åsa Öst>Is it?</v> <v Jo O'Dell>No.</v>\n\n00:09.000 --> 00:10.000\n<v Jo O'Dell>Never.\n",
			[]string{"Åsa Öst@1s-1.875s Is it?", "Jo O'Dell@1.875s-2.563s No.", "Jo O'Dell@9s-10s Never."}, []string{`the times "00:01.000 --> ?" cannot be read`}},

		{"other arrows", srt("1\n00:00:01,000 => 00:00:02,000\nOne.", "2\n00:00:03,000 ==> 00:00:04,000\nTwo.", "3\n00:00:05,000 - -> 00:00:06,000\nThree.", "4\n00:00:07,000 --&gt; 00:00:08,000\nFour.", "5\n00:00:09,000 ~ 00:00:10,000\nFive.", "6\n00:00:11,000 – 00:00:12,000\nSix."),
			[]string{"@1s-2s One.", "@3s-4s Two.", "@5s-6s Three.", "@7s-8s Four.", "@9s-10s Five.", "@11s-12s Six."}, nil},
		{"one time and no arrow", srt("1\n00:00:01,000 --> 00:00:02,000\nOne.", "2\n00:00:03,500\nTwo.", "3\n00:00:07,000 00:00:09,000\nThree."),
			[]string{"@1s-2s One.", "@3.5s-4.25s Two.", "@7s-9s Three."}, []string{`the times "00:00:03,500" cannot be read`}},
		{"times that are said", srt("1\n00:00:01,000 --> 00:00:04,000\n10:30 - 11:45\nis when we are open.", "2\n00:00:05,000 --> 00:00:06,000\n07:15"),
			[]string{"@1s-4s 10:30 - 11:45 is when we are open.", "@5s-6s 07:15"}, nil},

		{"a cue in two segments", "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:01.000 --> 00:03.000\nOne.\n\n00:05.000 --> 00:07.000\nTwo.\n\nWEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:05.000 --> 00:07.000\nTwo.\n\n00:08.000 --> 00:09.000\nThree.\n\nWEBVTT\n\n00:08.000 --> 00:09.000\nThree.\n",
			[]string{"@1s-3s One.", "@5s-7s Two.", "@8s-9s Three."}, nil},
		{"a phrase in two segments", "WEBVTT\n\n00:01.000 --> 00:03.000\nOne.\n\nWEBVTT\n\n00:05.000 --> 00:07.000\nOne.\n",
			[]string{"@1s-3s One.", "@5s-7s One."}, nil},

		{"a start far behind", `[{"start":0,"end":2,"text":"It snows."},{"start":999999,"end":1000002,"text":"No."},{"start":4,"end":6,"text":"Never."},{"start":7,"end":8,"text":"Yes."}]`,
			[]string{"@0s-2s It snows.", "@2s-2.688s No.", "@4s-6s Never.", "@7s-8s Yes."}, []string{"the caption starts at 277h46m39s, far from those around it"}},
		{"a start far before", srt("1\n00:01:00,000 --> 00:01:02,000\nIt snows.", "2\n00:00:03,000 --> 00:00:05,000\nNo.", "3\n00:01:05,000 --> 00:01:06,000\nYes."),
			[]string{"@1m0s-1m2s It snows.", "@1m2s-1m2.688s No.", "@1m5s-1m6s Yes."}, []string{"the caption starts at 3s, far from those around it"}},
		{"times that start again", `{"chunks":[{"timestamp":[0,5],"text":" It snows."},{"timestamp":[5,29],"text":" The snow lay on the roof."},{"timestamp":[0,4],"text":" No."},{"timestamp":[4,9],"text":" Yes."},{"timestamp":[40,42],"text":" Never."}]}`,
			[]string{"@0s-5s It snows.", "@5s-29s The snow lay on the roof.", "@29s-29.688s No.", "@29.688s-30.438s Yes.", "@40s-42s Never."}, []string{"the times go back by 5s", "the times go back by 1s"}},
		{"one speaker after the other", srt("1\n00:00:00,000 --> 00:00:02,000\nÅsa: It snows.", "2\n00:00:06,000 --> 00:00:08,000\nÅsa: No.", "3\n00:00:03,000 --> 00:00:05,000\nJo: Is it?"),
			[]string{"Åsa@0s-2s It snows.", "Jo@3s-5s Is it?", "Åsa@6s-8s No."}, []string{"the caption starts 3s before the one above; they are sorted by time"}},
		{"no times in one segment", `{"segments":[{"start":0,"end":2,"text":"It snows."},{"start":null,"end":null,"text":"No."},{"start":5,"end":7,"text":"Yes."}]}`,
			[]string{"@0s-2s It snows.", "@2s-2.688s No.", "@5s-7s Yes."}, []string{"the time is null", "the time is null"}},
		{"no numbers in members that are not read", `{"segments":[{"start":0,"end":2,"text":"It snows.","a":nan,"b":-nan,"c":-inf,"d":-NaN},{"start":5,"end":7,"text":"Yes."}]}`,
			[]string{"@0s-2s It snows.", "@5s-7s Yes."}, nil},
		{"no number for a start", `{"segments":[{"start":nan,"end":2,"text":"It snows."},{"start":5,"end":7,"text":"Yes."}]}`,
			[]string{"@937ms-2s It snows.", "@5s-7s Yes."}, []string{"the time nan cannot be read"}},
		{"a window of json3", `{"wireMagic":"pb3","events":[{"tStartMs":0,"dDurationMs":9000,"id":1},{"tStartMs":400,"dDurationMs":2000,"segs":[{"utf8":"It"},{"utf8":" snows.","tOffsetMs":700}]}]}`,
			[]string{"@400ms-2.4s It snows."}, nil},
		{"labels in some segments", `[{"start":0,"end":2,"text":"It snows.","speaker":"Åsa Öst"},{"start":3,"end":5,"text":"Jo O'Dell: Is it?"},{"start":6,"end":8,"text":"Åsa Öst: No.","speaker":"Åsa Öst"},{"start":9,"end":10,"text":"Who?"}]`,
			[]string{"Åsa Öst@0s-2s It snows.", "Jo O'Dell@3s-5s Is it?", "Åsa Öst@6s-8s No.", "@9s-10s Who?"}, nil},
		{"a label in the second line of TTML", `<tt><body><div><p begin="1s" end="5s">Åsa Öst: Is it cold?<br/>Jo O'Dell: It is.</p><p begin="6s" end="8s">- Very?<br/>- Very.</p></div></body></tt>`,
			[]string{"Åsa Öst@1s-3.588s Is it cold?", "Jo O'Dell@3.588s-5s It is.", "@6s-7s Very?", "@7s-8s Very."}, nil},

		{"a name inside a line", srt("1\n00:00:01,000 --> 00:00:03,000\nÅsa Öst: It snows. Jo O'Dell: Is it?", "2\n00:00:04,000 --> 00:00:05,000\nJo O'Dell: At 10: Never.", "3\n00:00:06,000 --> 00:00:07,000\nÅsa Öst: Yes."),
			[]string{"Åsa Öst@1s-2.2s It snows.", "Jo O'Dell@2.2s-3s Is it?", "Jo O'Dell@4s-5s At 10: Never.", "Åsa Öst@6s-7s Yes."}, nil},
		{"a name inside a segment", `[{"start":0,"end":2,"text":"Åsa Öst: It snows… Jo O'Dell: Is it?"},{"start":3,"end":4,"text":"Jo O'Dell: No."}]`,
			[]string{"Åsa Öst@0s-1.2s It snows…", "Jo O'Dell@1.2s-2s Is it?", "Jo O'Dell@3s-4s No."}, nil},
		{"a voice and a label", "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Åsa Öst>Åsa Öst: It snows.\n\n00:04.000 --> 00:05.000\n<v Jo O'Dell>Jo O'Dell: Åsa Öst: no.\n",
			[]string{"Åsa Öst@1s-3s It snows.", "Jo O'Dell@4s-5s Åsa Öst: no."}, nil},
		{"a caption written twice", srt("1\n00:00:01,000 --> 00:00:03,000\nIt snows.", "2\n00:00:01,000 --> 00:00:03,000\nIt snows.", "3\n00:00:04,000 --> 00:00:05,000\nIt snows."),
			[]string{"@1s-3s It snows.", "@4s-5s It snows."}, nil},
		{"bold labels", srt("1\n00:00:01,000 --> 00:00:03,000\n**Åsa Öst:** It snows.", "2\n00:00:04,000 --> 00:00:05,000\n**Jo**: It **is**."),
			[]string{"Åsa Öst@1s-3s It snows.", "Jo@4s-5s It **is**."}, nil},
		{"names in angle brackets and parentheses", srt("1\n00:00:01,000 --> 00:00:02,000\n<Åsa Öst> It snows.", "2\n00:00:03,000 --> 00:00:04,000\n<Jo O'Dell> Is it?", "3\n00:00:05,000 --> 00:00:06,000\n(laughs) Yes.", "4\n00:00:07,000 --> 00:00:08,000\n(Jo) No."),
			[]string{"Åsa Öst@1s-2s It snows.", "Jo O'Dell@3s-4s Is it?", "Jo O'Dell@5s-6s (laughs) Yes.", "Jo@7s-8s No."}, nil},
		{"words of Apple without spaces", `<tt xmlns:podcasts="http://podcasts.apple.com/transcript-ttml-internal"><body><div><p begin="1" end="3"><span podcasts:unit="sentence"><span podcasts:unit="word" begin="1" end="2">It</span><span podcasts:unit="word" begin="2" end="3">snows.</span></span></p></div></body></tt>`,
			[]string{"@1s-3s It snows."}, nil},

		{"time codes whose second is longer than one second", `<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:timeBase="smpte" ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"><body><div><p begin="00:16:40:00" end="00:16:42:12">It snows.</p></div></body></tt>`,
			[]string{"@16m41s-16m43.503s It snows."}, nil},
		{"metadata inside a paragraph", `<tt xmlns:ttm="http://www.w3.org/ns/ttml#metadata"><head><metadata><ttm:agent xml:id="a"><ttm:name>Åsa Öst</ttm:name></ttm:agent></metadata></head><body><div><p begin="1s" end="3s" ttm:agent="a"><metadata><x>draft <metadata>two</metadata></x></metadata><ttm:desc>a remark</ttm:desc>It is cold.</p><p begin="3s" end="4s" ttm:agent="a"><ttm:title>No</ttm:title>Very.<metadata/></p></div></body></tt>`,
			[]string{"Åsa Öst@1s-3s It is cold.", "Åsa Öst@3s-4s Very."}, nil},
		{"seconds without a unit, as Apple writes them", `<tt xmlns:podcasts="http://podcasts.apple.com/transcript-ttml-internal"><body dur="9.500"><div><p begin="1.250" end="4.000" ttm:agent="SPEAKER_1"><span begin="1.250" end="4.000" podcasts:unit="sentence"><span podcasts:unit="word" begin="1.250" end="1.900">It</span> <span podcasts:unit="word" begin="1.900" end="2.500">is</span> <span podcasts:unit="word" begin="2.500" end="4">cold.</span></span></p><p begin="1:05.500" end="1:06.5" ttm:agent="SPEAKER_2">Very.</p></div></body></tt>`,
			[]string{"SPEAKER_1@1.25s-4s It is cold.", "SPEAKER_2@1m5.5s-1m6.5s Very."}, nil},
		{"one millisecond before a good caption", srt("1\n00:00:00,000 --> 00:00:00,001\nThe snow lay on the roof for weeks.", "2\n00:00:00,001 --> 00:00:03,000\nSo it did.", "3\n00:00:08,000 --> 00:00:09,000\nYes."),
			[]string{"@0s-2.333s The snow lay on the roof for weeks.", "@2.333s-3s So it did.", "@8s-9s Yes."}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, "", test.want, test.warnings...)
		})
	}
}

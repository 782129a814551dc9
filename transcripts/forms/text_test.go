package forms

import (
	"errors"
	"testing"

	"onair/internal/finding"
)

// TestText reads text with titles, chapters and clocks inside paragraphs.
func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"keywords of Otter", "Snow talk\nMon, Feb 1, 2027 9:02AM • 12:40\n\nSUMMARY KEYWORDS\nsnow, lake\n\nSPEAKERS\nÅsa Öst, Jo O'Dell\n\nÅsa Öst  00:04\nIs it cold?\n\nJo O'Dell  00:09\nIt is.\n",
			[]string{"Åsa Öst@4s-5.1s Is it cold?", "Jo O'Dell@9s-9.6s It is."}},
		{"title of Google Meet", "Snow talk - Transcript\n00:00:00\n\nÅsa Öst: Is it cold?\nJo O'Dell: It is.\n00:01:00\n\nÅsa Öst: Good.\n",
			[]string{"Åsa Öst@0s-1.1s Is it cold?", "Jo O'Dell@1.1s-1.7s It is.", "Åsa Öst@1m0s-1m0.5s Good."}},
		{"first clock of Google Meet", "Snow talk (2027-02-01 15:02 GMT+1) - Transcript\nAttendees\nÅsa Öst, Jo O'Dell\nTranscript\n\nÅsa Öst: Is it cold?\nJo O'Dell: It is.\n\n00:05:00\n\nÅsa Öst: Good.\n",
			[]string{"Åsa Öst@0s-1.1s Is it cold?", "Jo O'Dell@1.1s-1.7s It is.", "Åsa Öst@5m0s-5m0.5s Good."}},
		{"title of YouTube", "Transcript\n0:00\nit is cold\n0:03\nand the snow\n", []string{"@0s-1s it is cold", "@3s-4.2s and the snow"}},
		{"panel of YouTube", "Transcript\nSearch in video\n0:00\n0 seconds\nit is cold\n0:03\n3 seconds\nand the snow\nEnglish (auto-generated)\n", []string{"@0s-1s it is cold", "@3s-4.2s and the snow"}},
		{"chapters of YouTube", "Chapter 1: The cold\n0:00\nit is cold\n0:03\nand the snow\nChapter 2: The lake\n0:06\nis white\n",
			[]string{"@0s-1s it is cold", "@3s-4.2s and the snow", "@6s-6.8s is white"}},
		{"title of Teams", "Snow talk\n\nÅsa Öst   0:03\nIs it cold?\n\nJo O'Dell   0:15\nIt is.\n", []string{"Åsa Öst@3s-4.1s Is it cold?", "Jo O'Dell@15s-15.6s It is."}},
		{"a sentence before the first clock", "It is cold.\n\n[00:00:05] Åsa Öst: Is it?\n\n[00:00:09] Jo O'Dell: It is.\n",
			[]string{"@0s-1.1s It is cold.", "Åsa Öst@5s-5.6s Is it?", "Jo O'Dell@9s-9.6s It is."}},
		{"Teams, document", "0:0:3.120 --> 0:0:5.960\nÅsa Öst\nIs it cold?\n\n0:0:6.300 --> 0:0:8.880\nJo O'Dell\nIt is.\n\n0:0:9.300 --> 0:0:11.880\nÅsa Öst\nGood.\n",
			[]string{"Åsa Öst@3.12s-5.96s Is it cold?", "Jo O'Dell@6.3s-8.88s It is.", "Åsa Öst@9.3s-11.88s Good."}},
		{"YouTube on one line", "0:00 it is cold today\n0:03 and the snow\n0:05 Winter Lake\n0:06 is white\n",
			[]string{"@0s-1.6s it is cold today", "@3s-4.2s and the snow", "@5s-6s Winter Lake", "@6s-6.8s is white"}},
		{"tabs of Temi, two lines", "Speaker 1:\t00:03\tIs it cold?\nSpeaker 2:\t00:15\tIt is.\n", []string{"Speaker 1@3s-4.1s Is it cold?", "Speaker 2@15s-15.6s It is."}},
		{"tabs of Temi, three lines", "Speaker 1:\t00:03\tIs it cold?\nSpeaker 2:\t00:15\tIt is.\nSpeaker 1:\t01:02\tGood.\n",
			[]string{"Speaker 1@3s-4.1s Is it cold?", "Speaker 2@15s-15.6s It is.", "Speaker 1@1m2s-1m2.5s Good."}},
		{"clocks inside, Descript", "00:00:03 Jo O'Dell\nIt is cold. [00:00:08] It snows.\n\n00:00:15 Åsa Öst\nIs it?\n",
			[]string{"Jo O'Dell@3s-4.1s It is cold.", "Jo O'Dell@8s-8.9s It snows.", "Åsa Öst@15s-15.6s Is it?"}},
		{"clocks inside, Trint", "Jo O'Dell: [00:00:03] It is cold. [00:00:08] It snows.\n\nÅsa Öst: [00:00:15] Is it?\n",
			[]string{"Jo O'Dell@3s-4.1s It is cold.", "Jo O'Dell@8s-8.9s It snows.", "Åsa Öst@15s-15.6s Is it?"}},
		{"clocks only inside", "Jo O'Dell: It is cold. [00:00:08] It snows.\n\nÅsa Öst: Is it? [00:00:20] Good.\n",
			[]string{"Jo O'Dell@0s-1.1s It is cold.", "Jo O'Dell@8s-8.9s It snows.", "Åsa Öst@8.9s-9.5s Is it?", "Åsa Öst@20s-20.5s Good."}},
		{"clocks inside, Rev", "Jo O'Dell (00:24):\nSo (00:25) it is cold.\n\nÅsa Öst (00:40):\nYes (00:45) it is [inaudible 00:00:47] so.\n",
			[]string{"Jo O'Dell@24s-24.2s So", "Jo O'Dell@25s-26.1s it is cold.", "Åsa Öst@40s-40.3s Yes", "Åsa Öst@45s-48s it is [inaudible 00:00:47] so."}},
		{"a clock that does not fit", "Jo O'Dell (00:24):\nAt [00:10] it was cold.\n\nÅsa Öst (00:40):\nGood.\n",
			[]string{"Jo O'Dell@24s-26.3s At [00:10] it was cold.", "Åsa Öst@40s-40.5s Good."}},
		{"bold names alone", "**Zoë**\nIs it cold?\nReally?\n\n**Jo O'Dell**\nIt is.\n\n**Zoë**\nGood.\n", []string{"Zoë@ Is it cold? Really?", "Jo O'Dell@ It is.", "Zoë@ Good."}},
		{"names as headings", "## Åsa Öst\nIs it cold?\n\n## Jo O'Dell\nIt is.\n\n## Åsa Öst\nGood.\n", []string{"Åsa Öst@ Is it cold?", "Jo O'Dell@ It is.", "Åsa Öst@ Good."}},
		{"speakers of a machine alone", "Speaker 1\nIs it cold?\n\nSpeaker 2\nIt is.\n", []string{"Speaker 1@ Is it cold?", "Speaker 2@ It is."}},
		{"speakers of a machine without colons", "SPEAKER_00 Is it cold?\nSPEAKER_01 It is: very.\n", []string{"SPEAKER_00@ Is it cold?", "SPEAKER_01@ It is: very."}},
		{"numbers of speakers without colons", "[00:03] Speaker 1 Is it cold?\n[00:15] Speaker 2 It is.\n", []string{"Speaker 1@3s-4.1s Is it cold?", "Speaker 2@15s-15.6s It is."}},
		{"numbers between turns", "1\nÅsa Öst: Is it cold?\n\n2\nJo O'Dell: It is.\n\n3\nÅsa Öst: Very?\n", []string{"Åsa Öst@ Is it cold?", "Jo O'Dell@ It is.", "Åsa Öst@ Very?"}},
		{"numbers above times without arrows", "1\n00:00:03 - 00:00:05\nIs it cold?\n\n2\n00:00:15 - 00:00:16\nIt is.\n42\n\n3\n00:00:17 - 00:00:18\nGood.\n", []string{"@3s-5s Is it cold?", "@15s-16s It is. 42", "@17s-18s Good."}},
		{"numbers that are said", "Åsa Öst: Is it cold?\n\n3\n\nJo O'Dell: It is.\n\n7\n\nÅsa Öst: Good.\n", []string{"Åsa Öst@ Is it cold?", "Åsa Öst@ 3", "Jo O'Dell@ It is.", "Jo O'Dell@ 7", "Åsa Öst@ Good."}},
		{"lengths of turns, Trint", "Åsa Öst [00:00:03] Is it cold? [1.2s]\n\nJo O'Dell [00:00:15] It is. [0.9s]\n", []string{"Åsa Öst@3s-4.1s Is it cold?", "Jo O'Dell@15s-15.6s It is."}},
		{"lengths of turns without times", "Åsa Öst: Is it cold? [1.2s]\n\nJo O'Dell: It is. [0.9s]\n\nÅsa Öst: Good. [1s]\n", []string{"Åsa Öst@ Is it cold?", "Jo O'Dell@ It is.", "Åsa Öst@ Good."}},
		{"chapters of YouTube without a word for them", "The cold\n0:00\nit is cold\n0:03\nand the snow\nThe Lake\n0:06\nis white\n0:09\nvery\n", []string{"@0s-1s it is cold", "@3s-4.2s and the snow", "@6s-6.8s is white", "@9s-9.4s very"}},
		{"captions of two lines in YouTube", "0:00\nit is cold\nand white\n0:03\nand the snow\nIt fell.\n0:06\nis white\n", []string{"@0s-2s it is cold and white", "@3s-5.1s and the snow It fell.", "@6s-6.8s is white"}},
		{"drop frames of Premiere Pro", "00;00;03;12 - 00;00;05;20\nÅsa Öst\nIs it cold?\n\n00;00;15;00 - 00;00;16;06\nJo O'Dell\nIt is.\n", []string{"Åsa Öst@3s-5s Is it cold?", "Jo O'Dell@15s-16s It is."}},
		{"Teams, German", "Åsa Öst hat die Transkription gestartet\n\nÅsa Öst   0:03\nIst es kalt?\n\nJo O'Dell   0:15\nJa.\n\nÅsa Öst hat die Transkription beendet\n", []string{"Åsa Öst@3s-4.2s Ist es kalt?", "Jo O'Dell@15s-15.3s Ja."}},
		{"Google Meet, French", "Neige - Transcription\n00:00:00\n\nZoë d'Été: Il fait froid ?\nLéa Côté: Oui.\nZoë d'Été: Très ?\n\nLa transcription s'est terminée après 00:07:12\n\nCette transcription modifiable a été générée par ordinateur et peut contenir des erreurs.\n",
			[]string{"Zoë d'Été@0s-1.5s Il fait froid ?", "Léa Côté@1.5s-1.9s Oui.", "Zoë d'Été@1.9s-2.5s Très ?"}},
		{"three people in turn", "Zoë: Is it cold?\nJo: It is.\nÅsa: Very.\nZoë: Good.\nJo: Well.\nÅsa: Yes.\n", []string{"Zoë@ Is it cold?", "Jo@ It is.", "Åsa@ Very.", "Zoë@ Good.", "Jo@ Well.", "Åsa@ Yes."}},
		{"questions and answers", "Question: Is it cold?\nAnswer: It is.\nQuestion: Very?\nAnswer: Very.\nQuestion: And now?\nAnswer: Now too.\n",
			[]string{"Question@ Is it cold?", "Answer@ It is.", "Question@ Very?", "Answer@ Very.", "Question@ And now?", "Answer@ Now too."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSpeech(t, test.src, "a.txt", test.want)
		})
	}
}

// TestListsAreNotTranscripts refuses lists of times and of questions.
func TestListsAreNotTranscripts(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"00:00 Welcome\n02:10 The Lake\n07:45 The snow\n21:30 Letters\n",
		"0:00 - Welcome\n2:10 - The lake, and who lives there\n7:45 - Snow\n",
		"In this episode we talk about snow.\n\nChapters:\n00:00 Welcome\n02:10 Lake\n07:45 Snow\n\nWrite to us!\n",
		"Our newest episode!\n\n0:00 Welcome\n2:10 The lake\n7:45 The snow\n\nWrite to us: https://example.com\n",
		"0:00\nWelcome\n2:10\nThe lake\n7:45\nSnow\n",
		"09:00 Opening\n10:30 A talk about snow\n12:00 Lunch\n",
		"09:00 - 10:30 Opening\n10:30 - 12:00 A talk about snow\n12:00 - 13:00 Lunch\n",
		"[00:00] Kalk - Winter\n[03:30] Öl - Snow at Night\n[07:12] Jo - The Lake\n",
		"Question: Is it cold?\nAnswer: It is.\nQuestion: Very?\nAnswer: Very.\n",
		"1:1 In the beginning there was snow.\n1:2 And it was cold.\n1:3 And it was good.\n",
		"= Files\n\nThe name +tt+ or <tt>snow</tt>.\n\n<p begin=\"1s\">It snows.</p>\n",
		"# Changes\n\n## 2.0\n\n### Added\n\n- #40: snow (thanks to Jo).\n- #41: ice.\n\n### Fixed\n\n- #42: a lake.\n\n### Added\n\n- #43: no.\n",
		"Q: Is it cold?\nA: It is.\n\nQ: Where is the boat?\nA: It left.\n",
		"Name: Åsa.\nCity: Kiruna.\n\nName: Jo.\nCity: Cork.\n\nName: Zoë.\nCity: Oslo.\n",
		"Monday: Snow.\nTuesday: Snow.\nMonday: Snow again.\n",
		"Pie\nYield: 4 pieces.\nServes: 2 people.\n\nIce\nYield: 8 pieces.\nServes: 4 people.\n",
		"<blockquote><p>Snow.</p><cite>Åsa Öst</cite></blockquote><time>1 February</time>",
		"Aries: A calm day.\nTaurus: Walk more.\nGemini: Read a book.\n\nAries: Rest.\nTaurus: Call Jo.\nGemini: Wait.\n",
		"Winter: the lake is white.\nSummer: the lake is blue.\nWinter: we wait.\nSummer: we swim.\n",
		"Fixed: A crash.\nAdded: A rule.\nFixed: A leak.\n",
		"09:00 Åsa Öst: Counter.\n10:00 Jo O'Dell: Kitchen.\n12:30 Åsa Öst: Lunch.\n",
		"Leap\t1972\tJun\t30\t23:59:60\t+\tS\nLeap\t1972\tDec\t31\t23:59:60\t+\tS\nLeap\t1973\tDec\t31\t23:59:60\t+\tS\n",
		"ID: 12\nService Mode: Replicated\nPlacement:\nConfigs:\nNetworks: snow\nEndpoint Mode: vip\nPorts:\nPlacement:\n",
		"<p>I read <cite>The Lake</cite> at <time>10:00</time>.</p><p>It was good.</p>",
		"<p>Open from <time>9:00</time> to <time>17:00</time></p><p><cite>The Lake</cite></p>",
		"WebVTT parser\n=============\n\nIt parses captions.\n",
		"12:00:01 starting the server\n12:00:02 listening on a port\n12:00:02 ready for work\n",
	} {
		result, err := Read([]byte(src), "", &Options{File: "a.txt"})
		var f finding.Finding
		if !errors.As(err, &f) {
			t.Errorf("read as %v:\n%s", result, src)
		}
	}
}

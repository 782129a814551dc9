package transcripts

import (
	"onair/internal/finding"
	"onair/transcripts/forms"
)

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/transcripts.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "T001", Severity: finding.Error, Title: "text or a stamp before the first label",
		Hint:    "say who speaks: **Name:**",
		Example: "Hello.\n\n**Vega:** Yes.\n",
	},
	{
		ID: "T002", Severity: finding.Error, Title: "label without bold",
		Hint:    "make the name bold: **Name:**",
		Example: "**Vega:** One.\n\nVega: Two.\n",
	},
	{
		ID: "T003", Severity: finding.Error, Title: "malformed label",
		Hint:    "say who speaks: **Name:**",
		Example: "**Vega**: One.\n",
	},
	{
		ID: "T004", Severity: finding.Warning, Title: "not exactly one space after a label",
		Hint:    "put one space",
		Example: "**Vega:**One.\n",
	},
	{
		ID: "T005", Severity: finding.Warning, Title: "no blank line before a label",
		Hint:    "put a blank line before it",
		Example: "**Vega:** One.\n**Rigel:** Two.\n",
	},
	{
		ID: "T006", Severity: finding.Error, Title: "label inside a paragraph",
		Hint:    "start a paragraph with it (onair transcripts fmt does it)",
		Example: "**Vega:** One. **Vega:** Two.\n",
	},
	{
		ID: "T007", Severity: finding.Error, Title: "label without a name, with the colon before it, or written twice",
		Hint:    "write **Name:** once, with the colon inside",
		Example: "**:Vega** One.\n",
	},
	{
		ID: "T008", Severity: finding.Warning, Title: "turn without words",
		Hint:    "remove the label or add what was said",
		Example: "**Vega:**\n\n**Rigel:** One.\n",
	},
	{
		ID: "T009", Severity: finding.Error, Title: "unknown speaker, or another label of a known one",
		Hint:    "add the name to people.yaml, or as an alias of a person there",
		Example: "**Vegga:** One.\n",
	},
	{
		ID: "T010", Severity: finding.Info,
		Title:   "name used once in a long transcript",
		Hint:    "compare with the audio, or leave it",
		Example: "Vegga speaks once in an hour with Vega",
	},
	{
		ID: "T011", Severity: finding.Warning, Title: "text after a pause without a label",
		Hint:    "give the text a label of its own",
		Example: "**Vega:** One.\n\n**Break:**\n\nTwo.\n",
	},
	{
		ID: "T012", Severity: finding.Error, Title: "malformed stamp",
		Hint:    "write \\[hh:mm:ss\\] or \\[mm:ss\\]",
		Example: "**Vega:** \\[0:10\\] One.\n",
	},
	{
		ID: "T013", Severity: finding.Warning, Title: "60 minutes or more without hours",
		Hint:    "write the hours: \\[1:40:08\\]",
		Example: "**Vega:** \\[100:08\\] One.\n",
	},
	{
		ID: "T014", Severity: finding.Error, Title: "stamp out of order",
		Hint:    "compare with the audio; a compilation of clips says timeline: clips at its top",
		Example: "**Vega:** \\[10:00\\] One.\n\n\\[03:00\\] Two.\n\n\\[11:00\\] Three.\n",
	},
	{
		ID: "T015", Severity: finding.Error, Title: "stamp after the end of the audio",
		Hint:    "compare with the audio; is it that of this episode?",
		Example: "**Vega:** \\[01:02\\] One.\n",
	},
	{
		ID: "T016", Severity: finding.Warning, Title: "speech slower than 90 or faster than 260 words a minute",
		Hint:    "compare the stamps with the audio",
		Example: "**Vega:** \\[00:00\\] Two words \\[01:00\\] in a minute.\n",
	},
	{
		ID: "T017", Severity: finding.Warning, Title: "tag or stamp without backslashes",
		Hint:    "put a backslash before each bracket: \\[laughs\\]",
		Example: "**Vega:** [00:10] One [laughter] two.\n",
	},
	{
		ID: "T018", Severity: finding.Error, Title: "brackets that do not match",
		Hint:    `close the note: \[laughs\]`,
		Example: "**Vega:** One \\[laughs\\[ two.\n",
	},
	{
		ID: "T019", Severity: finding.Warning, Title: "unintelligible without its full time",
		Hint:    `write \[unintelligible hh:mm:ss\]`,
		Example: "**Vega:** \\[unintelligible01:13\\]\n",
	},
	{
		ID: "T020", Severity: finding.Warning, Title: "tag glued to a word",
		Hint:    "put a space before and after it",
		Example: "**Vega:** late\\[laughs\\]and\n",
	},
	{
		ID: "T021", Severity: finding.Error, Title: "link without a readable target, or to an unsafe one",
		Hint:    "write [text](https://…)",
		Example: "**Vega:** [a](www.example.org)\n",
	},
	{
		ID: "T022", Severity: finding.Warning, Title: "entity outside code",
		Hint:    "write the character itself",
		Example: "**Vega:** It&#39;s here.\n",
	},
	{
		ID: "T023", Severity: finding.Error, Title: "HTML",
		Hint:    "remove it, or write &lt; for <",
		Example: "**Vega:** <img src=x>\n",
	},
	{
		ID: "T024", Severity: finding.Warning, Title: "paragraph that looks like a list or code by accident",
		Hint:    "put a backslash before the mark, as in 2009\\. August",
		Example: "**Vega:** One.\n\n2009. August 13th.\n",
	},
	{
		ID: "T025", Severity: finding.Warning, Title: "invisible or control character, or text that is not UTF-8",
		Hint:    "remove it",
		Example: "**Vega:** One\u00a0two.\n",
	},
	{
		ID: "T026", Severity: finding.Info, Title: "extra spaces or blank lines, no final line end, CRLF, or a byte order mark",
		Hint:    "onair transcripts fmt -w removes them",
		Example: "**Vega:** One. \n",
	},
	{
		ID: "T027", Severity: finding.Warning, Title: "paragraph over several lines",
		Hint:    "one line a paragraph (--fix --unwrap joins them)",
		Example: "**Vega:** One\ntwo.\n",
	},
	{
		ID: "T028", Severity: finding.Error,
		Title:   "file that belongs to no episode, or second file of an episode",
		Hint:    "name the file after the episode, or remove the second one",
		Example: "two transcripts of one episode: 4.md and 4-cloudy.md",
	},
	{
		ID: "T029", Severity: finding.Error,
		Title:   "text nearly equal to another episode's",
		Hint:    "is it the right file? if it is, write \"same: reason\" in its front matter",
		Example: "the transcript of episode 4, saved as that of episode 5 as well",
	},
	{
		ID: "T030", Severity: finding.Info, Title: "label that repeats the speaker",
		Hint:    "remove the label, unless another person speaks",
		Example: "**Vega:** One.\n\n**Vega:** Two.\n",
	},
	{
		ID: "T031", Severity: finding.Warning,
		Title:   "change that relabels turns, drops turns or deletes stamps",
		Hint:    "compare with the file before the change; if it is meant, say so when you commit it",
		Example: "a commit that renames 30 labels from Vega to Rigel",
	},
	{
		ID: "T032", Severity: finding.Warning,
		Title:   "translation whose turns or stamps differ from the original's",
		Hint:    "compare with the original; onair transcripts translate adds what is missing",
		Example: "a transcript.es.md of 22 turns beside a transcript.md of 23",
	},
	{
		ID: "T037", Severity: finding.Warning, Title: "emphasis with a space before its last star",
		Hint:    "remove the space",
		Example: "**Vega:** It was *very * late.\n",
	},
	{
		ID: "T041", Severity: finding.Warning, Title: "stamp that is far from its word in the audio",
		Hint:    "listen there: the stamp is wrong, or words before it are missing",
		Example: "\\[12:30\\] before words that are heard at 12:40",
	},
	{
		ID: "T043", Severity: finding.Error, Title: "more markup in a paragraph than is read",
		Hint:    "divide the paragraph, or remove the markup",
		Example: "a paragraph with ten thousand stars",
	},
	{
		ID: "T050", Severity: finding.Info, Title: "transcript or translation of a machine that nobody has reviewed",
		Hint:    "when it is corrected, remove the line machine: from its front matter; until then its page says so",
		Example: "---\nmachine: {engine: command, reviewed: false}\n---\n\n**Vega:** Hello.\n",
	},
})

// Rules returns the rules of transcripts. Lint and Parse report the rules that check a
// single file. T028, T029, T031 and T032 compare files, and T041 needs the words of the
// audio.
func Rules() finding.Rules { return rules }

var (
	ruleFirst        = rules.Must("T001")
	ruleUnbolded     = rules.Must("T002")
	ruleLabel        = rules.Must("T003")
	ruleSpace        = rules.Must("T004")
	ruleBlankLine    = rules.Must("T005")
	ruleInside       = rules.Must("T006")
	ruleName         = rules.Must("T007")
	ruleEmpty        = rules.Must("T008")
	ruleSpeaker      = rules.Must("T009")
	ruleOnce         = rules.Must("T010")
	ruleAfterPause   = rules.Must("T011")
	ruleStamp        = rules.Must("T012")
	ruleMinutes      = rules.Must("T013")
	ruleOrder        = rules.Must("T014")
	ruleDuration     = rules.Must("T015")
	ruleRate         = rules.Must("T016")
	ruleUnescaped    = rules.Must("T017")
	ruleBrackets     = rules.Must("T018")
	ruleUnclear      = rules.Must("T019")
	ruleGlued        = rules.Must("T020")
	ruleLink         = rules.Must("T021")
	ruleEntity       = rules.Must("T022")
	ruleHTML         = rules.Must("T023")
	ruleAccident     = rules.Must("T024")
	ruleHidden       = rules.Must("T025")
	ruleSpaces       = rules.Must("T026")
	ruleWrapped      = rules.Must("T027")
	ruleRepeated     = rules.Must("T030")
	ruleStars        = rules.Must("T037")
	ruleTranslated   = rules.Must("T032")
	ruleStampAndWord = rules.Must("T041")
	ruleDense        = rules.Must("T043")
	ruleMachine      = rules.Must("T050")
	ruleFormat       = forms.Rules().Must("T036")
)

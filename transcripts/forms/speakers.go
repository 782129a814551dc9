package forms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// speakersInText finds speakers at the start of lines, in speeches that have no speaker. It
// cuts a speech where its speaker changes, and joins its other lines. The result may use
// the array of speeches.
func speakersInText(s *source, speeches []Speech) []Speech {
	if !slices.ContainsFunc(speeches, func(u Speech) bool { return u.Speaker == "" }) {
		for i := range speeches {
			speeches[i].dropLabel()
		}
		return speeches
	}
	var v voices
	lines := v.noteSpeeches(speeches)
	v.decide(s)
	found, cut := speeches[:0], false // in the same array until a speech is cut
	sure := true                      // the text above ends a sentence
	for i := range speeches {
		u := speeches[i]
		said := lines[i]
		if said == nil && u.Speaker == "" {
			said = v.splitInside(u.Text)
		}
		ends := script.EndsSentence(u.Text)
		switch {
		case u.Speaker != "":
			v.speaker = ""
			found = append(found, u)
		case said != nil:
			if !cut {
				found, cut = append(make([]Speech, 0, len(speeches)+len(said)), found...), true
			}
			n := len(found)
			found = v.caption(found, &caption{plain: true, lines: said}, false)
			place(found[n:], &u)
		default:
			v.name(&u, sure)
			found = append(found, u)
		}
		sure = ends
	}
	return found
}

// noteSpeeches notes the lines of speeches. It returns the lines of each speech that has
// several and no speaker.
func (v *voices) noteSpeeches(speeches []Speech) map[int][]string {
	several := map[int][]string{}
	for i := range speeches {
		u := &speeches[i]
		if u.Speaker != "" {
			u.dropLabel()
			v.note(u.Text)
			v.openings[u.Speaker] += often
			continue
		}
		lines := dialogueLines(u.Text)
		if lines == nil {
			v.note(u.Text)
			continue
		}
		several[i] = lines
		dashed := 0
		for _, line := range lines {
			v.note(line)
			if dash.MatchString(line) {
				dashed++
			}
		}
		v.dashes = v.dashes || dashed > 1 && dashed == len(lines)
	}
	return several
}

// name gives a speech of one line its speaker: the one before its words, or else the speaker
// of the previous line. sure means that the previous line ended a sentence.
func (v *voices) name(u *Speech, sure bool) {
	name, rest, changed := v.split(u.Text, sure)
	if changed {
		v.speaker = name
	}
	if rest != u.Text && rest != "" {
		_, *u = u.cut(len(u.Text) - len(rest))
	}
	u.Speaker = v.speaker
}

// dropLabel joins the lines of a speech, and drops the name of its speaker before the
// words.
func (u *Speech) dropLabel() {
	u.Text = strings.ReplaceAll(u.Text, "\n", " ")
	if name, rest, ok := cutName(u.Text); ok && rest != "" && strings.EqualFold(name, u.Speaker) {
		_, *u = u.cut(len(u.Text) - len(rest))
	}
}

// dialogueLines splits a text at its line ends, and where a dash or chevrons stand for
// another speaker. It returns nil if there is only one line.
func dialogueLines(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if opensWithSign(line) {
			if sign := strings.TrimSpace(chevrons.FindString(line) + dash.FindString(line)); sign != "" {
				for at := len(sign); ; {
					i := strings.Index(line[at:], " "+sign+" ")
					if i < 0 {
						break
					}
					if at += i; script.EndsSentence(line[:at]) || sign[0] == '>' {
						lines, line, at = append(lines, line[:at]), line[at+1:], 0
					}
					at += len(sign)
				}
			}
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 {
		return nil
	}
	return lines
}

// splitDialogue splits the lines of a caption as dialogueLines does. If one line opens with
// chevrons, those inside the others stand for another speaker too.
func (c *caption) splitDialogue() {
	c.split(dialogueLines)
	if !slices.ContainsFunc(c.lines, func(line string) bool { return strings.HasPrefix(line, ">>") }) {
		return
	}
	c.split(func(line string) []string {
		before, after, ok := strings.Cut(line, " >> ")
		if !ok {
			return nil
		}
		lines := []string{before}
		for part := range strings.SplitSeq(after, " >> ") {
			lines = append(lines, ">> "+part)
		}
		return lines
	})
}

// place gives each part of a speech a start and an end: those of its words, or a share of
// the time of the speech.
func place(parts []Speech, whole *Speech) {
	end := whole.End
	if whole.Timed && !whole.Ended {
		end = whole.Start + readingTime(whole.Text)
	}
	share(parts, whole.Start, max(end, whole.Start))
	at := 0
	for i := range parts {
		u := &parts[i]
		u.At, u.Timed, u.Ended, u.channel = whole.At, whole.Timed, whole.Timed, whole.channel
		k := strings.Index(whole.Text[at:], u.Text)
		if k < 0 {
			continue
		}
		begin := at + k
		at = begin + len(u.Text)
		for _, w := range whole.Words {
			if w.To > begin && w.To <= at {
				w.To -= begin
				u.Words = append(u.Words, w)
			}
		}
		if n := len(u.Words); n > 0 {
			u.Start, u.End, u.Timed, u.Ended = u.Words[0].Start, u.Words[n-1].End, true, true
		}
	}
}

// undecorated returns a name without what people write around it: pronouns or a role in
// brackets or a company behind it, and emoji before it.
func undecorated(name string) string {
	if strings.HasSuffix(name, ")") {
		if open := strings.LastIndexByte(name, '('); open > 0 {
			name = name[:open]
		}
	}
	name, _, _ = strings.Cut(name, " | ")
	if first, _ := utf8.DecodeRuneInString(name); first >= utf8.RuneSelf && unicode.IsSymbol(first) {
		name = strings.TrimLeftFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	return strings.TrimSpace(name)
}

// couldBeName reports whether words are short enough for a name, and contain neither the
// end of a sentence nor brackets.
func couldBeName(name string) bool {
	const most, longest = 5, 60
	words := len(strings.Fields(name))
	return words > 0 && words <= most && utf8.RuneCountInString(name) <= longest && !strings.ContainsAny(name, "?!*[]<>{}=;")
}

// looksLikeName reports whether words look like a name: at least the given number of
// words, which all start with capitals, except for particles.
func looksLikeName(name string, least int) bool {
	words := strings.Fields(name)
	if len(words) < least || !couldBeName(name) {
		return false
	}
	for i, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		if i > 0 && particles[word] {
			continue
		}
		if _, rest, ok := cutApostrophe(word); ok && i > 0 { // d’Été
			first, _ = utf8.DecodeRuneInString(rest)
		}
		title := len(word) <= len("Psy.D.")
		if i > 0 && strings.IndexFunc(word, unicode.IsUpper) > 0 { // deGrasse
			continue
		}
		if !unicode.IsLetter(first) && (i == 0 || !unicode.IsDigit(first)) || unicode.IsLower(first) || strings.HasSuffix(word, ".") && !title {
			return false
		}
	}
	return true
}

// particles are the words without capitals that names may contain.
var particles = set("de del della di da do dos das du des la le les las los el al van von vom zu zum zur der den ter ten bin ibn binti af av y e i of the and")

// cutApostrophe splits off one letter and the apostrophe after it, as in d’Été.
func cutApostrophe(word string) (letter, rest string, ok bool) {
	letter, rest, ok = strings.Cut(strings.Replace(word, "’", "'", 1), "'")
	return letter, rest, ok && len(letter) == 1 && rest != ""
}

// isNote reports whether words in brackets are a sound rather than a name.
func isNote(name string) bool {
	for _, word := range strings.Fields(strings.ToLower(name)) {
		if sounds[word] {
			return true
		}
	}
	return false
}

var sounds = set("music laughter laughs laughing applause cheering silence pause inaudible unintelligible crosstalk noise sound sounds " +
	"background foreign singing giggles sigh sighs coughs beep bleep alert alerts fail gasps groans sneezes whispers whispering laugh chuckle cross-talk ringing theme intro outro jingle break audio video speaking clapping chuckles " +
	"笑 笑い 笑い声 拍手 音楽 歓声 ため息 沈黙 雑音 掌声 笑声 音乐 音樂")

// ordinary are words that people say before a colon. They are not names unless they occur
// repeatedly.
var ordinary = set("question answer note notes warning remember tip example hint caution attention summary conclusion result problem solution " +
	"reasons fact facts update updates spoiler disclaimer reminder lesson rule quote translation meaning title chapter part step steps point idea goal ps " +
	"plus translation source sources link links date time place subject topic myth truth option case bonus trivia definition therefore otherwise meanwhile " +
	"reason today tomorrow first second third finally next however so and but well now yes no ok okay also again remark attendees participants speakers keywords recording transcript " +
	"never always nothing everything nobody everybody everyone someone only just really very please absolutely exactly maybe perhaps here there wow oh ah hey right sure great cool nice wait stop listen look thanks sorry amazing awesome " +
	"frage antwort hinweis warnung achtung beispiel fazit problem lösung merke " +
	"pregunta respuesta nota aviso atención ejemplo question réponse remarque exemple domanda risposta esempio pergunta resposta exemplo vraag antwoord let")

// fields are words before a colon that are not names, such as those of forms, recipes and
// logs.
var fields = set("name names address city country age phone tel telephone email e-mail mail web website price contact author title yield yields serves servings prep cook oven total amount " +
	"invoice order id status version type description size colour color weight width height length info warn error debug trace fatal critical notice todo done fixme bug " +
	"added changed deprecated removed fixed pros cons verdict")

// days are the days of the week.
var days = set("monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche")

// IsName reports whether words before a colon are a person's name, judged by their
// capitals. A role or pronouns in brackets may follow. Words such as "Question" and "Friday" are
// not names.
func IsName(words string) bool {
	first, _, _ := strings.Cut(strings.ToLower(words), " ")
	return looksLikeName(undecorated(words), 1) && !ordinary[first] && !days[first] && !function[first]
}

// function are words that start a phrase rather than a name.
var function = set("a an the on in at by for from of to with about after before during since until when while where why how what who which this that " +
	"these those my your our their his her its it if as is are was were do does did not no or and but so all some any every each " +
	"last most more one two three am im bei mit nach für von der die das ein eine le les un une des en dans pour el los las una por il lo gli")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		m[word] = true
	}
	return m
}

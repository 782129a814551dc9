package forms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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

// fields are words that people write before a colon, but nobody is called.
var fields = set("name names address city country age phone tel telephone email e-mail mail web website price contact author title yield yields serves servings prep cook oven total amount " +
	"invoice order id status version type description size colour color weight width height length info warn error debug trace fatal critical notice todo done fixme bug " +
	"monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche")

// IsName reports whether words before a colon are a person's name, judged by their
// capitals. Words such as "Question" are not names.
func IsName(words string) bool {
	first, _, _ := strings.Cut(words, " ")
	return looksLikeName(words, 1) && !ordinary[strings.ToLower(first)] && !function[strings.ToLower(first)]
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

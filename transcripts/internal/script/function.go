package script

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FunctionWords has the articles, prepositions, conjunctions and pronouns of a language.
// They belong to the next word, so a cue or a line does not end after one of them if
// another place is near.
type FunctionWords map[string]bool

// languages has the function words of each known language.
var languages = []FunctionWords{
	functionWordsOf(`a an the this that these those my your his her its our their every each some any no another such
		of in on at by for from to with into onto over under about after before during since until till through between among against
		across behind beyond within without towards toward upon per via like than as around near off out up
		and or but nor so yet if because although though while whereas unless whether when where why how who whom whose which what
		i you he she it we they me him us them i'm you're he's she's it's we're they're i've you've we've they've i'd you'd we'd they'd
		i'll you'll we'll they'll he'll she'll it'll that's there's who's what's there very just`),
	functionWordsOf(`der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen dein deine sein seine
		seinen ihr ihre ihren unser unsere euer dieser diese dieses diesen diesem jeder jede jedes jeden welche welcher welches solche
		in im an am auf aus bei beim mit nach von vom zu zum zur vor über unter durch für gegen ohne um bis seit während wegen zwischen hinter neben ins ans
		und oder aber denn sondern dass daß weil wenn als ob obwohl damit nachdem bevor sobald sowie wie wo warum was wer wen wem
		ich du er sie es wir man mich dich ihn uns euch mir dir ihm ihnen sich nicht sehr`),
	functionWordsOf(`el la los las lo un una unos unas mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta estos estas ese esa esos esas
		aquel aquella cada algún alguna ningún ninguna otro otra
		a al de del en con por para sin sobre entre desde hasta hacia según durante contra tras ante bajo
		y e o u ni pero sino que porque pues si aunque cuando mientras donde como quien cual cuyo cuya qué cómo dónde cuándo
		yo tú él ella nosotros ellos ellas usted ustedes me te se nos os le les muy no`),
	functionWordsOf(`le la les l' un une des du de d' ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs chaque quelque quelques
		aucun aucune autre quel quelle
		à au aux en dans sur sous par pour avec sans chez entre vers depuis pendant avant après contre selon jusque jusqu'à
		et ou mais ni car or donc que qu' qui quand si comme parce puisque lorsque où dont quoi pourquoi comment
		je j' tu il elle on nous vous ils elles me te se lui y ne n' c' s' m' t' très`),
	functionWordsOf(`o a os as um uma uns umas meu minha meus minhas teu tua seu sua seus suas nosso nossa nossos nossas este esta estes estas esse essa esses
		essas aquele aquela aqueles aquelas cada algum alguma nenhum nenhuma outro outra
		de do da dos das em no na nos nas num numa por pelo pela pelos pelas para com sem sobre entre até desde após ante contra ao aos à às
		e ou mas nem que porque pois se embora quando enquanto onde como quem qual cujo cuja
		eu tu ele ela nós vós eles elas você vocês me te se lhe lhes muito não`),
	functionWordsOf(`il lo la i gli le l' un uno una un' mio mia miei mie tuo tua suo sua suoi sue nostro nostra vostro vostra loro questo questa questi queste
		quel quella quello quei quegli quelle ogni qualche nessun nessuno nessuna altro altra
		di a da in con su per tra fra del dello della dei degli delle al allo alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle
		sul sullo sulla sui sugli sulle senza verso contro durante dopo prima dell' all' dall' nell' sull'
		e ed o ma né che perché se anche quando mentre dove come chi cui quale
		io tu lui lei noi voi mi ti si ci vi ne non molto`),
	functionWordsOf(`de het een deze dit die dat mijn jouw je zijn haar ons onze jullie hun elke elk ieder iedere geen andere
		in op aan bij met naar van voor over onder door tegen zonder om tot sinds tijdens tussen achter naast uit te
		en of maar want dus dat als omdat wanneer terwijl hoewel toen zodat wie wat waar hoe waarom welke
		ik jij u hij zij ze wij we mij hem hen zich er niet heel`),
}

func functionWordsOf(words string) FunctionWords {
	m := FunctionWords{}
	for word := range strings.FieldsSeq(words) {
		m[word] = true
	}
	return m
}

// LanguageOf returns the function words of the language of a text, judged by about its
// first thousand words. It returns nil if the language is not known.
func LanguageOf(texts iter.Seq[string]) FunctionWords {
	const sample, leastShare = 1000, 5 // words; one word in five
	counts := make([]int, len(languages))
	words := 0
	for text := range texts {
		for word := range strings.FieldsSeq(text) {
			words++
			word = bareWord(word)
			for i := range languages {
				if languages[i][word] {
					counts[i]++
				}
			}
		}
		if words >= sample {
			break
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	if leastShare*counts[best] < words || words == 0 {
		return nil
	}
	return languages[best]
}

// bareWord returns a word in lower case, without the characters around it that are neither
// letters nor apostrophes.
func bareWord(word string) string {
	word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' })
	return strings.ToLower(strings.ReplaceAll(word, "’", "'"))
}

// EndsWith reports whether a text ends with a function word that has no punctuation after
// it.
func (f FunctionWords) EndsWith(text string) bool {
	if f == nil || text == "" {
		return false
	}
	if last, _ := utf8.DecodeLastRuneInString(text); !unicode.IsLetter(last) && last != '\'' && last != '’' {
		return false
	}
	return f[bareWord(text[strings.LastIndexByte(text, ' ')+1:])]
}

package release

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/show"
	"onair/transcripts"
	"onair/transcripts/repo"
	"onair/transcripts/translate"
	"onair/transcripts/words"
)

// texts reads the transcripts of a show.
type texts struct {
	show     *show.Show
	cache    *derive.Cache
	settings *repo.Settings
	options  transcripts.Options // without File
	inputs   derive.Key          // key of the options

	mu     sync.Mutex
	recent []*parsed // transcripts that were read last
}

// transcript is a transcript of an episode and the objects made from it. It does not
// keep the text, because the text of a whole catalogue does not fit into memory.
type transcript struct {
	show.TranscriptFile
	texts    *texts
	duration time.Duration // duration of the audio
	payload  string        // SHA-256 of the audio without its tag; empty if unknown
	words    string        // path of the recognized words; empty if there are none
	key      derive.Key    // key of the text and of all else that the objects depend on; zero if unknown
	digest   string        // digest of the words of the text; empty if the text cannot be read
	machine  bool          // whether the text comes from a speech recognizer and was not reviewed
	timed    bool          // whether the text can be shown as captions
	gaps     []gap         // what could not be understood; nil unless the episode is live
	files    []*Object     // in the order of formats
}

// parsed is a parsed transcript and its cues, which all formats share.
type parsed struct {
	of   *transcript
	once sync.Once
	text *transcripts.Transcript
	cues []transcripts.Cue
	err  error
}

// textFacts are the cached facts of a transcript.
type textFacts struct {
	Findings []knownFinding `json:"findings,omitempty"`
	Timed    bool           `json:"timed,omitempty"`
	Machine  bool           `json:"machine,omitempty"`
	Digest   string         `json:"digest"`          // result of transcripts.Transcript.Digest
	Files    []bucket.Sums  `json:"files,omitempty"` // in the order of formats; nil unless the episode is live
	Gaps     []gap          `json:"gaps,omitempty"`  // nil unless the episode is live
}

// gap is a place of a transcript where words could not be understood.
type gap struct {
	Line    int           `json:"line"`
	Speaker string        `json:"speaker,omitempty"`
	Words   string        `json:"words,omitempty"` // words around the gap
	Start   time.Duration `json:"start,omitempty"`
	Timed   bool          `json:"timed,omitempty"` // whether Start is known
}

// gapsOf returns the gaps of a transcript.
func gapsOf(t *transcripts.Transcript, file string, duration time.Duration) (gaps []gap) {
	for _, task := range transcripts.Todo(t, file, duration) {
		if task.Kind == transcripts.Unintelligible {
			gaps = append(gaps, gap{task.Line, task.Speaker, task.Context, task.Start, task.Known})
		}
	}
	return gaps
}

var (
	wordsFunc     = derive.Func{Name: "words", Version: 1}
	textFunc      = derive.Func{Name: "transcripts", Version: 4}
	translateFunc = derive.Func{Name: "translations", Version: 2}
)

// maxTranscript is the size limit of a transcript, in bytes; an hour of talk is some
// 60 kB.
const maxTranscript = 16 << 20

// keptTexts is how many parsed transcripts are kept. The formats of a transcript are
// written one after the other, for several episodes at the same time, and each
// episode may have translations.
var keptTexts = 4 * max(2, runtime.GOMAXPROCS(0))

// readTexts returns the reader of the show's transcripts. It reads transcripts.yaml,
// which is optional.
func (b *builder) readTexts() *texts {
	t := &texts{show: b.show, cache: b.o.Cache, settings: b.readTranscriptSettings()}
	t.options = transcripts.Options{Pauses: t.settings.Pauses, People: speakers(b.show)}
	if fraction, err := transcripts.ParseFraction(b.show.Transcripts.Fraction); err == nil {
		t.options.Fraction = fraction // package show has refused other values
	}
	t.inputs = derive.KeyOf(t.options, t.show.Transcripts.Sounds)
	return t
}

// readTranscriptSettings reads transcripts.yaml.
func (b *builder) readTranscriptSettings() *repo.Settings {
	settings, err := repo.Load(b.show.Folder.FS)
	if settings == nil {
		f := finding.Finding{Severity: finding.Error, Position: finding.Position{File: repo.SettingsFile}, Message: fmt.Sprint(err)}
		_ = errors.As(err, &f)
		f.Rule = ruleSettings.ID
		b.findings.Add(f)
		return &repo.Settings{}
	} // otherwise the error is about people.yaml, which package show reports
	if own := b.show.Transcripts.Fraction; settings.Fraction != "" && settings.Fraction != own {
		b.findings.Add(ruleSettings.At(finding.Position{File: repo.SettingsFile}, "timestamp_fraction is %s here and %s in show.yaml", settings.Fraction, own).WithHint("leave it to show.yaml"))
	}
	return settings
}

// speakers returns the people of a show, sorted by name.
func speakers(s *show.Show) (people []transcripts.Person) {
	for _, p := range s.People {
		people = append(people, transcripts.Person{Name: p.Name, Aliases: p.Aliases})
	}
	slices.SortFunc(people, func(a, b transcripts.Person) int { return strings.Compare(a.Name, b.Name) })
	return people
}

// read returns the parsed transcript and its cues, from memory if it was read
// recently.
func (t *transcript) read() (*parsed, error) { return t.parse(t.load) }

// load returns the bytes of the transcript.
func (t *transcript) load() ([]byte, error) {
	return t.texts.show.Folder.ReadFile(t.Path, maxTranscript)
}

// parse is like read, but takes the bytes from load. If several calls run at the same
// time, only one of them parses.
func (t *transcript) parse(load func() ([]byte, error)) (*parsed, error) {
	p := t.texts.entry(t)
	p.once.Do(func() {
		var data []byte
		if data, p.err = load(); p.err != nil {
			t.texts.drop(p)
			return
		}
		options := t.texts.options
		options.File = t.Path
		if p.text, p.err = transcripts.ReadFile(data, &transcripts.ReadOptions{Options: options, Duration: t.duration}); p.err != nil {
			t.texts.drop(p)
			return
		}
		t.align(p.text)
		p.cues = p.text.Cues(t.duration)
	})
	return p, p.err
}

// findWords returns the path of the recognized words of an episode. It is empty if
// there are none, and for a transcript that is a translation or not in Markdown.
func (t *transcript) findWords(e *Episode) string {
	if t.Language != e.Language || path.Ext(t.Path) != ".md" {
		return ""
	}
	name := path.Join(e.Dir, words.FileName)
	if info, err := t.texts.show.Folder.Stat(name); err != nil || !info.Mode().IsRegular() {
		return "" // package show reports what is not a regular file
	}
	return name
}

func (t *transcript) loadWords() ([]byte, error) {
	return t.texts.show.Folder.ReadFile(t.words, words.MaxSize)
}

// align gives a transcript the times of the recognized words. It adds problems of the
// words to the findings of the transcript.
func (t *transcript) align(text *transcripts.Transcript) {
	if t.words == "" {
		return
	}
	data, err := t.loadWords()
	if err != nil {
		text.Findings.Add(unreadable(t.words, err))
		return
	}
	heard, err := words.Read(data, t.words)
	if f := (finding.Finding{}); errors.As(err, &f) {
		text.Findings.Add(f)
		return
	}
	if f, ok := heard.BelongsTo(t.payload, t.words); !ok {
		text.Findings.Add(f)
		return
	}
	text.Findings = append(text.Findings, text.Align(heard, t.Path)...)
}

// wordsKey returns the key of the inputs of align; zero if there are no recognized words.
func (t *transcript) wordsKey() (derive.Key, error) {
	if t.words == "" {
		return derive.Key{}, nil
	}
	name, _ := t.texts.show.Folder.Path(t.words)
	info, err := t.texts.show.Folder.Stat(t.words)
	if err != nil {
		return derive.Key{}, err
	}
	_, sum, err := derive.ValueOfContent(t.texts.cache, wordsFunc, name, derive.StateOf(info), derive.Key{}, t.loadWords,
		func([]byte) (struct{}, error) { return struct{}{}, nil })
	return derive.KeyOf(sum, t.words, t.payload), err
}

// page returns the transcript and the start of each turn, for its page.
func (t *transcript) page() (*transcripts.Transcript, []time.Duration, error) {
	p, err := t.read()
	if err != nil {
		return nil, nil, err
	}
	return p.text, p.text.Starts(t.duration), nil
}

// entry returns the kept parsed form of a transcript. If none is kept, it adds one that
// is not parsed yet, and drops the oldest one if there are more than keptTexts.
func (x *texts) entry(t *transcript) *parsed {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i := slices.IndexFunc(x.recent, func(p *parsed) bool { return p.of == t }); i >= 0 {
		return x.recent[i]
	}
	p := &parsed{of: t}
	if x.recent = append(x.recent, p); len(x.recent) > keptTexts {
		x.recent = slices.Delete(x.recent, 0, 1)
	}
	return p
}

// drop removes a transcript that could not be read from those that are kept.
func (x *texts) drop(p *parsed) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.recent = slices.DeleteFunc(x.recent, func(other *parsed) bool { return other == p })
}

// facts returns the facts of the transcript from the cache, or else those that compute
// returns. live says whether the facts include the formats. Facts that compute returns
// with an error are not cached.
func (t *transcript) facts(live bool, compute func(*parsed) (textFacts, error)) (textFacts, error) {
	whole := func(data []byte) (textFacts, error) {
		p, err := t.parse(func() ([]byte, error) { return data, nil })
		if err != nil {
			return textFacts{}, err
		}
		return compute(p)
	}
	folder := t.texts.show.Folder
	name, onDisk := folder.Path(t.Path)
	info, err := folder.Stat(t.Path)
	known := t.texts.cache != nil && onDisk && err == nil
	var heard derive.Key
	if known {
		heard, err = t.wordsKey()
	}
	if !known || err != nil { // parse reports the error of wordsKey
		data, err := t.load()
		if err != nil {
			return textFacts{}, err
		}
		return whole(data)
	}
	inputs := derive.KeyOf(t.texts.inputs, t.Path, t.duration, live, heard)
	facts, sum, err := derive.ValueOfContent(t.texts.cache, textFunc, name, derive.StateOf(info), inputs, t.load, whole)
	t.key = derive.KeyOf(sum, inputs)
	return facts, err
}

// loadRecord returns the record of a translation that onair made; nil if there is none.
func (t *transcript) loadRecord() []byte {
	data, err := t.texts.show.Folder.ReadFile(translate.RecordName(t.Path), maxTranscript)
	if err != nil {
		return nil
	}
	return data
}

// checkRecord reports the turns of a translation that people edited and whose original has
// changed since. The next translation would keep these turns as they are.
func (t *transcript) checkRecord(original *transcript, data []byte) (found finding.List) {
	record, err := translate.ReadRecord(data, translate.RecordName(t.Path))
	if err != nil {
		return nil // onair transcripts translate reports it
	}
	source, err := original.load()
	if err != nil {
		return nil
	}
	translated, err := t.load()
	if err != nil {
		return nil
	}
	plan, err := translate.New(source, translated, record, nil, t.Path)
	if f := (finding.Finding{}); errors.As(err, &f) {
		return finding.List{f}
	} else if err != nil {
		return nil
	}
	return plan.Findings
}

// compare compares a translation with the original, and with its record if it has one.
func (t *transcript) compare(original *transcript) finding.List {
	record := t.loadRecord()
	compute := func() ([]knownFinding, error) {
		first, err := original.read()
		if err != nil {
			return nil, err
		}
		second, err := t.read()
		if err != nil {
			return nil, err
		}
		found := transcripts.CompareTranslation(first.text, second.text, t.Path)
		if record != nil {
			found = append(found, t.checkRecord(original, record)...)
		}
		return newKnownFindings(found)
	}
	var known []knownFinding
	var err error
	if name, onDisk := t.texts.show.Folder.Path(t.Path); onDisk && t.key != (derive.Key{}) && original.key != (derive.Key{}) {
		known, err = derive.Value(t.texts.cache, translateFunc, name, derive.KeyOf(original.key, t.key, record), compute)
	} else {
		known, err = compute()
	}
	if err != nil && !errors.Is(err, errNotText) {
		return nil // addTranscripts has reported the error
	}
	return t.enabled(known)
}

// enabled returns the findings about a transcript, without the findings of rules that
// transcripts.yaml disables. A transcript with errors of the linter can usually be read.
// So such errors become warnings, and an old transcript with many of them does not stop a
// publish.
func (t *transcript) enabled(known []knownFinding) (found finding.List) {
	for i := range known {
		f := known[i].finding(t.Path)
		if _, disabled := t.texts.settings.Disabled[f.Rule]; !disabled {
			if !transcripts.IsFatal(f) {
				f.Severity = max(f.Severity, finding.Warning)
			}
			found = append(found, f)
		}
	}
	return found
}

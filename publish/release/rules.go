package release

import (
	"errors"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/transcripts"
)

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/publish.md"

// Scripts and people refer to the IDs, so they are never reused.
var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "P001", Severity: finding.Error,
		Title:   "storage is or contains the show's own folder, or state lies in storage",
		Hint:    "choose a folder such as file:public for storage, and one outside of it for state",
		Example: "storage: file:.",
	},
	{
		ID: "P002", Severity: finding.Error,
		Title:   "two objects have the same key",
		Hint:    "rename one of them",
		Example: "feed: {path: index.html}",
	},
	{
		ID: "P003", Severity: finding.Error,
		Title:   "a transcript cannot be read",
		Hint:    "correct the file; onair transcripts lint says where it is wrong",
		Example: "a transcript.md of 20 MiB",
	},
	{
		ID: "P004", Severity: finding.Error,
		Title: "a transcript cannot be written as captions",
		Hint:  "this is a fault of onair: please report it with the transcript",
	},
	{
		ID: "P005", Severity: finding.Error, Source: "docs/cdn.md",
		Title:   "cdn names an unknown provider or setting",
		Hint:    "onair cdn config --help and docs/cdn.md say what each provider needs",
		Example: "cdn: {provider: nearby}",
	},
	{
		ID: "P006", Severity: finding.Error,
		Title:   "the contributors to the transcripts cannot be read from git (an info if there is no repository)",
		Hint:    "clone with the whole history (fetch-depth: 0), or remove credits: git",
		Example: "credits: git in a clone of depth 1",
	},
	{
		ID: "P007", Severity: finding.Error,
		Title:   "transcripts.yaml cannot be read, or contradicts show.yaml",
		Hint:    "correct the key; where both files have it, keep the one in show.yaml",
		Example: "timestamp_fraction: sometimes",
	},
	{
		ID: "P010", Severity: finding.Error,
		Title:   "a master cannot be read as audio",
		Hint:    "export the audio again as MP3 or AAC",
		Example: "an audio.mp3 that holds a web page",
	},
	{
		ID: "P011", Severity: finding.Error,
		Title:   "the audio is neither in the folder nor in onair.lock (a warning for a scheduled episode, and once the rest is published)",
		Hint:    "put the audio into the folder of the episode, or run onair lock where it is and commit onair.lock",
		Example: "a new episode that is published by CI, which has no audio.mp3",
	},
	{
		ID: "P012", Severity: finding.Error,
		Title:   "the audio is not what onair.lock pins",
		Hint:    "restore the audio, or publish with --replace-audio EPISODE",
		Example: "another mix as the audio.mp3 of a published episode",
	},
	{
		ID: "P013", Severity: finding.Error,
		Title:   "this version of onair cannot write the pinned tag format",
		Hint:    "use a newer onair",
		Example: "tag_format: 9 in onair.lock",
	},
	{
		ID: "P014", Severity: finding.Error, Source: "https://id3.org/id3v2.3.0",
		Title:   "the tag cannot be made",
		Hint:    "save artwork and chapter images smaller",
		Example: "artwork and chapter images of more than 256 MiB",
	},
	{
		ID: "P015", Severity: finding.Error,
		Title:   "onair.lock has an invalid digest",
		Hint:    "restore it from git",
		Example: "sha256: 12ab in onair.lock",
	},
	{
		ID: "P016", Severity: finding.Error,
		Title:   "an episode to remove is still in the show's folder",
		Hint:    "delete its folder, or make it a draft",
		Example: "onair publish --remove 4-cloudy with episodes/4-cloudy in the folder",
	},
	{
		ID: "P017", Severity: finding.Warning,
		Title:   "the chapters of the master's own tag cannot be used",
		Hint:    "write a chapters.txt",
		Example: "a master with a chapter whose title has 100 kB",
	},
	{
		ID: "P018", Severity: finding.Warning,
		Title:   "a waveform cannot be drawn: ffmpeg or the audio is missing",
		Hint:    "install ffmpeg, or put the audio into the folder",
		Example: "waveform: true on a machine without ffmpeg",
	},
	{
		ID: "P020", Severity: finding.Error,
		Title:   "an image cannot be read (a warning if only its smaller versions are missing)",
		Hint:    "save the picture again as JPEG or PNG",
		Example: "an artwork.jpg of 0 bytes",
	},
	{
		ID: "P021", Severity: finding.Warning,
		Title:   "the artwork is the placeholder of onair init",
		Hint:    "put your own in its place: square, 1400 to 3000 pixels, JPEG or PNG",
		Example: "the artwork.jpg that onair init drew",
	},
	{
		ID: "P022", Severity: finding.Error, Source: "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md",
		Title: "the chapters file cannot be written",
		Hint:  "this is a fault of onair: please report it with the chapters",
	},
	{
		ID: "P023", Severity: finding.Error,
		Title: "the feed cannot be rendered",
		Hint:  "correct what the message names; if it names nothing, please report it",
	},
	{
		ID: "P024", Severity: finding.Error,
		Title: "the pages cannot be rendered, and no template is the cause",
		Hint:  "this is a fault of onair: please report it with the show",
	},
	{
		ID: "P025", Severity: finding.Warning,
		Title:   "two episodes have the same audio",
		Hint:    "one of them may have the wrong file",
		Example: "one MP3 copied into the folders of two episodes",
	},
	{
		ID: "P026", Severity: finding.Warning,
		Title:   "an image in the notes or in the description is missing, or is not an image that apps show",
		Hint:    "put it beside the file that shows it, as JPEG, PNG, GIF or WebP",
		Example: "![The bucket](bucket.png) without a bucket.png",
	},
	{
		ID: "P027", Severity: finding.Warning,
		Title:   "machine voices spoke another version of a translated transcript",
		Hint:    "speak it again: onair audio speak",
		Example: "an audio.es.mp3 of onair audio speak, after a correction of transcript.es.md",
	},
})

var (
	ruleStorage        = rules.Must("P001")
	ruleSameKey        = rules.Must("P002")
	ruleReadTranscript = rules.Must("P003")
	ruleWriteCaptions  = rules.Must("P004")
	ruleCDN            = rules.Must("P005")
	ruleContributors   = rules.Must("P006")
	ruleSettings       = rules.Must("P007")
	ruleMaster         = rules.Must("P010")
	ruleNoAudio        = rules.Must("P011")
	ruleOtherAudio     = rules.Must("P012")
	ruleTagFormat      = rules.Must("P013")
	ruleTag            = rules.Must("P014")
	ruleDigest         = rules.Must("P015")
	ruleRemove         = rules.Must("P016")
	ruleOwnChapters    = rules.Must("P017")
	ruleWaveform       = rules.Must("P018")
	ruleImage          = rules.Must("P020")
	rulePlaceholder    = rules.Must("P021")
	ruleChaptersFile   = rules.Must("P022")
	ruleFeed           = rules.Must("P023")
	rulePages          = rules.Must("P024")
	ruleSameAudio      = rules.Must("P025")
	ruleNoteImage      = rules.Must("P026")
	ruleSpoken         = rules.Must("P027")
)

// knownFinding is a finding about a transcript in the form in which it is cached, without
// the fields that its rule determines.
type knownFinding struct {
	Rule    string         `json:"rule,omitempty"`
	Line    int            `json:"line,omitempty"`
	Column  int            `json:"column,omitempty"`
	Message string         `json:"message,omitempty"`
	Fixable bool           `json:"fixable,omitempty"`
	Fix     []finding.Edit `json:"fix,omitempty"`
	Whole   *wholeFinding  `json:"whole,omitempty"` // instead of the other fields, if the finding differs from its rule
}

// wholeFinding is a finding with all of its fields in JSON.
type wholeFinding finding.Finding

var textRules = transcripts.Rules()

// errNotText reports that findings quote bytes that JSON cannot hold.
var errNotText = errors.New("not UTF-8")

// newKnownFindings converts findings to the form in which they are cached. If it returns
// an error, they must not be cached.
func newKnownFindings(found finding.List) (known []knownFinding, err error) {
	for _, f := range found {
		if !utf8.ValidString(f.Message) || !utf8.ValidString(f.Hint) || !utf8.ValidString(f.File) {
			err = errNotText
		}
		for _, edit := range f.Fix {
			if !utf8.ValidString(edit.Text) {
				err = errNotText
			}
		}
		k := knownFinding{Rule: f.Rule, Line: f.Line, Column: f.Column, Message: f.Message, Fixable: f.Fixable, Fix: f.Fix}
		if rule := textRules.Find(f.Rule); rule == nil || f.Severity != rule.Severity || f.Hint != rule.Hint || f.Source != rule.Source {
			whole := wholeFinding(f)
			k = knownFinding{Whole: &whole}
		}
		known = append(known, k)
	}
	return known, err
}

// finding converts k back to a finding about a file.
func (k *knownFinding) finding(file string) finding.Finding {
	if k.Whole != nil {
		return finding.Finding(*k.Whole)
	}
	f := finding.Finding{Rule: k.Rule, Position: finding.Position{File: file, Line: k.Line, Column: k.Column}, Message: k.Message, Fixable: k.Fixable, Fix: k.Fix}
	if rule := textRules.Find(k.Rule); rule != nil {
		f.Severity, f.Hint, f.Source = rule.Severity, rule.Hint, rule.Source
	}
	return f
}

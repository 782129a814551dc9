package audio

import "onair/internal/finding"

// Sources of the rules.
const (
	appleArtwork = "PSP-1, itunes:image; Apple Podcasts for Creators, show artwork"
	appleAudio   = "Apple Podcasts for Creators, audio requirements (support/893)"
	id3v23       = "https://id3.org/id3v2.3.0"
	id3Chapters  = "https://id3.org/id3v2-chapters-1.0"
)

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/audio.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "A001", Severity: finding.Error, Title: "the master was cut off",
		Hint:    "export or copy the file again",
		Example: "a copy of episode.mp3 that stopped halfway: its Xing header promises twice the MPEG frames",
	},
	{
		ID: "A002", Severity: finding.Warning, Title: "the master is damaged",
		Hint:    "export the file again, without editing the MP3 afterwards",
		Example: "cat intro.mp3 interview.mp3 > episode.mp3",
	},
	{
		ID: "A003", Severity: finding.Warning, Title: "sample rate other than 44.1 or 48 kHz",
		Hint:    "export with 44.1 or 48 kHz",
		Example: "lame -b 64 --resample 32 mix.wav episode.mp3",
	},
	{
		ID: "A004", Severity: finding.Warning, Title: "variable bitrate",
		Hint:    "export with a constant bitrate",
		Example: "lame -V 4 mix.wav episode.mp3",
	},
	{
		ID: "A005", Severity: finding.Info, Title: "bitrate outside of Apple's range: 96 to 128 kbit/s in mono, 128 to 256 in stereo",
		Hint:    "speech sounds well in mono with 96 kbit/s, music in stereo with 160",
		Source:  appleAudio,
		Example: "lame -b 320 mix.wav episode.mp3",
	},
	{
		ID: "A006", Severity: finding.Info, Title: "M4A master, which gets no tag",
		Hint:    "export as MP3 to have chapters and artwork in the file",
		Example: "a master that is called audio.m4a and holds AAC",
	},
	{
		ID: "A007", Severity: finding.Warning, Title: "extension of the master does not match its content",
		Hint:    "rename it",
		Example: "a master that is called audio.mp3 and holds AAC",
	},
	{
		ID: "A008", Severity: finding.Warning, Title: "the master's own tag has the GUID of another episode",
		Hint:    "put the master of this episode here",
		Example: "episodes/5-sunny/audio.mp3 copied from episodes/4-cloudy",
	},
	{
		ID: "A009", Severity: finding.Warning, Title: "a tag in the master differs from the published one",
		Hint:    "nothing, if the published values are right; onair writes its own tag and leaves out the master's",
		Example: `a master whose own tag has the title "mix 3"`,
	},
	{
		ID: "A010", Severity: finding.Warning, Title: "chapter images in the master's own tag are left out",
		Hint:    "export the images, and name them in a JSON file of chapters (img)",
		Example: "a master whose CHAP frames have APIC frames",
	},
	{
		ID: "A011", Severity: finding.Info, Title: "the chapters in the master's own tag have no table of contents",
		Hint:    "nothing: onair adds a table of contents when it publishes",
		Source:  id3Chapters,
		Example: "a master that has CHAP frames and no CTOC frame",
	},
	{
		ID: "A012", Severity: finding.Warning, Title: "variable bitrate without a header that gives the length",
		Hint:    "ffmpeg -i IN.mp3 -c copy OUT.mp3, or export with a constant bitrate",
		Example: "lame -V 4 -t mix.wav episode.mp3",
	},
	{
		ID: "A013", Severity: finding.Warning, Title: "the chapters in the audio file contradict each other, or cannot all be read",
		Hint:    "check the list; onair audio tag writes it without contradictions",
		Source:  id3Chapters,
		Example: "a master whose CHAP frames all end at the end of the file",
	},
	{
		ID: "A020", Severity: finding.Error, Title: "artwork is not square",
		Hint:    "crop it to a square",
		Source:  appleArtwork,
		Example: "an artwork.jpg of 3000 × 2000 pixels",
	},
	{
		ID: "A021", Severity: finding.Error, Title: "artwork is not 1400 to 3000 pixels a side, or a chapter image is larger",
		Hint:    "export it with 1400 to 3000 pixels a side",
		Source:  appleArtwork,
		Example: "an artwork.jpg of 600 × 600 pixels",
	},
	{
		ID: "A022", Severity: finding.Error, Title: "image is in CMYK or greyscale",
		Hint:    "export it in RGB",
		Source:  appleArtwork,
		Example: "an artwork.jpg exported for print",
	},
	{
		ID: "A023", Severity: finding.Error, Title: "extension of an image does not match its content",
		Hint:    "rename it",
		Source:  appleArtwork,
		Example: "a PNG that is called artwork.jpg",
	},
	{
		ID: "A024", Severity: finding.Warning, Title: "image is larger than 512 kB",
		Hint:    "save it with stronger compression",
		Example: "an artwork.png of 3 MB",
	},
	{
		ID: "A025", Severity: finding.Error, Title: "image is cut off or damaged",
		Hint:    "save or copy it again",
		Example: "an artwork.jpg whose upload stopped halfway",
	},
	{
		ID: "A026", Severity: finding.Warning, Title: "image has to be turned by apps (EXIF orientation)",
		Hint:    "turn the picture itself, and save it without EXIF orientation",
		Source:  "https://www.cipa.jp/e/std/std-sec.html",
		Example: "an artwork.jpg as a telephone held upright saved it",
	},
	{
		ID: "A027", Severity: finding.Warning, Title: "image is transparent in parts",
		Hint:    "save it on a background of one colour: apps show transparent parts in black or white",
		Source:  appleArtwork,
		Example: "an artwork.png of a logo without a background",
	},
	{
		ID: "A028", Severity: finding.Warning, Title: "image is animated",
		Hint:    "save it as one picture",
		Source:  appleArtwork,
		Example: "an artwork.png that is an APNG",
	},
	{
		ID: "A030", Severity: finding.Warning, Title: "loudness other than -16 ± 1 LUFS in stereo, -19 ± 1 in mono",
		Hint:    "onair audio loudness FILE prints the gain that reaches the target",
		Source:  appleAudio,
		Example: "a stereo master of -23 LUFS, the level of television",
	},
	{
		ID: "A031", Severity: finding.Warning, Title: "true peak above -1 dBTP",
		Hint:    "export with a limiter at -1.5 dBTP",
		Source:  appleAudio,
		Example: "a master normalised to a peak of 0 dB",
	},
	{
		ID: "A032", Severity: finding.Info, Title: "both channels are the same",
		Hint:    "export in mono, with half the bitrate",
		Example: "a stereo master of one microphone",
	},
	{
		ID: "A033", Severity: finding.Warning, Title: "three seconds of silence or more at the start or the end",
		Hint:    "cut it off",
		Example: "a master that ends with ten seconds of silence",
	},
	{
		ID: "A034", Severity: finding.Warning, Title: "clipping",
		Hint:    "record or mix at a lower level",
		Example: "a recording whose level was in the red",
	},
	{
		ID: "A035", Severity: finding.Warning, Title: "the channels are opposite and cancel each other in mono",
		Hint:    "invert one channel: ffmpeg -i IN.wav -af 'pan=stereo|c0=c0|c1=-1*c1' OUT.wav, then encode",
		Example: "a stereo master of one balanced microphone whose cable swaps the poles of a channel",
	},
	{
		ID: "A036", Severity: finding.Warning, Title: "one of two channels is silent",
		Hint:    "export in mono from the channel with the sound",
		Example: "a stereo master of one microphone that was recorded on the left channel",
	},
	{
		ID: "A040", Severity: finding.Error, Title: "the tag cannot be encoded",
		Hint:    "shorten titles and chapters, or save the pictures smaller",
		Source:  id3v23,
		Example: "artwork and images of chapters of more than 256 MB together",
	},
	{
		ID: "A041", Severity: finding.Warning, Title: "tag is larger than 1 MiB",
		Hint:    "save artwork and chapter images smaller",
		Example: "twelve chapter images of 200 kB each",
	},
	{
		ID: "A042", Severity: finding.Warning, Title: "title is longer than 255 characters",
		Hint:    "shorten it",
		Example: "title: the first paragraph of the show notes",
	},
	{
		ID: "A043", Severity: finding.Error, Title: "chapter reaches beyond the end of the audio",
		Hint:    "correct the time of the chapter, or use the right audio",
		Example: `chapters: [{start: "1:30:00", title: The end}] with a master of 45 minutes`,
	},
	{
		ID: "A050", Severity: finding.Error, Title: "no chapters can be read from the file",
		Hint:    "give an MP3, M4A or a list of chapters in a format that docs/formats.md names",
		Example: "onair audio chapters mix.wav",
	},
})

// Rules returns the rules of masters, pictures, sound, tags and chapters, for
// documentation and reports that describe rules.
func Rules() finding.Rules { return rules }

var (
	ruleCutOff           = rules.Must("A001")
	ruleDamaged          = rules.Must("A002")
	ruleSampleRate       = rules.Must("A003")
	ruleVBR              = rules.Must("A004")
	ruleBitrate          = rules.Must("A005")
	ruleM4A              = rules.Must("A006")
	ruleMasterExtension  = rules.Must("A007")
	ruleOtherGUID        = rules.Must("A008")
	ruleOldTag           = rules.Must("A009")
	ruleDroppedImages    = rules.Must("A010")
	ruleNoTOC            = rules.Must("A011")
	ruleVBRLength        = rules.Must("A012")
	ruleOwnChapters      = rules.Must("A013")
	ruleNotSquare        = rules.Must("A020")
	ruleImageSides       = rules.Must("A021")
	ruleImageColor       = rules.Must("A022")
	ruleImageExtension   = rules.Must("A023")
	ruleImageBytes       = rules.Must("A024")
	ruleImageDamage      = rules.Must("A025")
	ruleImageTurned      = rules.Must("A026")
	ruleTransparent      = rules.Must("A027")
	ruleAnimated         = rules.Must("A028")
	ruleLoudness         = rules.Must("A030")
	ruleTruePeak         = rules.Must("A031")
	ruleSameChannels     = rules.Must("A032")
	ruleSilence          = rules.Must("A033")
	ruleClipping         = rules.Must("A034")
	ruleOppositeChannels = rules.Must("A035")
	ruleSilentChannel    = rules.Must("A036")
	ruleTagEncoding      = rules.Must("A040")
	ruleTagBytes         = rules.Must("A041")
	ruleLongTitle        = rules.Must("A042")
	ruleChapterTimes     = rules.Must("A043")
	ruleNoChapters       = rules.Must("A050")
)

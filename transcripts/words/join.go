package words

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"time"

	"onair/transcripts/internal/align"
)

const (
	// sameMoment is the largest difference between the times of a word in two
	// recognitions.
	sameMoment = 3 * time.Second
	// farthest is the largest difference between the times of a word in two recognitions
	// if one of them has only times of segments.
	farthest = 10 * time.Second
)

// machineVoice matches the labels that recognizers give to voices that they cannot name.
var machineVoice = regexp.MustCompile(`^(?i:(?:speaker|spk|voice|channel|s)?[ _-]*[0-9]{1,3}|[A-Z])$`)

// said is a word with its voice.
type said struct {
	Word
	voice string
}

func saidIn(f *File, offset time.Duration) (list []said) {
	for _, s := range f.Segments {
		for _, w := range s.Words {
			w.Start, w.End = w.Start+offset, w.End+offset
			list = append(list, said{w, s.Voice})
		}
	}
	slices.SortStableFunc(list, func(a, b said) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

func textsOf(list []said) []string {
	texts := make([]string, len(list))
	for i, w := range list {
		texts[i] = w.Text
	}
	return texts
}

// A Joiner joins the words heard in overlapping pieces of one recording. Voices get
// numbers from 1 in the order in which they are heard. The zero value is ready to use.
type Joiner struct {
	// Stable says that a label stands for the same voice in all pieces.
	Stable bool

	list     []said
	end      time.Duration // end of the pieces so far
	ids      map[string]string
	speakers map[string]string
	since    map[string]time.Duration
	count    int
}

// Add adds the next piece, the audio from start to end. Times in f count from start.
// known maps labels whose voices are known from earlier pieces to the numbers of these
// voices. Another voice keeps its number if it says the same words in the overlap with the
// piece before, or if its label is a name or Stable is set. Otherwise it gets a new number.
func (j *Joiner) Add(f *File, start, end time.Duration, known map[string]string) {
	list := saidIn(f, start)
	from, _ := slices.BinarySearchFunc(j.list, start, func(w said, t time.Duration) int { return cmp.Compare(w.Start, t) })
	until, _ := slices.BinarySearchFunc(list, j.end, func(w said, t time.Duration) int { return cmp.Compare(w.Start, t) })
	ids := j.identify(list, carried(j.list[from:], list[:until]), known, start)
	for i := range list {
		list[i].voice = ids[list[i].voice]
	}
	a, b := junction(j.list[from:], list[:until], (start+j.end)/2)
	j.list = append(j.list[:from+a], list[b:]...)
	j.end = max(j.end, end)
}

// File returns the joined words.
func (j *Joiner) File() *File {
	f := &File{Speakers: j.speakers}
	list := make([]Word, len(j.list))
	voices := make([]string, len(j.list))
	for i, w := range j.list {
		list[i], voices[i] = w.Word, w.voice
		if since, ok := j.since[w.voice]; ok {
			if f.Since == nil {
				f.Since = map[string]time.Duration{}
			}
			f.Since[w.voice] = since
		}
	}
	f.Segments = Segments(list, voices)
	return f
}

// identify returns the number of each voice of a piece, by label.
func (j *Joiner) identify(list []said, carried, known map[string]string, start time.Duration) map[string]string {
	ids := map[string]string{"": ""}
	for _, w := range list {
		if _, done := ids[w.voice]; done {
			continue
		}
		named := !machineVoice.MatchString(w.voice)
		id := cmp.Or(known[w.voice], carried[w.voice])
		if id == "" && (named || j.Stable) {
			id = j.ids[w.voice]
		}
		if id == "" {
			id = j.number(w.voice, named, start)
		}
		ids[w.voice] = id
	}
	return ids
}

// number assigns a new number to a voice.
func (j *Joiner) number(label string, named bool, start time.Duration) string {
	if j.ids == nil {
		j.ids, j.since = map[string]string{}, map[string]time.Duration{}
	}
	j.count++
	id := strconv.Itoa(j.count)
	j.ids[label] = id
	switch {
	case named:
		if j.speakers == nil {
			j.speakers = map[string]string{}
		}
		j.speakers[id] = label
	case start > 0 && !j.Stable:
		j.since[id] = start
	}
	return id
}

// carried maps the voices of a piece to voices of the previous piece: those that say the
// same words in the overlap.
func carried(before, after []said) map[string]string {
	both := map[[2]string]int{}
	for i, k := range align.Words(textsOf(before), textsOf(after)) {
		if k >= 0 && before[i].voice != "" && after[k].voice != "" && (before[i].Start-after[k].Start).Abs() <= sameMoment {
			both[[2]string{before[i].voice, after[k].voice}]++
		}
	}
	pairs := make([][2]string, 0, len(both))
	for p := range both {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(both[b]-both[a], cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	carried, used := map[string]string{}, map[string]bool{}
	for _, p := range pairs {
		if _, ok := carried[p[1]]; !ok && !used[p[0]] {
			carried[p[1]], used[p[0]] = p[0], true
		}
	}
	return carried
}

// junction returns where to join two lists that overlap: keep before[:a] and after[b:].
// The place is in the middle of the longest run of equal words, or at the given time if
// no words are equal.
func junction(before, after []said, at time.Duration) (a, b int) {
	longest := 0
	runs := make([]int, len(after)+1) // runs[k] is the length of the run of equal words that ends with before[i] and after[k-1]
	for i := range before {
		previous := 0
		for k := range after {
			diagonal := previous
			previous = runs[k+1]
			runs[k+1] = 0
			if text := align.Fold(before[i].Text); text != "" && text == align.Fold(after[k].Text) && (before[i].Start-after[k].Start).Abs() <= sameMoment {
				if runs[k+1] = diagonal + 1; runs[k+1] > longest {
					longest = runs[k+1]
					a, b = i-longest/2, k-longest/2
				}
			}
		}
	}
	if longest > 0 {
		return a, b
	}
	for a < len(before) && before[a].Start < at {
		a++
	}
	for b < len(after) && after[b].Start < at {
		b++
	}
	return a, b
}

// Retime returns the words and voices of text with the times that the words have in another
// recognition of the same audio. Words that only text has keep their own times, but are
// moved between the words around them where necessary. If text has no times, these words
// share the time between the words around them in proportion to their length.
func Retime(text, times *File) *File {
	list, heard := saidIn(text, 0), saidIn(times, 0)
	exact := make([]bool, len(list))
	for i, k := range align.Words(textsOf(list), textsOf(heard)) {
		if k >= 0 && (list[i].End == 0 || (list[i].Start-heard[k].Start).Abs() <= farthest) {
			exact[i] = true
			list[i].Start, list[i].End, list[i].Confidence = heard[k].Start, heard[k].End, heard[k].Confidence
		}
	}
	for from := 0; from < len(list); from++ {
		if exact[from] {
			continue
		}
		to := from
		for to < len(list) && !exact[to] {
			to++
		}
		low, high := time.Duration(0), list[to-1].End
		if from > 0 {
			low = list[from-1].End
		}
		if to < len(list) {
			high = list[to].Start
		}
		within(list[from:to], min(low, high), high)
		from = to
	}
	out := *text
	out.Segments = nil
	all, voices := make([]Word, len(list)), make([]string, len(list))
	for i, w := range list {
		all[i], voices[i] = w.Word, w.voice
	}
	out.Segments = Segments(all, voices)
	return &out
}

// within moves the times of words into the range from low to high. Words without times
// share this range.
func within(list []said, low, high time.Duration) {
	if list[len(list)-1].End > 0 {
		for i := range list {
			w := &list[i]
			w.Start, w.End = min(max(w.Start, low), high), min(max(w.End, low), high)
		}
		return
	}
	letters, at := 0, 0
	for _, w := range list {
		letters += len(w.Text)
	}
	for i := range list {
		list[i].Start = low + (high-low)*time.Duration(at)/time.Duration(letters)
		at += len(list[i].Text)
		list[i].End = low + (high-low)*time.Duration(at)/time.Duration(letters)
	}
}

// TakeVoices copies voices and names from an earlier recognition of the same audio. If f
// does not tell voices apart, its words get the earlier voices. Otherwise each voice of f
// gets the name of the earlier voice that said the same words.
func (f *File) TakeVoices(earlier *File) {
	before, after := saidIn(earlier, 0), saidIn(f, 0)
	if f.hasVoices() {
		for voice, same := range carried(before, after) {
			if name := earlier.Speakers[same]; name != "" && f.Speakers[voice] == "" {
				if f.Speakers == nil {
					f.Speakers = map[string]string{}
				}
				f.Speakers[voice] = name
			}
		}
		return
	}
	if !earlier.hasVoices() {
		return
	}
	f.Speakers, f.Since = earlier.Speakers, earlier.Since
	list, voices := make([]Word, len(after)), make([]string, len(after))
	first := -1
	for i, k := range align.Words(textsOf(after), textsOf(before)) {
		list[i] = after[i].Word
		switch {
		case k >= 0:
			voices[i] = before[k].voice
			if first < 0 {
				first = i
			}
		case i > 0:
			voices[i] = voices[i-1]
		}
	}
	for i := range max(first, 0) {
		voices[i] = voices[first]
	}
	f.Segments = Segments(list, voices)
}

func (f *File) hasVoices() bool {
	return slices.ContainsFunc(f.Segments, func(s Segment) bool { return s.Voice != "" })
}

package transcripts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/transcripts/internal/script"
)

// Stats has the counts of transcripts. Add can be called on the zero value.
type Stats struct {
	Files, Words, Turns int
	Anchors             int // written times: in stamps, pauses and tags
	Unintelligible      int
	bySpeaker           map[string]*Speaker

	pace        int           // weight of the text between stamps
	paceIn      time.Duration // time that the text took
	wordsWeight int           // weight of all text, to convert weight into words
}

// Speaker counts what one speaker says.
type Speaker struct {
	Name         string
	Words, Turns int
}

// Add counts a transcript. Of the transcript, it keeps only the names of speakers.
func (s *Stats) Add(t *Transcript) {
	if s.bySpeaker == nil {
		s.bySpeaker = map[string]*Speaker{}
	}
	s.Files++
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause {
			continue
		}
		words := 0
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			words += countWords(b.Text)
			s.wordsWeight += script.Weigh(b.Text) + 1
			for k := range b.Marks {
				if isUnclear(b.Marks[k].Note) {
					s.Unintelligible++
				}
			}
		}
		s.Turns++
		s.Words += words
		speaker := s.bySpeaker[turn.Speaker]
		if speaker == nil {
			speaker = &Speaker{Name: strings.Clone(turn.Speaker)}
			s.bySpeaker[speaker.Name] = speaker
		}
		speaker.Words += words
		speaker.Turns++
	}
	s.addPace(t)
}

// addPace measures how fast people speak in the longer gaps between stamps.
func (s *Stats) addPace(t *Transcript) {
	anchors, chars := t.anchors()
	s.Anchors += len(anchors)
	if t.Clips {
		return
	}
	before := -1
	for _, k := range chain(anchors, chars, unbounded) {
		if before >= 0 && !anchors[before].pause {
			a, b := &anchors[before], &anchors[k]
			if in := b.time - a.time; in >= rateGap {
				s.pace += b.pos - a.pos
				s.paceIn += in
			}
		}
		before = k
	}
}

// WordsPerMinute returns how fast people speak, or 0 without stamps.
func (s *Stats) WordsPerMinute() float64 {
	if s.paceIn == 0 || s.wordsWeight == 0 {
		return 0
	}
	return float64(s.pace) * float64(s.Words) / float64(s.wordsWeight) / s.paceIn.Minutes()
}

// Speakers returns all speakers, those with most words first.
func (s *Stats) Speakers() []Speaker {
	var all []Speaker
	for _, speaker := range s.bySpeaker {
		all = append(all, *speaker)
	}
	slices.SortFunc(all, func(a, b Speaker) int {
		return cmp.Or(cmp.Compare(b.Words, a.Words), strings.Compare(a.Name, b.Name))
	})
	return all
}

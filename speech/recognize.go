package speech

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/audio"
	"onair/transcripts/forms"
	"onair/transcripts/words"
)

// parallel is how many pieces are recognized at the same time.
const parallel = 4

// Recording is audio to be recognized with an engine. Answers are kept, so that an
// interrupted recognition continues where it stopped.
type Recording struct {
	Path   string
	Info   *audio.Info
	Engine *Engine
	Keeper Keeper       // nil keeps nothing
	Say    func(string) // shows the user a message

	saying  sync.Mutex
	request Request
	name    string // identifies the settings
	pieces  []Piece
	answers [][]byte // answers about the pieces; nil if not known
}

// Open plans the recognition and reads the kept answers.
func (r *Recording) Open(ctx context.Context, q *Request) error {
	r.request = *q
	e := r.Engine
	var err error
	if r.name, err = nameOf(8, e.Name, e.Model, e.Place, e.Extra, e.Settings, q.Language, q.Hints, q.Channels); err != nil {
		return err
	}
	if r.pieces, err = cut(r.Path, r.Info, e.Longest, e.MaxBytes); err != nil {
		return err
	}
	r.answers = make([][]byte, len(r.pieces))
	for i := range r.pieces {
		if r.answers[i], err = kept(ctx, r.Keeper, r.piece(i)); err != nil {
			return err
		}
	}
	return nil
}

// piece returns the name under which the answer about a piece is kept.
func (r *Recording) piece(i int) string { return r.name + "-" + strconv.Itoa(i+1) }

// Unsent returns the total length of the pieces whose recognition has not begun.
func (r *Recording) Unsent(ctx context.Context) (d time.Duration, err error) {
	for i, p := range r.pieces {
		if r.answers[i] != nil {
			continue
		}
		begun, err := r.job(i).Get(ctx, Begun)
		if err != nil {
			return 0, err
		}
		if begun == "" {
			d += p.End - p.Start
		}
	}
	return d, nil
}

// Begun is the name of the note that a recognizer writes when a service has begun to
// work.
const Begun = "job"

func (r *Recording) job(i int) *Job { return &Job{r.Keeper, r.piece(i)} }

// Recognize returns the recognized words. It sends only pieces whose answers are not
// kept. If it returns ErrStarted, the answers will be available later.
func (r *Recording) Recognize(ctx context.Context) (*words.File, error) {
	dir, err := os.MkdirTemp("", "onair-speech-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	joiner := words.Joiner{Stable: r.request.Channels}
	if !r.Engine.Clips {
		if err := r.fetchAll(ctx, dir); err != nil {
			return nil, err
		}
	}
	var known []KnownVoice
	for i := range r.pieces {
		if err := r.fetch(ctx, dir, i, known); err != nil {
			return nil, err
		}
		f, err := r.read(i)
		if err != nil {
			return nil, &AnswerError{r.piece(i), fmt.Errorf("%s%w", r.describe(i), err)}
		}
		labels := map[string]string{}
		for _, v := range known {
			labels[v.Label()] = v.Number
		}
		joiner.Add(f, r.pieces[i].Start, r.pieces[i].End, labels)
		if i == 0 && len(r.pieces) > 1 && r.Engine.Clips {
			if known, err = r.knownVoices(joiner.File()); err != nil {
				return nil, err
			}
		}
	}
	f := joiner.File()
	if len(f.Segments) == 0 {
		return nil, &AnswerError{r.piece(0), errSilent}
	}
	f.SHA256, f.Duration = hex.EncodeToString(r.Info.SHA256[:]), r.Info.Duration
	f.Engine, f.Model, f.Language = r.Engine.Name, r.Engine.Model, r.request.Language
	return f, nil
}

// describe names a piece for an error message. It returns an empty string if there is
// only one piece.
func (r *Recording) describe(i int) string {
	if len(r.pieces) == 1 {
		return ""
	}
	return fmt.Sprintf("piece %d of %d: ", i+1, len(r.pieces))
}

// fetchAll fetches the answers about all pieces, several at the same time. It waits for
// all requests even if one fails, because they are paid for.
func (r *Recording) fetchAll(ctx context.Context, dir string) error {
	var group errgroup.Group
	group.SetLimit(parallel)
	errs := make([]error, len(r.pieces))
	for i := range r.pieces {
		group.Go(func() error {
			errs[i] = r.fetch(ctx, dir, i, nil)
			return nil
		})
	}
	_ = group.Wait()
	started := false
	for _, err := range errs {
		if started = started || errors.Is(err, ErrStarted); err != nil && !errors.Is(err, ErrStarted) {
			return err
		}
	}
	if started {
		return ErrStarted
	}
	return nil
}

// fetch gets and keeps the answer about piece i, unless r already has it. The request
// includes the voices in known.
func (r *Recording) fetch(ctx context.Context, dir string, i int, known []KnownVoice) error {
	if r.answers[i] != nil {
		return nil
	}
	p := &r.pieces[i]
	q := r.request
	q.Info = r.Info
	q.Audio, q.Whole, q.Known, q.Job, q.Say = r.Path, p.whole(), known, r.job(i), r.say
	if !p.whole() {
		q.Audio = filepath.Join(dir, r.piece(i)+".mp3")
		if err := p.write(r.Path, q.Audio); err != nil {
			return err
		}
		defer os.Remove(q.Audio)
	}
	answer, err := r.Engine.Recognize(ctx, &q)
	if err != nil {
		if errors.Is(err, ErrStarted) || ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%s%w", r.describe(i), err)
	}
	r.answers[i] = answer
	if r.Keeper != nil {
		// Keep the answer even if the user interrupts now.
		if err := r.Keeper.Put(context.WithoutCancel(ctx), r.piece(i), answer); err != nil {
			r.say(fmt.Sprintf("the answer of the recognizer cannot be kept: %v", err))
		}
	}
	return nil
}

func (r *Recording) say(message string) {
	if r.Say != nil {
		r.saying.Lock()
		defer r.saying.Unlock()
		r.Say(message)
	}
}

// read reads the answer about a piece.
func (r *Recording) read(i int) (*words.File, error) {
	f, err := words.Convert(r.answers[i], &forms.Options{File: "the answer"})
	if err != nil {
		return nil, err
	}
	duration := r.pieces[i].End - r.pieces[i].Start
	if w, late := pastEndOf(f, duration); late {
		return nil, fmt.Errorf("the word %q is at %v to %v, after the end of the audio at %v", w.Text, w.Start, w.End, duration.Round(time.Millisecond))
	}
	return f, nil
}

const (
	// maxKnown limits the number of voices whose clips are sent.
	maxKnown = 4
	// The length of a clip of a voice is between leastClip and mostClip.
	leastClip, mostClip = 2 * time.Second, 10 * time.Second
)

// knownVoices returns voices of the first piece, whose words are f, each with a clip of its
// longest segment. It returns at most maxKnown voices, and none whose clip would be too
// short.
func (r *Recording) knownVoices(f *words.File) (known []KnownVoice, err error) {
	voices := map[string]bool{}
	for _, s := range f.Segments {
		voices[s.Voice] = s.Voice != ""
	}
	for n := 1; n <= len(voices) && len(known) < maxKnown; n++ {
		voice := strconv.Itoa(n)
		var from, to time.Duration
		for i := range f.Segments {
			s := &f.Segments[i]
			start, end := s.Words[0].Start, s.Words[len(s.Words)-1].End
			if s.Voice == voice && end-start > to-from {
				from, to = start, end
			}
		}
		if to-from < leastClip {
			continue
		}
		data, err := clip(r.Path, r.Info, from, min(to, from+mostClip))
		if err != nil {
			return nil, err
		}
		known = append(known, KnownVoice{voice, data})
	}
	return known, nil
}

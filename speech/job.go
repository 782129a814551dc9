package speech

import "context"

// Job holds a recognizer's notes about one piece. A nil *Job has no notes.
type Job struct {
	keeper Keeper
	name   string
}

// Name identifies the piece and the settings of its recognition.
func (j *Job) Name() string { return j.name }

// Get returns a note, or an empty string if there is none.
func (j *Job) Get(ctx context.Context, note string) (string, error) {
	if j == nil {
		return "", nil
	}
	data, err := kept(ctx, j.keeper, j.name+"."+note)
	return string(data), err
}

// Put replaces a note.
func (j *Job) Put(ctx context.Context, note, text string) error {
	if j == nil || j.keeper == nil {
		return nil
	}
	return j.keeper.Put(ctx, j.name+"."+note, []byte(text))
}

// Unusable returns an AnswerError about the answer in a note, or err if there are no notes.
func (j *Job) Unusable(note string, err error) error {
	if j == nil || j.keeper == nil {
		return err
	}
	return &AnswerError{j.name + "." + note, err}
}

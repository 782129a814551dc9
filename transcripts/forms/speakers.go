package forms

import (
	"slices"
	"strings"

	"onair/transcripts/internal/script"
)

// speakersInText finds speakers at the start of lines, in speeches that have no speaker. It
// cuts a speech where its speaker changes, and joins its other lines. from has the index in
// speeches of each found speech. If every speech has a speaker, from is nil.
func speakersInText(s *source, speeches []Speech) (found []Speech, from []int) {
	var v voices
	open := false // a speech has no speaker
	for i := range speeches {
		open = open || speeches[i].Speaker == ""
	}
	lines := make([][]string, len(speeches)) // nil for a speech of one line, or with a speaker
	for i := range speeches {
		u := &speeches[i]
		if u.Speaker != "" {
			u.dropLabel()
			if open {
				v.note(u.Text)
				v.openings[u.Speaker] += often
			}
			continue
		}
		if lines[i] = dialogueLines(u.Text); lines[i] == nil {
			v.note(u.Text)
			continue
		}
		dashed := 0
		for _, line := range lines[i] {
			v.note(line)
			if dash.MatchString(line) {
				dashed++
			}
		}
		v.dashes = v.dashes || dashed > 1 && dashed == len(lines[i])
	}
	if !open {
		return speeches, nil
	}
	v.decide(s)
	found = make([]Speech, 0, len(speeches))
	for i := range speeches {
		u := speeches[i]
		if lines[i] == nil && u.Speaker == "" {
			lines[i] = v.splitInside(u.Text)
		}
		switch {
		case u.Speaker != "":
			v.speaker = ""
			found = append(found, u)
		case lines[i] != nil:
			n := len(found)
			found = v.caption(found, &caption{plain: true, lines: lines[i]}, false)
			place(found[n:], &u)
		default:
			name, rest, changed := v.split(u.Text, i == 0 || script.EndsSentence(speeches[i-1].Text))
			if changed {
				v.speaker = name
			}
			if rest != u.Text && rest != "" {
				_, u = u.cut(len(u.Text) - len(rest))
			}
			u.Speaker = v.speaker
			found = append(found, u)
		}
		for len(from) < len(found) {
			from = append(from, i)
		}
	}
	return found, from
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
		u.At, u.Timed, u.Ended = whole.At, whole.Timed, whole.Timed
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

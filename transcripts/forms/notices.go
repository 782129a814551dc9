package forms

import (
	"strings"
	"unicode"
)

// notice matches what people and services write above and below words to say who transcribed,
// translated or timed them.
var notice = matcher(`^\W{0,3}(?i:(?:this |closed )?(?:transcri|transkri|trascri|subtitl|caption|translat|sync|timing|untertitel|übersetz|sous-titr|subtítul|traduc|legenda|tradução|sottotitol|traduzion|ondertitel|vertaal|vertaling)[\p{L}-]*` +
	`(?:[ :&]+[\p{L}&]+){0,3}?[ :]+(?:by|from|via|with|von|vom|des|der|durch|im auftrag|par|por|pela|door|di|dalla|©)[ :]+\S|sous-titrage st)`)

// isNotice reports whether a text matches notice, has a link or a capital after its first
// word, and is too short for a sentence and does not end like one.
func isNotice(text string) bool {
	const longest, most = 120, 12
	if len(text) > longest || strings.TrimRight(text, ".!?") != text || !notice(text) || len(strings.Fields(text)) > most {
		return false
	}
	_, rest, _ := strings.Cut(text, " ")
	return strings.Contains(rest, "://") || strings.IndexFunc(rest, unicode.IsUpper) >= 0
}

// leavesOut reports whether a text at an offset is a notice, and then warns that it is left
// out.
func (s *source) leavesOut(text string, at int) bool {
	if !isNotice(text) {
		return false
	}
	s.warn(ruleAbove, at, "%.60q is not spoken and is left out", text)
	return true
}

// dropNotices drops the notices among the first and the last lines of a text.
func (r *textReader) dropNotices() {
	const most = 3 // lines
	drop := func(l *textLine) (words bool) {
		if l.text != "" && !l.fromClockHead && r.s.leavesOut(l.text, l.at) {
			l.text = ""
		}
		return l.text != ""
	}
	for i, n := 0, 0; i < len(r.lines) && n < most; i++ {
		if drop(&r.lines[i]) {
			n++
		}
	}
	for i, n := len(r.lines)-1, 0; i >= 0 && n < most; i-- {
		if drop(&r.lines[i]) {
			n++
		}
	}
}

// leaveOutNotices removes notices from the first and the last two speeches, and warns of them.
// If nothing else would be left, they stay.
func (s *source) leaveOutNotices(speeches []Speech) []Speech {
	const most = 2
	for range most {
		if len(speeches) > 1 && s.leavesOut(speeches[0].Text, speeches[0].At) {
			speeches = speeches[1:]
		}
		if last := len(speeches) - 1; last > 0 && s.leavesOut(speeches[last].Text, speeches[last].At) {
			speeches = speeches[:last]
		}
	}
	return speeches
}

const notes = "♩♪♫♬♭♮♯🎵🎶🎼"

// nameMusic writes signs of music that stand alone, or around a sound in brackets, as the sound
// they mean. Those around sung words stay.
func nameMusic(speeches []Speech) {
	for i := range speeches {
		u := &speeches[i]
		if !strings.ContainsAny(u.Text, notes) {
			continue
		}
		inside := strings.Trim(u.Text, notes+" \ufe0f*#.-–—…")
		sound, bracketed := strings.Trim(inside, "[]()"+notes+" \ufe0f"), strings.HasPrefix(inside, "[") && strings.HasSuffix(inside, "]") || strings.HasPrefix(inside, "(") && strings.HasSuffix(inside, ")")
		switch {
		case sound == "":
			sound = "music"
		case !bracketed || strings.ContainsAny(sound, "[]()"):
			continue
		}
		u.Text = "[" + sound + "]"
		if n := len(u.Words); n > 0 {
			u.Words = []Word{{len(u.Text), u.Words[0].Start, u.Words[n-1].End, u.Words[0].Confidence}}
		}
	}
}

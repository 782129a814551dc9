package forms

import (
	"encoding/json"
	"fmt"
	"strings"
)

// template is JSON of a tool, in which $from and $to are seconds, $FROM and $TO milliseconds, $len
// and $LEN the time between them, $clock and $stop clocks, $who and $text strings, and $n the number of the speaker.
type template struct {
	name, around, segment string
	speaker               func(d []said, who string) string
	within                float64
	joined                bool // see kind
}

var templates = []template{
	{name: "insanely-fast-whisper with speakers", around: `{"speakers":[$],"chunks":[],"text":"x"}`, segment: `{"speaker":"SPEAKER_0$n","text":$text,"timestamp":[$from,$to]}`, speaker: machineOf("SPEAKER_%02d")},
	{name: "insanely-fast-whisper", around: `{"speakers":[],"chunks":[$]}`, segment: `{"timestamp":[$from,$to],"text":$text}`, speaker: nobody},
	{name: "OpenAI, stream of segments", around: `[$]`, segment: `{"type":"transcript.text.segment","start":$from,"end":$to,"text":$text,"speaker":"S$n"}`, speaker: machineOf("S%d")},
	{name: "ElevenLabs, segments", around: `{"segments":[$]}`, segment: `{"text":$text,"start_time":$from,"end_time":$to,"speaker":{"id":"speaker_$n","name":$who}}`},
	{name: "Amazon, segments", around: `{"results":{"audio_segments":[$]}}`, segment: `{"transcript":$text,"start_time":"$from","end_time":"$to","speaker_label":"spk_$n"}`, speaker: machineOf("spk_%d")},
	{name: "Amazon, call analytics", around: `{"Transcript":[$]}`, segment: `{"ParticipantRole":$who,"Content":$text,"BeginOffsetMillis":$FROM,"EndOffsetMillis":$TO}`},
	{name: "Azure, batch in milliseconds", around: `{"recognizedPhrases":[$]}`, segment: `{"speaker":$n,"offsetMilliseconds":$FROM,"durationMilliseconds":$LEN,"nBest":[{"display":$text}]}`, speaker: digit},
	{name: "Azure, fast transcription", around: `{"phrases":[$]}`, segment: `{"speaker":$n,"offsetMilliseconds":$FROM,"durationMilliseconds":$LEN,"text":$text}`, speaker: digit},
	{name: "Azure Video Indexer", around: `{"videos":[{"insights":{"transcript":[$]}}]}`, segment: `{"text":$text,"speakerId":$n,"instances":[{"start":"$clock","end":"$stop"}]}`, speaker: digit},
	{name: "Deepgram, paragraphs", around: `{"results":{"channels":[{"alternatives":[{"paragraphs":{"paragraphs":[$]}}]}]}}`, segment: `{"speaker":$n,"start":$from,"end":$to,"sentences":[{"text":$text,"start":$from,"end":$to}]}`, speaker: digit},
	{name: "IBM Watson", around: `{"results":[{"alternatives":[{"timestamps":[$]}]}]}`, segment: `[$text,$from,$to]`, speaker: nobody, joined: true},
	{name: "AssemblyAI, words", around: `{"words":[$]}`, segment: `{"text":$text,"start":$FROM,"end":$TO,"speaker":"S$n"}`, speaker: machineOf("S%d")},
	{name: "Gladia v1", around: `{"prediction":[$]}`, segment: `{"transcription":$text,"time_begin":$from,"time_end":$to,"speaker":$n}`, speaker: digit},
	{name: "Twilio", around: `{"sentences":[$]}`, segment: `{"media_channel":1,"start_time":"$from","end_time":"$to","transcript":$text}`, speaker: nobody},
	{name: "Symbl.ai", around: `{"messages":[$]}`, segment: `{"text":$text,"from":{"name":$who},"timeOffset":$from,"duration":$len}`},
	{name: "Webex", around: `{"items":[$]}`, segment: `{"personName":$who,"text":$text,"offsetMillisecond":$FROM,"durationMillisecond":$LEN}`},
	{name: "Alibaba Cloud, Model Studio", around: `{"transcripts":[{"channel_id":0,"sentences":[$]}]}`, segment: `{"begin_time":$FROM,"end_time":$TO,"text":$text,"speaker_id":$n}`, speaker: digit},
	{name: "Alibaba Cloud, recorded speech", around: `{"Result":{"Sentences":[$]}}`, segment: `{"BeginTime":$FROM,"EndTime":$TO,"Text":$text,"ChannelId":0,"SpeakerId":"$n"}`, speaker: digit},
	{name: "Volcengine", around: `{"result":{"utterances":[$]}}`, segment: `{"additions":{"speaker":"$n"},"start_time":$FROM,"end_time":$TO,"text":$text}`, speaker: digit},
	{name: "FunASR", around: `[{"key":"x","sentence_info":[$]}]`, segment: `{"text":$text,"start":$FROM,"end":$TO,"spk":$n}`, speaker: digit},
	{name: "RTZR", around: `{"status":"completed","results":{"utterances":[$]}}`, segment: `{"start_at":$FROM,"duration":$LEN,"msg":$text,"spk":$n}`, speaker: digit},
	{name: "Taddy", around: `{"data":{"getEpisodeTranscript":[$]}}`, segment: `{"speaker":$who,"text":$text,"startTimecode":$FROM,"endTimecode":$TO}`},
	{name: "TED", around: `{"captions":[$]}`, segment: `{"startTime":$FROM,"duration":$LEN,"content":$text,"startOfParagraph":true}`, speaker: nobody},
	{name: "Amara", around: `{"subtitles":[$]}`, segment: `{"start":$FROM,"end":$TO,"text":$text,"meta":{"new_paragraph":false}}`, speaker: nobody},
	{name: "Kaltura", around: `{"objects":[$]}`, segment: `{"startTime":$FROM,"endTime":$TO,"content":[{"text":$text}]}`, speaker: nobody},
	{name: "bilibili", around: `{"body":[$]}`, segment: `{"from":$from,"to":$to,"location":2,"content":$text}`, speaker: nobody},
	{name: "Grain", around: `[$]`, segment: `{"participant_id":"$n","speaker":$who,"start":$FROM,"end":$TO,"text":$text}`},
	{name: "React Transcript Editor", around: `{"blocks":[$]}`, segment: `{"text":$text,"data":{"speaker":$who,"start":$from,"words":[{"word":$text,"start":$from,"end":$to}]}}`},
	{name: "Soniox", around: `{"tokens":[$]}`, segment: `{"text":$text,"start_ms":$FROM,"end_ms":$TO,"speaker":"S$n"}`, speaker: machineOf("S%d")},
	{name: "Recall.ai", around: `[$]`, segment: `{"participant":{"name":$who},"words":[{"text":$text,"start_timestamp":{"relative":$from},"end_timestamp":{"relative":$to}}]}`},
	{name: "Happy Scribe", around: `[$]`, segment: `{"speaker":$who,"words":[{"text":$text,"type":"text","data_start":$from,"data_end":$to}]}`},
	{name: "milliseconds in the names", around: `{"cues":[$]}`, segment: `{"text":$text,"startMs":$FROM,"endMs":$TO,"speaker":$who}`},
	{name: "times without turns", around: `{"turns":[$]}`, segment: `{"text":$text,"speaker":$who}`, within: -1},
}

// write writes a dialogue as the tool does.
func (t *template) write(d []said) string {
	var segments []string
	for _, s := range d {
		quoted := func(text string) string {
			out, _ := json.Marshal(text)
			return string(out)
		}
		number := func(format string, n float64) string { return fmt.Sprintf(format, n) }
		segments = append(segments, strings.NewReplacer("$from", number("%.3f", s.from), "$to", number("%.3f", s.to), "$len", number("%.3f", s.to-s.from),
			"$FROM", number("%.0f", 1000*s.from), "$TO", number("%.0f", 1000*s.to), "$LEN", number("%.0f", 1000*(s.to-s.from)),
			"$clock", hms(s.from, "."), "$stop", hms(s.to, "."), "$who", quoted(s.who), "$text", quoted(s.text), "$n", digit(d, s.who)).Replace(t.segment))
	}
	return strings.Replace(t.around, "$", strings.Join(segments, ","), 1)
}

// templateKinds returns a kind for each of templates.
func templateKinds() []kind {
	var out []kind
	for i := range templates {
		t := &templates[i]
		out = append(out, kind{name: t.name, form: "json", all: t.write, speaker: t.speaker, within: t.within, joined: t.joined})
	}
	return out
}

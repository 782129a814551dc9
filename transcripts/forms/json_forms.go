package forms

import (
	"strings"
	"sync"
	"time"
)

// jsonForm says where the speech is in the JSON of a tool. A path is names of members
// with dots between them. In it, a number is an index in an array, [] stands for every
// element of an array, and * for every member of an object. Alternative paths are
// separated by "|"; the first one with a value counts.
type jsonForm struct {
	title   string // name of the tool
	source  string // address of its documentation
	generic bool   // segments must also have an end or a speaker

	list               string        // path of the segments; empty if they are the document itself
	text               string        // text of a segment; empty if only its words have text
	start, end, length string        // times of a segment; a segment has either an end or a length
	unit               time.Duration // unit of times that are numbers; 0 means a second
	speaker, channel   string
	kind               string // path of the kind of a segment or word: a word, a mark, a space or a sound

	words                                      string // words of a segment; "." if a segment is itself a word
	word, wordStart, wordEnd, wordLength, said string // said is the speaker of a word
	relative                                   bool   // times of words count from the start of the segment

	heading  string // a title in place of the text of a segment; it may be the label of a speaker
	require  string // other members that segments must have
	only     string // a member and its value, as in is_final=true; segments with another value are left out
	whole    bool   // all times are whole numbers
	spaced   bool   // words contain the spaces between them
	names    bool   // speakers are names, not numbers or letters
	inherit  bool   // a segment without a speaker has the previous speaker
	people   string // path of a list with the id and the name of each speaker
	turns    string // path of a list that says who starts to speak when, if words have no speaker
	channels bool   // every list is a channel
	nobody   string // label for unknown speakers
	repeats  bool   // if there are speakers, the last segment repeats all words

	compiled paths
}

// paths are the paths of a form, split into names.
type paths struct {
	list, heading, require, only, text, start, end, length, speaker, channel, kind [][]string
	words, word, wordStart, wordEnd, wordLength, said                              [][]string
	people, turns                                                                  [][]string
}

// jsonTable has the forms of JSON, in the order in which they are tried.
var jsonTable = sync.OnceValue(func() []jsonForm {
	const ms, tick = time.Millisecond, 100 * time.Nanosecond
	table := []jsonForm{
		{title: "Podcasting 2.0", source: "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md",
			list: "segments", text: "body", start: "startTime|start", end: "endTime|end", speaker: "speaker", names: true, inherit: true},
		{title: "whisper.cpp", source: "https://github.com/ggml-org/whisper.cpp",
			list: "transcription", text: "text", start: "offsets.from|timestamps.from", end: "offsets.to|timestamps.to", unit: ms, speaker: "speaker",
			words: "tokens", word: "text", wordStart: "offsets.from", wordEnd: "offsets.to"},
		{title: "insanely-fast-whisper with speakers", source: "https://github.com/Vaibhavs10/insanely-fast-whisper",
			list: "speakers", text: "text", start: "timestamp.0", end: "timestamp.1", speaker: "speaker"},
		{title: "insanely-fast-whisper, Transformers", source: "https://huggingface.co/docs/transformers/main_classes/pipelines",
			list: "chunks", text: "text", start: "timestamp.0", end: "timestamp.1", speaker: "speaker"},
		{title: "CLOVA Speech", source: "https://api.ncloud-docs.com/docs/en/ai-application-service-clovaspeech-example01",
			list: "segments", text: "text", start: "start", end: "end", unit: ms, speaker: "speaker.name|speaker.label|diarization.label", require: "speaker.label|diarization", whole: true,
			words: "words", word: "2", wordStart: "0", wordEnd: "1"},
		{title: "Vibe", source: "https://github.com/thewh1teagle/vibe",
			list: "segments|", text: "text", start: "start", end: "stop", unit: 10 * ms, speaker: "speaker", whole: true, require: "stop"},
		{title: "Adobe Premiere Pro", source: "https://helpx.adobe.com/premiere-pro/using/speech-to-text.html",
			list: "segments", start: "start", length: "duration", speaker: "speaker", people: "speakers", require: "words.0.duration",
			words: "words", word: "text", wordStart: "start", wordLength: "duration"},
		{title: "Whisper, WhisperX, faster-whisper, OpenAI", source: "https://platform.openai.com/docs/api-reference/audio",
			list: "segments", text: "text", start: "start", end: "end", speaker: "speaker|speaker_id",
			words: "words", word: "word|text", wordStart: "start", wordEnd: "end", said: "speaker"},
		{title: "OpenAI, stream of segments", source: "https://platform.openai.com/docs/api-reference/audio",
			list: "", text: "text", start: "start", end: "end", speaker: "speaker", only: "type=transcript.text.segment"},
		{title: "OpenAI, stream of text", source: "https://platform.openai.com/docs/api-reference/audio",
			list: "", text: "text", only: "type=transcript.text.done"},
		{title: "Amberscript",
			list: "segments", speaker: "speaker", people: "speakers",
			words: "words", word: "text|word", wordStart: "start", wordEnd: "end"},
		{title: "ElevenLabs, several channels", source: "https://elevenlabs.io/docs/api-reference/speech-to-text/convert",
			list: "transcripts[].words", text: "text", start: "start", end: "end", speaker: "speaker_id", kind: "type", words: ".", channels: true},
		{title: "ElevenLabs", source: "https://elevenlabs.io/docs/api-reference/speech-to-text/convert",
			list: "words", text: "text", start: "start", end: "end", speaker: "speaker_id", kind: "type", words: "."},
		{title: "Amazon Transcribe, several channels", source: "https://docs.aws.amazon.com/transcribe/latest/dg/channel-id.html",
			list: "results.channel_labels.channels[].items", text: "alternatives.0.content", start: "start_time", end: "end_time",
			speaker: "speaker_label", kind: "type", words: ".", channels: true},
		{title: "Amazon Transcribe", source: "https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html",
			list: "results.items", text: "alternatives.0.content", start: "start_time", end: "end_time",
			speaker: "speaker_label", kind: "type", words: ".", turns: "results.speaker_labels.segments[].items"},
		{title: "Amazon Transcribe, segments", source: "https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html",
			list: "results.audio_segments", text: "transcript", start: "start_time", end: "end_time", speaker: "speaker_label"},
		{title: "Amazon Transcribe, call analytics", source: "https://docs.aws.amazon.com/transcribe/latest/dg/tca-post-call.html",
			list: "Transcript", text: "Content", start: "BeginOffsetMillis", end: "EndOffsetMillis", unit: ms, speaker: "ParticipantRole|ParticipantId",
			words: "Items", word: "Content", wordStart: "BeginOffsetMillis", wordEnd: "EndOffsetMillis", names: true},
		{title: "Azure Speech, batch", source: "https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get",
			list: "recognizedPhrases", text: "nBest.0.display", start: "offsetInTicks", length: "durationInTicks", unit: tick, speaker: "speaker", channel: "channel",
			words: "nBest.0.displayWords", word: "displayText", wordStart: "offsetInTicks", wordLength: "durationInTicks"},
		{title: "Azure Speech, batch in milliseconds", source: "https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get",
			list: "recognizedPhrases", text: "nBest.0.display", start: "offsetMilliseconds|offset", length: "durationMilliseconds|duration", unit: ms, speaker: "speaker", channel: "channel"},
		{title: "Azure Speech, fast transcription", source: "https://learn.microsoft.com/azure/ai-services/speech-service/fast-transcription-create",
			list: "phrases", text: "text", start: "offsetMilliseconds", length: "durationMilliseconds", unit: ms, speaker: "speaker", channel: "channel",
			words: "words", word: "text", wordStart: "offsetMilliseconds", wordLength: "durationMilliseconds"},
		{title: "Azure Speech, short audio", source: "https://learn.microsoft.com/azure/ai-services/speech-service/rest-speech-to-text-short",
			list: "", text: "DisplayText|NBest.0.Display", start: "Offset", length: "Duration", unit: tick, speaker: "SpeakerId",
			words: "NBest.0.DisplayWords|NBest.0.Words", word: "DisplayText|Word", wordStart: "Offset", wordLength: "Duration"},
		{title: "Azure Video Indexer", source: "https://learn.microsoft.com/azure/azure-video-indexer/",
			list: "videos[].insights.transcript", text: "text", start: "instances.0.start", end: "instances.0.end", speaker: "speakerId", people: "videos.0.insights.speakers"},
		{title: "Deepgram, utterances", source: "https://developers.deepgram.com/docs/utterances",
			list: "results.utterances", text: "transcript", start: "start", end: "end", speaker: "speaker", channel: "channel",
			words: "words", word: "punctuated_word|word", wordStart: "start", wordEnd: "end", said: "speaker"},
		{title: "Deepgram, words", source: "https://developers.deepgram.com/docs/pre-recorded-audio",
			list: "results.channels[].alternatives.0.words", text: "punctuated_word|word", start: "start", end: "end", speaker: "speaker", words: ".", channels: true},
		{title: "Deepgram, paragraphs", source: "https://developers.deepgram.com/docs/paragraphs",
			list: "results.channels[].alternatives.0.paragraphs.paragraphs", start: "start", end: "end", speaker: "speaker", channels: true,
			words: "sentences", word: "text", wordStart: "start", wordEnd: "end"},
		{title: "Deepgram, live", source: "https://developers.deepgram.com/docs/live-streaming-audio",
			list: "", text: "channel.alternatives.0.transcript", start: "start", length: "duration", channel: "channel_index.0", only: "is_final=true",
			words: "channel.alternatives.0.words", word: "punctuated_word|word", wordStart: "start", wordEnd: "end", said: "speaker"},
		{title: "Deepgram, text", source: "https://developers.deepgram.com/docs/pre-recorded-audio",
			list: "results.channels", text: "alternatives.0.transcript"},
		{title: "IBM Watson", source: "https://cloud.ibm.com/docs/speech-to-text?topic=speech-to-text-metadata",
			list: "results[].alternatives.0.timestamps", text: "0", start: "1", end: "2", words: ".", turns: "speaker_labels"},
		{title: "Speechmatics", source: "https://docs.speechmatics.com/speech-to-text/batch/output",
			list: "results", text: "alternatives.0.content", start: "start_time", end: "end_time", speaker: "alternatives.0.speaker|speaker", channel: "channel",
			kind: "type", words: ".", nobody: "UU"},
		{title: "Speechmatics, live", source: "https://docs.speechmatics.com/api-ref/realtime-transcription-websocket",
			list: "", text: "metadata.transcript", start: "metadata.start_time", end: "metadata.end_time", only: "message=AddTranscript", nobody: "UU",
			words: "results", word: "alternatives.0.content", wordStart: "start_time", wordEnd: "end_time", said: "alternatives.0.speaker"},
		{title: "Google Speech-to-Text", source: "https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize",
			list: "results|[].results|response.results|results.*.inlineResult.transcript.results|results.*.transcript.results|annotationResults[].speechTranscriptions|response.annotationResults[].speechTranscriptions", text: "alternatives.0.transcript",
			end: "resultEndTime|resultEndOffset|result_end_time|result_end_offset", channel: "channelTag|channel_tag",
			words: "alternatives.0.words", word: "word", wordStart: "startTime|startOffset|start_time|start_offset", wordEnd: "endTime|endOffset|end_time|end_offset",
			said: "speakerLabel|speakerTag|speaker_label|speaker_tag", nobody: "0", repeats: true},
		{title: "Google Speech-to-Text, text", source: "https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize",
			list: "results|response.results", text: "alternatives.0.transcript"},
		{title: "AssemblyAI", source: "https://www.assemblyai.com/docs/api-reference/transcripts/get",
			list: "utterances|sentences|paragraphs", text: "text", start: "start", end: "end", unit: ms, speaker: "speaker", whole: true,
			words: "words", word: "text", wordStart: "start", wordEnd: "end", said: "speaker"},
		{title: "AssemblyAI, words", source: "https://www.assemblyai.com/docs/api-reference/transcripts/get",
			list: "words", text: "text", start: "start", end: "end", unit: ms, speaker: "speaker", channel: "channel", words: ".", whole: true},
		{title: "Rev", source: "https://docs.rev.ai/api/asynchronous/get-started/",
			list: "monologues", speaker: "speaker_info.display_name|speaker", people: "speakers", kind: "type",
			words: "elements", word: "value", wordStart: "ts|timestamp", wordEnd: "end_ts|end_timestamp", spaced: true},
		{title: "Gladia", source: "https://docs.gladia.io/api-reference/v2/pre-recorded/get",
			list: "result.transcription.utterances|transcription.utterances|data.utterances|utterances", text: "text", start: "start", end: "end", speaker: "speaker", channel: "channel",
			words: "words", word: "word|text", wordStart: "start", wordEnd: "end"},
		{title: "Gladia v1", source: "https://docs.gladia.io/",
			list: "prediction", text: "transcription", start: "time_begin", end: "time_end", speaker: "speaker", channel: "channel",
			words: "words", word: "word", wordStart: "time_begin", wordEnd: "time_end"},
		{title: "Sonix", source: "https://sonix.ai/docs/api",
			list: "transcript", text: "text", start: "start_time|start", end: "end_time|end", speaker: "speaker", names: true,
			words: "words", word: "text|word", wordStart: "start_time|start", wordEnd: "end_time|end"},
		{title: "Fireflies", source: "https://docs.fireflies.ai/schema/sentence",
			list: "data.transcript.sentences|transcript.sentences|sentences|", text: "text|raw_text|sentence", start: "start_time|startTime|time", end: "end_time|endTime",
			speaker: "speaker_name|speaker_id", names: true, require: "speaker_name|speaker_id"},
		{title: "Twilio", source: "https://www.twilio.com/docs/conversational-intelligence/api/transcript-sentence-subresource",
			list: "sentences", text: "transcript", start: "start_time", end: "end_time", channel: "media_channel"},
		{title: "Fathom", source: "https://developers.fathom.ai/api-reference/recordings/get-transcript",
			list: "transcript", text: "text", start: "timestamp", speaker: "speaker.display_name", names: true, require: "speaker.display_name"},
		{title: "Gong", source: "https://help.gong.io/docs/what-the-gong-api-provides",
			list: "callTranscripts[].transcript", speaker: "speakerId", unit: ms, words: "sentences", word: "text", wordStart: "start", wordEnd: "end"},
		{title: "Symbl.ai", source: "https://docs.symbl.ai/reference/get-messages",
			list: "messages", text: "text", start: "timeOffset", length: "duration", speaker: "from.name|from.userId", names: true},
		{title: "Webex", source: "https://developer.webex.com/docs/api/v1/meeting-transcripts/list-snippets-of-a-meeting-transcript",
			list: "items", text: "text", start: "offsetMillisecond", length: "durationMillisecond", unit: ms, speaker: "personName", names: true},
		{title: "Alibaba Cloud, Model Studio", source: "https://www.alibabacloud.com/help/en/model-studio/paraformer-recorded-speech-recognition-restful-api",
			list: "transcripts[].sentences", text: "text", start: "begin_time", end: "end_time", unit: ms, speaker: "speaker_id", channels: true},
		{title: "Alibaba Cloud, recorded speech", source: "https://www.alibabacloud.com/help/en/isi/developer-reference/recording-file-recognition",
			list: "Result.Sentences|Sentences", text: "Text", start: "BeginTime", end: "EndTime", unit: ms, speaker: "SpeakerId", channel: "ChannelId"},
		{title: "Volcengine", source: "https://www.volcengine.com/docs/6561/80820",
			list: "result.utterances|utterances", text: "text", start: "start_time", end: "end_time", unit: ms, speaker: "additions.speaker|speaker", whole: true,
			words: "words", word: "text", wordStart: "start_time", wordEnd: "end_time", require: "definite|additions|words"},
		{title: "FunASR", source: "https://github.com/modelscope/FunASR",
			list: "[].sentence_info|sentence_info", text: "text", start: "start", end: "end", unit: ms, speaker: "spk"},
		{title: "Yandex SpeechKit", source: "https://yandex.cloud/docs/speechkit/stt/api/transcribation-api",
			list: "response.chunks|chunks", text: "alternatives.0.text", channel: "channelTag",
			words: "alternatives.0.words", word: "word", wordStart: "startTime", wordEnd: "endTime"},
		{title: "RTZR", source: "https://developers.rtzr.ai/docs/en/stt-file/",
			list: "results.utterances", text: "msg", start: "start_at", length: "duration", unit: ms, speaker: "spk"},
		{title: "Taddy", source: "https://taddy.org/developers/podcast-api/episode-transcripts",
			list: "data.getEpisodeTranscript|getEpisodeTranscript", text: "text", start: "startTimecode", end: "endTimecode", unit: ms, speaker: "speaker", names: true},
		{title: "TED",
			list: "captions", text: "content", start: "startTime", length: "duration", unit: ms, require: "startOfParagraph"},
		{title: "Amara",
			list: "subtitles", text: "text", start: "start", end: "end", unit: ms, whole: true, require: "meta"},
		{title: "Kaltura",
			list: "objects", text: "content.0.text", start: "startTime", end: "endTime", unit: ms},
		{title: "bilibili", source: "https://github.com/SocialSisterYi/bilibili-API-collect",
			list: "body", text: "content", start: "from", end: "to", require: "location"},
		{title: "Grain", source: "https://developers.grain.com/#get-recording-transcript-json",
			list: "", text: "text", start: "start", end: "end", unit: ms, speaker: "speaker", names: true, whole: true, require: "participant_id"},
		{title: "aeneas", source: "https://www.readbeyond.it/aeneas/docs/",
			list: "fragments", start: "begin", end: "end", words: "lines", word: ".", relative: true},
		{title: "React Transcript Editor", source: "https://github.com/bbc/react-transcript-editor",
			list: "blocks", text: "text", start: "data.start|data.words.0.start", speaker: "data.speaker", names: true, require: "data.words",
			words: "data.words", word: "word|text|punct", wordStart: "start", wordEnd: "end"},
		{title: "Podlove", source: "https://docs.podlove.org/podlove-web-player/v5/configuration",
			list: "transcripts|", text: "text", start: "start_ms", end: "end_ms", unit: ms, speaker: "voice|speaker", people: "contributors", names: true},
		{title: "DOTe, MacWhisper",
			list: "lines", text: "text", start: "startTime", end: "endTime", speaker: "speakerDesignation", names: true},
		{title: "Vosk", source: "https://alphacephei.com/vosk/",
			list: "result|[].result|alternatives.0.result|[].alternatives.0.result", text: "word", start: "start", end: "end", words: "."},
		{title: "Soniox", source: "https://soniox.com/docs/stt/async/async-transcription",
			list: "tokens|transcript.tokens", text: "text", start: "start_ms", end: "end_ms", unit: ms, speaker: "speaker", words: ".", spaced: true},
		{title: "Spotify",
			list: "section", text: "text.sentence.text|fallback.sentence.text", start: "text.sentence.startMs|startMs", unit: ms, heading: "title.title"},
		{title: "YouTube json3", source: "https://github.com/yt-dlp/yt-dlp",
			list: "events", start: "tStartMs", length: "dDurationMs", unit: ms, words: "segs", word: "utf8", wordStart: "tOffsetMs", relative: true, spaced: true},
		{title: "Microsoft Teams, Stream", source: "https://learn.microsoft.com/microsoftteams/meeting-transcription-captions",
			list: "entries", text: "text", start: "startOffset", end: "endOffset", speaker: "speakerDisplayName|speakerId", names: true},
		{title: "pyannoteAI", source: "https://docs.pyannote.ai/api-reference/schemas/diarizationschema",
			list: "turnLevelTranscription", text: "text", start: "start", end: "end", speaker: "speaker"},
		{title: "Recall.ai", source: "https://docs.recall.ai/docs/download-schemas",
			list: "", speaker: "participant.name|speaker", names: true,
			words: "words", word: "text", wordStart: "start_timestamp.relative|start_timestamp", wordEnd: "end_timestamp.relative|end_timestamp"},
		{title: "Trint", source: "https://app.unpkg.com/@hyperaudio/transcript-converter@0.0.5/files/src/index.js",
			list: "words|transcript.words", text: "name", start: "time", length: "duration", unit: ms, speaker: "speaker", people: "speakers|transcript.speakers", words: ".", require: "para"},
		{title: "Happy Scribe", source: "https://dev.happyscribe.com/",
			list: "", speaker: "speaker", names: true, kind: "type", words: "words", word: "text", wordStart: "data_start", wordEnd: "data_end"},
		{generic: true, title: "OpenAI, words", source: "https://platform.openai.com/docs/api-reference/audio/verbose-json-object",
			list: "words|word_segments", text: "word|text", start: "start", end: "end", speaker: "speaker", words: ".", turns: "paragraphs"},
		{generic: true, title: "a list of words", list: "", text: "word", start: "start|startTime|start_time", end: "end|endTime|end_time", speaker: "speaker", words: "."},
		{generic: true, title: "a list of segments in milliseconds",
			list: "|segments|results|transcript|transcripts|utterances|sentences|captions|cues|chunks|data|items",
			text: "text|body|transcript|sentence|content", start: "startMs|start_ms|startTimeMs|start_time_ms|startMillis|start_millis", end: "endMs|end_ms|endTimeMs|end_time_ms|endMillis|end_millis", unit: ms,
			speaker: "speaker|speaker_name|speakerName|speaker_label|voice|name", names: true},
		{generic: true, title: "a list of segments",
			list: "|segments|results|transcript|transcripts|utterances|sentences|captions|cues|chunks|data|items|snippets|timestamp.segment|timestep.segment|sentence_level_timestamps",
			text: "text|body|transcript|sentence|content|segment|Text", start: "start|startTime|start_time|from|offset|timestamp.0|timestamp|time|Start|Timestamp", end: "end|endTime|end_time|stop|to|timestamp.1|End", length: "duration|dur",
			speaker: "speaker|speaker_name|speakerName|speaker_label|voice|name|Speaker",
			words:   "words|tokens", word: "word|text", wordStart: "start|startTime|start_time", wordEnd: "end|endTime|end_time"},
		{generic: true, title: "a list of turns without times", list: "|segments|transcript|utterances|turns",
			text: "text|body|sentence|content", speaker: "speaker|speaker_name|speakerName", names: true, require: "speaker|speaker_name|speakerName"},
	}
	for i := range table {
		f := &table[i]
		if f.unit == 0 {
			f.unit = time.Second
		}
		f.compiled = paths{
			list: compile(f.list), heading: compile(f.heading), require: compile(f.require), only: compile(strings.Split(f.only, "=")[0]), text: compile(f.text), start: compile(f.start), end: compile(f.end), length: compile(f.length),
			speaker: compile(f.speaker), channel: compile(f.channel), kind: compile(f.kind),
			words: compile(f.words), word: compile(f.word), wordStart: compile(f.wordStart), wordEnd: compile(f.wordEnd), wordLength: compile(f.wordLength),
			said: compile(f.said), people: compile(f.people), turns: compile(f.turns),
		}
		if f.list == "" {
			f.compiled.list = [][]string{{}}
		}
	}
	return table
})

// compile splits alternative paths into the names of members.
func compile(alternatives string) [][]string {
	if alternatives == "" {
		return nil
	}
	var out [][]string
	for path := range strings.SplitSeq(alternatives, "|") {
		path = strings.ReplaceAll(path, "[]", ".[]")
		path = strings.TrimPrefix(path, ".")
		if path == "" {
			out = append(out, []string{})
			continue
		}
		out = append(out, strings.Split(path, "."))
	}
	return out
}

// isWordList reports whether the segments of a form are words.
func (f *jsonForm) isWordList() bool { return f.words == "." }

// match finds the form of the document, and returns the path of its segments. The path is
// nil if the document has none of the forms.
func (r *jsonReader) match() []string {
	for i := range jsonTable() {
		r.form = &jsonTable()[i]
		for _, path := range r.form.compiled.list {
			if r.matches(path) {
				return path
			}
		}
	}
	return nil
}

// formSample counts the members that a form needs, in the first segments of a document.
type formSample struct{ seen, texts, times, ends, kinds, required int }

// matches reports whether the document has segments at the path with the members of the
// form.
func (r *jsonReader) matches(path []string) bool {
	const most = 20 // segments
	t, f := r.t, r.form
	var n formSample
	ok := true
	t.lists(t.root(), path, 0, func(list ref, _ int) bool {
		for v, end := list+1, t.next(list); ok && v < end && n.seen < most; v = t.next(v) {
			ok = n.add(r, v)
		}
		return ok && n.seen < most
	})
	timed := f.start != "" || f.end != "" || f.wordStart != ""
	return ok && n.seen > 0 && 5*n.texts >= 4*n.seen && (!timed || 2*n.times >= n.seen) && (f.kind == "" || 5*n.kinds >= 4*n.seen) &&
		(f.require == "" || 2*n.required >= n.seen) && (!f.generic || 2*n.ends >= n.seen)
}

// add counts the members of a segment. It returns false if the document cannot have the form.
func (n *formSample) add(r *jsonReader, v ref) bool {
	t, c := r.t, &r.form.compiled
	if k := t.kind(v); k != '{' && k != '[' {
		return false
	}
	if r.isLeftOut(v) {
		return true
	}
	start, end, kind := t.first(v, c.start), t.first(v, c.end), t.first(v, c.kind)
	text := t.first(v, c.text)
	switch {
	case r.form.text == "":
		words := t.first(v, c.words)
		if words == none && t.first(v, c.length) != none {
			return true // json3 has events that only open a window
		}
		n.seen++
		var found bool
		if text, start, kind, found = r.firstWord(words, start, kind); !found {
			return true
		}
	case text == none && t.first(v, c.heading) != none:
		return true
	default:
		n.seen++
		if t.kind(text) != '"' {
			if text = t.first(v, c.words); t.kind(text) != '[' {
				text = none
			}
		}
	}
	if text != none {
		n.texts++
	}
	if start == none && r.form.start == "" {
		if start = end; start == none { // only words have times
			if words := t.first(v, c.words); t.kind(words) == '[' && words+1 < t.next(words) {
				start = t.first(words+1, c.wordEnd)
			}
		}
	}
	if start != none {
		if r.isTime(start) || r.isTime(end) { // one of the two may be unreadable
			n.times++
		}
		if r.form.whole && (!t.isWhole(start) || end != none && !t.isWhole(end)) {
			return false
		}
	}
	if end != none || t.first(v, c.length) != none || t.first(v, c.speaker) != none {
		n.ends++
	}
	if t.kind(kind) == '"' {
		n.kinds++
	}
	if t.first(v, c.require) != none {
		n.required++
	}
	return true
}

// firstWord returns the text of the first word of a segment, and the start and the kind of the
// segment or of its first words. found is false if the words have another form.
func (r *jsonReader) firstWord(words, start, kind ref) (text, from, what ref, found bool) {
	const most = 20 // words, because sounds have no times
	t, c := r.t, &r.form.compiled
	if t.kind(words) != '[' {
		return none, start, kind, false
	}
	word := words + 1
	if word >= t.next(words) {
		return words, start, kind, start != none
	}
	for w, n := word, 0; start == none && w < t.next(words) && n < most; w, n = t.next(w), n+1 {
		start = t.first(w, c.wordStart)
	}
	if kind == none {
		kind = t.first(word, c.kind)
	}
	text = t.first(word, c.word)
	return text, start, kind, text != none
}

// isTime reports whether a value is a time or null.
func (r *jsonReader) isTime(v ref) bool {
	_, _, ok := r.t.time(v, r.form.unit)
	return v != none && ok
}

// isWhole reports whether a value is a number without a fraction.
func (t *tape) isWhole(v ref) bool {
	return t.kind(v) == '0' && !strings.ContainsAny(t.raw(v), ".eE")
}

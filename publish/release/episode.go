package release

import (
	"onair/show"
)

// Episode is an episode of the release and the facts of its audio.
type Episode struct {
	*show.Episode
	Status show.Status
	Pin    show.Pin // zero while nothing is known of the audio

	Enclosure  *Object // the tagged audio; nil unless the feed names the episode
	ItemSHA256 string  // of its item in the feed; empty unless the feed names the episode
	Payload    *Object // the part with its audio; nil if masters are not kept

	master      *master // nil if the audio is not on this machine
	chapters    *Object
	waveform    *Object
	transcripts []*transcript
}

// AudioKey returns the key of the tagged audio; empty if there is none.
func (e *Episode) AudioKey() string {
	if e.Enclosure == nil {
		return ""
	}
	return e.Enclosure.Key
}

// waveformKey returns the key of its waveform; empty if there is none.
func (e *Episode) waveformKey() string {
	if e.waveform == nil {
		return ""
	}
	return e.waveform.Key
}

// AudioBytes returns the size of the tagged audio; 0 if there is none.
func (e *Episode) AudioBytes() int64 {
	if e.Enclosure == nil {
		return 0
	}
	return e.Enclosure.Size
}

// addEpisode adds one episode: all of it when it is live, its audio's facts
// when it is scheduled, only the findings when it is a draft.
func (b *builder) addEpisode(e *show.Episode) {
	re := &Episode{Episode: e, Status: e.Status(b.o.Now)}
	b.release.Episodes = append(b.release.Episodes, re)
	if !b.measure(re) {
		return
	}
	tag := b.tag(re)
	b.readTranscripts(re)
	if re.Status == show.Scheduled {
		re.Payload = b.addPayload(re)
	}
	if re.Status != show.Live || re.Pin.Payload.Bytes == 0 || tag == nil {
		return
	}
	b.addAudio(re, tag)
	b.addTranscripts(re)
	b.addChapters(re)
	b.addWaveform(re)
}

package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
)

const (
	frameHeaderBytes = 10

	// maxTagBytes is what the 28 bits of a tag's size hold, header not counted
	// (ID3v2.3.0, section 3.1).
	maxTagBytes = 1<<28 - 1

	// guidDescription names the TXXX frame that holds the episode's GUID: the
	// word that identifies an episode's GUID where Podcasting 2.0 data meets
	// other systems.
	guidDescription = "podcast:item:guid"
)

// A frame is one frame of a tag as it was found.
type frame struct {
	id      string  // as in 2.3; what 2.3 has no name for, as it was found
	version int     // of the tag: 2, 3 or 4
	flags   [2]byte // none in 2.2
	body    []byte
	data    []byte // the body with its flags undone; nil where it cannot be read
}

func isFrameID(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// appendFrame appends a frame of ID3v2.3: id, size of the body, no flags, body.
func appendFrame(b []byte, id string, body io.WriterTo) ([]byte, error) {
	var buf bytes.Buffer
	if _, err := body.WriteTo(&buf); err != nil {
		return nil, fmt.Errorf("encode frame %s: %w", id, err)
	}
	b, err := appendFrameHeader(b, id, buf.Len())
	return append(b, buf.Bytes()...), err
}

func appendFrameHeader(b []byte, id string, n int) ([]byte, error) {
	if n > maxTagBytes-frameHeaderBytes {
		return nil, fmt.Errorf("encode frame %s: %d bytes, and a tag holds %d", id, n, maxTagBytes)
	}
	b = binary.BigEndian.AppendUint32(append(b, id...), uint32(n))
	return append(b, 0, 0), nil
}

// each yields the frames, until padding or something that is no frame, and what
// is behind each. Frames without a body, which say nothing, are passed over.
// Sub-frames of a chapter are read the same way.
func (t *tagReader) frames(b []byte) iter.Seq2[frame, []byte] {
	return func(yield func(frame, []byte) bool) {
		for {
			f, rest, ok := t.nextFrame(b)
			if !ok {
				return
			}
			b = rest
			if len(f.body) > 0 && !yield(f, rest) {
				return
			}
		}
	}
}

// next cuts the first frame off b.
func (t *tagReader) nextFrame(b []byte) (f frame, rest []byte, ok bool) {
	f.version = t.version
	if t.version == 2 {
		if len(b) < frame22HeaderBytes || !isFrameID(b[:3]) {
			return f, nil, false
		}
		n := int(b[3])<<16 | int(b[4])<<8 | int(b[5])
		if n > len(b)-frame22HeaderBytes {
			return f, nil, false
		}
		f.id = idOfV22(string(b[:3]))
		b = b[frame22HeaderBytes:]
		f.body, f.data = b[:n:n], b[:n:n]
		return f, b[n:], true
	}
	if len(b) < frameHeaderBytes || !isFrameID(b[:4]) {
		return f, nil, false
	}
	n, ok := t.frameSize(b)
	if !ok {
		return f, nil, false
	}
	f.id, f.flags = string(b[:4]), [2]byte(b[8:10])
	b = b[frameHeaderBytes:]
	f.body = b[:n:n]
	if t.version == 4 {
		f.data = t.undoFlagsV24(f.flags[1], f.body)
	} else {
		f.data = undoFlagsV23(f.flags[1], f.body)
	}
	return f, b[n:], true
}

// frameSize reads the size of the frame that begins b. Version 2.4 has
// synchsafe sizes and 2.3 plain ones, but writers of both mix them up: the
// reading that leads to another frame or to the end wins, the proper one first.
func (t *tagReader) frameSize(b []byte) (int, bool) {
	plain := int(binary.BigEndian.Uint32(b[4:]))
	safe, ok := synchsafe(b[4:])
	if !ok {
		safe = plain
	}
	proper, other := plain, safe
	if t.version == 4 {
		proper, other = safe, plain
	}
	room := len(b) - frameHeaderBytes
	for _, n := range []int{proper, other} {
		if n <= room && mayFollowFrame(b[frameHeaderBytes+n:]) {
			return n, true
		}
	}
	return proper, proper <= room
}

// leadsOn reports whether b is what may follow a frame.
func mayFollowFrame(b []byte) bool {
	return len(b) == 0 || b[0] == 0 || len(b) >= frameHeaderBytes && isFrameID(b[:4])
}

// plain23 undoes the format flags of a 2.3 frame; nil where it cannot.
func undoFlagsV23(flags byte, data []byte) []byte {
	switch {
	case flags&(frame23Compressed|frame23Encrypted) != 0:
		return nil
	case flags&frame23Grouped != 0:
		return data[min(1, len(data)):]
	}
	return data
}

// plain24 undoes the format flags of a 2.4 frame; nil where it cannot.
func (t *tagReader) undoFlagsV24(flags byte, data []byte) []byte {
	if flags&(frame24Compressed|frame24Encrypted) != 0 {
		return nil
	}
	if flags&frame24Grouped != 0 {
		data = data[min(1, len(data)):]
	}
	if flags&frame24Length != 0 {
		data = data[min(4, len(data)):]
	}
	if t.unsync || flags&frame24Unsynchronised != 0 {
		data = undoUnsynchronisation(data)
	}
	return data
}

// resynchronise takes out the zero that unsynchronisation put behind every
// byte FF (ID3v2.4.0, section 6.1).
func undoUnsynchronisation(b []byte) []byte {
	return bytes.ReplaceAll(b, []byte{0xFF, 0}, []byte{0xFF})
}

// frame22HeaderBytes is the length of a frame's header in ID3v2.2: three letters
// and a size of three bytes.
const frame22HeaderBytes = 6

// longIDs are the names that the frames of ID3v2.2 have since 2.3, iTunes'
// inventions among them. What is missing has another form in 2.3, or none.
var idsOfV22 = map[string]string{
	"BUF": "RBUF", "CNT": "PCNT", "COM": "COMM", "CRA": "AENC", "ETC": "ETCO", "GEO": "GEOB", "IPL": "IPLS", "MCI": "MCDI",
	"MLL": "MLLT", "PIC": "APIC", "POP": "POPM", "REV": "RVRB", "SLT": "SYLT", "STC": "SYTC", "UFI": "UFID", "ULT": "USLT",
	"TAL": "TALB", "TBP": "TBPM", "TCM": "TCOM", "TCO": "TCON", "TCR": "TCOP", "TDA": "TDAT", "TDY": "TDLY", "TEN": "TENC",
	"TFT": "TFLT", "TIM": "TIME", "TKE": "TKEY", "TLA": "TLAN", "TLE": "TLEN", "TMT": "TMED", "TOA": "TOPE", "TOF": "TOFN",
	"TOL": "TOLY", "TOR": "TORY", "TOT": "TOAL", "TP1": "TPE1", "TP2": "TPE2", "TP3": "TPE3", "TP4": "TPE4", "TPA": "TPOS",
	"TPB": "TPUB", "TRC": "TSRC", "TRD": "TRDA", "TRK": "TRCK", "TSI": "TSIZ", "TSS": "TSSE", "TT1": "TIT1", "TT2": "TIT2",
	"TT3": "TIT3", "TXT": "TEXT", "TXX": "TXXX", "TYE": "TYER", "WAF": "WOAF", "WAR": "WOAR", "WAS": "WOAS", "WCM": "WCOM",
	"WCP": "WCOP", "WPB": "WPUB", "WXX": "WXXX",
	"PCS": "PCST", "TCP": "TCMP", "TCT": "TCAT", "TDS": "TDES", "TID": "TGID", "TKW": "TKWD", "TS2": "TSO2", "TSA": "TSOA",
	"TSC": "TSOC", "TSP": "TSOP", "TST": "TSOT", "WFD": "WFED",
}

// longID is the name of a frame of ID3v2.2 in 2.3, or the same where it has
// none.
func idOfV22(id string) string {
	if long, ok := idsOfV22[id]; ok {
		return long
	}
	return id
}

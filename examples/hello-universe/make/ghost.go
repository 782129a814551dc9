package main

import "encoding/binary"

// haunt adds two stale tags to an MP3, such as real masters have. The tag at the start
// is ID3v2.4 and has a frame of more than 127 bytes, so a reader that takes the tag for
// ID3v2.3 gets the size of that frame wrong. The tag at the end is ID3v1, where a title
// has thirty bytes. Neither may be published.
func haunt(mp3 []byte) []byte {
	const title = "Gosts in the tag (final) (final) (2)"
	var frames []byte
	for _, f := range [][2]string{
		{"TIT2", title},
		{"TPE1", "Rigel's old laptop"},
		{"TALB", "Untitled podcast project"},
		{"TDRC", "2019-10-31"},
		{"TRCK", "99"},
		{"TENC", "An encoder that has since been discontinued, on an operating system that has since been discontinued, by somebody who has since taken up gardening"},
	} {
		frames = append(frames, f[0]...)
		frames = appendSyncSafe(frames, len(f[1])+1)
		frames = append(frames, 0, 0, 3) // no flags; UTF-8
		frames = append(frames, f[1]...)
	}
	const padding = 256
	head := appendSyncSafe([]byte{'I', 'D', '3', 4, 0, 0}, len(frames)+padding)
	head = append(append(head, frames...), make([]byte, padding)...)

	var v1 [128]byte
	copy(v1[0:3], "TAG")
	copy(v1[3:33], title)
	copy(v1[33:63], "Rigel's old laptop")
	copy(v1[63:93], "Untitled podcast project")
	copy(v1[93:97], "2019")
	copy(v1[97:125], "Happy Halloween")
	v1[126] = 99  // version 1.1: track number
	v1[127] = 101 // genre: speech
	return append(append(head, mp3...), v1[:]...)
}

// appendSyncSafe appends n as four bytes of seven bits.
func appendSyncSafe(b []byte, n int) []byte {
	spread := uint32(n&0x7f | n<<1&0x7f00 | n<<2&0x7f0000 | n<<3&0x7f000000)
	return binary.BigEndian.AppendUint32(b, spread)
}

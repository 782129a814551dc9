package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"onair/internal/crc32c"
)

// This file computes the expected properties of a published object from its key and its
// bytes, without onair's own code.

// hashedKey matches the keys of immutable objects: a name, the first 16 hex
// digits of a hash, an extension.
var hashedKey = regexp.MustCompile(`^(?:audio/.+|assets/.+|episodes/[^/]+/(?:transcript(?:\.[^/]+)?|chapters|card|search))-([0-9a-f]{16})\.[a-z0-9]+$`)

// wantHeaders returns the Content-Type and Cache-Control of a key.
func wantHeaders(key string) (contentType, cacheControl string) {
	cacheControl = "public, max-age=60"
	if hashedKey.MatchString(key) {
		cacheControl = "public, max-age=31536000, immutable"
	}
	switch base := path.Base(key); {
	case key == "feed.xml":
		contentType = "application/rss+xml; charset=utf-8"
	case strings.HasPrefix(key, "episodes/") && strings.HasPrefix(base, "chapters-"):
		contentType = "application/json+chapters"
	default:
		contentType = map[string]string{
			".bin":  "application/octet-stream",
			".css":  "text/css; charset=utf-8",
			".html": "text/html; charset=utf-8",
			".jpg":  "image/jpeg",
			".js":   "text/javascript; charset=utf-8",
			".json": "application/json",
			".mp3":  "audio/mpeg",
			".png":  "image/png",
			".srt":  "application/x-subrip",
			".svg":  "image/svg+xml",
			".txt":  "text/plain; charset=utf-8",
			".vtt":  "text/vtt",
			".xml":  "application/xml; charset=utf-8",

			".webmanifest": "application/manifest+json",
		}[path.Ext(base)]
	}
	return contentType, cacheControl
}

// wantHash returns the hash that the key must contain: for an MP3 the hash of the
// digests of tag and payload, otherwise the hash of the bytes.
func wantHash(key string, data []byte) string {
	sum := sha256.Sum256(data)
	if path.Ext(key) == ".mp3" {
		tag, payload := splitMP3(data)
		t, p := sha256.Sum256(tag), sha256.Sum256(payload)
		sum = sha256.Sum256(append(t[:], p[:]...))
	}
	return hex.EncodeToString(sum[:8])
}

// wantCRC32C returns the CRC32C of the data in the form that cloud storage uses.
func wantCRC32C(data []byte) string {
	sum := crc32c.Checksum(data)
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// splitMP3 splits a file into the ID3v2 tag at its start and the MPEG audio. The header has ten
// bytes, the last four of which are the size in 28 bits (ID3v2.3, section 3.1). The 128 bytes
// of an ID3v1 tag at the end are removed.
func splitMP3(data []byte) (tag, payload []byte) {
	if len(data) > 10 && string(data[:3]) == "ID3" {
		size := 10
		for shift, b := range data[6:10] {
			size += int(b) << (7 * (3 - shift))
		}
		if data[5]&0x10 != 0 {
			size += 10 // size of the footer
		}
		tag, data = data[:size], data[size:]
	}
	if n := len(data) - 128; n >= 0 && string(data[n:n+3]) == "TAG" {
		data = data[:n]
	}
	return tag, data
}

// builtFolder returns the files of a folder that onair built or published, by key.
func builtFolder(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, key := range keysIn(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(key)))
		if err != nil {
			t.Fatal(err)
		}
		files[key] = data
	}
	return files
}

// build builds the show in the workplace and returns the files by key.
func (w *workplace) build(t testing.TB) map[string][]byte {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "build")
	w.run(t, "build", "-o", dir)
	return builtFolder(t, dir)
}

// differences compares a bucket with a release and describes each key that is wrong.
// Immutable objects of earlier releases may remain.
func differences(held map[string]object, release map[string][]byte) []string {
	var wrong []string
	complain := func(key, format string, args ...any) {
		wrong = append(wrong, key+": "+fmt.Sprintf(format, args...))
	}
	for key, data := range release {
		o, ok := held[key]
		if !ok {
			complain(key, "missing")
			continue
		}
		contentType, cacheControl := wantHeaders(key)
		if contentType == "" {
			complain(key, "a kind of file that the test does not know")
		}
		if o.contentType != contentType {
			complain(key, "Content-Type %q, want %q", o.contentType, contentType)
		}
		if o.cacheControl != cacheControl {
			complain(key, "Cache-Control %q, want %q", o.cacheControl, cacheControl)
		}
		if want := wantCRC32C(data); o.crc32c != want {
			complain(key, "CRC32C %s, want %s", o.crc32c, want)
		}
		if string(o.data) != string(data) {
			complain(key, "%d bytes that differ from the %d of the build", len(o.data), len(data))
		}
		if hash := hashedKey.FindStringSubmatch(key); hash != nil && hash[1] != wantHash(key, data) {
			complain(key, "the key's hash is not that of the bytes: %s", wantHash(key, data))
		}
	}
	for key := range held {
		if _, ok := release[key]; !ok && !hashedKey.MatchString(key) {
			complain(key, "not part of the release")
		}
	}
	return wrong
}

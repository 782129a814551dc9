package remote

import (
	"maps"
	"slices"
	"strings"

	"onair/publish/bucket"
)

// Lower returns metadata with lower-case keys, as package bucket requires; nil if there
// is none.
func Lower(metadata map[string]string) map[string]string {
	if len(metadata) == 0 {
		return nil
	}
	out := make(map[string]string, len(metadata))
	for k, v := range metadata {
		out[strings.ToLower(k)] = v
	}
	return out
}

// sameHeaders reports whether two sets of headers are the same.
func sameHeaders(x, y bucket.Headers) bool {
	return slices.Equal(x.Fields(), y.Fields()) && maps.Equal(Lower(x.Metadata), Lower(y.Metadata))
}

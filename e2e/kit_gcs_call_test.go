package e2e

import (
	"net/http"
	"net/url"
	"strings"
)

// call is a request to the JSON API of cloud storage.
type call struct {
	op          op
	bucket, key string // the object; the key is empty for listings and for chunks of an upload
	from        string // for a copy, the source key
	fromBucket  string
}

// op is the operation of a call.
type op string

const (
	opBucket  op = "bucket" // reads the bucket's configuration
	opList    op = "list"
	opGet     op = "get"
	opUpload  op = "upload"
	opUpdate  op = "update"
	opDelete  op = "delete"
	opCompose op = "compose"
	opCopy    op = "copy"
)

// parseCall parses a request to the JSON API. ok is false for requests with other
// paths, which listeners send.
func parseCall(r *http.Request) (c call, ok bool) {
	path := r.URL.EscapedPath()
	for _, api := range []string{"/upload", "/download", ""} {
		rest, found := strings.CutPrefix(path, api+"/storage/v1/b/")
		if !found {
			continue
		}
		var s []string
		for segment := range strings.SplitSeq(rest, "/") {
			name, _ := url.PathUnescape(segment) // an invalid segment does not match any name
			s = append(s, name)
		}
		return callOf(r, s, api == "/upload"), true
	}
	return call{}, false
}

// callOf parses the path after the API's prefix: bucket, o, key and the verb.
func callOf(r *http.Request, s []string, upload bool) call {
	c := call{bucket: s[0]}
	switch {
	case upload:
		c.op, c.key = opUpload, r.URL.Query().Get("name")
	case len(s) == 1:
		c.op = opBucket
	case len(s) == 2:
		c.op = opList
	case len(s) == 4 && s[3] == "compose":
		c.op, c.key = opCompose, s[2]
	case len(s) == 8 && (s[3] == "rewriteTo" || s[3] == "copyTo"):
		c = call{op: opCopy, bucket: s[5], key: s[7], fromBucket: s[0], from: s[2]}
	case r.Method == http.MethodDelete:
		c.op, c.key = opDelete, s[2]
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		c.op, c.key = opGet, s[2]
	default:
		c.op, c.key = opUpdate, s[2]
	}
	return c
}

// changes reports whether the call may change the bucket.
func (c call) changes() bool {
	switch c.op {
	case opBucket, opList, opGet:
		return false
	}
	return true
}

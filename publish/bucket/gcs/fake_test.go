package gcs

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"onair/internal/crc32c"
	"onair/publish/bucket/internal/faults"
)

// fake implements the part of the JSON API of Google Cloud Storage that onair uses.
// Unlike emulators it obeys every precondition. It serves the bucket "my-show" and,
// through its private half, the bucket "my-show-private".
type fake struct {
	mu         sync.Mutex
	pageCap    int // largest number of objects in a page, even if more are requested
	generation int64
	objects    map[string]*fakeObject
	uploads    map[string]*fakeUpload
	private    *fake
	spoil      func(*fakeObject) // changes a composed object before it is stored; may be nil
}

type fakeObject struct {
	Name           string            `json:"name"`
	Size           int64             `json:"size,string"`
	CRC32C         string            `json:"crc32c"`
	Generation     int64             `json:"generation,string"`
	Metageneration int64             `json:"metageneration,string"`
	ContentType    string            `json:"contentType,omitempty"`
	CacheControl   string            `json:"cacheControl,omitempty"`
	Encoding       string            `json:"contentEncoding,omitempty"`
	Disposition    string            `json:"contentDisposition,omitempty"`
	Language       string            `json:"contentLanguage,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	body           []byte
}

// fakeUpload is a session of a resumable upload.
type fakeUpload struct {
	object *fakeObject
	query  url.Values
}

func newFake() *fake {
	f := &fake{pageCap: 1000, objects: map[string]*fakeObject{}, uploads: map[string]*fakeUpload{}}
	f.private = &fake{pageCap: 1000, objects: map[string]*fakeObject{}, uploads: map[string]*fakeUpload{}}
	return f
}

// RoundTrip makes the fake a transport: requests reach it without a network, so
// that tests can run on the clock of package synctest.
func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	var broken error
	if req.Body != nil {
		body, broken = io.ReadAll(req.Body)
		req.Body.Close()
	}
	if err := req.Context().Err(); err != nil && broken == nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	// A server may find all it needs in a request that breaks off later.
	resp := f.route(req, body)
	if broken != nil {
		return nil, broken
	}
	return resp, nil
}

func (f *fake) route(req *http.Request, body []byte) *http.Response {
	q := req.URL.Query()
	path := req.URL.EscapedPath()
	if id := q.Get("upload_id"); id != "" {
		if f.private.uploads[id] != nil {
			return f.private.chunk(req, id, body)
		}
		return f.chunk(req, id, body)
	}
	upload := strings.HasPrefix(path, "/upload")
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "/upload"), "/storage/v1/b/my-show-private/"); ok && f.private != nil {
		if source, target, ok := strings.Cut(rest, "/rewriteTo/b/my-show/o/"); ok {
			return f.rewrite(q, strings.TrimPrefix(source, "o/"), target, body)
		}
		req = req.Clone(req.Context())
		req.URL.RawPath = strings.Replace(path, "my-show-private", "my-show", 1)
		req.URL.Path, _ = url.PathUnescape(req.URL.RawPath)
		return f.private.route(req, body)
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "/upload"), "/storage/v1/b/my-show/o")
	if !ok {
		return answer(404, "The specified bucket does not exist.")
	}
	name, err := url.PathUnescape(strings.TrimPrefix(rest, "/"))
	if err != nil {
		return answer(400, err.Error())
	}
	switch {
	case upload:
		return f.insert(req, body)
	case name == "":
		return f.list(q)
	case strings.HasSuffix(path, "/compose"):
		return f.compose(q, strings.TrimSuffix(name, "/compose"), body)
	}
	o := f.objects[name]
	if o == nil || q.Get("generation") != "" && q.Get("generation") != strconv.FormatInt(o.Generation, 10) {
		return answer(404, "No such object: my-show/"+name)
	}
	if !holds(q, o) {
		return answer(412, "At least one of the pre-conditions you specified did not hold.")
	}
	switch {
	case req.Method == http.MethodDelete:
		delete(f.objects, name)
		return answer(204, nil)
	case req.Method == http.MethodPatch:
		return patch(o, body)
	case q.Get("alt") == "media":
		return media(req, o)
	}
	return answer(200, o)
}

// holds reports whether the preconditions of a request hold for an object; nil means
// that there is no object.
func holds(q url.Values, o *fakeObject) bool {
	var generation, metageneration int64
	if o != nil {
		generation, metageneration = o.Generation, o.Metageneration
	}
	for name, is := range map[string]int64{"ifGenerationMatch": generation, "ifMetagenerationMatch": metageneration} {
		if want := q.Get(name); want != "" && want != strconv.FormatInt(is, 10) {
			return false
		}
	}
	return true
}

func (f *fake) list(q url.Values) *http.Response {
	size, _ := strconv.Atoi(q.Get("maxResults"))
	size = min(max(size, 1), f.pageCap)
	var page struct {
		Items []*fakeObject `json:"items"`
		Next  string        `json:"nextPageToken,omitempty"`
	}
	for _, name := range slices.Sorted(maps.Keys(f.objects)) {
		if !strings.HasPrefix(name, q.Get("prefix")) || name < q.Get("pageToken") {
			continue
		}
		if len(page.Items) == size {
			page.Next = name
			break
		}
		page.Items = append(page.Items, f.objects[name])
	}
	return answer(200, page)
}

// insert stores a small object, or opens a session for a large one.
func (f *fake) insert(req *http.Request, body []byte) *http.Response {
	q := req.URL.Query()
	if q.Get("uploadType") == "resumable" {
		o := &fakeObject{ContentType: req.Header.Get("X-Upload-Content-Type")}
		if err := json.Unmarshal(body, o); err != nil {
			return answer(400, err.Error())
		}
		o.Name = q.Get("name")
		id := fmt.Sprintf("session-%d-%t", len(f.uploads), f.private == nil)
		f.uploads[id] = &fakeUpload{o, q}
		resp := answer(200, nil)
		resp.Header.Set("Location", "https://storage.example/upload/storage/v1/b/my-show/o?uploadType=resumable&upload_id="+id)
		return resp
	}
	_, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil {
		return answer(400, err.Error())
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	head, err := parts.NextPart()
	if err != nil {
		return answer(400, err.Error())
	}
	o := &fakeObject{}
	if err := json.NewDecoder(head).Decode(o); err != nil {
		return answer(400, err.Error())
	}
	data, err := parts.NextPart()
	if err != nil {
		return answer(400, err.Error())
	}
	o.Name, o.ContentType = q.Get("name"), data.Header.Get("Content-Type")
	if o.body, err = io.ReadAll(data); err != nil {
		return answer(400, err.Error())
	}
	return f.store(o, q)
}

// chunk takes one part of a large object.
func (f *fake) chunk(req *http.Request, id string, body []byte) *http.Response {
	u := f.uploads[id]
	if u == nil {
		return answer(404, "")
	}
	var first, last, total int64
	if _, err := fmt.Sscanf(req.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total); err != nil {
		total = -1 // more to come
	}
	if first != int64(len(u.object.body)) {
		return answer(400, "chunk is out of place")
	}
	u.object.body = append(u.object.body, body...)
	if total < 0 {
		resp := answer(200, nil)
		resp.Header.Set("X-Http-Status-Code-Override", "308")
		return resp
	}
	return f.store(u.object, u.query)
}

// store stores an object if its checksum is right and the preconditions hold.
func (f *fake) store(o *fakeObject, q url.Values) *http.Response {
	if o.CRC32C != encodeSum(o.body) {
		return answer(400, fmt.Sprintf("Provided CRC32C %q doesn't match calculated CRC32C %q.", o.CRC32C, encodeSum(o.body)))
	}
	if !holds(q, f.objects[o.Name]) {
		return answer(412, "At least one of the pre-conditions you specified did not hold.")
	}
	f.generation++
	o.Size, o.Generation, o.Metageneration = int64(len(o.body)), f.generation, 1
	f.objects[o.Name] = o
	return answer(200, o)
}

// compose joins objects, each at the requested generation, into a new object.
func (f *fake) compose(q url.Values, name string, body []byte) *http.Response {
	var in struct {
		Destination   *fakeObject
		SourceObjects []struct {
			Name                string
			ObjectPreconditions struct {
				IfGenerationMatch int64 `json:",string"`
			}
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return answer(400, err.Error())
	}
	if len(in.SourceObjects) > 32 {
		return answer(400, "The number of source components provided exceeds the maximum.")
	}
	o := in.Destination
	o.Name = name
	for _, s := range in.SourceObjects {
		source := f.objects[s.Name]
		if source == nil {
			return answer(404, "Object "+s.Name+" not found.")
		}
		if source.Generation != s.ObjectPreconditions.IfGenerationMatch {
			return answer(412, "At least one of the pre-conditions you specified did not hold.")
		}
		o.body = append(o.body, source.body...)
	}
	if f.spoil != nil {
		f.spoil(o)
	}
	return f.store(o, q)
}

// rewrite copies an object from the private bucket. The first answer for each copy says
// that there is more to do, as for large objects.
func (f *fake) rewrite(q url.Values, from, to string, body []byte) *http.Response {
	from, _ = url.PathUnescape(from)
	to, _ = url.PathUnescape(to)
	source := f.private.objects[from]
	if source == nil {
		return answer(404, "No such object")
	}
	if want := q.Get("ifSourceGenerationMatch"); want != strconv.FormatInt(source.Generation, 10) {
		return answer(412, "At least one of the pre-conditions you specified did not hold.")
	}
	if q.Get("rewriteToken") == "" {
		return answer(200, map[string]any{"done": false, "rewriteToken": "more", "totalBytesRewritten": "0", "objectSize": "1"})
	}
	o := &fakeObject{}
	if err := json.Unmarshal(body, o); err != nil {
		return answer(400, err.Error())
	}
	o.Name, o.body, o.CRC32C = to, bytes.Clone(source.body), source.CRC32C
	if resp := f.store(o, q); resp.StatusCode != 200 {
		return resp
	}
	return answer(200, map[string]any{"done": true, "resource": o})
}

func encodeSum(body []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32c.Checksum(body)))
}

// patch merges fields into an object, as the API does: null removes a field.
func patch(o *fakeObject, body []byte) *http.Response {
	var change map[string]any
	if err := json.Unmarshal(body, &change); err != nil {
		return answer(400, err.Error())
	}
	word := func(key string, field *string) {
		if v, given := change[key]; given {
			*field, _ = v.(string)
		}
	}
	word("contentType", &o.ContentType)
	word("cacheControl", &o.CacheControl)
	word("contentEncoding", &o.Encoding)
	word("contentDisposition", &o.Disposition)
	word("contentLanguage", &o.Language)
	if v, given := change["metadata"]; given && v == nil {
		o.Metadata = nil
	}
	if add, ok := change["metadata"].(map[string]any); ok {
		o.Metadata = maps.Clone(o.Metadata)
		if o.Metadata == nil {
			o.Metadata = map[string]string{}
		}
		for k, v := range add {
			o.Metadata[k], _ = v.(string)
		}
	}
	o.Metageneration++
	return answer(200, o)
}

// media serves the bytes of an object, or one range of them if the request asks for it.
func media(req *http.Request, o *fakeObject) *http.Response {
	var first, last int64
	last = o.Size - 1
	code := 200
	if n, _ := fmt.Sscanf(req.Header.Get("Range"), "bytes=%d-%d", &first, &last); n > 0 {
		if first >= o.Size {
			return answer(416, "range")
		}
		code, last = 206, min(last, o.Size-1)
	}
	resp := answer(code, nil)
	resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, o.Size))
	resp.Header.Set("X-Goog-Generation", strconv.FormatInt(o.Generation, 10))
	resp.Body = io.NopCloser(bytes.NewReader(o.body[first : last+1]))
	resp.ContentLength = last + 1 - first
	return resp
}

// answer returns a response: an error if v is a string, without a body if v is nil, and
// JSON otherwise.
func answer(code int, v any) *http.Response {
	var body []byte
	if message, ok := v.(string); ok {
		v = map[string]any{"error": map[string]any{"code": code, "message": message}}
	}
	if v != nil {
		body, _ = json.Marshal(v)
	}
	return &http.Response{
		StatusCode: code, Status: strconv.Itoa(code) + " " + http.StatusText(code), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func isMedia(req *http.Request) bool { return req.URL.Query().Get("alt") == "media" }

func isChunk(req *http.Request) bool { return req.URL.Query().Get("upload_id") != "" }

// commits reports whether a request changes the bucket.
func commits(req *http.Request) bool {
	switch {
	case req.Method == http.MethodGet:
		return false
	case isChunk(req):
		return !strings.HasSuffix(req.Header.Get("Content-Range"), "/*")
	}
	return req.URL.Query().Get("uploadType") != "resumable"
}

// returns answers a request without passing it to the server.
func returns(code int, v any) faults.Do {
	return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		faults.Drain(req)
		return answer(code, v), nil
	}
}

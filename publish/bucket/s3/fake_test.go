package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"onair/internal/crc32c"
	"onair/publish/bucket/internal/faults"
)

// fake implements the part of S3 that onair uses. It answers as Amazon does, unless
// its provider says otherwise. It serves the buckets "my-show" and
// "my-show-private", by path.
type fake struct {
	mu      sync.Mutex
	minPart int // bytes
	pageCap int // largest number of objects in a page, even if more are requested
	objects map[string]*fakeObject
	uploads map[string]*fakeUpload
	made    int // objects stored

	provider
	spoil func(data []byte) []byte // changes the data of a copy; may be nil
}

// provider describes how a provider differs from Amazon.
type provider struct {
	ignores  bool // ignores preconditions of writes, as some providers do
	refuses  bool // refuses preconditions of writes, as B2 does
	noCRC    bool // refuses x-amz-checksum-crc32c, as B2 did
	noFull   bool // refuses a CRC32C of the whole object for an upload in parts, as R2 does
	noTarget bool // refuses conditions on the target of a copy, and on a delete
	saysNot  bool // does not return the checksum of a copied part
	noURL    bool // does not escape names in listings
}

type fakeObject struct {
	header http.Header // Content-Type, Cache-Control and metadata
	etag   string
	body   []byte
}

// fakeUpload is an upload in parts.
type fakeUpload struct {
	name   string
	header http.Header
	full   bool // checks the CRC32C of the whole
	parts  map[int][]byte
}

func newFake() *fake {
	return &fake{minPart: 5 << 20, pageCap: 1000, objects: map[string]*fakeObject{}, uploads: map[string]*fakeUpload{}}
}

// put stores an object as another program would.
func (f *fake) put(name, body string) {
	f.store(name, http.Header{"Content-Type": {"text/plain"}}, []byte(body))
}

// RoundTrip makes the fake a transport: requests reach it without a network, so
// that tests can run on the clock of package synctest.
func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		// A request whose body breaks off gets no answer, as on a network.
		var err error
		body, err = io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
		if int64(len(body)) != req.ContentLength {
			return nil, fmt.Errorf("body has %d bytes, not %d", len(body), req.ContentLength)
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	resp := f.route(req, body)
	resp.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	return resp, nil
}

func (f *fake) route(req *http.Request, body []byte) *http.Response {
	q := req.URL.Query()
	name := strings.TrimPrefix(req.URL.Path, "/")
	bucketName, key, _ := strings.Cut(name, "/")
	switch {
	case bucketName != "my-show" && bucketName != "my-show-private":
		if req.Method == http.MethodHead {
			return answer(404, nil)
		}
		return failure(404, "NoSuchBucket", "The specified bucket does not exist")
	case key == "":
		return f.list(bucketName+"/", q)
	case q.Has("uploads"):
		return f.begin(req, name)
	case q.Has("uploadId"):
		return f.upload(req, q, name, body)
	}
	switch req.Method {
	case http.MethodPut:
		if req.Header.Get("X-Amz-Copy-Source") != "" {
			return f.copy(req, name)
		}
		return f.insert(req, name, body)
	case http.MethodDelete:
		return f.delete(req, name)
	}
	return f.get(req, name)
}

func (f *fake) list(in string, q url.Values) *http.Response {
	size, _ := strconv.Atoi(q.Get("max-keys"))
	size = min(max(size, 1), f.pageCap)
	type object struct {
		Key, ETag, LastModified string
		Size                    int
	}
	var page struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		EncodingType          string   `xml:",omitempty"`
		NextContinuationToken string   `xml:",omitempty"`
		Contents              []object
	}
	escape := func(s string) string { return s }
	if q.Get("encoding-type") == "url" && !f.noURL {
		page.EncodingType, escape = "url", url.QueryEscape
	}
	for _, name := range slices.Sorted(maps.Keys(f.objects)) {
		key, ours := strings.CutPrefix(name, in)
		if !ours || !strings.HasPrefix(key, q.Get("prefix")) || key < q.Get("continuation-token") {
			continue
		}
		if len(page.Contents) == size {
			page.NextContinuationToken = key
			break
		}
		o := f.objects[name]
		page.Contents = append(page.Contents, object{escape(key), o.etag, o.header.Get("Last-Modified"), len(o.body)})
	}
	for i, o := range page.Contents {
		at, _ := time.Parse(http.TimeFormat, o.LastModified)
		page.Contents[i].LastModified = at.Format("2006-01-02T15:04:05.000Z")
	}
	return answer(200, page)
}

// check checks the conditions and the checksum of a write.
func (f *fake) check(req *http.Request, name string, body []byte) *http.Response {
	match, none := req.Header.Get("If-Match"), req.Header.Get("If-None-Match")
	o := f.objects[name]
	switch {
	case f.refuses && match+none != "":
		return failure(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	case f.ignores:
	case match != "" && o == nil:
		return failure(404, "NoSuchKey", "The specified key does not exist.")
	case match != "" && o.etag != match, none != "" && o != nil:
		return failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	return f.checkSums(req, body)
}

func (f *fake) checkSums(req *http.Request, body []byte) *http.Response {
	crc, digest := req.Header.Get("X-Amz-Checksum-Crc32c"), req.Header.Get("Content-Md5")
	sum := md5.Sum(body)
	switch {
	case crc != "" && f.noCRC:
		return failure(400, "InvalidArgument", "Unsupported header 'x-amz-checksum-crc32c' received for this API call.")
	case crc != "" && crc != encodeSum(crc32c.Checksum(body)), digest != "" && digest != base64.StdEncoding.EncodeToString(sum[:]):
		return failure(400, "BadDigest", "The checksum you specified did not match what we received.")
	}
	return nil
}

// headersOf returns the headers of a request that an object keeps.
func headersOf(req *http.Request) http.Header {
	h := http.Header{}
	for k, v := range req.Header {
		if slices.Contains([]string{"Content-Type", "Cache-Control", "Content-Encoding", "Content-Disposition", "Content-Language"}, k) || strings.HasPrefix(k, "X-Amz-Meta-") {
			h[k] = v
		}
	}
	return h
}

func (f *fake) insert(req *http.Request, name string, body []byte) *http.Response {
	if refused := f.check(req, name, body); refused != nil {
		return refused
	}
	return f.store(name, headersOf(req), body)
}

// store stores an object and returns the answer.
func (f *fake) store(name string, h http.Header, body []byte) *http.Response {
	h.Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
	f.objects[name] = &fakeObject{header: h, etag: fmt.Sprintf(`"%x"`, md5.Sum(body)), body: body}
	f.made++
	resp := answer(200, nil)
	resp.Header.Set("Etag", f.objects[name].etag)
	return resp
}

func (f *fake) get(req *http.Request, name string) *http.Response {
	o := f.objects[name]
	if o == nil {
		if req.Method == http.MethodHead {
			return answer(404, nil)
		}
		return failure(404, "NoSuchKey", "The specified key does not exist.")
	}
	if match := req.Header.Get("If-Match"); match != "" && match != o.etag {
		return failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	code, body := 200, o.body
	if r := req.Header.Get("Range"); r != "" {
		if body = cutRange(o.body, r); body == nil {
			return failure(416, "InvalidRange", "The requested range is not satisfiable")
		}
		code = 206
	}
	resp := answer(code, nil)
	maps.Copy(resp.Header, o.header.Clone())
	resp.Header.Set("Etag", o.etag)
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.ContentLength = int64(len(body))
	if req.Method == http.MethodGet {
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp
}

// cutRange returns the bytes that a Range header names, or nil if there are none.
func cutRange(body []byte, header string) []byte {
	var first, last int
	if n, _ := fmt.Sscanf(header, "bytes=%d-%d", &first, &last); n != 2 || first >= len(body) {
		return nil
	}
	return body[first:min(last+1, len(body))]
}

// source finds the object to copy and checks the condition on it.
func (f *fake) source(req *http.Request) (*fakeObject, *http.Response) {
	from, err := url.QueryUnescape(req.Header.Get("X-Amz-Copy-Source")) // a plus sign is a space
	if err != nil {
		return nil, failure(400, "InvalidArgument", err.Error())
	}
	o := f.objects[from]
	if o == nil {
		return nil, failure(404, "NoSuchKey", "The specified key does not exist.")
	}
	if match := req.Header.Get("X-Amz-Copy-Source-If-Match"); match != o.etag {
		return nil, failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	return o, nil
}

func (f *fake) copy(req *http.Request, name string) *http.Response {
	if f.noTarget && req.Header.Get("If-Match") != "" {
		return failure(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	}
	o, refused := f.source(req)
	if refused == nil {
		refused = f.check(req, name, nil)
	}
	if refused != nil {
		return refused
	}
	f.store(name, headersOf(req), o.body)
	return answer(200, struct {
		XMLName xml.Name `xml:"CopyObjectResult"`
		ETag    string
	}{ETag: f.objects[name].etag})
}

func (f *fake) delete(req *http.Request, name string) *http.Response {
	if match := req.Header.Get("If-Match"); match != "" {
		switch o := f.objects[name]; {
		case f.noTarget:
			return failure(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
		case o == nil:
			return failure(404, "NoSuchKey", "The specified key does not exist.")
		case o.etag != match && !f.ignores:
			return failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		}
	}
	delete(f.objects, name)
	return answer(204, nil)
}

// begin begins an upload in parts.
func (f *fake) begin(req *http.Request, name string) *http.Response {
	full := req.Header.Get("X-Amz-Checksum-Type") == "FULL_OBJECT"
	if full && (f.noFull || f.noCRC) {
		return failure(400, "InvalidRequest", "The FULL_OBJECT checksum type cannot be used with the crc32c checksum algorithm.")
	}
	id := fmt.Sprintf("upload-%d", len(f.uploads))
	f.uploads[id] = &fakeUpload{name: name, header: headersOf(req), full: full, parts: map[int][]byte{}}
	return answer(200, struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		UploadID string   `xml:"UploadId"`
	}{UploadID: id})
}

// upload stores a part, completes an upload, or aborts it.
func (f *fake) upload(req *http.Request, q url.Values, name string, body []byte) *http.Response {
	u := f.uploads[q.Get("uploadId")]
	if u == nil || u.name != name {
		return failure(404, "NoSuchUpload", "The specified upload does not exist.")
	}
	number, _ := strconv.Atoi(q.Get("partNumber"))
	switch {
	case req.Method == http.MethodDelete:
		delete(f.uploads, q.Get("uploadId"))
		return answer(204, nil)
	case req.Method == http.MethodPost:
		return f.complete(req, q.Get("uploadId"), u, body)
	case req.Header.Get("X-Amz-Copy-Source") != "":
		o, refused := f.source(req)
		if refused != nil {
			return refused
		}
		data := bytes.Clone(cutRange(o.body, req.Header.Get("X-Amz-Copy-Source-Range")))
		if f.spoil != nil {
			data = f.spoil(data)
		}
		u.parts[number] = data
		result := struct {
			XMLName        xml.Name `xml:"CopyPartResult"`
			ETag           string
			ChecksumCRC32C string `xml:",omitempty"`
		}{ETag: etagOf(data)}
		if u.full && !f.saysNot {
			result.ChecksumCRC32C = encodeSum(crc32c.Checksum(data))
		}
		return answer(200, result)
	}
	if refused := f.checkSums(req, body); refused != nil {
		return refused
	}
	u.parts[number] = body
	resp := answer(200, nil)
	resp.Header.Set("Etag", etagOf(body))
	return resp
}

func etagOf(data []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(data)) }

func (f *fake) complete(req *http.Request, id string, u *fakeUpload, body []byte) *http.Response {
	var in struct {
		Part []struct {
			PartNumber           int
			ETag, ChecksumCRC32C string
		}
	}
	if err := xml.Unmarshal(body, &in); err != nil {
		return failure(400, "MalformedXML", err.Error())
	}
	var whole []byte
	var digests []byte
	for i, p := range in.Part {
		data, there := u.parts[p.PartNumber]
		if !there || p.PartNumber != i+1 || p.ETag != etagOf(data) || u.full && p.ChecksumCRC32C != encodeSum(crc32c.Checksum(data)) {
			return failure(400, "InvalidPart", "One or more of the specified parts could not be found.")
		}
		if size := len(u.parts[1]); i > 0 && (len(data) > size || i < len(in.Part)-1 && len(data) != size) || i < len(in.Part)-1 && size < f.minPart {
			return failure(400, "InvalidPart", "All parts but the last must have one size, and not too small a one.")
		}
		digest := md5.Sum(data)
		whole, digests = append(whole, data...), append(digests, digest[:]...)
	}
	if len(in.Part) != len(u.parts) {
		return failure(400, "InvalidPart", "A part was not used.")
	}
	// A header of the request has the checksum of the whole object.
	if refused := f.check(req, u.name, whole); refused != nil {
		return refused
	}
	f.store(u.name, u.header, whole)
	sum := md5.Sum(digests)
	f.objects[u.name].etag = fmt.Sprintf(`"%s-%d"`, hex.EncodeToString(sum[:]), len(in.Part))
	delete(f.uploads, id)
	return answer(200, struct {
		XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
		ETag    string
	}{ETag: f.objects[u.name].etag})
}

// failure returns an error in the form of S3.
func failure(code int, name, message string) *http.Response {
	return answer(code, struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: name, Message: message})
}

// answer returns a response with v as XML, or without a body if v is nil.
func answer(code int, v any) *http.Response {
	var body []byte
	if v != nil {
		body, _ = xml.Marshal(v)
	}
	return &http.Response{
		StatusCode: code, Status: strconv.Itoa(code) + " " + http.StatusText(code), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// returns answers a request without passing it to the server.
func returns(code int, name, message string) faults.Do {
	return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		faults.Drain(req)
		if name == "" {
			return answer(code, nil), nil
		}
		return failure(code, name, message), nil
	}
}

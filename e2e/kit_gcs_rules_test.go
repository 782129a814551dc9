package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"time"

	"onair/internal/crc32c"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// rules answers calls of the JSON API through fake-gcs-server, and adds features that
// version 1.56.1 lacks: preconditions of calls other than uploads, of sources and of
// metagenerations; metagenerations themselves; updates that remove headers; headers and
// checksums of composed and copied objects; pages of a given size; and a clock that can
// be set. Changes happen one after the other, each at its own time, because a
// generation is a time.
type rules struct {
	fake     *fakestorage.Server
	pageSize int           // entries in a page of a listing; 0 uses the size that the client asks for
	turn     chan struct{} // held during a change

	mu     sync.Mutex
	ahead  time.Duration    // how far the service's clock is ahead of this machine's
	facts  map[string]facts // by object and generation
	stored map[string]int   // how often a key got new content, by bucket and key
}

// facts are the properties of an object that fake-gcs-server does not keep.
type facts struct {
	metageneration   int
	created, updated time.Time
}

func newRules(fake *fakestorage.Server) *rules {
	return &rules{
		fake:   fake,
		turn:   make(chan struct{}, 1),
		facts:  map[string]facts{},
		stored: map[string]int{},
	}
}

// answer answers a call whose body has been read into memory.
func (u *rules) answer(r *http.Request, c call) *httptest.ResponseRecorder {
	if c.changes() {
		u.turn <- struct{}{}
		defer func() { <-u.turn }()
		// No two generations may be created in the same microsecond.
		time.Sleep(2 * time.Microsecond)
	}
	if refused := u.refuse(r, c); refused != nil {
		return refused
	}
	switch {
	case c.op == opUpdate:
		return u.update(r, c)
	case c.op == opList && u.pageSize > 0:
		query := r.URL.Query()
		query.Set("maxResults", strconv.Itoa(u.pageSize))
		r.URL.RawQuery = query.Encode()
	}
	body, _ := io.ReadAll(r.Body) // the body is in memory, so this cannot fail
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := u.pass(r)
	if c.changes() && c.op != opDelete && answer.Code == http.StatusOK && answer.Header().Get("X-Http-Status-Code-Override") == "" && answer.Header().Get("Location") == "" {
		answer = u.made(c, body, answer)
	}
	return u.dress(r, answer)
}

// pass sends the call to fake-gcs-server.
func (u *rules) pass(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	u.fake.HTTPHandler().ServeHTTP(answer, r)
	return answer
}

// refuse returns the error response to a call whose preconditions fail, or whose
// sources do not match. It returns nil for all other calls.
func (u *rules) refuse(r *http.Request, c call) *httptest.ResponseRecorder {
	query := r.URL.Query().Get
	target := u.look(c.bucket, c.key)
	if c.key != "" && !target.meets(query("ifGenerationMatch"), query("ifGenerationNotMatch"), query("ifMetagenerationMatch"), query("ifMetagenerationNotMatch")) {
		if target == nil && (c.op == opDelete || c.op == opUpdate || c.op == opGet) {
			return failure(http.StatusNotFound, "No such object: "+c.key)
		}
		return failure(http.StatusPreconditionFailed, "At least one of the pre-conditions you specified did not hold.")
	}
	switch c.op {
	case opCopy:
		return u.source(c.fromBucket, c.from, query("sourceGeneration"), query("ifSourceGenerationMatch"))
	case opCompose:
		return u.refuseCompose(r, c)
	}
	return nil
}

// source returns the error response for a source object that does not exist or does not
// match the call.
func (u *rules) source(bucket, key, generation, match string) *httptest.ResponseRecorder {
	o := u.look(bucket, key)
	if o == nil || generation != "" && generation != o.generation {
		return failure(http.StatusNotFound, "No such object: "+bucket+"/"+key)
	}
	if match != "" && match != o.generation {
		return failure(http.StatusPreconditionFailed, "At least one of the pre-conditions you specified did not hold.")
	}
	return nil
}

// composition is the body of a compose call.
type composition struct {
	SourceObjects []struct {
		Name                string `json:"name"`
		Generation          string `json:"generation"`
		ObjectPreconditions struct {
			IfGenerationMatch string `json:"ifGenerationMatch"`
		} `json:"objectPreconditions"`
	} `json:"sourceObjects"`
	Destination headersOf `json:"destination"`
}

// headersOf has the fields of an object that a call may set.
type headersOf struct {
	ContentType  string            `json:"contentType"`
	CacheControl string            `json:"cacheControl"`
	Metadata     map[string]string `json:"metadata"`
	CRC32C       string            `json:"crc32c"`
}

func (u *rules) refuseCompose(r *http.Request, c call) *httptest.ResponseRecorder {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var all composition
	if err := json.Unmarshal(body, &all); err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	sum := crc32c.New()
	for _, s := range all.SourceObjects {
		if refused := u.source(c.bucket, s.Name, s.Generation, s.ObjectPreconditions.IfGenerationMatch); refused != nil {
			return refused
		}
		o, err := u.fake.GetObject(c.bucket, s.Name)
		if err != nil {
			return failure(http.StatusNotFound, err.Error())
		}
		sum.Write(o.Content)
	}
	got := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
	if want := all.Destination.CRC32C; want != "" && want != got {
		return failure(http.StatusBadRequest, fmt.Sprintf("Provided CRC32C %q doesn't match calculated CRC32C %q.", want, got))
	}
	return nil
}

// state has the values of an object that preconditions are compared with; nil if the
// object does not exist.
type state struct{ generation, metageneration string }

func (u *rules) look(bucket, key string) *state {
	if key == "" {
		return nil
	}
	o, err := u.fake.GetObjectStreaming(bucket, key)
	if err != nil {
		return nil
	}
	defer o.Close()
	return &state{strconv.FormatInt(o.Generation, 10), strconv.Itoa(u.factsOf(idOf(bucket, key, o.Generation)).metageneration)}
}

// meets reports whether preconditions hold. An empty precondition always holds.
func (s *state) meets(generation, notGeneration, metageneration, notMetageneration string) bool {
	is := state{"0", "0"}
	if s != nil {
		is = *s
	}
	return (generation == "" || generation == is.generation) &&
		(notGeneration == "" || notGeneration != is.generation) &&
		(metageneration == "" || metageneration == is.metageneration) &&
		(notMetageneration == "" || notMetageneration != is.metageneration)
}

// update changes headers by a JSON merge patch (RFC 7396): null removes a header, or a key of
// the metadata.
func (u *rules) update(r *http.Request, c call) *httptest.ResponseRecorder {
	o, err := u.fake.GetObject(c.bucket, c.key)
	if err != nil {
		return failure(http.StatusNotFound, "No such object: "+c.key)
	}
	var patch struct {
		ContentType, CacheControl                            json.RawMessage
		ContentEncoding, ContentDisposition, ContentLanguage json.RawMessage
		Metadata                                             json.RawMessage
	}
	if err := json.NewDecoder(r.Body).Decode(&patch); err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	set := func(field *string, value json.RawMessage) {
		if value != nil {
			*field = ""
			_ = json.Unmarshal(value, field) // null leaves it empty
		}
	}
	set(&o.ContentType, patch.ContentType)
	set(&o.CacheControl, patch.CacheControl)
	set(&o.ContentEncoding, patch.ContentEncoding)
	set(&o.ContentDisposition, patch.ContentDisposition)
	set(&o.ContentLanguage, patch.ContentLanguage)
	o.Metadata = patched(o.Metadata, patch.Metadata)
	u.fake.CreateObject(o) // replaces the object, because the generation is the same

	id := idOf(c.bucket, c.key, o.Generation)
	f := u.factsOf(id)
	u.keep(id, facts{f.metageneration + 1, f.created, u.clock()})
	return u.dress(r, u.resource(c.bucket, c.key))
}

// resource is fake-gcs-server's JSON for an object.
func (u *rules) resource(bucket, key string) *httptest.ResponseRecorder {
	return u.pass(httptest.NewRequest(http.MethodGet, "/storage/v1/b/"+bucket+"/o/"+url.PathEscape(key), nil))
}

// patched returns metadata after a merge patch; a nil patch changes nothing.
func patched(old map[string]string, patch json.RawMessage) map[string]string {
	if patch == nil {
		return old
	}
	var changes map[string]*string
	if json.Unmarshal(patch, &changes) != nil || changes == nil {
		return nil
	}
	merged := maps.Clone(old)
	if merged == nil {
		merged = map[string]string{}
	}
	for k, v := range changes {
		if delete(merged, k); v != nil {
			merged[k] = *v
		}
	}
	return merged
}

// made records the facts of an object that a call has just created. A composed or
// copied object gets exactly the headers in the call.
func (u *rules) made(c call, body []byte, answer *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	key := c.key
	if key == "" {
		var named struct {
			Name     string
			Resource struct{ Name string }
		}
		_ = json.Unmarshal(answer.Body.Bytes(), &named)
		key = named.Name
	}
	o, err := u.fake.GetObjectStreaming(c.bucket, key)
	if err != nil {
		return answer
	}
	o.Close()
	now := u.clock()
	u.keep(idOf(c.bucket, key, o.Generation), facts{1, now, now})
	u.mu.Lock()
	u.stored[c.bucket+"/"+key]++
	u.mu.Unlock()

	switch c.op {
	case opCompose:
		var all composition
		_ = json.Unmarshal(body, &all) // refuseCompose has parsed it without error
		u.setHeaders(c, all.Destination)
		return u.resource(c.bucket, c.key)
	case opCopy:
		var headers headersOf
		if len(bytes.TrimSpace(body)) > 0 && json.Unmarshal(body, &headers) == nil {
			u.setHeaders(c, headers) // headers of the source are not inherited
		}
		return copied(u.resource(c.bucket, c.key))
	}
	return answer
}

// setHeaders replaces all headers of an object.
func (u *rules) setHeaders(c call, h headersOf) {
	o, err := u.fake.GetObject(c.bucket, c.key)
	if err == nil {
		o.ContentType, o.CacheControl, o.Metadata = h.ContentType, h.CacheControl, h.Metadata
		u.fake.CreateObject(o) // replaces the object, because the generation is the same
	}
}

// copied returns the response to a copy that completed in one call.
func copied(resource *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	data, _ := json.Marshal(map[string]any{"kind": "storage#rewriteResponse", "done": true, "resource": json.RawMessage(resource.Body.Bytes())})
	resource.Body = bytes.NewBuffer(data)
	return resource
}

// dress adds the recorded facts to the objects in a response.
func (u *rules) dress(r *http.Request, answer *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	if r.Method == http.MethodHead || r.URL.Query().Get("alt") == "media" || answer.Header().Get("Content-Type") != "application/json" {
		return answer
	}
	var document any
	d := json.NewDecoder(bytes.NewReader(answer.Body.Bytes()))
	d.UseNumber()
	if d.Decode(&document) != nil {
		return answer
	}
	u.dressValue(document)
	dressed, _ := json.Marshal(document) // cannot fail: it was unmarshalled from JSON
	answer.Body = bytes.NewBuffer(dressed)
	return answer
}

func (u *rules) dressValue(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			u.dressValue(item)
		}
	case map[string]any:
		if v["kind"] == "storage#object" {
			f := u.factsOf(fmt.Sprint(v["bucket"], "/", v["name"], "#", v["generation"]))
			v["metageneration"] = strconv.Itoa(f.metageneration)
			if !f.created.IsZero() {
				v["timeCreated"], v["updated"] = f.created.UTC().Format(time.RFC3339Nano), f.updated.UTC().Format(time.RFC3339Nano)
			}
			return
		}
		for _, item := range v {
			u.dressValue(item)
		}
	}
}

// clock returns the service's time.
func (u *rules) clock() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return time.Now().Add(u.ahead)
}

// advance moves the service's clock forward.
func (u *rules) advance(d time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ahead += d
}

func idOf(bucket, key string, generation int64) string {
	return fmt.Sprint(bucket, "/", key, "#", generation)
}

func (u *rules) factsOf(id string) facts {
	u.mu.Lock()
	defer u.mu.Unlock()
	if f, ok := u.facts[id]; ok {
		return f
	}
	return facts{metageneration: 1}
}

func (u *rules) keep(id string, f facts) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.facts[id] = f
}

// failure returns an error response of the JSON API.
func failure(code int, message string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	answer.Header().Set("Content-Type", "application/json")
	answer.WriteHeader(code)
	_ = json.NewEncoder(answer).Encode(map[string]any{"error": map[string]any{"code": code, "message": message}})
	return answer
}

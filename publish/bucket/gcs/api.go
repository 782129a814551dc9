package gcs

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// scope is the permission that access tokens ask for. Setting an object's headers needs
// this scope: write access is not enough.
const scope = "https://www.googleapis.com/auth/devstorage.full_control"

// api makes requests to the JSON API of Cloud Storage for one bucket,
// https://cloud.google.com/storage/docs/json_api. Its errors are *apiError, or those of
// the HTTP client.
type api struct {
	client   *http.Client
	endpoint string // ends in /storage/v1/
	bucket   string
}

// resource is an object in requests and responses. Its field Generation and those
// after it are set by the service.
type resource struct {
	Name               string            `json:"name,omitempty"`
	ContentType        string            `json:"contentType,omitempty"`
	CacheControl       string            `json:"cacheControl,omitempty"`
	ContentEncoding    string            `json:"contentEncoding,omitempty"`
	ContentDisposition string            `json:"contentDisposition,omitempty"`
	ContentLanguage    string            `json:"contentLanguage,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
	CRC32C             *checksum         `json:"crc32c,omitempty"`
	Generation         int64             `json:"generation,omitempty,string"`
	Metageneration     int64             `json:"metageneration,omitempty,string"`
	Size               int64             `json:"size,omitempty,string"`
	TimeCreated        string            `json:"timeCreated,omitempty"` // of this generation
}

// sum returns the CRC32C of the object; 0 if the service has none.
func (r *resource) sum() uint32 {
	if r.CRC32C == nil {
		return 0
	}
	return uint32(*r.CRC32C)
}

// created returns when the generation was written.
func (r *resource) created() time.Time {
	t, _ := time.Parse(time.RFC3339, r.TimeCreated)
	return t
}

// checksum is a CRC32C, in base64 and the order of the network.
type checksum uint32

// MarshalText implements encoding.TextMarshaler.
func (c checksum) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, binary.BigEndian.AppendUint32(nil, uint32(c))), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *checksum) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(b) != 4 {
		return fmt.Errorf("%q is not a CRC32C", text)
	}
	*c = checksum(binary.BigEndian.Uint32(b))
	return nil
}

// apiError is a response with the status of an error.
type apiError struct {
	code    int
	message string // the service's; may be empty
	header  http.Header
}

func (e *apiError) Error() string {
	if e.message == "" {
		return fmt.Sprintf("status %d %s", e.code, strings.ToLower(http.StatusText(e.code)))
	}
	return e.message
}

// defaultEndpoint returns the address of the JSON API of the emulator that
// STORAGE_EMULATOR_HOST names, or of Google if that is not set.
func defaultEndpoint() string { return publicHost() + "storage/v1/" }

// bucketPath returns the path of the bucket in the API, with its endpoint.
func (a *api) bucketPath() string { return a.endpoint + "b/" + url.PathEscape(a.bucket) }

// objectPath returns the path of an object in the API, with its endpoint.
func (a *api) objectPath(name string) string { return a.bucketPath() + "/o/" + url.PathEscape(name) }

// uploadPath returns the path for new objects.
func (a *api) uploadPath() string {
	return strings.TrimSuffix(a.endpoint, "storage/v1/") + "upload/storage/v1/b/" + url.PathEscape(a.bucket) + "/o"
}

// call sends a request with in as its JSON, unless in is nil, and decodes the JSON of
// the response into out, unless out is nil.
func (a *api) call(ctx context.Context, method, path string, q url.Values, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.do(req)
	if err != nil {
		return err
	}
	return decode(resp, out)
}

// do sends a request. A response with the status of an error becomes an *apiError.
func (a *api) do(req *http.Request) (*http.Response, error) {
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 2 || resp.StatusCode == http.StatusPermanentRedirect {
		return resp, nil
	}
	defer resp.Body.Close()
	e := &apiError{code: resp.StatusCode, header: resp.Header}
	var said struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	// The message is left out if there is none, as in a page of HTML.
	if body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10)); err == nil && json.Unmarshal(body, &said) == nil {
		e.message = said.Error.Message
	}
	return nil, e
}

// decode reads the JSON of a response into out, unless out is nil, and closes the
// response.
func decode(resp *http.Response, out any) error {
	defer resp.Body.Close()
	if out == nil {
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// object makes a request about one object. The response is the object.
func (a *api) object(ctx context.Context, method, path string, q url.Values, in any) (*resource, error) {
	r := new(resource)
	if err := a.call(ctx, method, path, q, in, r); err != nil {
		return nil, err
	}
	return r, nil
}

// stat describes an object.
func (a *api) stat(ctx context.Context, name string) (*resource, error) {
	return a.object(ctx, http.MethodGet, a.objectPath(name), nil, nil)
}

// delete deletes an object if the preconditions hold.
func (a *api) delete(ctx context.Context, name string, conds url.Values) error {
	return a.call(ctx, http.MethodDelete, a.objectPath(name), conds, nil, nil)
}

// listed are the fields that a listing requests.
const listed = "nextPageToken,items(name,size,crc32c,generation,contentType,cacheControl,contentEncoding,contentDisposition,contentLanguage,metadata,timeCreated)"

// list returns a page of the bucket's listing, and the token of the next page.
func (a *api) list(ctx context.Context, prefix, token string, size int) ([]*resource, string, error) {
	q := url.Values{"prefix": {prefix}, "maxResults": {strconv.Itoa(size)}, "projection": {"noAcl"}, "fields": {listed}}
	if token != "" {
		q.Set("pageToken", token)
	}
	var page struct {
		Items []*resource `json:"items"`
		Next  string      `json:"nextPageToken"`
	}
	err := a.call(ctx, http.MethodGet, a.bucketPath()+"/o", q, nil, &page)
	return page.Items, page.Next, err
}

// read opens a range of one generation of an object. The range is not empty.
func (a *api) read(ctx context.Context, name string, generation, offset, length int64) (io.ReadCloser, error) {
	q := url.Values{"alt": {"media"}, "generation": {strconv.FormatInt(generation, 10)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.objectPath(name)+"?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	resp, err := a.do(req)
	if err != nil {
		return nil, err
	}
	if offset > 0 && resp.StatusCode != http.StatusPartialContent {
		resp.Body.Close()
		return nil, fmt.Errorf("the answer to a request for a range has status %d, not 206", resp.StatusCode)
	}
	return resp.Body, nil
}

// part is a source of a composed object, at one generation.
type part struct {
	Name          string `json:"name"`
	Preconditions struct {
		Generation int64 `json:"ifGenerationMatch,string"`
	} `json:"objectPreconditions"`
}

// compose makes an object of parts in the same bucket, if the preconditions hold.
func (a *api) compose(ctx context.Context, name string, conds url.Values, parts []part, headers resource) (*resource, error) {
	in := struct {
		Destination resource `json:"destination"`
		Sources     []part   `json:"sourceObjects"`
	}{headers, parts}
	return a.object(ctx, http.MethodPost, a.objectPath(name)+"/compose", conds, in)
}

// copy copies one generation of an object to another bucket, if the preconditions hold.
// The copy has the headers that are given. A large object takes several requests.
func (a *api) copy(ctx context.Context, name string, generation int64, to *api, toName string, conds url.Values, headers resource) (*resource, error) {
	q := url.Values{"ifSourceGenerationMatch": {strconv.FormatInt(generation, 10)}}
	for k, v := range conds {
		q[k] = v
	}
	path := a.objectPath(name) + "/rewriteTo/" + strings.TrimPrefix(to.objectPath(toName), to.endpoint)
	for {
		var answer struct {
			Done     bool      `json:"done"`
			Token    string    `json:"rewriteToken"`
			Resource *resource `json:"resource"`
		}
		switch err := a.call(ctx, http.MethodPost, path, q, headers, &answer); {
		case err != nil:
			return nil, err
		case answer.Resource != nil:
			return answer.Resource, nil
		case answer.Done || answer.Token == "":
			return nil, errors.New("the answer to a copy has neither the object nor a token")
		}
		q.Set("rewriteToken", answer.Token)
	}
}

// publicHost returns the address of the XML API, or of the emulator.
func publicHost() string {
	host := os.Getenv("STORAGE_EMULATOR_HOST")
	switch {
	case host == "":
		return "https://storage.googleapis.com/"
	case strings.Contains(host, "://"):
		return strings.TrimSuffix(host, "/") + "/"
	}
	return "http://" + host + "/"
}

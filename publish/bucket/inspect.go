package bucket

import "context"

// Inspector is implemented by buckets whose settings can be read, and that anyone
// may try to read over HTTP.
type Inspector interface {
	// Versioned reports whether the bucket keeps earlier versions of an object.
	// ErrDenied if the credentials do not allow the question, errors.ErrUnsupported
	// if the provider has no such setting.
	Versioned(ctx context.Context) (bool, error)

	// Website returns the settings of the bucket as a website. Its errors are those
	// of Versioned.
	Website(ctx context.Context) (Website, error)

	// PublicURL returns the address of an object for readers without credentials,
	// past any CDN. It is empty if the provider allows no such readers.
	PublicURL(key string) string

	// PublicList returns the address that lists the bucket for readers without
	// credentials. It is empty if the provider allows no such readers.
	PublicList() string
}

// Website is the settings of a bucket as a website. A field is empty if it is not
// set.
type Website struct {
	IndexPage string // name of the page that answers for a folder, in that folder
	ErrorPage string // key of the page that answers for missing objects, without the bucket's prefix
}

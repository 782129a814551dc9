package bucket

import "context"

// Inspector is implemented by buckets whose settings can be read, and which can be
// tested over HTTP without credentials.
type Inspector interface {
	// Versioned reports whether the bucket keeps earlier versions of an object.
	// The error is ErrDenied if the credentials do not permit reading the setting,
	// and errors.ErrUnsupported if the provider has no such setting.
	Versioned(ctx context.Context) (bool, error)

	// Website returns the settings of the bucket as a website. It returns the same
	// errors as Versioned.
	Website(ctx context.Context) (Website, error)

	// PublicURL returns the address at which the bucket, without a CDN, serves an
	// object to readers without credentials. It is empty if the provider does not
	// permit such readers.
	PublicURL(key string) string

	// PublicList returns the address that lists the bucket for readers without
	// credentials. It is empty if the provider does not permit such readers.
	PublicList() string
}

// Website has the settings of a bucket as a website. A field is empty if it is not
// set.
type Website struct {
	IndexPage string // name of the page that is served for the address of its folder
	ErrorPage string // key of the page that is served for missing objects, without the bucket's prefix
}

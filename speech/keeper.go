package speech

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"onair/internal/durable"
)

// Keeper stores the answers of services, which were paid for, and notes about jobs that a
// service works on. Names do not identify a recording, so each recording needs a Keeper.
type Keeper interface {
	// Get returns the data kept under a name. If there is none, the error is
	// fs.ErrNotExist.
	Get(ctx context.Context, name string) ([]byte, error)
	// Put keeps data under a name and replaces earlier data.
	Put(ctx context.Context, name string, data []byte) error
}

// kept returns the data kept under a name. It returns nil if there is none or k is nil.
func kept(ctx context.Context, k Keeper, name string) ([]byte, error) {
	if k == nil {
		return nil, nil
	}
	data, err := k.Get(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// nameOf returns a name for data that depends on the inputs: the first size bytes of a
// digest of the inputs, in hex.
func nameOf(size int, inputs ...any) (string, error) {
	data, err := json.Marshal(inputs)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:size]), err
}

// Dir is a Keeper that keeps files in a folder, which need not exist.
type Dir string

// Get implements [Keeper].
func (d Dir) Get(_ context.Context, name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), name))
}

// Put implements [Keeper].
func (d Dir) Put(_ context.Context, name string, data []byte) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(string(d), name), data, 0o600)
}

package e2e

import (
	"debug/elf"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestBinary checks that the binary is static and prints its version.
func TestBinary(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "linux" {
		mustBeStatic(t, onair)
	}
	w := newWorkplace(t)
	if said := string(w.run(t, "version")); !strings.HasPrefix(said, "onair ") || !strings.Contains(said, runtime.Version()) {
		t.Errorf("onair version says %q, want its name, version and Go's", said)
	}
}

// mustBeStatic fails the test if the binary needs an interpreter or a library at run
// time.
func mustBeStatic(t testing.TB, file string) {
	t.Helper()
	f, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Errorf("%s wants an interpreter", filepath.Base(file))
		}
	}
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("%s wants libraries: %q, %v", filepath.Base(file), libraries, err)
	}
}

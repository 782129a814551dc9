package e2e

import (
	"debug/elf"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestCrossBuild builds the binary for every supported system. A cold build takes minutes,
// so it runs in CI, or with ONAIR_E2E_CROSS=1.
func TestCrossBuild(t *testing.T) {
	if os.Getenv("CI") != "true" && os.Getenv("ONAIR_E2E_CROSS") == "" {
		t.Skip("six builds take minutes: set ONAIR_E2E_CROSS=1 to run them")
	}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, goarch := range []string{"amd64", "arm64"} {
			t.Run(goos+"/"+goarch, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "onair"+exe(goos))
				if err := compile(out, "GOOS="+goos, "GOARCH="+goarch); err != nil {
					t.Fatal(err)
				}
				if goos == "linux" {
					mustBeStatic(t, out)
				}
			})
		}
	}
}

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

// mustBeStatic fails the test if the binary needs an interpreter or a library.
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

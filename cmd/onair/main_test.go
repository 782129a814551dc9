package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"onair": main})
}

// TestScripts runs testdata/script/*.txtar, each of which tests one topic. A script
// has the example shows in $EXAMPLES, and a cache of its own.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	onair, err := exec.LookPath("onair")
	if err != nil {
		t.Fatal(err)
	}
	nothing := httptest.NewServer(http.HandlerFunc(noBucket))
	t.Cleanup(nothing.Close)
	recognizer := httptest.NewServer(speechServer())
	t.Cleanup(recognizer.Close)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("EXAMPLES", examples)
			e.Setenv("BARE", filepath.Dir(onair)) // a PATH with only onair
			e.Setenv("EMPTY_GCS", nothing.Listener.Addr().String())
			e.Setenv("SPEECH", recognizer.URL)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("ONAIR_NOW", "2026-11-20T12:00:00Z")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"copyshow":  copyShow,
			"truncate":  truncate,
			"edit":      edit,
			"age":       age,
			"samefiles": samefiles,
			"code":      code,
			"disk":      disk,
			"freeport":  freePort,
			"still":     still,
			"await":     await,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "disks" { // mounting needs root on Linux
				return runtime.GOOS == "linux" && os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// noBucket responds like cloud storage that lacks the bucket.
func noBucket(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"error": {"code": 404, "message": "The specified bucket does not exist."}}`))
}

// copyShow copies an example: copyshow hello-universe DIR.
func copyShow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copyshow EXAMPLE DIR")
	}
	source := os.DirFS(filepath.Join(ts.Getenv("EXAMPLES"), args[0]))
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), source))
	ts.Check(os.RemoveAll(filepath.Join(ts.MkAbs(args[1]), "public"))) // the folder into which make demo publishes
}

// disk mounts a small or a read-only file system: disk full|readonly DIR.
func disk(ts *testscript.TestScript, neg bool, args []string) {
	options, ok := map[string]string{"full": "size=768k", "readonly": "ro"}[args[0]]
	if neg || len(args) != 2 || !ok {
		ts.Fatalf("usage: disk full|readonly DIR")
	}
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o755))
	unmount, err := mountTmpfs(dir, options)
	ts.Check(err)
	ts.Defer(unmount)
}

// triedPorts counts the ports that freePort tried.
var triedPorts atomic.Int32

// freePort sets a variable to a free port: freeport NAME. Systems take the ports of
// clients, and of servers that want any port, from 32768 upwards. The port is lower, so
// that it stays free.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	for range 1000 {
		port := fmt.Sprint(20_000 + (os.Getpid()+int(triedPorts.Add(1)))%12_000)
		if listener, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ts.Check(listener.Close())
			ts.Setenv(args[0], port)
			return
		}
	}
	ts.Fatalf("no port is free")
}

// edit replaces the first occurrence of text in files: edit OLD NEW FILE...
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: edit OLD NEW FILE...")
	}
	old, text := strings.ReplaceAll(args[0], `\n`, "\n"), strings.ReplaceAll(args[1], `\n`, "\n")
	for _, name := range args[2:] {
		data := ts.ReadFile(name)
		if !strings.Contains(data, old) {
			ts.Fatalf("%s does not contain %q", name, old)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(strings.Replace(data, old, text, 1)), 0o644))
	}
}

// age sets the time of every file in a folder to the year 2001: age DIR.
func age(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: age DIR")
	}
	long := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(name, long, long))
	}))
}

// samefiles compares two folders byte for byte: samefiles DIR DIR.
func samefiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samefiles DIR DIR")
	}
	a, b := readFolder(ts, args[0]), readFolder(ts, args[1])
	if len(a) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	if diff := cmp.Diff(a, b); diff != "" {
		ts.Fatalf("the folders differ: %s", diff)
	}
}

// readFolder returns the SHA-256 of every file in a folder.
func readFolder(ts *testscript.TestScript, dir string) map[string]string {
	sums := map[string]string{}
	root := os.DirFS(ts.MkAbs(dir))
	ts.Check(fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	}))
	return sums
}

// code runs a command that must exit with a code: code 3 onair check.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// still runs publish until publish finds that nothing has changed. This takes until all
// files are old enough to be cached. Usage: still ARGUMENT...
func still(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(250 * time.Millisecond) {
		ts.Check(ts.Exec("onair", append([]string{"publish"}, args...)...))
		if strings.Contains(ts.ReadFile("stderr"), ", unchanged since ") {
			return
		}
		if neg || time.Now().After(end) {
			ts.Fatalf("every publish checks the whole show")
		}
	}
}

// await waits until a file exists, or until a page has a text: await FILE, or await URL
// TEXT.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: await FILE, or await URL TEXT")
	}
	there := func() bool {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil
	}
	if len(args) == 2 {
		there = func() bool {
			response, err := http.Get(args[0])
			if err != nil {
				return false
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			return strings.Contains(string(body), args[1])
		}
	}
	for end := time.Now().Add(5 * time.Minute); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("%s is not there after 5 minutes", strings.Join(args, " with "))
		}
	}
}

// truncate cuts a file in half: truncate FILE.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: truncate FILE")
	}
	name := ts.MkAbs(args[0])
	info, err := os.Stat(name)
	ts.Check(err)
	ts.Check(os.Truncate(name, info.Size()/2+1))
}

package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onair/speech"
)

// shell returns a recognizer that runs a shell script with arguments.
func shell(t *testing.T, script string, args ...string) *Recognizer {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	r, err := newRecognizer(append([]string{"sh", "-c", script, "recognizer"}, args...), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{nil, {"whisper"}, {"{input}"}, {"whisper", "{output}"}} {
		if _, err := New(argv, ""); err == nil {
			t.Errorf("%q is accepted", argv)
		}
	}
}

// TestArguments expects text of the show to be passed as an argument and never run as a
// command.
func TestArguments(t *testing.T) {
	t.Parallel()
	r := shell(t, `for a; do echo "<$a>"; done`, "{input}", "--lang={language}", "{prompt}")
	answer, err := r.Recognize(t.Context(), &speech.Request{Audio: "/tmp/a b.mp3", Language: "en", Hints: []string{"Vega; rm -rf /", "{input} $(id)"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "</tmp/a b.mp3>\n<--lang=en>\n<Vega; rm -rf /, {input} $(id)>\n"; string(answer) != want {
		t.Errorf("got %q, want %q", answer, want)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	q := &speech.Request{Audio: "a.mp3"}
	answer, err := shell(t, `echo progress; echo words > "$2"`, "{input}", "{output}").Recognize(t.Context(), q)
	if err != nil || string(answer) != "words\n" {
		t.Errorf("%q, %v", answer, err)
	}
	for _, test := range []struct{ script, want string }{
		{`exit 0`, "wrote no answer"},
		{`echo loading >&2; echo "no model" >&2; echo >&2; exit 3`, "sh: exit status 3: no model"},
		{`kill -9 $$`, "killed"},
		{`head -c 67108865 /dev/zero >"$2"`, "larger than 67108864 bytes"},
	} {
		if _, err := shell(t, test.script, "{input}", "{output}").Recognize(t.Context(), q); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.script, err, test.want)
		}
	}
	if _, err := shell(t, `head -c 67108865 /dev/zero`, "{input}").Recognize(t.Context(), q); err == nil || !strings.Contains(err.Error(), "larger than 67108864 bytes") {
		t.Errorf("%v", err)
	}
	missing, err := newRecognizer([]string{"no-such-recognizer", "{input}"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := missing.Recognize(t.Context(), q); err == nil || !strings.Contains(err.Error(), "no-such-recognizer") {
		t.Error(err)
	}
}

func TestWAV(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("needs ffmpeg")
	}
	input, err := filepath.Glob("../../examples/minimal/episodes/*/audio.mp3")
	if err != nil || len(input) != 1 {
		t.Fatal(input, err)
	}
	answer, err := shell(t, `cat "$1"`, "{wav}").Recognize(t.Context(), &speech.Request{Audio: input[0]})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer) < 44 || string(answer[:4]) != "RIFF" || answer[22] != 1 || int(answer[24])|int(answer[25])<<8 != 16000 {
		t.Errorf("not a WAV file of one channel and 16 kHz: %q", answer[:min(44, len(answer))])
	}
	broken := filepath.Join(t.TempDir(), "broken.mp3")
	if err := os.WriteFile(broken, []byte("not audio"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := shell(t, `cat "$1"`, "{wav}").Recognize(t.Context(), &speech.Request{Audio: broken}); err == nil || !strings.Contains(err.Error(), "ffmpeg") {
		t.Error(err)
	}
}

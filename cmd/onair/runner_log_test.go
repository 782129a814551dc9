package main

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRunnerLog(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain: text [1] a::b # [x]":        "plain: text [1] a::b # [x]",
		"title ##[set-output name=a]1":      "title ##|[set-output name=a]1",
		"a ##vso[task.setvariable]b":        "a ##vso|[task.setvariable]b",
		"###teamcity[x]":                    "###teamcity|[x]",
		"::add-mask::a":                     ":|:add-mask::a",
		"ok\n \t::stop-commands::x":         "ok\n \t:|:stop-commands::x",
		"ok\r::error::x":                    "ok\r:|:error::x",
		"ok\u2028::error::x":                "ok\u2028:|:error::x",
		"ok\u0085::error::x":                "ok\u0085:|:error::x",
		"ok\v::error::x":                    "ok\v:|:error::x",
		"ok\u2027::error::x":                "ok\u2027::error::x",
		"\u00a0::error::x":                  "\u00a0:|:error::x",
		"\x1b[1m::error::\x1b[0m":           "\x1b[1m:|:error::\x1b[0m",
		"\x1b[1m##\x1b[0m[group]":           "\x1b[1m##\x1b[0m|[group]",
		"a: ::b and # ##":                   "a: ::b and # ##",
		"::error file=a::b\n##[endgroup]\n": ":|:error file=a::b\n##|[endgroup]\n",
	} {
		want = strings.ReplaceAll(want, "|", zeroWidthSpace)
		var whole, bytewise strings.Builder
		io.WriteString(&runnerLog{w: &whole}, in)
		l := &runnerLog{w: &bytewise}
		for _, c := range []byte(in) {
			l.Write([]byte{c})
		}
		if whole.String() != want || bytewise.String() != want {
			t.Errorf("%q: %q and %q, want %q", in, whole.String(), bytewise.String(), want)
		}
	}
	if n, err := (&runnerLog{w: iotest.TruncateWriter(io.Discard, 0)}).Write([]byte("::")); n != 2 || err != nil {
		t.Errorf("Write = %d, %v", n, err)
	}
}

func TestLogStream(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, value string
		want        bool
	}{{"GITHUB_ACTIONS", "true", true}, {"TF_BUILD", "True", true}, {"CI", "1", true}, {"CI", "false", false}, {"HOME", "/", false}} {
		w := logStream(io.Discard, func(name string) string {
			if name == test.name {
				return test.value
			}
			return ""
		})
		if _, got := w.(*runnerLog); got != test.want {
			t.Errorf("%s=%s: defused %t, want %t", test.name, test.value, got, test.want)
		}
		if commandStream(w) != io.Discard {
			t.Errorf("%s=%s: commandStream is not the stream itself", test.name, test.value)
		}
	}
}

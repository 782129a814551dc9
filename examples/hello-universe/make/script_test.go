package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const sample = "## Cold open\n\n" +
	`**Vega:** \[mm:ss\] It was *1996*, in [a shed](https://shed.example/).` + "\n\n" +
	`And then \[unintelligible hh:mm:ss.ff\]<!-- under noise: warm marbles -->.` + "\n\n" +
	`**Rigel:** \[laughs\] No.` + "\n\n" +
	`**Outro:** \[mm:ss\]` + "\n"

func TestParseScript(t *testing.T) {
	got, err := parseScript([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := script{
		{kind: chapter, title: "Cold open"},
		{kind: turn, speaker: "Vega", stamped: true, parts: []segment{{"It was nineteen ninety-six, in a shed.", plain}}},
		{kind: continuation, speaker: "Vega", parts: []segment{{"And then", plain}, {"warm marbles", underNoise}}},
		{kind: turn, speaker: "Rigel", parts: []segment{{"heh heh, ha ha ha.", plain}, {"No.", plain}}},
		{kind: pause, speaker: "Outro", stamped: true},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(block{}, segment{})); diff != "" {
		t.Error(diff)
	}
	if _, err := parseScript([]byte("Who says this?")); err == nil {
		t.Error("a paragraph before the first speaker was accepted")
	}
}

func TestFillStamps(t *testing.T) {
	times := []time.Duration{59 * time.Second, 61120 * time.Millisecond, 62 * time.Second}
	got, err := fillStamps([]byte(sample), times)
	if err != nil {
		t.Fatal(err)
	}
	want := `**Vega:** \[00:59\] It was *1996*, in [a shed](https://shed.example/).` + "\n\n" +
		`And then \[unintelligible 00:01:01.12\].` + "\n\n" +
		`**Rigel:** \[laughs\] No.` + "\n\n" +
		`**Outro:** \[01:02\]` + "\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if _, err := fillStamps([]byte(sample), times[:2]); err == nil {
		t.Error("a stamp was left without a time, and nobody minded")
	}
}

func TestAppendSyncSafe(t *testing.T) {
	for n, want := range map[int]string{0x7f: "\x00\x00\x00\x7f", 0x80: "\x00\x00\x01\x00", 0xfffffff: "\x7f\x7f\x7f\x7f"} {
		if got := string(appendSyncSafe(nil, n)); got != want {
			t.Errorf("appendSyncSafe(%#x) = %q, want %q", n, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                        "0:00",
		62500 * time.Millisecond: "1:02.5",
		10 * time.Minute:         "10:00",
	} {
		if got := clock(d); got != want {
			t.Errorf("clock(%v) = %q, want %q", d, got, want)
		}
	}
}

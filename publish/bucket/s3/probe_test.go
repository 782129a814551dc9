package s3

import (
	"errors"
	"io"
	"strings"
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

// Every call that needs preconditions finds out whether the provider honours them, but
// only the first such call makes a probe. Writes work even if the provider ignores
// them.
func TestNoPreconditions(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]provider{"ignored": {ignores: true}, "refused": {refuses: true, noTarget: true}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				f.provider = kind
				first, err := b.Write(t.Context(), buckettest.Object("feed.xml", "one"), absent)
				if err != nil {
					t.Fatal(err)
				}
				if err := b.Probe(t.Context()); !errors.Is(err, bucket.ErrNoPreconditions) || !strings.Contains(err.Error(), "s3://my-show") {
					t.Errorf("Probe = %v, want ErrNoPreconditions with the place", err)
				}
				probes := 0
				for _, r := range net.Requests {
					if strings.HasSuffix(r, probeKey) {
						probes++
					}
				}
				if probes > 3 {
					t.Errorf("%d requests to probe, want 3 at most", probes)
				}
				for keys := range b.List(t.Context(), "") {
					if keys.Key != "feed.xml" {
						t.Errorf("%s is listed", keys.Key)
					}
				}

				// A write whose condition does not hold when it starts is refused.
				for _, size := range []int{3, len(largeBody)} {
					for _, cond := range []bucket.Condition{absent, {Version: "0"}} {
						o := buckettest.Object("feed.xml", largeBody[:size])
						if _, err := b.Write(t.Context(), o, cond); !errors.Is(err, bucket.ErrPrecondition) {
							t.Errorf("Write of %d bytes under %+v = %v, want ErrPrecondition", size, cond, err)
						}
					}
				}
				if _, err := b.Write(t.Context(), buckettest.Object("new.xml", "x"), bucket.Condition{Version: first.Version}); !errors.Is(err, bucket.ErrPrecondition) {
					t.Errorf("Write of what is not there = %v, want ErrPrecondition", err)
				}
				if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "two"), bucket.Condition{Version: first.Version}); err != nil {
					t.Errorf("Write at the right version = %v", err)
				}
				if err := b.Delete(t.Context(), "feed.xml", bucket.Condition{Version: first.Version}); !errors.Is(err, bucket.ErrPrecondition) {
					t.Errorf("Delete of another version = %v, want ErrPrecondition", err)
				}

				// A lost answer is not taken for the write of another program.
				net.Pending = []faults.Fault{faults.On(commits, faults.LosesAnswer)}
				if _, err := b.Write(t.Context(), buckettest.Object("new.xml", "new"), absent); err != nil || len(net.Pending) != 0 {
					t.Errorf("Write whose answer is lost = %v", err)
				}
			})
		})
	}
}

// A probe that fails is repeated by the next call.
func TestProbeFails(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		net.Pending = []faults.Fault{faults.On(faults.Always, returns(403, "AccessDenied", "no"))}
		if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "x"), absent); !errors.Is(err, bucket.ErrDenied) {
			t.Errorf("Write = %v, want ErrDenied", err)
		}
		net.Pending = []faults.Fault{faults.On(commits, faults.LosesAnswer), faults.On(commits, faults.Breaks)}
		if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "x"), absent); err != nil {
			t.Errorf("the next Write = %v", err)
		}
		if f.made != 2 {
			t.Errorf("%d objects made, want the probe and feed.xml", f.made)
		}
	})
}

// A refused write shows that preconditions hold even if the connection breaks in the
// body of the response, which has the error code.
func TestProbeAnswerIsCut(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
		net.Pending = []faults.Fault{faults.On(commits, faults.CutsBody(5, faults.Failing(io.ErrUnexpectedEOF)))}
		if err := b.Probe(t.Context()); err != nil || len(net.Pending) != 0 {
			t.Errorf("Probe = %v", err)
		}
	})
}

// Callers cannot write, read or delete the object of the probe.
func TestProbeKeyIsReserved(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, _ *faults.Transport) {
		if err := b.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Write(t.Context(), buckettest.Object(probeKey, "x"), bucket.Condition{}); err == nil {
			t.Error("Write succeeds")
		}
		if err := b.Delete(t.Context(), probeKey, bucket.Condition{}); err == nil {
			t.Error("Delete succeeds")
		}
		if _, err := b.Stat(t.Context(), probeKey); err == nil {
			t.Error("Stat succeeds")
		}
		if o := f.objects["my-show/"+probeKey]; o == nil || len(o.body) != 0 {
			t.Errorf("the probe is %+v, want an empty object", o)
		}
	})
}

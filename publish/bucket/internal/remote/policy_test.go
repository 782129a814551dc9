package remote

import (
	"testing"
	"time"
)

func TestTimeFor(t *testing.T) {
	t.Parallel()
	if got := NewPolicy(nil, nil, nil).timeFor(60 << 20); got != 37*time.Minute {
		t.Errorf("time for 60 MiB is %v, want 37m", got)
	}
}

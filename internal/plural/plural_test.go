package plural

import "testing"

func TestPlural(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		Count(0, "episode"): "0 episodes",
		Count(1, "episode"): "1 episode",
		Count(2, "episode"): "2 episodes",
		Times(1):            "once",
		Times(3):            "3 times",

		And(nil):                           "",
		And([]string{"Ann"}):               "Ann",
		And([]string{"Ann", "Bo"}):         "Ann and Bo",
		And([]string{"Ann", "Bo", "O’Cy"}): "Ann, Bo and O’Cy",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

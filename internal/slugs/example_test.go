package slugs_test

import (
	"fmt"

	"onair/internal/slugs"
)

func ExampleMake() {
	fmt.Println(slugs.Make("Fünf Uhr: the movie"))
	// Output: funf-uhr-the-movie
}

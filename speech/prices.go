package speech

import (
	_ "embed"
	"encoding/json"
	"sync"
	"time"
)

// prices.json has the prices that the services publish, in US dollars.
//
//go:embed prices.json
var pricesJSON []byte

type priceList struct {
	Date                 string              // year and month of the prices
	Sources              map[string][]string // by engine: pages with the prices, with notes
	RecognitionPerMinute map[string]float64  `json:"recognition_per_minute"`
	// Chat models bill tokens. Their price here includes the tokens of the text and of its
	// translation.
	TranslationPerMillion map[string]float64 `json:"translation_per_million_characters"`
	VoicePerMillion       map[string]float64 `json:"voice_per_million_characters"`
}

var prices = sync.OnceValue(func() (p priceList) {
	if err := json.Unmarshal(pricesJSON, &p); err != nil {
		panic("prices.json: " + err.Error())
	}
	return p
})

// PricesOf returns the year and month of the prices in this version of onair, such as
// 2026-11.
func PricesOf() string { return prices().Date }

// Price returns the cost of recognizing audio, in US dollars. known is false for an engine
// or model whose price onair does not know.
func (e *Engine) Price(d time.Duration, o *Options, channels int) (dollars float64, known bool) {
	if e.Unpriced {
		return 0, false
	}
	for _, model := range append([]string{e.Model}, e.Extra...) {
		if o.Cheap {
			model = "cheap"
		}
		perMinute, known := prices().RecognitionPerMinute[e.Name+" "+model]
		if !known {
			return 0, false
		}
		dollars += perMinute * d.Minutes()
	}
	if o.Channels {
		dollars *= float64(channels)
	}
	return dollars, true
}

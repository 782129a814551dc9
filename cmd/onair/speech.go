package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/crc32c"
	"onair/internal/durable"
	"onair/publish/bucket"
	"onair/show"
	"onair/speech"
	"onair/speech/command"
	"onair/speech/google"
	"onair/speech/openai"
)

// speechOptions are the flags of commands that may send data to a service and cost
// money.
type speechOptions struct {
	engine, model string
	maxCost       dollarLimit
	yes           bool
}

// dollarLimit is a limit on a price. It implements pflag.Value.
type dollarLimit struct {
	dollars float64
	set     bool // without it there is no limit
}

// Set implements pflag.Value.
func (l *dollarLimit) Set(s string) error {
	amount, err := strconv.ParseFloat(s, 64)
	if err != nil || !(amount >= 0 && amount <= math.MaxFloat64) {
		return errors.New("want an amount of US dollars such as 5 or 2.50")
	}
	*l = dollarLimit{amount, true}
	return nil
}

// String implements pflag.Value.
func (l *dollarLimit) String() string {
	if !l.set {
		return ""
	}
	return strconv.FormatFloat(l.dollars, 'f', -1, 64)
}

// Type implements pflag.Value.
func (l *dollarLimit) Type() string { return "float" }

// engines are the values of --engine.
var engines = []string{"google", "openai", "command"}

func (o *speechOptions) addFlags(a *app, c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.engine, "engine", "", "`ENGINE`: google, openai or command (default: that of speech: in show.yaml)")
	f.StringVar(&o.model, "model", "", "`MODEL` of the engine (default: that of speech: in show.yaml)")
	f.Var(&o.maxCost, "max-cost", "refuse if it costs more than `DOLLARS` (default: max_cost of speech:)")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	complete(c, "engine", engines...)
	c.ValidArgsFunction = completeEpisode(a)
}

// settle fills in the options that the command line does not set, with the settings of
// the show and the defaults.
func (o *speechOptions) settle(s *show.Show) error {
	o.engine = cmp.Or(o.engine, s.Speech.Engine, "command")
	if !slices.Contains(engines, o.engine) {
		return usagef("--engine %s: want google, openai or command", o.engine)
	}
	if o.engine == "command" && o.model != "" {
		return usagef("--model %s: the engine command has no models; speech: in show.yaml names its program", o.model)
	}
	if o.model == "" && o.engine == s.Speech.Engine {
		o.model = s.Speech.Model
	}
	if !o.maxCost.set && s.Speech.MaxCost > 0 {
		o.maxCost = dollarLimit{s.Speech.MaxCost, true}
	}
	return nil
}

// ownModel returns the model for an engine that translates or speaks. It returns an
// empty string, for the engine's default, if the model is that of the show, which is
// for recognizing speech.
func (o *speechOptions) ownModel(s *show.Show) string {
	if o.model == s.Speech.Model {
		return ""
	}
	return o.model
}

// openOpenAI opens an engine of OpenAI with the function open. It adds the key and the
// base URL in the environment to the options o.
func openOpenAI[E any](a *app, open func(*openai.Options) (E, error), o openai.Options) (E, error) {
	o.Key, o.Base, o.Say = a.getenv("OPENAI_API_KEY"), a.getenv("OPENAI_BASE_URL"), a.say
	e, err := open(&o)
	if err != nil && o.Base == "" {
		err = withHint(err, "docs/speech.md says how to get a key")
	}
	return e, err
}

// say shows the user a message of an engine.
func (a *app) say(message string) { fmt.Fprintln(a.stderr, clean(message)) }

// speechCache returns a speech.Keeper that keeps answers in the folder speech/NAME of
// the cache. It returns nil if there is no cache.
func (a *app) speechCache(name string) speech.Keeper {
	dir := a.cacheDir()
	if dir == "" {
		return nil
	}
	return speech.Dir(filepath.Join(dir, "speech", name))
}

// openRecognizer opens the engine that recognizes speech.
func openRecognizer(ctx context.Context, a *app, s *show.Show, o *draftOptions, store *speechStore) (*speech.Engine, error) {
	switch o.engine {
	case "google":
		return google.New(ctx, &google.Options{Project: s.Speech.Project, Location: s.Speech.Location, Model: o.model, WordsOnly: o.WordsOnly, Store: store, Say: a.say})
	case "openai":
		return openOpenAI(a, openai.New, openai.Options{Model: o.model, WordsOnly: o.WordsOnly})
	}
	e, err := command.New(s.Speech.Command, s.Folder.Dir)
	if err != nil {
		err = withHint(fmt.Errorf("the command of speech: in show.yaml %w", err), `such as: speech: {command: [whisper-json, "{wav}"]}, or the engine google or openai; docs/speech.md says more, and onair check what is wrong in show.yaml`)
	}
	return e, err
}

// offer describes work that the user has to approve.
type offer struct {
	what    string
	dollars float64
	known   bool   // whether the price is known
	own     bool   // whether the user's own program or server does the work
	leaves  string // data that is sent: audio or text
}

// approve prints the work and its price, and asks for confirmation. It refuses work
// that costs more than the maximum.
func (a *app) approve(ctx context.Context, o *speechOptions, offer *offer) error {
	what := clean(offer.what)
	price := "onair does not know what it costs, or whether the " + offer.leaves + " leaves this machine"
	switch {
	case offer.known && o.maxCost.set && offer.dollars > o.maxCost.dollars:
		return withHint(fmt.Errorf("%s would cost about $%.2f, more than $%.2f", what, offer.dollars, o.maxCost.dollars), "--max-cost allows more")
	case offer.known:
		price = fmt.Sprintf("about $%.2f by the prices of %s. The %s leaves this machine", offer.dollars, speech.PricesOf(), offer.leaves)
	case !offer.own && o.maxCost.set:
		return fmt.Errorf("%s: onair does not know whether it costs more than $%.2f", what, o.maxCost.dollars)
	}
	if !a.quiet || !o.yes {
		fmt.Fprintf(a.stderr, "%s: %s.\n", what, price)
	}
	switch {
	case o.yes:
		return nil
	case !isTerminal(a.stdin) || !isTerminal(a.stderr):
		return usagef("there is no terminal to ask: use --yes")
	}
	fmt.Fprint(a.stderr, "Do it? [y/N] ")
	if !a.confirmed(ctx) {
		return errors.New("nothing was done")
	}
	return nil
}

// speechKeeper returns the speech.Keeper for the answers of an engine about a
// recording. It returns store if the show has a private bucket for its state, so that
// another machine can continue. Otherwise, and for the engine command, it returns a
// folder of the cache, or nil if there is no cache.
func speechKeeper(a *app, s *show.Show, engine string, info *audio.Info, store *speechStore) speech.Keeper {
	if engine != "command" && s.State != "" {
		return store
	}
	return a.speechCache(hex.EncodeToString(info.SHA256[:]))
}

// speechPrefix is the prefix of the keys of data about recordings.
const speechPrefix = bucket.RecordsPrefix + "speech/"

// speechStore is the part of the storage that belongs to a recording. It implements
// speech.Keeper and google.Store.
type speechStore struct {
	bucket bucket.Bucket
	prefix string
	public bool // everyone can read the bucket
}

// openSpeechStore opens the storage for a recording.
func openSpeechStore(ctx context.Context, a *app, s *show.Show, info *audio.Info) (*speechStore, error) {
	b, err := openBucket(ctx, a, s, cmp.Or(s.State, s.Storage))
	return &speechStore{b, speechPrefix + hex.EncodeToString(info.SHA256[:]) + "/", s.State == ""}, err
}

// Get implements [speech.Keeper].
func (s *speechStore) Get(ctx context.Context, name string) ([]byte, error) {
	r, _, err := s.bucket.Open(ctx, s.prefix+name, 0, -1)
	if errors.Is(err, bucket.ErrNotExist) || errors.Is(err, bucket.ErrNoBucket) {
		return nil, fs.ErrNotExist
	} else if err != nil {
		return nil, err
	}
	defer r.Close()
	return readLimited(r, name, maxTranscript)
}

// Put implements [speech.Keeper].
func (s *speechStore) Put(ctx context.Context, name string, data []byte) error {
	return s.write(ctx, name, "application/octet-stream", int64(len(data)), crc32c.Checksum(data), func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	})
}

func (s *speechStore) write(ctx context.Context, name, kind string, size int64, sum uint32, body func() (io.ReadCloser, error)) error {
	o := &bucket.Object{Key: s.prefix + name, Headers: bucket.Headers{ContentType: kind, CacheControl: "no-store"}, Size: size, CRC32C: sum, Body: body}
	_, err := s.bucket.Write(ctx, o, bucket.Condition{})
	return err
}

// Payload implements [google.Store].
func (s *speechStore) Payload(ctx context.Context, sha256 string) (string, error) {
	key := bucket.PartsPrefix + sha256
	for attrs, err := range s.bucket.List(ctx, key) {
		if err != nil {
			return "", err
		}
		if attrs.Key == key {
			return s.uri(key)
		}
	}
	return "", nil
}

// uri returns the gs:// address of an object.
func (s *speechStore) uri(key string) (string, error) {
	url := strings.TrimSuffix(s.bucket.URL(), "/")
	if !strings.HasPrefix(url, "gs://") {
		return "", withHint(fmt.Errorf("google reads audio only from a bucket of Google Cloud Storage, and %s is not one", url), "give the show a private one: state: gs://BUCKET")
	}
	return url + "/" + key, nil
}

// Upload implements [google.Store].
func (s *speechStore) Upload(ctx context.Context, name, path string) (string, error) {
	uri, err := s.uri(s.prefix + name)
	if err != nil {
		return "", err
	}
	if s.public {
		return "", withHint(fmt.Errorf("the audio would be public in %s", s.bucket.URL()), "give the show a private bucket: state: gs://BUCKET")
	}
	f, info, err := durable.OpenRegular(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := crc32c.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return uri, s.write(ctx, name, audio.MP3, info.Size(), sum.Sum32(), func() (io.ReadCloser, error) { return os.Open(path) })
}

// Remove implements [google.Store].
func (s *speechStore) Remove(ctx context.Context, name string) error {
	err := s.bucket.Delete(ctx, s.prefix+name, bucket.Condition{})
	if errors.Is(err, bucket.ErrNotExist) {
		return nil
	}
	return err
}

// minutesText formats a duration in whole minutes, at least one.
func minutesText(d time.Duration) string {
	return fmt.Sprintf("%.0f min", max(1, d.Round(time.Minute).Minutes()))
}

// readGlossary reads the glossary of the show. It returns none if the show has no
// glossary.
func readGlossary(s *show.Show) ([]speech.Term, error) {
	data, err := s.Folder.ReadFile(speech.GlossaryFile, maxTranscript)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	terms, found := speech.Glossary(data)
	if found.HasErrors() {
		return nil, found[0]
	}
	return terms, nil
}

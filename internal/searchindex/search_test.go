package searchindex_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"onair/internal/searchindex"
)

// engine is the script of the search page in a node process, with an index in a folder.
type engine struct {
	in  io.Writer
	out *bufio.Reader
}

// answer has the hits of a query, and how many bytes and requests the script needed to
// show the first ten.
type answer struct {
	Hits            []string // key of the file of texts, and number of the document
	Bytes, Requests int
	Error           string
}

const driver = `
	const fs = require("fs"), path = require("path");
	require(path.resolve(process.argv[1]));
	const dir = process.argv[2];
	let bytes, requests;
	const read = async (key, from, to) => {
		const data = fs.readFileSync(path.join(dir, key));
		if (!(from >= 0 && from < to && to <= data.length)) throw new Error("range " + from + "-" + to + " of " + data.length + " of " + key);
		bytes += to - from;
		requests++;
		return new Uint8Array(data.subarray(from, to));
	};
	const answer = async (query, newest) => {
		bytes = requests = 0;
		const directory = await read("directory", 0, fs.statSync(path.join(dir, "directory")).size);
		const index = onair.openIndex(await onair.inflated(directory).json(), read);
		const result = { Hits: [] };
		const first = [];
		for await (const hit of index.search(query, newest)) {
			result.Hits.push(hit.key + " " + hit.doc);
			first.push(hit);
			if (first.length === 10) {
				await Promise.all(first.map(index.textOf));
				[result.Bytes, result.Requests] = [bytes, requests];
			}
		}
		if (first.length < 10) {
			await Promise.all(first.map(index.textOf));
			[result.Bytes, result.Requests] = [bytes, requests];
		}
		return result;
	};
	(async () => {
		for await (const line of require("readline").createInterface({ input: process.stdin })) {
			const [query, newest] = JSON.parse(line);
			console.log(JSON.stringify(await answer(query, newest).catch((error) => ({ Error: error.stack }))));
		}
	})();`

func startEngine(t testing.TB, dir string) *engine {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	cmd := exec.Command(node, "-e", driver, "../../templates/static/search.js", dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	return &engine{in, bufio.NewReaderSize(out, 1<<20)}
}

func (e *engine) search(t testing.TB, query string) answer {
	t.Helper()
	line, _ := json.Marshal([]any{query, false})
	if _, err := fmt.Fprintf(e.in, "%s\n", line); err != nil {
		t.Fatal(err)
	}
	result, err := e.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(result, &a); err != nil {
		t.Fatal(err)
	}
	if a.Error != "" {
		t.Fatalf("%s: %s", query, a.Error)
	}
	return a
}

// writeIndex writes an index to a folder and returns the sizes of its files.
func writeIndex(t testing.TB, dir string, episodes []*searchindex.Episode) (words, places, texts, directory int) {
	t.Helper()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var segments []searchindex.SegmentKeys
	for n, size := range searchindex.Sizes(len(episodes)) {
		keys := searchindex.SegmentKeys{Words: fmt.Sprint("words-", n), Places: fmt.Sprint("places-", n)}
		for _, e := range episodes[:size] {
			data, entry, err := searchindex.Texts(e)
			if err != nil {
				t.Fatal(err)
			}
			entry.Key = e.Slug
			write(e.Slug, data)
			texts += len(data)
			keys.Episodes = append(keys.Episodes, entry)
		}
		s := searchindex.Merge(blocks(episodes[:size], searchindex.BlockSize)...)
		episodes = episodes[size:]
		keys.Docs, keys.Shards = s.Docs, s.Shards
		write(keys.Words, s.Words)
		write(keys.Places, s.Places)
		words += len(s.Words)
		places += len(s.Places)
		segments = append(segments, keys)
	}
	data, err := searchindex.Directory(segments)
	if err != nil {
		t.Fatal(err)
	}
	write("directory", data)
	return words, places, texts, len(data)
}

// blocks returns the blocks of episodes, with a number of episodes each.
func blocks(episodes []*searchindex.Episode, size int) (all [][]byte) {
	for part := range slices.Chunk(episodes, size) {
		b := searchindex.NewBuilder()
		for _, e := range part {
			b.Add(searchindex.WordsOf(e))
		}
		block, err := searchindex.Unpack(searchindex.Pack(b.Block()))
		if err != nil {
			panic(err)
		}
		all = append(all, block)
	}
	return all
}

// TestMergeOfAnyBlocks checks that a segment does not depend on how its episodes are
// divided into blocks.
func TestMergeOfAnyBlocks(t *testing.T) {
	t.Parallel()
	episodes := synthetic(50, 30)
	for i, e := range episodes {
		e.Docs = append(e.Docs, searchindex.Doc{Kind: searchindex.Turn, Text: fmt.Sprint("here and there and there: number", i), Start: -1})
		e.Topics = []string{"Learning machines", strings.Repeat("learning ", 120)}
	}
	want := searchindex.Merge(blocks(episodes, len(episodes))...)
	if len(want.Shards) < 2 {
		t.Fatalf("the segment has %d shards", len(want.Shards))
	}
	for _, size := range []int{1, 7, 49} {
		if got := searchindex.Merge(blocks(episodes, size)...); !reflect.DeepEqual(got, want) {
			t.Errorf("the segment of blocks of %d episodes differs from that of one block", size)
		}
	}
}

// plain returns text in lower case with single spaces around each word. It does not use
// the code that finds words for the index.
func plain(text string) string {
	text = strings.NewReplacer("'", "", "’", "").Replace(searchindex.Fold(text))
	return " " + strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) }), " ") + " "
}

// scan returns the documents whose plain text contains the part.
func scan(episodes []*searchindex.Episode, texts map[*searchindex.Doc]string, part string) (hits []string) {
	for _, e := range episodes {
		for i := range e.Docs {
			if strings.Contains(texts[&e.Docs[i]], part) {
				hits = append(hits, fmt.Sprint(e.Slug, " ", i))
			}
		}
	}
	slices.Sort(hits)
	return hits
}

var scripts = []string{
	"The gopher doesn't know café naïve über straße coöperate what generics are worth and why it is so that we can talk about it all of the time",
	"مرحبا بكم في هذا البرنامج الذي نتحدث فيه عن البرمجة والحياة كُلَّ يوم",
	"Ὀδυσσεὺς ἄνδρα μοι ἔννεπε Μοῦσα πολύτροπον ὃς μάλα πολλὰ",
	"тестирование программы каждый день ёлка йод",
}

const unspaced = "東京都に住んでいるプログラマーと大阪の人が話すコンピューターの番組をお聞きください毎週水曜日"

// talk returns the words of a random turn.
func talk(r *rand.Rand) string {
	if r.IntN(5) == 0 {
		chars := []rune(unspaced)
		var b strings.Builder
		for range 1 + r.IntN(4) {
			from := r.IntN(len(chars) - 8)
			b.WriteString(string(chars[from : from+1+r.IntN(8)]))
			if r.IntN(2) == 0 {
				b.WriteString("。")
			}
		}
		return b.String()
	}
	vocabulary := strings.Fields(scripts[min(r.IntN(2*len(scripts)), len(scripts)-1)])
	if r.IntN(2) == 0 {
		vocabulary = strings.Fields(scripts[0])
	}
	var b strings.Builder
	for range 1 + r.IntN(30) {
		word := vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64())]
		if r.IntN(6) == 0 {
			word = fmt.Sprint(word, r.IntN(200))
		}
		b.WriteString(word + []string{" ", " ", " ", ", ", ". ", "-"}[r.IntN(6)])
	}
	return b.String()
}

// synthetic returns episodes in several scripts, the same each time.
func synthetic(n, turns int) (episodes []*searchindex.Episode) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		e := &searchindex.Episode{
			Slug: fmt.Sprint("episode-", i), GUID: fmt.Sprint("guid-", i), Title: talk(r),
			Date: time.Date(2020, 1, 1+7*i, 0, 0, 0, 0, time.UTC), Topics: []string{[]string{"Go", "Rust and C"}[i%2]},
		}
		e.Docs = append(e.Docs, searchindex.Doc{Kind: searchindex.Title, Text: e.Title, Start: -1}, searchindex.Doc{Kind: searchindex.Notes, Text: talk(r), Start: -1})
		for j := range turns {
			e.Docs = append(e.Docs, searchindex.Doc{Speaker: []string{"Mat Ryer", "Vega"}[j%2], Text: talk(r), Start: time.Duration(j) * time.Second})
		}
		episodes = append(episodes, e)
	}
	return episodes
}

// corpus returns n episodes of real talk from ONAIR_CORPUS, or synthetic ones.
func corpus(t testing.TB, n, turns int) (episodes []*searchindex.Episode) {
	t.Helper()
	dir := os.Getenv("ONAIR_CORPUS")
	if dir == "" {
		return synthetic(n, min(turns, 40))
	}
	var paragraphs []string
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".md" {
			return err
		}
		data, err := os.ReadFile(name)
		for p := range strings.SplitSeq(string(data), "\n\n") {
			if _, text, ok := strings.Cut(p, ":**"); ok && len(text) > 3 {
				paragraphs = append(paragraphs, strings.TrimSpace(text))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		e := &searchindex.Episode{Slug: fmt.Sprint("go-time-", i), GUID: fmt.Sprint("https://example.com/", i), Title: "Go Time " + fmt.Sprint(i), Page: fmt.Sprint("episodes/go-time-", i, "/index.html"), Audio: fmt.Sprintf("audio/go-time-%d-%016x.mp3", i, r.Uint64()), Date: time.Date(2016, 1, 1+7*i, 0, 0, 0, 0, time.UTC)}
		e.Docs = []searchindex.Doc{{Kind: searchindex.Title, Text: e.Title, Start: -1}}
		notes := ""
		for len(notes) < 600+r.IntN(1200) {
			notes += paragraphs[r.IntN(len(paragraphs))] + " "
		}
		e.Docs = append(e.Docs, searchindex.Doc{Kind: searchindex.Notes, Text: notes, Start: -1})
		for j := range turns {
			e.Docs = append(e.Docs, searchindex.Doc{Speaker: "Mat Ryer", Text: paragraphs[r.IntN(len(paragraphs))], Start: time.Duration(j) * 13 * time.Second})
		}
		episodes = append(episodes, e)
	}
	return episodes
}

// TestHitsEqualScan searches random words, beginnings of words and phrases of a
// corpus. The script must find exactly the documents that a scan of all texts finds.
func TestHitsEqualScan(t *testing.T) {
	t.Parallel()
	episodes := synthetic(150, 12)
	dir := t.TempDir()
	writeIndex(t, dir, episodes)
	e := startEngine(t, dir)
	texts := map[*searchindex.Doc]string{}
	var docs []*searchindex.Doc
	for _, e := range episodes {
		for i := range e.Docs {
			docs = append(docs, &e.Docs[i])
			texts[&e.Docs[i]] = plain(e.Docs[i].Text)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 2000 {
		words := strings.Fields(texts[docs[r.IntN(len(docs))]])
		at := r.IntN(len(words))
		word := words[at]
		query, part := word+" ", " "+word+" "
		switch chars := []rune(word); {
		case strings.ContainsAny(word, unspaced) && len(chars) > 0:
			from := r.IntN(len(chars))
			part = string(chars[from : from+1+r.IntN(len(chars)-from)])
			query = part
		case n%3 == 0 && len(chars) > 1:
			prefix := string(chars[:2+r.IntN(len(chars)-1)])
			query, part = prefix, " "+prefix
		case n%3 == 1:
			var phrase []string
			for _, w := range words[at:min(len(words), at+1+r.IntN(4))] {
				if strings.ContainsAny(w, unspaced) {
					break
				}
				phrase = append(phrase, w)
			}
			query, part = `"`+strings.Join(phrase, " ")+`"`, " "+strings.Join(phrase, " ")+" "
		}
		got := e.search(t, query).Hits
		slices.Sort(got)
		if want := scan(episodes, texts, part); !slices.Equal(got, want) {
			t.Fatalf("query %q: %d hits, a scan for %q has %d\ngot  %q\nwant %q", query, len(got), part, len(want), got[:min(5, len(got))], want[:min(5, len(want))])
		}
	}
}

// TestOperators checks the operators that limit a query.
func TestOperators(t *testing.T) {
	t.Parallel()
	said := func(speaker string, texts ...string) (docs []searchindex.Doc) {
		for _, text := range texts {
			docs = append(docs, searchindex.Doc{Speaker: speaker, Text: text, Start: -1})
		}
		return docs
	}
	episodes := []*searchindex.Episode{
		{Slug: "old", Date: time.Date(2023, 12, 31, 20, 0, 0, 0, time.FixedZone("", -8*3600)), Topics: []string{"Machine learning"}, Docs: append([]searchindex.Doc{{Kind: searchindex.Title, Text: "Old gophers", Start: -1}}, said("Vega", "red gophers sing", "blue gophers", "gophers red")...)},
		{Slug: "new", Date: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), Topics: []string{"Music"}, Docs: append([]searchindex.Doc{{Kind: searchindex.Title, Text: "New", Start: -1}}, said("Mat Ryer", "green gophers, the red gophers")...)},
	}
	dir := t.TempDir()
	writeIndex(t, dir, episodes)
	e := startEngine(t, dir)
	for query, want := range map[string]string{
		`gophers`:                          "old 0,old 2,old 3,old 1,new 1",
		`gophers red `:                     "old 3,old 1,new 1",
		`"red gophers"`:                    "new 1,old 1",
		`“red gophers”`:                    "old 3,old 1,new 1",
		`gophers -red`:                     "old 0,old 2",
		`gophers -"red gophers"`:           "old 0,old 2,old 3",
		`speaker:mat gophers`:              "new 1",
		`speaker:"Mat Ryer" gophers`:       "new 1",
		`speaker:vega red `:                "old 3,old 1",
		`-speaker:vega red `:               "new 1",
		`in:2024 gophers`:                  "new 1",
		`in:2023-12 "red gophers"`:         "old 1",
		`topic:"machine learning" gophers`: "old 0,old 2,old 3,old 1",
		`topic:music `:                     "new 0,new 1",
		`-topic:music gophers`:             "old 0,old 2,old 3,old 1",
		`gopher `:                          "",
		`gopher`:                           "old 0,old 2,old 3,old 1,new 1",
		`-gophers`:                         "",
		``:                                 "",
		`"`:                                "",
		`""`:                               "",
		`speaker:`:                         "",
		`<script>`:                         "",
		`in:"><img>`:                       "",
	} {
		got := e.search(t, query).Hits
		a, b := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(strings.FieldsFunc(want, func(r rune) bool { return r == ',' })))
		if !slices.Equal(a, b) {
			t.Errorf("query %q: %q, want %q", query, got, want)
		}
		if strings.HasPrefix(want, "old 0") && len(got) > 0 && got[0] != "old 0" {
			t.Errorf("query %q: %q is first, want the title", query, got[0])
		}
	}
}

// TestPhrasesOfFields searches a phrase that every episode's turns have. Hits in titles
// and notes stand first, also those of old episodes, and no hit stands twice.
func TestPhrasesOfFields(t *testing.T) {
	t.Parallel()
	var episodes []*searchindex.Episode
	for i := range 140 {
		e := &searchindex.Episode{Slug: fmt.Sprint(i), Date: time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC)}
		title, notes := "Number", "Gopher, not a red one"
		switch i {
		case 3:
			title = "The red gopher"
		case 100:
			notes = "On a red gopher"
		}
		e.Docs = []searchindex.Doc{{Kind: searchindex.Title, Text: title, Start: -1}, {Kind: searchindex.Notes, Text: notes, Start: -1}, {Text: "We saw a red gopher there", Start: -1}}
		episodes = append(episodes, e)
	}
	dir := t.TempDir()
	writeIndex(t, dir, episodes)
	hits := startEngine(t, dir).search(t, `"red gopher"`).Hits
	if want := []string{"100 1", "3 0", "139 2"}; len(hits) != 142 || !slices.Equal(hits[:3], want) {
		t.Errorf("%d hits, first %q; want 142, first %q", len(hits), hits[:min(3, len(hits))], want)
	}
}

// TestBudgets limits the bytes and requests that queries of an index of 341 episodes take,
// and the bytes that one more episode changes.
func TestBudgets(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an index of 341 episodes")
	}
	t.Parallel()
	more := corpus(t, 342, 250)
	episodes := more[:341]
	dir := t.TempDir()
	words, places, texts, directory := writeIndex(t, dir, episodes)
	t.Logf("words %d kB, places %d kB, texts %d kB, directory %d bytes", words/1000, places/1000, texts/1000, directory)
	e := startEngine(t, dir)
	r := rand.New(rand.NewPCG(7, 8))
	sample := func(n int) []string {
		for {
			docs := episodes[r.IntN(len(episodes))].Docs
			words := strings.Fields(plain(docs[r.IntN(len(docs))].Text))
			if len(words) > n {
				at := r.IntN(len(words) - n)
				return words[at : at+n]
			}
		}
	}
	measure := func(what string, limit, requests int, query func() string) {
		var all []answer
		for range 100 {
			all = append(all, e.search(t, query()))
		}
		slices.SortFunc(all, func(a, b answer) int { return cmp.Compare(a.Bytes, b.Bytes) })
		middle, most := all[50].Bytes, all[94].Bytes // most is that of 95 of 100 queries
		slices.SortFunc(all, func(a, b answer) int { return cmp.Compare(a.Requests, b.Requests) })
		t.Logf("%s: median %d bytes, %d requests; p95 %d bytes; at most %d requests", what, middle, all[50].Requests, most, all[99].Requests)
		if most > limit || all[99].Requests > requests {
			t.Errorf("%s: p95 %d bytes, at most %d requests; want %d and %d", what, most, all[99].Requests, limit, requests)
		}
	}
	measure("a word", 70_000, 30, func() string { return sample(1)[0] + " " })
	measure("three words", 130_000, 30, func() string { return strings.Join(sample(3), " ") + " " })
	measure("a phrase", 240_000, 30, func() string { return `"` + strings.Join(sample(2+r.IntN(3)), " ") + `"` })

	after := t.TempDir()
	writeIndex(t, after, more)
	files, err := os.ReadDir(after)
	if err != nil {
		t.Fatal(err)
	}
	changed, all := 0, 0
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(after, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all += len(data)
		if before, err := os.ReadFile(filepath.Join(dir, f.Name())); err != nil || !bytes.Equal(before, data) {
			changed += len(data)
		}
	}
	t.Logf("a new episode changes %d of %d kB", changed/1000, all/1000)
	if 5*changed > all {
		t.Errorf("a new episode changes %d of %d bytes, want at most a fifth", changed, all)
	}
}

package audio

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/bogem/id3v2/v2"
)

// BenchmarkTagFile adds a first tag to an hour of MP3, 58 MB: text, twelve chapters
// and a cover of 1.2 MB. The commands take turns, each on a fresh copy, and the
// metrics are ratios of medians. onair syncs the file and reads back what it wrote.
// cp, bogem and mutagen do neither, and mutagen moves the audio within the file, so
// that a crash would damage it. The commands called synced sync the file too.
func BenchmarkTagFile(b *testing.B) {
	dir := b.TempDir()
	master, cover := filepath.Join(dir, "master.mp3"), filepath.Join(dir, "cover.jpg")
	write := func(name string, data []byte) {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	write(master, silence(stereo128, 137_814))
	write(cover, testPicture(b, "jpeg", 64, 1_230_000).Data)
	file := filepath.Join(dir, "episode.mp3")
	contestants := []command{
		{"onair", func() *exec.Cmd { return child(b, "tag with onair", file, cover) }},
		{"cp", func() *exec.Cmd { return exec.Command("cp", file, file+".copy") }},
		{"bogem", func() *exec.Cmd { return child(b, "tag with bogem", file, cover) }},
		{"synced-cp", func() *exec.Cmd { return exec.Command("sh", "-c", `cp "$0" "$0.copy" && sync "$0.copy"`, file) }},
		{"synced-bogem", func() *exec.Cmd { return child(b, "tag with bogem, synced", file, cover) }},
	}
	if python := pythonWith(b, "mutagen"); python != "" {
		contestants = append(contestants, command{"mutagen", func() *exec.Cmd { return exec.Command(python, "-c", mutagenWriter, file, cover) }})
	} else {
		b.Log("no mutagen: needs python3 with that module")
	}
	for b.Loop() {
		took := map[string][]time.Duration{}
		for range 15 {
			for _, c := range contestants {
				freshCopy(b, master, file)
				cmd := c.command()
				start := time.Now()
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%s: %v\n%s", c.name, err, out)
				}
				took[c.name] = append(took[c.name], time.Since(start))
				_ = os.Remove(file + ".copy")
			}
		}
		own := median(took["onair"])
		b.ReportMetric(own.Seconds()*1000, "ms")
		for _, c := range contestants[1:] {
			b.ReportMetric(float64(own)/float64(median(took[c.name])), "x-"+c.name)
		}
	}
}

type command struct {
	name    string
	command func() *exec.Cmd
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// freshCopy copies a file and syncs the copy.
func freshCopy(b *testing.B, from, to string) {
	b.Helper()
	in, err := os.Open(from)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		b.Fatal(err)
	}
	if err := out.Sync(); err != nil {
		b.Fatal(err)
	}
}

func tagWithOnair(file, cover string) error {
	data, err := os.ReadFile(cover)
	if err != nil {
		return err
	}
	picture, err := ReadPicture(data)
	if err != nil {
		return err
	}
	_, err = TagFile(file, func(t *Tag) error {
		t.Title, t.Artist, t.Album, t.Comment, t.Artwork = "Ghosts in the tag", "The crew", "Hello, Universe", "What tags say.", picture
		t.Chapters = manyChapters(12)
		return nil
	}, nil)
	return err
}

func tagWithBogem(file, cover string) error {
	data, err := os.ReadFile(cover)
	if err != nil {
		return err
	}
	tag, err := id3v2.Open(file, id3v2.Options{Parse: true})
	if err != nil {
		return err
	}
	defer tag.Close()
	tag.SetVersion(3)
	tag.SetTitle("Ghosts in the tag")
	tag.SetArtist("The crew")
	tag.SetAlbum("Hello, Universe")
	tag.AddCommentFrame(id3v2.CommentFrame{Encoding: id3v2.EncodingISO, Language: "eng", Text: "What tags say."})
	tag.AddAttachedPicture(id3v2.PictureFrame{Encoding: id3v2.EncodingISO, MimeType: "image/jpeg", PictureType: pictureCover, Picture: data})
	for i, c := range manyChapters(12) {
		tag.AddChapterFrame(id3v2.ChapterFrame{
			ElementID: elementID(i), StartTime: c.Start, EndTime: c.End, StartOffset: noOffset, EndOffset: noOffset,
			Title: &id3v2.TextFrame{Encoding: id3v2.EncodingISO, Text: c.Title},
		})
	}
	if err := tag.Save(); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return nil
}

const mutagenWriter = `
import sys
from mutagen.id3 import ID3, APIC, CHAP, COMM, CTOC, TALB, TIT2, TPE1
t = ID3()
ids = ["chp%d" % i for i in range(12)]
for f in [TIT2(encoding=0, text="Ghosts in the tag"), TPE1(encoding=0, text="The crew"), TALB(encoding=0, text="Hello, Universe"),
          COMM(encoding=0, lang="eng", desc="", text="What tags say."),
          APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=open(sys.argv[2], "rb").read()),
          CTOC(element_id="toc", flags=3, child_element_ids=ids, sub_frames=[])]: t.add(f)
for i, id in enumerate(ids):
    t.add(CHAP(element_id=id, start_time=i*1000, end_time=(i+1)*1000, start_offset=0xffffffff, end_offset=0xffffffff,
               sub_frames=[TIT2(encoding=0, text="Chapter %d" % (i+1))]))
t.save(sys.argv[1], v2_version=3)
`

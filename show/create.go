package show

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/internal/durable"
)

// CreateOptions are what a new show starts with. Nil means the defaults.
type CreateOptions struct {
	Title string // empty: made from the folder's name
}

// gitignore keeps out of git what does not belong there: masters, which are
// large, and what onair builds.
func gitignore(string) ([]byte, error) {
	return []byte(`# Masters are large, and publishing keeps a copy of each in the bucket.
/episodes/*/*.mp3
/episodes/*/*.m4a

# What onair builds here when show.yaml says storage: file:public
/public/
`), nil
}

// Create starts a show in a folder, which may have other files in it: a
// show.yaml with comments, a folder for episodes, placeholder artwork and a
// .gitignore. It returns the files it wrote, relative to dir. Files that are
// there already are kept; a folder that has a show is an error that wraps
// fs.ErrExist.
func Create(dir string, opts *CreateOptions) (files []string, err error) {
	if opts == nil {
		opts = &CreateOptions{}
	}
	title := opts.Title
	if title == "" {
		title = titleOf(dir)
	}
	if err := validTitle(title); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, episodesDir), 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if _, err := root.Lstat(showFile); err == nil {
		return nil, &fs.PathError{Op: "create", Path: filepath.Join(dir, showFile), Err: fs.ErrExist}
	}
	for _, f := range []struct {
		name    string
		content func(title string) ([]byte, error)
	}{
		{".gitignore", gitignore},
		{"artwork.jpg", placeholder},
		{showFile, newShowFile}, // last: with it the folder is a show
	} {
		wrote, err := writeNew(root, f.name, func() ([]byte, error) { return f.content(title) })
		if err != nil {
			return files, fmt.Errorf("write %s: %w", f.name, err)
		}
		if wrote {
			files = append(files, f.name)
		}
	}
	return files, nil
}

// writeNew writes a file that is not there yet.
func writeNew(root *os.Root, name string, content func() ([]byte, error)) (wrote bool, err error) {
	if _, err := root.Lstat(name); err == nil {
		return false, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	data, err := content()
	if err != nil {
		return false, err
	}
	f, err := durable.Create(root, name, 0o644)
	if err != nil {
		return false, err
	}
	if _, err := f.Write(data); err != nil {
		f.Abort()
		return false, err
	}
	return true, f.Commit()
}

// titleOf makes a title from a folder's name.
func titleOf(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "My Podcast"
	}
	words := strings.Join(strings.FieldsFunc(filepath.Base(abs), func(r rune) bool {
		return r == '-' || r == '_' || unicode.IsSpace(r) || r == filepath.Separator
	}), " ")
	if validTitle(words) != nil {
		return "My Podcast"
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

// validTitle reports why a title cannot be written as it is.
func validTitle(title string) error {
	switch {
	case strings.TrimSpace(title) == "":
		return errors.New("the title is empty")
	case !utf8.ValidString(title):
		return errors.New("the title is not UTF-8")
	case strings.ContainsFunc(title, func(r rune) bool { return isControl(r) || r == '\n' || r == '\t' }):
		return errors.New("the title has a line break, a tab or a control character")
	case strings.TrimSpace(title) != title:
		return errors.New("the title has a space at an end")
	case utf8.RuneCountInString(title) > 255:
		return errors.New("the title has more than 255 characters")
	}
	return nil
}

// newShowFile is the show.yaml of a new show.
func newShowFile(title string) ([]byte, error) {
	return fmt.Appendf(nil, `# Your show. Lines that start with # are remarks, or fields to fill in: delete
# the # and the space behind it. onair check says what is missing.

title: %s

# What the show is about. The first lines are what people see in directories.
# description: |
#   A few sentences, in Markdown.

# Replace artwork.jpg, which is a placeholder, by a square picture of 1400 to
# 3000 pixels, JPEG or PNG.
artwork: artwork.jpg

language: en
explicit: false

# At least one of Apple's categories, the best one first.
# categories: [Technology, News > Tech News]

# Who makes it. Hosts are people you describe in people.yaml.
# author: "Your name"

# Dates of episodes are in this timezone.
# timezone: Europe/London

# A waveform as the timeline of the player on your site. It takes ffmpeg, once.
# waveform: true

# Where the show goes: a folder, or a bucket and the address that serves it.
storage: file:public
# storage: gs://my-bucket
# url: https://podcast.example.com/
`, quote(title)), nil
}

// Prints the ID3 tags that TagLib reads from MP3s as JSON: tags FILE... The JSON is a
// list of the type tags in audio_tags_test.go, with images in base64.
//
// Built by the test: g++ -o tags tags.cc $(pkg-config --cflags --libs taglib)

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <attachedpictureframe.h>
#include <chapterframe.h>
#include <commentsframe.h>
#include <id3v2tag.h>
#include <mpegfile.h>
#include <tableofcontentsframe.h>
#include <textidentificationframe.h>
#include <urllinkframe.h>

using namespace TagLib;

// quoted returns a string as a JSON literal.
static std::string quoted(const std::string &s) {
  std::string out = "\"";
  for (unsigned char c : s) {
    char escaped[8];
    if (c == '"' || c == '\\' || c < 0x20) {
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out += escaped;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

static std::string quoted(const String &s) { return quoted(s.to8Bit(true)); }

// text returns the first frame of a list as text, as a JSON literal.
static std::string text(const ID3v2::FrameList &frames) {
  return quoted(frames.isEmpty() ? String() : frames.front()->toString());
}

// image returns the bytes of the only picture of a list, in base64.
static std::string image(const ID3v2::FrameList &frames) {
  if (frames.size() > 1) {
    std::cerr << frames.size() << " pictures\n";
    std::exit(1);
  }
  if (frames.isEmpty())
    return quoted(std::string());
  auto *picture = dynamic_cast<ID3v2::AttachedPictureFrame *>(frames.front());
  if (!picture) {
    std::cerr << "unreadable picture\n";
    std::exit(1);
  }
  ByteVector base64 = picture->picture().toBase64();
  return quoted(std::string(base64.data(), base64.size()));
}

// url returns the first URL among the frames of a chapter.
static std::string url(const ID3v2::FrameList &frames) {
  for (auto *frame : frames)
    if (auto *link = dynamic_cast<ID3v2::UrlLinkFrame *>(frame))
      return quoted(link->url());
  return quoted(std::string());
}

// guid returns the TXXX text with the GUID of an episode.
static std::string guid(ID3v2::Tag *tag) {
  auto *frame = ID3v2::UserTextIdentificationFrame::find(tag, "podcast:item:guid");
  // The first field is the name.
  return quoted(frame && frame->fieldList().size() > 1 ? frame->fieldList()[1] : String());
}

static void print(const ID3v2::ChapterFrame *c, bool listed) {
  std::cout << "{\"start\": " << c->startTime() / 1000.0
            << ", \"end\": " << c->endTime() / 1000.0
            << ", \"title\": " << text(c->embeddedFrameList("TIT2"))
            << ", \"url\": " << url(c->embeddedFrameList())
            << ", \"image\": " << image(c->embeddedFrameList("APIC"))
            << ", \"hidden\": " << (listed ? "false" : "true") << "}";
}

// print prints the tag of a file as JSON.
static void print(const char *path) {
  MPEG::File file(path);
  if (!file.isValid() || !file.hasID3v2Tag()) {
    std::cerr << path << ": no ID3v2 tag\n";
    std::exit(1);
  }
  ID3v2::Tag *tag = file.ID3v2Tag();
  const auto &frames = tag->frameListMap();

  std::vector<ID3v2::ChapterFrame *> chapters;
  for (auto *frame : frames["CHAP"])
    if (auto *chapter = dynamic_cast<ID3v2::ChapterFrame *>(frame))
      chapters.push_back(chapter);
  std::stable_sort(chapters.begin(), chapters.end(), [](auto *a, auto *b) {
    return a->startTime() < b->startTime();
  });
  ByteVectorList listed;
  if (auto *contents = ID3v2::TableOfContentsFrame::findTopLevel(tag))
    listed = contents->childElements();

  std::string comment;
  if (!frames["COMM"].isEmpty())
    if (auto *c = dynamic_cast<ID3v2::CommentsFrame *>(frames["COMM"].front()))
      comment = c->text().to8Bit(true);

  std::cout << "{\"version\": \"2." << tag->header()->majorVersion() << "."
            << tag->header()->revisionNumber() << "\""
            << ", \"title\": " << text(frames["TIT2"])
            << ", \"artist\": " << text(frames["TPE1"])
            << ", \"album\": " << text(frames["TALB"])
            << ", \"track\": " << text(frames["TRCK"])
            << ", \"season\": " << text(frames["TPOS"])
            << ", \"date\": " << text(frames["TDRC"]) // TYER and TDAT, joined
            << ", \"genre\": " << quoted(tag->genre())
            << ", \"language\": " << text(frames["TLAN"])
            << ", \"length\": " << text(frames["TLEN"])
            << ", \"copyright\": " << text(frames["TCOP"])
            << ", \"publisher\": " << text(frames["TPUB"])
            << ", \"guid\": " << guid(tag)
            << ", \"comment\": " << quoted(comment)
            << ", \"artwork\": " << image(frames["APIC"])
            << ", \"seconds\": " << file.audioProperties()->lengthInMilliseconds() / 1000.0
            << ", \"chapters\": [";
  const char *comma = "";
  for (auto *c : chapters) {
    std::cout << comma;
    print(c, listed.contains(c->elementID()));
    comma = ", ";
  }
  std::cout << "]}";
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::cerr << "usage: tags FILE...\n";
    return 2;
  }
  std::cout.precision(12); // milliseconds, however long the episode
  const char *comma = "[";
  for (int i = 1; i < argc; i++) {
    std::cout << comma;
    print(argv[i]);
    comma = ",\n";
  }
  std::cout << "]\n";
}

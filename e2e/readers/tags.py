"""Prints what mutagen reads in the ID3 tags of MP3s as JSON: python3 tags.py FILE...

It is a list of type tags in tags_test.go; images are base64.
"""

import base64
import json
import sys

from mutagen.id3 import ID3
from mutagen.mp3 import MP3


def text(frames, name):
    """The first text of a frame, or the empty string."""
    frame = frames.get(name)
    return str(frame.text[0]) if frame and frame.text else ""


def image(frames):
    """The bytes of the only APIC frame, in base64."""
    pictures = frames.getall("APIC")
    assert len(pictures) <= 1, f"{len(pictures)} pictures"
    return base64.b64encode(pictures[0].data).decode() if pictures else ""


def url(frames):
    """The first URL among the frames of a chapter."""
    links = frames.getall("WXXX") + frames.getall("WOAF")
    return links[0].url if links else ""


def date(tag):
    """Year, month and day, of which ID3v2.3 has the last two in another frame."""
    year, day = text(tag, "TYER"), text(tag, "TDAT")
    return f"{year}-{day[2:]}-{day[:2]}" if day else year


def read(path):
    # translate=False keeps ID3v2.3 as it is in the file.
    tag = ID3(path, translate=False)
    contents = tag.getall("CTOC")
    listed = contents[0].child_element_ids if contents else []
    chapters = [
        {
            "start": c.start_time / 1000,
            "end": c.end_time / 1000,
            "title": text(c.sub_frames, "TIT2"),
            "url": url(c.sub_frames),
            "image": image(c.sub_frames),
            "hidden": c.element_id not in listed,
        }
        for c in sorted(tag.getall("CHAP"), key=lambda c: c.start_time)
    ]
    comments = tag.getall("COMM")
    return {
        "version": ".".join(map(str, tag.version)),
        "title": text(tag, "TIT2"),
        "artist": text(tag, "TPE1"),
        "album": text(tag, "TALB"),
        "track": text(tag, "TRCK"),
        "season": text(tag, "TPOS"),
        "date": date(tag),
        "genre": text(tag, "TCON"),
        "language": text(tag, "TLAN"),
        "length": text(tag, "TLEN"),
        "copyright": text(tag, "TCOP"),
        "publisher": text(tag, "TPUB"),
        "guid": text(tag, "TXXX:podcast:item:guid"),
        "comment": str(comments[0]) if comments else "",
        "artwork": image(tag),
        "chapters": chapters,
        "seconds": MP3(path).info.length,
    }


json.dump([read(path) for path in sys.argv[1:]], sys.stdout)

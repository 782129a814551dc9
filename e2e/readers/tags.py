"""Prints what mutagen reads in an MP3's ID3 tag as JSON: python3 tags.py FILE.

The shape is that of type tags in tags_test.go; images are base64.
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


def main(path):
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
    json.dump(
        {
            "version": ".".join(map(str, tag.version)),
            "title": text(tag, "TIT2"),
            "artist": text(tag, "TPE1"),
            "album": text(tag, "TALB"),
            "track": text(tag, "TRCK"),
            "genre": text(tag, "TCON"),
            "year": text(tag, "TYER"),
            "comment": str(comments[0]) if comments else "",
            "artwork": image(tag),
            "chapters": chapters,
            "seconds": MP3(path).info.length,
        },
        sys.stdout,
    )


main(sys.argv[1])

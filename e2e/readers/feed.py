"""Prints what a Python feed parser reads in a feed, as JSON: feed.py PARSER FILE."""

import calendar
import json
import sys


def with_feedparser(file):
    import feedparser

    d = feedparser.parse(file)
    if d.bozo:
        raise d.bozo_exception
    items = []
    for e in d.entries:
        files = e.enclosures
        items.append({
            "Title": e.title, "GUID": e.id, "Link": e.link,
            "Date": calendar.timegm(e.published_parsed),
            "Season": int(e.get("itunes_season", 0)), "Number": int(e.get("itunes_episode", 0)),
            "Seconds": int(e.itunes_duration),
            "URL": files[0].href, "Type": files[0].type, "Length": int(files[0].length),
            "Chapters": e.get("podcast_chapters", {}).get("url", ""),
        })
    f = d.feed
    return {"Title": f.title, "Language": f.language, "Link": f.link, "Image": f.image.href, "GUID": f.podcast_guid, "Items": items}


def with_podcastparser(file):
    import podcastparser

    with open(file, "rb") as stream:
        d = podcastparser.parse("https://hello-universe.example/feed.xml", stream)
    items = []
    for e in d["episodes"]:
        enclosure = e["enclosures"][0]
        items.append({
            "Title": e["title"], "GUID": e["guid"], "Link": e["link"], "Date": e["published"],
            "Season": e.get("season", 0), "Number": e.get("number", 0), "Seconds": e["total_time"],
            "URL": enclosure["url"], "Type": enclosure["mime_type"], "Length": enclosure["file_size"],
        })
    return {"Title": d["title"], "Language": d["language"], "Link": d["link"], "Author": d["itunes_author"], "Image": d["cover_url"], "Items": items}


parsers = {"feedparser": with_feedparser, "podcastparser": with_podcastparser}
json.dump(parsers[sys.argv[1]](sys.argv[2]), sys.stdout)

package check

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/feed/tree"
	"onair/internal/finding"
	"onair/internal/finding/findingtest"
)

// Each test of checkTests replaces the first occurrence of a text in testdata/good.xml,
// which breaks no rule.
var checkTests = []struct {
	name     string
	old, new string
	want     []string // findings as "rule line:column message"
}{
	{"raw ampersand", "A good show", "A good & bad show", []string{"F001 4:15 not well-formed: a raw & in text"}},
	{"cut off", "</channel>\n</rss>\n", "", []string{"F001 52:1 not well-formed: the document ends inside of <channel>"}},
	{"cut off in a tag", "</channel>\n</rss>\n", "</channel", []string{"F001 52:1 not well-formed: the document ends inside of an end tag"}},
	{"cut off in CDATA", "The second</h1>]]>", "The second</h1>", []string{"F001 27:18 not well-formed: a CDATA section that does not end"}},
	{"message before the feed", "<?xml", "<br />\n<b>Notice</b>: in feed.php\n<?xml", []string{"F001 1:1 not well-formed: text before the first element"}},
	{"message in the place of the declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<b>Notice</b>: in feed.php", []string{"F001 1:1 not well-formed: text before the first element"}},
	{"plain message before the feed", "<?xml", "Notice: in feed.php\n<?xml", []string{"F001 1:1 not well-formed: text before the first element"}},
	{"HTML entity", "A good show", "A&nbsp;good show", []string{"F001 4:9 not well-formed: the entity &nbsp; is unknown"}},
	{"control character", "A good show", "A\x07good show", []string{"F001 4:9 not well-formed: the character U+0007 is not allowed"}},
	{"not UTF-8", "A good show", "A\xffgood show", []string{"F001 4:9 not well-formed: a byte that is not valid UTF-8: 0xFF"}},
	{"end tag in another case", "A good show</title>", "A good show</Title>", []string{"F001 4:19 not well-formed: </Title> does not match <title> on line 4"}},
	{"misspelt end tag", "<pc:locked>yes</pc:locked>", "<pc:locked>yes</pc:lock>", []string{"F001 17:15 not well-formed: </pc:lock> does not match <pc:locked> on line 17"}},
	{"no end tag in an item", "<p>The second</p>]]></description>", "<p>The second</p>]]>", []string{"F001 40:1 not well-formed: </item> does not match <description> on line 26"}},
	{"no end tag in the channel", "<description>About good feeds</description>", "<description>About good feeds", []string{"F001 52:1 not well-formed: </channel> does not match <description> on line 7"}},
	{"no end tag of an item", "</item>\n<item>", "<item>", []string{"F001 51:1 not well-formed: </channel> does not match <item> on line 21"}},
	{"no end tags of the channel and the last item", "</item>\n</channel>", "", []string{"F001 52:1 not well-formed: </rss> does not match <item> on line 41"}},
	{"no end tag of the channel", "</channel>\n", "", []string{"F001 52:1 not well-formed: </rss> does not match <channel> on line 3"}},
	{"no end tag of a category", `"Tech News"/></itunes:category>`, `"Tech News"/>`, []string{"F001 52:1 not well-formed: </channel> does not match <itunes:category> on line 11"}},
	{"no end tag of the owner", "<pc:txt", "<itunes:owner><itunes:name>Ann</itunes:name><itunes:email>ann@good.example</itunes:email><pc:txt", []string{"F001 52:1 not well-formed: </channel> does not match <itunes:owner> on line 20"}},
	{"no end of an empty tag", `art.jpg"/>`, `art.jpg">`, []string{"F001 52:1 not well-formed: </channel> does not match <itunes:image> on line 13"}},
	{"quotes of a text editor", `isPermaLink="false"`, `isPermaLink=“false”`, []string{`F001 24:7 not well-formed: the value of attribute "isPermaLink" has no quotes`}},
	{"end of CDATA in text", "A good show", "A ]]> show", []string{"F001 4:10 not well-formed: ]]> in text"}},
	{"long GUID", ">b</guid>", ">" + strings.Repeat("b", 101) + "</guid>", nil},
	{"long GUID that is not a link", `<guid isPermaLink="false">b<`, "<guid>" + strings.Repeat("b", 101) + "<", []string{`F049 24:1 GUID "` + strings.Repeat("b", 99) + `…" is declared to be a link`}},
	{"element of an unknown namespace", "<pc:txt", `<x:y xmlns:x="urn:x"> ` + strings.Repeat("z", 300) + "</x:y><pc:txt", nil},
	{"attribute twice", `<pc:txt`, `<pc:txt purpose="x"`, []string{`F001 20:21 not well-formed: attribute "purpose" is written twice`}},
	{"too many attributes", `<pc:txt`, `<pc:txt` + manyAttributes(1001), []string{"F001 20:7899 not well-formed: the tag has more than 1000 attributes, and the others are not read"}},
	{"second root", "</rss>\n", "</rss><rss/>", []string{"F001 53:7 not well-formed: a second root element"}},
	{"text after the root", "</rss>\n", "</rss>text", []string{"F001 53:7 not well-formed: text after the last element"}},
	{"another encoding", "UTF-8", "ISO-8859-1", []string{`F002 1:1 encoding is "ISO-8859-1", want UTF-8`}},
	{"encoding in lower case", "UTF-8", "utf-8", nil},
	{"date without a space after its comma", "<pubDate>Fri, 26", "<pubDate>Fri,26", nil},
	{"region that is not a country", "en-us", "en-UK", []string{`F023 8:1 language is "en-UK"; there is no country "UK" in ISO 3166`}},
	{"region of three figures", "en-us", "es-419", nil},
	{"script and region", "en-us", "zh-Hant-tw", nil},
	{"atom:link without an address", "<pc:txt", `<atom:link rel="next"/><pc:txt`, []string{"F013 20:1 atom:link has no href"}},
	{"byte order mark", "<?xml", "\uFEFF<?xml", nil},
	{"no declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", []string{"F003 1:1 no XML declaration"}},
	{"old version", `<rss version="2.0"`, `<rss version="0.92"`, []string{`F004 2:1 root element is "rss", version "0.92"`}},
	{"two channels", "</channel>", "</channel><channel></channel>", []string{"F004 0:0 2 channels, want 1"}},
	{"namespace in the wrong case", "podcast-1.0.dtd", "Podcast-1.0.dtd", []string{`F005 2:1 namespace is "http://www.itunes.com/dtds/Podcast-1.0.dtd", want "http://www.itunes.com/dtds/podcast-1.0.dtd"`}},
	{"undeclared prefix", `xmlns:content="http://purl.org/rss/1.0/modules/content/"`, "", []string{"F001 27:1 not well-formed: the prefix content is bound to nothing"}},
	{"the other podcast namespace", "https://podcastindex.org/namespace/1.0", tree.PodcastAlias, []string{"F006 2:1 namespace https://podcastindex.org/namespace/1.0 is not declared"}},
	{"too large for some apps", "<p>The second</p>", "<p>" + strings.Repeat("x", largeFeed) + "</p>", []string{"F007 0:0 feed has 2.0 MB", "F018 26:1 description has 2000007 bytes"}},
	{"too large", "The first", strings.Repeat("x", tree.MaxBytes), []string{fmt.Sprintf("F008 0:0 feed of %d bytes cannot be read: the document is too large", tree.MaxBytes+2356)}},
	{"too deep", "</item>", strings.Repeat("<x>", tree.MaxDepth) + "</item>", []string{"F064 40:1 there is no element x", "F008 40:184 elements are nested deeper than 64", "F001 40:193 not well-formed: </item> does not match <x> on line 40"}},
	{"value of 256 characters", "A good show", strings.Repeat("ä", 256), []string{"F009 4:1 title has 256 characters"}},
	{"value of 255 characters", "A good show", strings.Repeat("ä", 255), nil},
	{"space around", "A good show", "A good show\n", []string{"F010 4:1 title has space around it"}},
	{"not https", "https://good.example/2.vtt", "http://good.example/2.vtt", []string{`F011 34:1 podcast:transcript: "http://good.example/2.vtt" is not https`}},
	{"http on this machine", "https://good.example/2.vtt", "http://localhost:8080/2.vtt", []string{`F012 34:1 address "http://localhost:8080/2.vtt" is on this machine or a private network`}},
	{"http on this machine, by number", "https://good.example/2.vtt", "http://[::1]:8080/2.vtt", []string{`F012 34:1 address "http://[::1]:8080/2.vtt" is on this machine or a private network`}},
	{"relative address", "https://good.example/art.jpg", "/art.jpg", []string{`F012 13:1 itunes:image: address "/art.jpg" is not an http or https address`}},
	{"address without a host", "https://good.example/art.jpg", "https:/art.jpg", []string{`F012 13:1 itunes:image: address "https:/art.jpg" has no host`}},
	{"address with space", "https://good.example/art.jpg", "https://good.example/my art.jpg", []string{`F012 13:1 itunes:image: address "https://good.example/my art.jpg" has space in it`}},
	{"address with two schemes", "https://good.example/2.mp3", "https://https://good.example/2.mp3", []string{`F012 28:1 enclosure: address "https://https://good.example/2.mp3?x=1" has no host, or https:// twice`}},
	{"path on a disk", "https://good.example/2.mp3?x=1", `D:\my files\2.mp3`, []string{`F012 28:1 enclosure: address "D:\\my files\\2.mp3" is not an http or https address`}},
	{"file on a private network", "https://good.example/2.mp3", "http://10.0.0.2/2.mp3", []string{`F012 28:1 address "http://10.0.0.2/2.mp3?x=1" is on this machine or a private network`}},
	{"page of a file on GitHub", "https://good.example/2.mp3?x=1", "https://github.com/ann/show/blob/main/2.mp3", []string{`F070 28:1 enclosure: "https://github.com/ann/show/blob/main/2.mp3" is a page for sharing`}},
	{"file on GitHub", "https://good.example/2.mp3?x=1", "https://github.com/ann/show/releases/download/2/2.mp3", nil},
	{"number in a Chinese title", "<title>One", "<title>第一章：第2集 One", nil},
	{"number before a Chinese title", "<title>One", "<title>第12集 一", []string{`F081 42:1 title "第12集 一" has the number of the episode`}},
	{"malformed address", "https://good.example/art.jpg", "https://good.example/%zz", []string{`F012 13:1 itunes:image: address "https://good.example/%zz" is malformed`}},
	{"no type", ` type="text/vtt"`, "", []string{"F013 34:1 podcast:transcript has no type"}},
	{"nameless person", ">Deneb<", "> <", []string{"F013 37:1 podcast:person is empty"}},
	{"comments disabled", `protocol="activitypub" uri="https://social.example/1"`, `protocol="disabled"`, nil},
	{"comments without an address", ` uri="https://social.example/1"`, "", []string{"F013 39:1 podcast:socialInteract has no uri"}},
	{"long name", ">Deneb<", ">" + strings.Repeat("D", 129) + "<", []string{"F014 37:1 podcast:person has 129 characters, 128 are allowed"}},
	{"long txt", ">code<", ">" + strings.Repeat("x", 4001) + "<", []string{"F014 20:1 podcast:txt has 4001 characters, 4000 are allowed"}},
	{"two titles", "<title>Two</title>", "<title>Two</title><title>Three</title>", []string{"F015 22:19 title is written more than once"}},
	{"malformed date", "Fri, 26 Feb 2021 00:00:00 -0500", "2021-02-26T00:00:00Z", []string{`F016 25:1 pubDate is "2021-02-26T00:00:00Z"`}},
	{"name of a zone", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 00:00:00 CET", []string{`F061 25:1 pubDate has the zone "CET", which is unknown to RFC 2822: apps read it as UTC, an hour off`}},
	{"date in lower case", "Fri, 26 Feb 2021 00:00:00 -0500", "fri, 26 feb 2021 10:30:00 gmt", nil},
	{"date in capitals", "Fri, 26 Feb 2021 00:00:00 -0500", "FRI, 26 FEB 2021 10:30:00 -0500", nil},
	{"date with a comment", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 10:30:00 +0100 (CET)", nil},
	{"zone in lower case", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 10:30:00 est", []string{`F061 25:1 pubDate has the zone "EST", which is obsolete; write -0500`}},
	{"zone Z", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 10:30:00 Z", []string{`F061 25:1 pubDate has the zone "Z"; most apps read it as +0000, some refuse the date`}},
	{"military zone", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 10:30:00 B", []string{`F061 25:1 pubDate has the zone "B", which is obsolete and of unknown meaning: apps read it as UTC`}},
	{"zone with an offset", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 10:30:00 GMT+2", []string{`F061 25:1 pubDate has the zone "GMT+2", which is unknown to RFC 2822: write +0200`}},
	{"wrong weekday in lower case", "Fri, 26 Feb 2021 00:00:00 -0500", "thu, 26 feb 2021 10:30:00 -0500", []string{"F071 25:1 pubDate has the wrong weekday: 26 Feb 2021 was a Friday"}},
	{"no date at all", "Fri, 26 Feb 2021 00:00:00 -0500", "(soon)", []string{`F016 25:1 pubDate is "(soon)"`}},
	{"explicit clean", "<itunes:explicit>false", "<itunes:explicit>clean", []string{`F017 12:1 itunes:explicit is "clean", which apps still take`}},
	{"description of 4001 bytes", "<p>The second</p>", strings.Repeat("ä", 2000) + "x", []string{"F018 26:1 description has 4001 bytes"}},
	{"description of 4000 bytes", "<p>The second</p>", strings.Repeat("ä", 2000), nil},
	{"season zero", "<itunes:season>1", "<itunes:season>0", []string{`F019 32:1 itunes:season is "0"`}},
	{"episode with a fraction", "<itunes:episode>2", "<itunes:episode>2.5", []string{`F019 31:1 itunes:episode is "2.5"`}},

	{"no title", "<title>A good show</title>", "", []string{"F020 3:1 the show has no title"}},
	{"empty title", "A good show", " ", []string{"F020 4:1 the show has no title"}},
	{"no description", "<description>About good feeds</description>", "", []string{"F021 3:1 the show has no description"}},
	{"no link", "<link>https://good.example/</link>", "", []string{"F022 3:1 the show has no link"}},
	{"no language", "<language>en-us</language>", "", []string{"F023 3:1 the show has no language"}},
	{"language in words", "en-us", "English", []string{`F023 8:1 language is "English"`}},
	{"language with script", "en-us", "zh-Hant-TW", nil},
	{"no category", `<itunes:category text="News"><itunes:category text="Tech News"/></itunes:category>`, "", []string{"F024 3:1 the show has no itunes:category"}},
	{"no explicit", "<itunes:explicit>false</itunes:explicit>\n<itunes:image", "<itunes:image", []string{"F026 3:1 the show has no itunes:explicit"}},
	{"no image", `<itunes:image href="https://good.example/art.jpg"/>`, "", []string{"F027 3:1 the show has no itunes:image"}},
	{"no self link", `rel="self"`, `rel="alternate"`, []string{"F028 3:1 no atom:link to the feed itself"}},
	{"no podcast:guid", "<pc:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</pc:guid>", "", []string{"F029 3:1 the show has no podcast:guid"}},
	{"podcast:guid is a URL", "917393e3-1b1e-5cef-ace4-edaa54e1f810", "good.example/feed.xml", []string{`F030 16:1 podcast:guid "good.example/feed.xml" is not a UUID`}},
	{"no author", "<itunes:author>The good people</itunes:author>", "", []string{"F032 3:1 the show has no itunes:author"}},
	{"no locked", "<pc:locked>yes</pc:locked>", "", []string{"F033 3:1 the show has no podcast:locked"}},
	{"locked true", "<pc:locked>yes", "<pc:locked>true", []string{`F034 17:1 podcast:locked is "true"`}},
	{"unknown type", "<itunes:type>serial", "<itunes:type>Serial", []string{`F035 15:1 itunes:type is "Serial"`}},
	{"year in the copyright", "<copyright>The", "<copyright>2021 The", []string{`F036 9:1 copyright has the sign, the word or a year in it: "2021 The good people"`}},
	{"unknown medium", "<pc:medium>podcast", "<pc:medium>radio", []string{`F038 18:1 podcast:medium is "radio"`}},
	{"list medium", "<pc:medium>podcast", "<pc:medium>musicL", nil},

	{"episode without title", "<title>Two</title>", "", []string{"F040 21:1 the episode has no title"}},
	{"no enclosure", `<enclosure url="https://good.example/2.mp3?x=1" length="500000" type="audio/mpeg"/>`, "", []string{"F041 21:1 the episode has no enclosure"}},
	{"enclosure without url", ` url="https://good.example/2.mp3?x=1"`, "", []string{"F041 28:1 the episode has no enclosure"}},
	{"enclosure twice", `url="https://good.example/1.m4a" length="500001" type="audio/x-m4a"`, `url="https://good.example/2.mp3?x=1" length="500001" type="audio/mpeg"`, []string{`F042 47:1 enclosure "https://good.example/2.mp3?x=1" is also that of the episode on line 28`}},
	{"length zero", `length="500000"`, `length="0"`, []string{`F043 28:1 enclosure length is "0"`}},
	{"length with unit", `length="500000"`, `length="500 kB"`, []string{`F043 28:1 enclosure length is "500 kB"`}},
	{"audio/mp3", `type="audio/mpeg"`, `type="audio/mp3"`, []string{`F044 28:1 enclosure type is "audio/mp3"`}},
	{"wrong extension", "2.mp3", "2.php", []string{`F045 28:1 enclosure of type audio/mpeg has the extension "php"`}},
	{"extension in upper case", "2.mp3", "2.MP3", nil},
	{"length in seconds", `length="500000"`, `length="60"`, []string{"F046 28:1 enclosure has 60 bytes for 60 seconds"}},
	{"no guid", `<guid isPermaLink="false">b</guid>`, "", []string{"F047 21:1 the episode has no guid"}},
	{"guid twice", "<guid>https://good.example/guid/1<", `<guid isPermaLink="false">b<`, []string{`F048 44:1 GUID "b" is also that of the episode on line 24`}},
	{"guids that differ in case", "<guid>https://good.example/guid/1<", `<guid isPermaLink="false">B<`, []string{`F075 44:1 GUID "B" differs from "b" in case only`}},
	{"guid that is no link, in capitals", `isPermaLink="false"`, `isPermaLink="FALSE"`, []string{`F077 24:1 guid isPermaLink is "FALSE"`}},
	{"guid is not a link", ` isPermaLink="false"`, "", []string{`F049 24:1 GUID "b" is declared to be a link`}},
	{"no date", "<pubDate>Fri, 26 Feb 2021 00:00:00 -0500</pubDate>", "", []string{"F050 21:1 the episode has no pubDate"}},
	{"episode without description", "<description><![CDATA[<p>The second</p>]]></description>", "", []string{"F051 21:1 the episode has no description"}},
	{"no duration", "<itunes:duration>60</itunes:duration>", "", []string{"F052 21:1 the episode has no itunes:duration"}},
	{"duration in words", "<itunes:duration>60", "<itunes:duration>1 minute", []string{`F052 29:1 itunes:duration is "1 minute"`}},
	{"duration on the clock", "<itunes:duration>60", "<itunes:duration>1:00", []string{`F053 29:1 itunes:duration is "1:00"`}},
	{"unknown episode type", ">full<", ">Full<", []string{`F054 33:1 itunes:episodeType is "Full"`}},
	{"serial without number", "<itunes:episode>2</itunes:episode>", "", []string{"F055 21:1 serial show, but the episode has no itunes:episode"}},
	{"unknown transcript", "text/vtt", "text/srt", []string{`F056 34:1 transcript type is "text/srt"`}},
	{"short soundbite", `duration="30"`, `duration="5"`, []string{"F057 38:1 soundbite of 5 seconds"}},
	{"plain JSON chapters", "application/json+chapters", "application/json", []string{`F058 35:1 chapters type is "application/json"`}},
	{"episode without link", "<link>https://good.example/2</link>", "", []string{"F059 21:1 the episode has no link"}},
	{"hosts not named again", `<pc:person role="Host">Vega</pc:person>`, "", []string{"F060 21:1 the episode names persons, but none of the hosts"}},

	{"retired category", `<itunes:category text="News"><itunes:category text="Tech News"/></itunes:category>`, `<itunes:category text="Technology"><itunes:category text="Gadgets"/></itunes:category>`, []string{`F025 11:36 category "Technology > Gadgets" is not on Apple's list`}},
	{"category in lower case", `text="News"><itunes:category text="Tech News"/></itunes:category>`, `text="news"/>`, []string{`F025 11:1 category "news" is not on Apple's list`}},
	{"subcategory alone", `text="News"><itunes:category text="Tech News"/></itunes:category>`, `text="Tech News"/>`, []string{`F025 11:1 category "Tech News" is not on Apple's list`}},
	{"category of nothing", `text="News"><itunes:category text="Tech News"/></itunes:category>`, `text="Pigeons"><itunes:category text="Tech News"/></itunes:category>`, []string{`F025 11:1 category "Pigeons > Tech News" is not on Apple's list`}},
	{"item outside", "</channel>", "</channel><item><title>lost</title></item>", []string{"F063 52:11 an item outside of the channel is read by no app"}},
	{"unknown element", "<pc:txt", "<pc:persons>x</pc:persons><pc:txt", []string{"F064 20:1 there is no element podcast:persons"}},
	{"unknown element of RSS", "<pc:txt", "<lastbuilddate>x</lastbuilddate><pc:txt", []string{"F064 20:1 there is no element lastbuilddate"}},
	{"element in the wrong place", "<pc:txt", `<pc:transcript url="https://x.example/t.vtt" type="text/vtt"/><pc:txt`, []string{"F064 20:1 podcast:transcript belongs into <item>, not <channel>"}},
	{"element of the channel in an item", "<pc:soundbite", "<pc:medium>podcast</pc:medium><pc:soundbite", []string{"F064 38:1 podcast:medium belongs into <channel>, not <item>"}},
	{"deprecated elements", "<pc:txt", "<itunes:keywords>a, b</itunes:keywords><gp:author xmlns:gp='http://www.google.com/schemas/play-podcasts/1.0'>x</gp:author><pc:images srcset='x'/><pc:txt", []string{"F064 20:1 itunes:keywords is deprecated", "F064 20:40 googleplay:author is deprecated", "F064 20:123 podcast:images is deprecated"}},
	{"title escaped twice", "A good show", "Q&amp;amp;A", []string{`F065 4:1 title is escaped twice: listeners read "&amp;"`}},
	{"tags in a title", "A good show", "A &lt;b&gt;good&lt;/b&gt; show", []string{`F065 4:1 title has markup in plain text: "<b>"`}},
	{"title that compares", "A good show", "1 &lt; 2 &amp; 3 &gt; 2", nil},
	{"description escaped twice", "<![CDATA[<p>The second</p>]]>", "&amp;lt;p&amp;gt;The second&amp;lt;/p&amp;gt;", []string{`F065 26:1 description is escaped twice: listeners read tags such as "<p>"`}},
	{"description about HTML", "<p>The second</p>", "<p>Write &lt;p&gt; and &amp;</p>", nil},
	{"addresses that are quoted, escaped and bare", "<p>The second</p>", `<A TITLE='a > b' HREF = 'https://x.example/?a="b"'>x</A><img alt="" src=https://x.example/i.png><a href="mailto:x@y.example">m</a><a href>n</a>1 < 2`, nil},
	{"script in an escaped address", "<p>The second</p>", `<a title="x"href=" Java&#115;cript:x">y</a>`, []string{"F066 26:1 description has an address with javascript:"}},
	{"relative address after another attribute", "<p>The second</p>", `<img alt='on=1' src='i.png' />`, []string{`F066 26:1 description has the relative address "i.png"`}},
	{"tag that does not end", "<p>The second</p>", `<p>The second</p><a href="x`, []string{`F066 26:1 description has the relative address "x"`}},
	{"script", "<p>The second</p>", `<p>The second</p><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:x">y</a>`, []string{`F066 26:1 description has <script>, the event handler onerror, an address with javascript:, the relative address "x"`}},
	{"relative address in notes", "<p>The second</p>", `<p><a href="/2">The second</a> <a href="">x</a> <a href='mailto:a@b.c'>m</a></p>`, []string{`F066 26:1 description has the relative address "/2"`}},
	{"direction override", "A good show", "A \u202Egood show", []string{"F067 4:1 title has U+202E, which changes the direction of text"}},
	{"line break in a title", "A good show", "A good\nshow", []string{"F067 4:1 title has a line break"}},
	{"title of emoji and Hebrew", "A good show", "👩‍🔬 \u200fשלום", nil},
	{"artwork in WebP", "art.jpg", "art.webp", []string{`F068 13:1 itunes:image: "https://good.example/art.webp" is neither .jpg, .jpeg nor .png`}},
	{"artwork with a query", "art.jpg", "art.JPEG?v=2", nil},
	{"password in an address", "https://good.example/2.mp3?x=1", "https://user:secret@good.example/2.mp3", []string{`F069 28:1 enclosure: address "https://…@good.example/2.mp3" has a user name or password in it`}},
	{"password in a GUID", "https://good.example/guid/1", "https://user:secret@good.example/guid/1", []string{`F069 44:1 guid: address "https://…@good.example/guid/1" has a user name or password in it`}},
	{"signed enclosure", "2.mp3?x=1", "2.mp3?token=e&amp;Expires=1700000000", []string{`F070 28:1 enclosure: "https://good.example/2.mp3" is signed for some time and expires (Expires)`}},
	{"enclosure on a page for sharing", "https://good.example/2.mp3?x=1", "https://www.dropbox.com/s/abc/2.mp3?dl=0", []string{`F070 28:1 enclosure: "https://www.dropbox.com/s/abc/2.mp3" is a page for sharing`}},
	{"enclosure of Dropbox itself", "https://good.example/2.mp3?x=1", "https://www.dropbox.com/s/abc/2.mp3?dl=1", nil},
	{"wrong weekday", "Fri, 26 Feb 2021 00:00:00 -0500", "Mon, 26 Feb 2021 00:00:00 -0500", []string{"F071 25:1 pubDate has the wrong weekday: 26 Feb 2021 was a Friday"}},
	{"year of two digits", "Fri, 26 Feb 2021 00:00:00 -0500", "26 Feb 21 00:00:00 -0500", []string{`F071 25:1 pubDate "26 Feb 21 00:00:00 -0500" has a year of two digits`}},
	{"date before podcasts", "Fri, 26 Feb 2021 00:00:00 -0500", "Thu, 01 Jan 1970 00:00:00 GMT", []string{`F071 25:1 pubDate "Thu, 01 Jan 1970 00:00:00 GMT" is before 2000, when there were no podcasts`}},
	{"date in the future", "Fri, 26 Feb 2021 00:00:00 -0500", "Thu, 26 Feb 2099 00:00:00 -0500", []string{`F071 25:1 pubDate "Thu, 26 Feb 2099 00:00:00 -0500" is in the future`}},
	{"zone half an hour off", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 00:00:00 IST", []string{`F061 25:1 pubDate has the zone "IST", which is unknown to RFC 2822: apps read it as UTC, 5:30 hours off`}},
	{"obsolete zone", "Fri, 26 Feb 2021 00:00:00 -0500", "Fri, 26 Feb 2021 00:00:00 EST", []string{`F061 25:1 pubDate has the zone "EST", which is obsolete; write -0500`}},
	{"umlaut in an address", "https://good.example/2.mp3?x=1", "https://good.example/Folge-Ä.mp3", []string{`F072 28:1 enclosure: address "https://good.example/Folge-Ä.mp3" has characters beyond ASCII`}},
	{"long address", "https://good.example/2.mp3?x=1", "https://good.example/2.mp3?" + strings.Repeat("x", 1000), []string{"F072 28:1 enclosure: an address of 1027 characters"}},
	{"number twice", "<itunes:episodeType>trailer", "<itunes:episode>2</itunes:episode><itunes:season>1</itunes:season><itunes:episodeType>full", []string{`F073 50:1 two full episodes of season 1 have number "2", the other on line 31`}},
	{"number in two seasons", "<itunes:episodeType>trailer", "<itunes:episode>2</itunes:episode><itunes:season>2</itunes:season><itunes:episodeType>full", nil},
	{"two GUIDs by title and date", "<title>One</title>\n<link>https://good.example/1</link>\n<guid>https://good.example/guid/1</guid>\n<pubDate>Fri, 19 Feb", "<title>Two</title>\n<link>https://good.example/1</link>\n<guid>https://good.example/guid/1</guid>\n<pubDate>Fri, 26 Feb", []string{`F074 41:1 "Two" of 26 Feb 2021 has two GUIDs, "b" and "https://good.example/guid/1"`}},
	{"two GUIDs by file", "https://good.example/1.m4a\" length=\"500001\" type=\"audio/x-m4a", "https://good.example/2.mp3?y=1\" length=\"500001\" type=\"audio/mpeg", []string{`F074 41:1 file "https://good.example/2.mp3" has two GUIDs, "b" and "https://good.example/guid/1"`}},
	{"block true", "<itunes:type>", "<itunes:block>true</itunes:block><itunes:complete>no</itunes:complete><itunes:type>", []string{`F076 15:1 itunes:block is "true", which has no effect`, `F076 15:34 itunes:complete is "no", which has no effect`}},
	{"podcast:block true", "<pc:txt", `<pc:block id="Google">true</pc:block><pc:txt`, []string{`F077 20:1 podcast:block id is "Google"`, `F077 20:1 podcast:block is "true"`}},
	{"values off their lists", "<pc:txt", `<pc:location rel="about" geo="52,13" osm="113314" country="XX">Berlin</pc:location><pc:license>my own</pc:license><pc:updateFrequency rrule="WEEKLY">Weekly</pc:updateFrequency><pc:txt purpose="ai-content">some</pc:txt><pc:txt`, []string{`F077 20:1 podcast:location country is "XX"`, `F077 20:1 podcast:location geo is "52,13"`, `F077 20:1 podcast:location osm is "113314"`, `F077 20:1 podcast:location rel is "about"`, `F077 20:84 podcast:license "my own" has no url`, `F077 20:115 podcast:updateFrequency rrule is "WEEKLY"`, `F077 20:177 podcast:txt for ai-content is "some"`}},
	{"values on their lists", "<pc:txt", `<pc:location rel="creator" geo="geo:52.5,-13.4" osm="R113314" country="DE">Berlin</pc:location><pc:license>cc-by-4.0</pc:license><pc:updateFrequency rrule="FREQ=WEEKLY;BYDAY=MO" dtstart="2021-02-26T00:00:00Z">Weekly</pc:updateFrequency><pc:txt purpose="ai-content">false</pc:txt><pc:block id="google">yes</pc:block><pc:txt`, nil},
	{"block of a service", "<pc:txt", `<pc:block id="spotifi">yes</pc:block><pc:txt`, []string{`F077 20:1 podcast:block id is "spotifi"`}},
	{"licence with the prefix of another", "<pc:txt", `<pc:license>cc-vega</pc:license><pc:license url="https://good.example/licence">cc-vega</pc:license><pc:txt`, []string{`F077 20:1 podcast:license "cc-vega" has no url`, "F015 20:33 podcast:license is written more than once"}},
	{"licence with a version of its own", "<pc:txt", `<pc:license>our-own-2.0</pc:license><pc:txt`, []string{`F077 20:1 podcast:license "our-own-2.0" has no url`}},
	{"licence of a country", "<pc:txt", `<pc:license>CC-BY-NC-SA-3.0-IGO</pc:license><pc:txt`, nil},
	{"recurrence with a bad number", "<pc:txt", `<pc:updateFrequency rrule="FREQ=DAILY;INTERVAL=two">x</pc:updateFrequency><pc:txt`, []string{`F077 20:1 podcast:updateFrequency rrule is "FREQ=DAILY;INTERVAL=two"`}},
	{"recurrence on a bad day", "<pc:txt", `<pc:updateFrequency rrule="FREQ=MONTHLY;BYDAY=1MO,FRI">x</pc:updateFrequency><pc:txt`, []string{`F077 20:1 podcast:updateFrequency rrule is "FREQ=MONTHLY;BYDAY=1MO,FRI"`}},
	{"recurrence with a part twice", "<pc:txt", `<pc:updateFrequency rrule="FREQ=DAILY;FREQ=WEEKLY">x</pc:updateFrequency><pc:txt`, []string{`F077 20:1 podcast:updateFrequency rrule is "FREQ=DAILY;FREQ=WEEKLY"`}},
	{"good recurrence", "<pc:txt", `<pc:updateFrequency rrule="FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR;BYHOUR=8,20;COUNT=3;WKST=SU">x</pc:updateFrequency><pc:txt`, nil},
	{"reserved code of a country", "<pc:txt", `<pc:location country="UK">London</pc:location><pc:txt`, []string{`F077 20:1 podcast:location country is "UK"`}},
	{"role and group", `role="guest"`, `role="captain"`, []string{`F077 37:1 the group "cast" of the Podcast Taxonomy has no role "captain"`}},
	{"unknown protocol", `protocol="activitypub"`, `protocol="facebook"`, []string{`F077 39:1 podcast:socialInteract protocol is "facebook"`}},
	{"soundbite after the end", `startTime="3"`, `startTime="100"`, []string{"F077 38:1 soundbite begins at 100s, after the end of the episode at 60s"}},
	{"soundbite past the end", `startTime="3"`, `startTime="40"`, []string{"F077 38:1 soundbite ends at 70s, after the end of the episode at 60s"}},
	{"person and transcript twice", "<pc:soundbite", `<pc:person>Vega</pc:person><pc:transcript url="https://good.example/2.vtt" type="text/vtt"/><pc:soundbite`, []string{`F078 38:1 podcast:person "Vega" is named twice`, `F078 38:28 podcast:transcript "https://good.example/2.vtt" is named twice`}},
	{"chapters twice", "<pc:soundbite", `<pc:chapters url="https://good.example/2.json" type="application/json+chapters"/><pc:soundbite`, []string{`F078 38:1 podcast:chapters "https://good.example/2.json" is named twice`}},
	{"two chapters files", "<pc:soundbite", `<pc:chapters url="https://good.example/3.json" type="application/json+chapters"/><pc:soundbite`, []string{"F015 38:1 podcast:chapters is written more than once"}},
	{"SRT declared as VTT", "2.vtt", "2.srt", []string{"F078 34:1 podcast:transcript with the extension .srt is declared as text/vtt"}},
	{"owner without address", "<pc:txt", "<itunes:owner><itunes:name>x</itunes:name></itunes:owner><pc:txt", []string{"F079 20:1 itunes:owner has no itunes:email"}},
	{"owner with a bad address", "<pc:txt", "<itunes:owner><itunes:email>nobody</itunes:email></itunes:owner><pc:txt", []string{`F079 20:15 itunes:email is "nobody", which is not an e-mail address`}},
	{"incomplete RSS image", "<pc:txt", "<image><url>https://good.example/art.jpg</url><title>A good show</title></image><pc:txt", []string{"F079 20:1 image has no link"}},
	{"paged", "<pc:txt", `<atom:link rel="next" href="https://good.example/feed.xml?page=2"/><atom:link rel="last" href="https://good.example/feed.xml?page=7"/><pc:txt`, []string{`F080 20:1 a paged feed: 6 pages more, the next is "https://good.example/feed.xml?page=2"`}},
	{"number in the title", "<title>Two<", "<title>Episode 2: Two<", []string{`F081 22:1 title "Episode 2: Two" has the number of the episode`}},
	{"number in brackets at the end", "<title>Two<", "<title>Rain (Ep. 2)<", []string{`F081 22:1 title "Rain (Ep. 2)" has the number of the episode`}},
	{"number sign at the end", "<title>Two<", "<title>Rain #02<", []string{`F081 22:1 title "Rain #02" has the number of the episode`}},
	{"number in brackets", "<title>Two<", "<title>[02] Rain<", []string{`F081 22:1 title "[02] Rain" has the number of the episode`}},
	{"season and number in words", "<title>Two<", "<title>Staffel 1, Folge 2: Rain<", []string{`F081 22:1 title "Staffel 1, Folge 2: Rain" has the number of the episode`}},
	{"number in the middle", "<title>Two<", "<title>Rain - Episode 2 - Snow<", []string{`F081 22:1 title "Rain - Episode 2 - Snow" has the number of the episode`}},
	{"another number in brackets", "<title>Two<", "<title>(3) Rain<", nil},
	{"another number at the end", "<title>Two<", "<title>Rain No. 5<", nil},
	{"nothing but a number", "<title>Two<", "<title>Episode 2<", nil},
	{"number in itunes:title", "<pc:soundbite", "<itunes:title>Folge 2: Rain</itunes:title><pc:soundbite", []string{`F081 38:1 itunes:title "Folge 2: Rain" has the number of the episode`}},
	{"name in itunes:title", "<pc:soundbite", "<itunes:title>A good show: Rain</itunes:title><pc:soundbite", []string{`F081 38:1 itunes:title "A good show: Rain" has the name of the show`}},
	{"live items alike", "<pc:txt", `<pc:liveItem status="live" start="2021-02-26T20:00:00-05:00"><title>Live</title><guid isPermaLink="false">l</guid><enclosure url="https://good.example/live.mp3" length="1000" type="audio/mpeg"/><pc:contentLink href="https://good.example/live">Listen</pc:contentLink></pc:liveItem>
<pc:liveItem status="live" start="2021-02-26T20:00:00-05:00"><title>Live</title><guid isPermaLink="false">l</guid><enclosure url="https://good.example/live.mp3" length="1000" type="audio/mpeg"/><pc:contentLink href="https://good.example/live">Listen</pc:contentLink></pc:liveItem><pc:txt`, []string{`F048 21:81 GUID "l" is also that of the episode on line 20`, `F042 21:115 enclosure "https://good.example/live.mp3" is also that of the live item on line 20`}},
	{"live item with the GUID of an item", "<pc:txt", `<pc:liveItem status="live" start="2021-02-26T20:00:00-05:00"><title>Live</title><guid isPermaLink="false">b</guid><enclosure url="https://good.example/live2.mp3" length="1000" type="audio/mpeg"/><pc:contentLink href="https://good.example/live">Listen</pc:contentLink></pc:liveItem><pc:txt`, []string{`F048 20:81 GUID "b" is also that of the episode on line 24`}},
	{"live item with the file of an item", "<pc:txt", `<pc:liveItem status="live" start="2021-02-26T20:00:00-05:00"><title>Live</title><guid isPermaLink="false"></guid><enclosure url="https://good.example/2.mp3?x=1" length="1000" type="audio/mpeg"/><pc:contentLink href="https://good.example/live">Listen</pc:contentLink></pc:liveItem><pc:txt`, []string{"F047 20:81 the live item has no guid", `F042 20:114 enclosure "https://good.example/2.mp3?x=1" is also that of the episode on line 28`}},
	{"name in the title", "<title>Two<", "<title>Two | A good show<", []string{`F081 22:1 title "Two | A good show" has the name of the show`}},
	{"summary that repeats", "<description><![CDATA[<p>The second</p>", "<itunes:summary>The second of them, and a good deal longer than the first</itunes:summary><description><![CDATA[<p>The second of them, and a good deal longer than the first</p>", []string{"F081 26:1 itunes:summary repeats the description"}},
	{"chapters out of order", "<pc:soundbite", `<psc:chapters xmlns:psc="http://podlove.org/simple-chapters" version="1.2"><psc:chapter start="00:10" title="b"/><psc:chapter start="00:05" title="a"/><psc:chapter start="1:00:00" title="c"/><psc:chapter title="d"/><psc:chapter start="soon" title="e"/></psc:chapters><pc:soundbite`, []string{"F082 38:114 psc:chapter at 00:05 is out of order", "F082 38:152 psc:chapter at 1:00:00 begins after the end of the episode at 60s", `F082 38:192 psc:chapter "d" has no time`, `F082 38:216 psc:chapter starts at "soon"`}},
	{"GUID of version 4", "917393e3-1b1e-5cef", "917393e3-1b1e-4cef", []string{`F083 16:1 podcast:guid "917393e3-1b1e-4cef-ace4-edaa54e1f810" is a UUID of version 4, not 5`}},
	{"impossible clock", "<itunes:duration>60", "<itunes:duration>1:75", []string{`F052 29:1 itunes:duration is "1:75", which no clock shows`}},
	{"zero duration", "<itunes:duration>60", "<itunes:duration>0:00", []string{"F052 29:1 itunes:duration is zero"}},
	{"clock of many minutes", "<itunes:duration>60", "<itunes:duration>5:00", []string{`F053 29:1 itunes:duration is "5:00"`}},
	{"explicit without a value", "<itunes:explicit>false<", "<itunes:explicit><", []string{"F026 12:1 the show has no itunes:explicit"}},
	{"explicit without a value in an item", "<itunes:explicit>true<", "<itunes:explicit><", []string{"F013 49:1 itunes:explicit is empty"}},
	{"explicit maybe", "<itunes:explicit>false", "<itunes:explicit>maybe", []string{`F017 12:1 itunes:explicit is "maybe"`}},
	{"decimal podcast:episode", "<pc:soundbite", "<pc:episode display=\"Ch. 3\">100.5</pc:episode><pc:soundbite", nil},
	{"podcast:episode in words", "<pc:soundbite", "<pc:episode>two</pc:episode><pc:soundbite", []string{`F019 38:1 podcast:episode is "two"`}},
	{"image as text", `<itunes:image href="https://good.example/art.jpg"/>`, `<itunes:image>https://good.example/art.jpg</itunes:image>`, []string{"F027 13:1 the show's itunes:image has no href"}},
	{"language of three letters", "en-us", "gsw", []string{`F023 8:1 language is "gsw"; Apple knows languages of two letters only`}},
	{"unknown language of two letters", "en-us", "xx", []string{`F023 8:1 language is "xx"`}},
	{"default namespace", `<rss version="2.0"`, `<rss version="2.0" xmlns="http://backend.userland.com/rss2"`, []string{`F005 2:1 the default namespace of RSS elements is "http://backend.userland.com/rss2", want none`}},
	{"undeclared prefix media", "<pc:txt", "<media:credit>x</media:credit><pc:txt", []string{"F001 20:1 not well-formed: the prefix media is bound to nothing"}},
	{"undeclared prefixes, each once", "<pc:txt", `<media:credit>x</media:credit><a:b c:d="e"/><media:credit>y</media:credit><pc:txt`, []string{"F001 20:1 not well-formed: the prefix media is bound to nothing", "F001 20:31 not well-formed: the prefix a is bound to nothing", "F001 20:36 not well-formed: the prefix c is bound to nothing"}},
	{"incomplete elements", "<pc:txt", `<pc:podroll><pc:remoteItem feedUrl="https://x.example/f"/></pc:podroll><pc:value type="lightning" method="keysend"/><pc:trailer url="https://x.example/t.mp3" pubdate="yesterday">T</pc:trailer><pc:txt`, []string{"F013 20:13 podcast:remoteItem has no feedGuid", "F013 20:72 podcast:value has no podcast:valueRecipient", `F016 20:117 podcast:trailer pubdate is "yesterday"`}},
	{"digest", "<pc:soundbite", `<pc:alternateEnclosure type="audio/opus"><pc:source uri="https://good.example/2.opus"/><pc:integrity type="sri" value="0af3"/></pc:alternateEnclosure><pc:soundbite`, []string{`F077 38:88 podcast:integrity value is "0af3"`}},
	{"protocol of a chat", "<pc:txt", `<pc:chat server="irc.example" protocol="teams"/><pc:txt`, []string{`F077 20:1 podcast:chat protocol is "teams"`}},
	{"address escaped twice", "2.mp3?x=1", "2.mp3?x=1&amp;amp;y=2", []string{`F065 28:1 enclosure: address "https://good.example/2.mp3?x=1&amp;y=2" is escaped twice: it has &amp; in it`}},
	{"newer file with a query", "https://good.example/2.mp3?x=1\" length=\"500000\" type=\"audio/mpeg", "https://good.example/1.m4a?src=feed\" length=\"500000\" type=\"audio/x-m4a", []string{`F074 41:1 file "https://good.example/1.m4a" has two GUIDs, "b" and "https://good.example/guid/1"`}},
	{"filler in a title", "<title>Two", "<title>Two\u3164", []string{"F067 22:1 title has the invisible character U+3164"}},
	{"password in notes", "<p>The second</p>", `<p><a href="https://ann:secret@good.example/">second</a></p>`, []string{"F069 26:1 description has an address with a user name or password in it"}},
	{"same file by http", "https://good.example/2.mp3", "http://good.example/1.m4a", []string{
		`F011 28:1 enclosure: "http://good.example/1.m4a?x=1" is not https`, `F045 28:1 enclosure of type audio/mpeg has the extension "m4a"`,
		`F074 41:1 file "https://good.example/1.m4a" has two GUIDs, "b" and "https://good.example/guid/1"`,
	}},
	{"relative address in a srcset", "<p>The second</p>", `<img src="https://good.example/a.png" srcset="https://good.example/b.png 1x, c.png 2x">`, []string{`F066 26:1 description has the relative address "c.png"`}},
	{"enclosure on a private network", "https://good.example/2.mp3", "https://192.168.0.2/2.mp3", []string{`F012 28:1 address "https://192.168.0.2/2.mp3?x=1" is on this machine or a private network`}},
	{"enclosure of a machine nearby", "https://good.example/1.m4a", "https://NAS.local./1.m4a", []string{`F012 47:1 address "https://NAS.local./1.m4a" is on this machine or a private network`}},
	{"enclosure of a host with a private name in it", "https://good.example/1.m4a", "https://localhost.10.example/1.m4a", nil},
	{"artwork on a private network", "https://good.example/art.jpg", "https://10.1.2.3/art.jpg", []string{`F012 13:1 address "https://10.1.2.3/art.jpg" is on this machine or a private network`}},
	{"transcript on a private network", "https://good.example/2.vtt", "https://[fd00::1]/2.vtt", []string{`F012 34:1 address "https://[fd00::1]/2.vtt" is on this machine or a private network`}},
	{"enclosure of the own machine", "https://good.example/1.m4a", "http://localhost:8080/1.m4a", []string{`F012 47:1 address "http://localhost:8080/1.m4a" is on this machine or a private network`}},
	{"host that begins like a number", "https://good.example/1.m4a", "https://10.example.com/1.m4a", nil},
	{"empty type", "<itunes:episodeType>full</itunes:episodeType>", "<itunes:episodeType/>", []string{"F013 33:1 itunes:episodeType is empty"}},
	{"space around an attribute", ` url="https://good.example/2.mp3?x=1"`, ` url=" https://good.example/2.mp3?x=1"`, []string{"F010 28:1 enclosure url has space around it"}},
	{"link to an address of mail", "<itunes:type>", "<itunes:owner><itunes:email>mailto:a@good.example</itunes:email></itunes:owner><itunes:type>", []string{`F079 15:15 itunes:email is "mailto:a@good.example", which is not an e-mail address`}},
	{"empty block", "<itunes:type>", "<itunes:block/><itunes:type>", []string{"F076 15:1 itunes:block is empty, which has no effect"}},
	{"archived", "<pc:txt", `<atom:link rel="prev-archive" href="https://good.example/2.xml"/><pc:txt`, []string{`F080 20:1 an archived feed: older episodes are at "https://good.example/2.xml"`}},
	{"attribute by two prefixes", "<pc:txt", `<pc:txt xmlns:pc2="https://podcastindex.org/namespace/1.0" pc2:x="1" pc:x="2">verify</pc:txt><pc:txt`, []string{`F001 20:70 not well-formed: attribute "pc:x" is written twice, with two prefixes of one namespace`}},
	{"link within the page", "<p>The second</p>", `<p><a href="#two">The second</a></p>`, []string{`F066 26:1 description has the relative address "#two"`}},
	{"image in its address", "<p>The second</p>", `<p><img alt="The second" src="data:image/gif;base64,R0lGODlh"></p>`, []string{"F066 26:1 description has an address with data:"}},
	{"refresh in notes", "<p>The second</p>", `<meta http-equiv="refresh" content="0"><a href="data:text/html,x">x</a>`, []string{"F066 26:1 description has <meta>, an address with data:"}},
	{"HTML outside of CDATA", "About good feeds", "About <b>good</b> feeds", []string{"F064 7:20 there is no element b"}},
	{"incomplete elements of an item", "<pc:soundbite", `<pc:alternateEnclosure type="audio/opus"><pc:integrity type="md5" value="x"/></pc:alternateEnclosure><pc:soundbite`, []string{"F013 38:1 podcast:alternateEnclosure has no podcast:source", `F077 38:42 podcast:integrity type is "md5"`}},
	{"entities in a title", "A good show", "x &amp;auml; y &amp;mdash; z", []string{`F065 4:1 title is escaped twice: listeners read "&auml;"`}},
	{"entity of capitals and digits in a title", "A good show", "x &amp;unknown; &amp;Frac12; &amp;frac14; y", []string{`F065 4:1 title is escaped twice: listeners read "&frac14;"`}},
	{"entity that HTML does not know", "A good show", "R&amp;Bees; and more", nil},
	{"script in a title", "A good show", "A &lt;script&gt;good&lt;/script&gt; show", []string{`F065 4:1 title has markup in plain text: "<script>"`}},
	{"notes escaped twice", "<p>The second</p>", "<p>Grie&amp;szlig;, &amp;hellip;</p>", []string{`F065 26:1 description is escaped twice: listeners read "&szlig;"`}},
	{"notes with an entity", "<p>The second</p>", "<p>Grie&szlig; R&amp;B; &hellip;</p>", nil},
	{"image of a space", `<itunes:image href="https://good.example/art.jpg"/>`, `<itunes:image href=" "/>`, []string{"F027 13:1 the show's itunes:image has no href"}},
	{"image of a space in an item", "<pc:soundbite", "<itunes:image href=' '/><pc:soundbite", []string{"F013 38:1 itunes:image has no href"}},
	{"category of a space", `text="News"><itunes:category text="Tech News"/></itunes:category>`, `text=" "/>`, []string{"F024 11:1 the show's itunes:category has no text"}},
	{"self link of a space", `href="https://good.example/feed.xml"`, `href=" "`, []string{"F028 3:1 no atom:link to the feed itself"}},
	{"category of three levels", `<itunes:category text="Tech News"/>`, `<itunes:category text="Tech News"><itunes:category text="Tech News"/></itunes:category>`, []string{`F025 11:64 category "News > Tech News > Tech News" is not on Apple's list`}},
	{"relative address of comments", `uri="https://social.example/1"`, `uri="notes/7" accountUrl="/@vega"`, []string{`F012 39:1 podcast:socialInteract: address "/@vega" is relative`, `F012 39:1 podcast:socialInteract: address "notes/7" is relative`}},
	{"comments of Nostr", `protocol="activitypub" uri="https://social.example/1"`, `protocol="nostr" uri="note1xyz"`, nil},
	{"sources", "<pc:soundbite", `<pc:alternateEnclosure type="audio/opus"><pc:source uri="2.opus"/><pc:source uri="https:/2.opus"/><pc:source uri="ipfs://x/2.opus"/></pc:alternateEnclosure><pc:chat server="irc.good.example" protocol="irc"/><pc:soundbite`, []string{`F012 38:42 podcast:source: address "2.opus" is relative`, `F012 38:67 podcast:source: address "https:/2.opus" has no host`}},
	{"elements that lack a part", "<pc:txt", `<pc:podping/><textInput><title>x</title><description>x</description><name>x</name></textInput><pc:value type="lightning" method="keysend"><pc:valueRecipient type="node" address="x" split="1"/><pc:valueTimeSplit startTime="1" duration="2"/></pc:value><pc:txt`, []string{"F013 20:1 podcast:podping has no usesPodping", "F013 20:14 textInput has no link", "F013 20:193 podcast:valueTimeSplit has no podcast:remoteItem or podcast:valueRecipient"}},
	{"elements of an item that lack a part", "<pc:soundbite", `<source>x</source><psc:chapters xmlns:psc="http://podlove.org/simple-chapters" version="1.2"/><pc:soundbite`, []string{"F013 38:1 source has no url", "F013 38:19 psc:chapters has no psc:chapter"}},
	{"number with a zero before it", "<itunes:episodeType>trailer", "<itunes:episode>02</itunes:episode><itunes:season>01</itunes:season><itunes:episodeType>full", []string{`F073 50:1 two full episodes of season 1 have number "02", the other on line 31`}},
	{"live item", "<pc:txt", `<pc:liveItem status="on"><title>x</title></pc:liveItem><pc:txt`, []string{"F013 20:1 podcast:liveItem has no enclosure", "F013 20:1 podcast:liveItem has no guid", "F013 20:1 podcast:liveItem has no podcast:contentLink", "F013 20:1 podcast:liveItem has no start", `F077 20:1 podcast:liveItem status is "on"`}},
	{"good live item", "<pc:txt", `<pc:liveItem status="live" start="2021-02-26T20:00:00-05:00"><title>Live</title><guid isPermaLink="false">l</guid><enclosure url="https://good.example/live.mp3" length="1000" type="audio/mpeg"/><pc:contentLink href="https://good.example/live">Listen</pc:contentLink></pc:liveItem><pc:txt`, nil},
	{"live item is checked like an item", "<pc:txt", `<pc:liveItem status="live" start="2021-02-26T20:00:00-05:00"><title>Live</title><guid>l</guid><enclosure url="https://good.example/live.mp3" length="0" type="audio/mp3"/><pc:contentLink href="https://good.example/live">Listen</pc:contentLink></pc:liveItem><pc:txt`, []string{`F049 20:81 GUID "l" is declared to be a link`, `F043 20:95 enclosure length is "0"`, `F044 20:95 enclosure type is "audio/mp3"`}},
}

// now is the time at which the feeds are checked.
var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func good(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/good.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func summary(list finding.List) []string {
	var lines []string
	for _, f := range list {
		lines = append(lines, fmt.Sprintf("%s %d:%d %s", f.Rule, f.Line, f.Column, f.Message))
	}
	return lines
}

func TestCheck(t *testing.T) {
	t.Parallel()
	source := good(t)
	if got := Feed([]byte(source), &Options{File: "feed.xml", Now: now}).Findings; len(got) > 0 {
		t.Fatalf("Check finds in the good feed: %v", got)
	}
	for _, tt := range checkTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(source, tt.old) {
				t.Fatalf("%q is not in the feed", tt.old)
			}
			got := Feed([]byte(strings.Replace(source, tt.old, tt.new, 1)), &Options{File: "feed.xml", Now: now}).Findings
			if diff := cmp.Diff(tt.want, summary(got)); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCutOff cuts off the good feed after each byte of the channel. Nothing but the cut is
// reported, because the rest may have what is missing.
func TestCutOff(t *testing.T) {
	t.Parallel()
	source := good(t)
	for n := strings.Index(source, "<channel>") + len("<channel>"); n < strings.LastIndex(source, "</rss>"); n++ {
		got := Feed([]byte(source[:n]), &Options{Now: now}).Findings
		if len(got) != 1 || got[0].Rule != ruleNotWellFormed.ID {
			t.Fatalf("cut off after %q: %v", source[n-20:n], got)
		}
	}
}

func TestCheckDocuments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"empty", "", []string{"F062 0:0 the feed is empty"}},
		{"HTML page", "<!DOCTYPE html><html><body></body></html>", []string{"F062 0:0 this is a web page, not a feed"}},
		{"page to log in", "<!DOCTYPE html><html><body>Please <b>log in<br></body></html>", []string{"F062 0:0 this is a web page, not a feed: a log-in?"}},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>`, []string{"F062 1:1 this is an Atom feed, not RSS"}},
		{"RDF", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>`, []string{"F062 1:1 this is RSS 1.0 (RDF), not RSS 2.0"}},
		{"JSON", `{"version": "https://jsonfeed.org/version/1.1"}`, []string{"F062 0:0 this is JSON, not RSS"}},
		{"audio", "ID3\x03\x00", []string{"F062 0:0 this is an audio, video or image file, not a feed"}},
		{"other XML", "<opml/>", []string{`F062 1:1 the root element is "opml", not rss`}},
		{"text", "hello", []string{"F062 0:0 this is not XML"}},
		{"no episode", regexp.MustCompile(`(?s)<item>.*</item>`).ReplaceAllString(good(t), ""), []string{"F037 3:1 no episode"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, summary(Feed([]byte(tt.source), &Options{File: "feed.xml", Now: now}).Findings)); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{"F037": true, "F062": true} // in tests of their own
	for _, tt := range checkTests {
		for _, line := range tt.want {
			tested[line[:4]] = true
		}
	}
	findingtest.Complete(t, Rules())
	for _, r := range Rules() {
		if r.Source == "" {
			t.Errorf("rule %s has no source", r.ID)
		}
		if !tested[r.ID] && r.ID < "F090" { // the rules of Compare have tests of their own
			t.Errorf("rule %s has no test", r.ID)
		}
	}
}

// TestExamplesBreakTheirRules adds each example that is an element to the good feed, once
// in the channel and once in an item of its own.
func TestExamplesBreakTheirRules(t *testing.T) {
	t.Parallel()
	source := good(t)
	for _, r := range rules {
		if !strings.HasPrefix(r.Example, "<") || strings.HasPrefix(r.Example, "<?") || strings.HasPrefix(r.Example, "<feed") || strings.HasPrefix(r.Example, "<rss") {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			item := `<item xmlns:podcast="https://podcastindex.org/namespace/1.0">` + r.Example + "</item>"
			channel := strings.Replace(source, "<item>", r.Example+"<item>", 1)
			found := append(Feed([]byte(strings.Replace(source, "<item>", item+"<item>", 1)), &Options{File: ""}).Findings, Feed([]byte(channel), &Options{File: ""}).Findings...)
			if !slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Rule == r.ID }) {
				t.Errorf("%s gives %v", r.Example, summary(found))
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	source := good(f)
	f.Add([]byte(source))
	for _, tt := range checkTests {
		if len(tt.new) < 1000 {
			f.Add([]byte(strings.Replace(source, tt.old, tt.new, 1)))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, found := range Feed(data, &Options{File: "feed.xml", Now: now}).Findings {
			if rules.Find(found.Rule) == nil {
				t.Errorf("unknown rule %q", found.Rule)
			}
			if strings.ContainsAny(found.Message, "\n\r") {
				t.Errorf("message of more than one line: %q", found.Message)
			}
		}
	})
}

// manyAttributes returns n different attributes.
func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d=''", i)
	}
	return b.String()
}

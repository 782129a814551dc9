# Writes the Markdown for the JSON of onair plan and onair publish, which is untrusted
# when it is the artifact of a pull request. All text is in one fenced block, in which
# nothing is a mention, a reference or a link, and which no character can end.
def line: tostring | gsub("[^ -_a-~\\x{00a1}-\\x{1fff}\\x{3040}-\\x{d7ff}]"; "?") | .[:200];
def number: if type == "number" and . >= 0 then . else error("not a number") end;
def bytes:
  number | if . < 1000 then "\(.) bytes"
  elif . < 1000000 then "\((. / 100 | floor) / 10) kB"
  elif . < 1000000000 then "\((. / 100000 | floor) / 10) MB"
  else "\((. / 100000000 | floor) / 10) GB" end;
if length == 1 and (.[0] | type) == "object" and (.[0].episodes | type) == "array" then .[0]
  else error("not a plan") end
| (if .published == true then "Published" else "Plan" end) as $title
| "### onair: \($title)\n",
  "```text",
  "upload \(.summary.upload_bytes | bytes) of \(.summary.total_bytes | bytes): "
    + "\(.summary.add | number) new objects, \(.summary.update | number) changed, \(.summary.delete | number) deleted",
  ([.episodes[] | select(.action != "keep")] as $changed
   | (if ($changed | length) == 0 then "no episode changes" else empty end),
     ($changed[:100][] | "\(.action | line)  \(.slug | line)  \(.reason | line)"),
     (if ($changed | length) > 100 then "and \(($changed | length) - 100) more episodes" else empty end)),
  "```"

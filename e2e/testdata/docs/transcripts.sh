# Prepares docs/transcripts.md: a repository of transcripts with a commit to check.
mkdir gotime && git init -q -b main
echo 'url: "https://show.example/{number}/"' >transcripts.yaml
for i in $(seq 1 102); do
	name=Rigel at=
	[ $((i % 2)) = 1 ] || name=Vega
	[ $((i % 10)) != 1 ] || at="\\[$(printf %02d:%02d $((i * 7 / 60)) $((i * 7 % 60)))\\] "
	printf '**%s:** %sIn number %d we said it, and then we said it again.\n\n' $name "$at" $i
done >gotime/go-time-114.md
sed -i.orig -E '/number (6|12|18|24|30) /s/ we said/\\[laughs\\]we said/
41s/number/\\[unintelligible 00:02:28\\]/
189s/again/\\[unintelligible\\]/
203s/.*/**Rigel:** We put it behind a \\[unintelligible 00:11:50\\] and went home./' gotime/go-time-114.md
rm gotime/*.orig
git add . && git commit -qm One && git update-ref refs/remotes/origin/main HEAD
sed -i.orig '41s/.\[unintelligible 00:02:28.\]/number/
191s/.*/**Vega**: We put it behind a CDN./
193s/again/once more/
195s/again/once more/' gotime/go-time-114.md
rm gotime/*.orig
git commit -qam Two

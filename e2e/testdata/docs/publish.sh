# Prepares docs/publish.md: a show with an episode.
export ONAIR_NOW=2027-02-04T12:00:00Z
onair init my-show --title "My Show" --author Vega --category Technology && cd my-show
sed -i.orig '/^#/d; /^storage:/d; /^$/d' show.yaml && rm show.yaml.orig
cat >>show.yaml <<END
description: Two engineers talk about the internet.
url: https://podcast.example.com/
storage: gs://my-show
state: gs://my-show-private
cdn: {provider: fastly, service: SERVICE_ID}
END
cp "$EXAMPLES"/minimal/artwork.jpg .
cloudy="$EXAMPLES/hello-universe/episodes/2-cloudy-with-a-chance-of-packets"
onair new "Hello, world" --audio "$cloudy/audio.mp3"
sed -i.orig "s/^guid: [0-9a-f-]*/guid: 6e565b45-87e6-4d7f-b907-cc3e5607efe4/" episodes/1-hello-world/episode.md && rm episodes/1-hello-world/*.orig
cp "$cloudy/transcript.md" episodes/1-hello-world/
printf '0:00 Cold open\n0:12 What is a CDN?\n0:48 Ranges\n1:02 Purging\n' >episodes/1-hello-world/chapters.txt
echo 'From the bucket to your ears.' >>episodes/1-hello-world/episode.md

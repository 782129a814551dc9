# The image with git and ffmpeg, for dates from commits and measurements of audio.
ARG BASE
FROM ${BASE} AS onair
FROM debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates ffmpeg git && rm -rf /var/lib/apt/lists/*
# The show is a folder of the user who runs the container, whose repository git would refuse.
RUN git config --system safe.directory '*'
COPY --from=onair /ko-app/onair /usr/bin/onair
USER 65532
WORKDIR /show
ENTRYPOINT ["/usr/bin/onair"]

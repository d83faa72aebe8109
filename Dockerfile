# Moments on a bare Debian 12. `make release` first: the archive and this file say the same.
#
#   docker build --build-arg VERSION=0.1.0 -t moments .
#   docker run --rm -v "$PWD:/data" moments find holiday.mp4 "A man opens a door."
FROM debian:12-slim
ARG VERSION
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libavcodec59 libavfilter8 libavformat59 libavutil57 \
        libcairo2 libdeflate0 libgdk-pixbuf-2.0-0 libglib2.0-0 libhdf5-103-1 librsvg2-2 libsqlite3-0 libssl3 libstdc++6 \
        libswscale6 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/*
ADD .build/archive/moments-${VERSION}-linux-x86_64.tar.gz /opt
RUN ln -s "/opt/moments-${VERSION}-linux-x86_64/bin/moments" /usr/local/bin/moments
WORKDIR /data
ENTRYPOINT ["moments"]

FROM debian:12.5
RUN <<EOF
# shellcheck disable=SC2164
cd /tmp
EOF

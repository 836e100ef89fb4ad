# hadolint shell=pwsh
FROM debian:12.5
RUN cd /tmp

# The program alone, for a user without rights. Data lies in /data.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /ariane ./cmd/ariane && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /ariane /ariane
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV ARIANE_DATA=/data ARIANE_LISTEN=:8080
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/ariane"]
CMD ["serve"]

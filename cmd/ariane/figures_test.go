package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"text/tabwriter"
	"time"
)

var figures = flag.Bool("figures", false, "print how long each page takes and how much it weighs")

// asked is how often each page is asked for its time.
const asked = 21

// printFigures says of each page that was seen how long its answer takes, from
// the request to the last byte on this machine, and what it weighs.
func (w *walk) printFigures() {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	stranger := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	client := &http.Client{Jar: jar, Transport: stranger.Transport}
	answer, err := client.PostForm(w.base+"/s/login", url.Values{"login": {"demo@ariane.test"}, "password": {"ariane-demo"}})
	if err != nil {
		w.Fatal(err)
	}
	answer.Body.Close()
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "median ms\tslowest ms\tHTML kB\tcompressed kB\twith all parts kB\t  page")
	var slowest time.Duration
	for _, path := range w.seen {
		var times []time.Duration
		var size, packed int
		who := client
		if path == "/s/login" {
			who = stranger
		}
		for range asked {
			begun := time.Now()
			size, packed = w.fetch(who, path)
			times = append(times, time.Since(begun))
		}
		slices.Sort(times)
		median := times[asked/2]
		slowest = max(slowest, median)
		fmt.Fprintf(table, "%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t  %s\n", ms(median), ms(times[asked-1]), kB(size), kB(packed), kB(w.weights[path]), path)
	}
	table.Flush()
	w.Logf("%d pages, %d requests each; the slowest takes %.1f ms\n%s", len(w.seen), asked, ms(slowest), &text)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func kB(bytes int) float64 { return float64(bytes) / 1000 }

// fetch asks for a page, and returns its bytes before and after compression.
func (w *walk) fetch(client *http.Client, path string) (size, packed int) {
	w.Helper()
	r, err := http.NewRequest(http.MethodGet, w.base+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Accept-Language", w.language)
	answer, err := client.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	if answer.Header.Get("Content-Encoding") != "gzip" {
		return len(raw), len(raw)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		w.Fatal(err)
	}
	n, err := io.Copy(io.Discard, unpacked)
	if err != nil {
		w.Fatal(err)
	}
	return int(n), len(raw)
}

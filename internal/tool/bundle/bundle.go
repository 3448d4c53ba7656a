package bundle

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"

	"github.com/evanw/esbuild/pkg/api"
)

// Script bundles and minifies the module at entry and everything it imports into one classic script.
// Names that the modules only declare stay as they are, for the package to define when it serves the script.
func Script(entry string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{entry},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Format:            api.FormatIIFE,
		Target:            api.ES2018,
		Charset:           api.CharsetASCII,
		LegalComments:     api.LegalCommentsNone,
		LogLevel:          api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		messages := api.FormatMessages(result.Errors, api.FormatMessagesOptions{})
		problems := make([]error, len(messages))
		for i, m := range messages {
			problems[i] = errors.New(m)
		}
		return nil, fmt.Errorf("bundle %s: %w", entry, errors.Join(problems...))
	}
	return bytes.TrimSpace(result.OutputFiles[0].Contents), nil
}

// Compressed is the number of bytes that travel when the script is sent with gzip.
func Compressed(script []byte) (int, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(script); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return out.Len(), nil
}

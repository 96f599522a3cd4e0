package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Version of results.json. It grows by one when a reader of the old form
// could misread the new one; new members do not change it.
const Version = 1

// File is the form of results.json.
type File struct {
	Version int       `json:"version"`
	Target  string    `json:"target"`
	Started time.Time `json:"started"`
	Summary Summary   `json:"summary"`
	Results []*Result `json:"results"`
}

// WriteJSON writes results.json.
func WriteJSON(w io.Writer, f File) error {
	f.Version = Version
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(f)
}

// ReadJSON reads what WriteJSON wrote; another version is an error.
func ReadJSON(r io.Reader) (File, error) {
	var f File
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return File{}, fmt.Errorf("results.json: %w", err)
	}
	if f.Version != Version {
		return File{}, fmt.Errorf("results.json has version %d, this reads version %d", f.Version, Version)
	}
	return f, nil
}

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
)

// The copy of a topic is one file: its snapshot as the hub sends it, and after it one line for each page of changes. A line that was not
// written to its end does not count.

// Record is one key of a topic; Value is null where it was taken away.
type Record struct {
	Key      string          `json:"key"`
	Revision int64           `json:"revision"`
	Value    json.RawMessage `json:"value"`
	Sequence int64           `json:"sequence"`
}

// Line is any line of the file: the head or the end of the snapshot, one of its records, or a page of changes.
type Line struct {
	Head *struct {
		Epoch    string `json:"epoch"`
		Sequence int64  `json:"sequence"`
	} `json:"head"`
	End *struct {
		Records int `json:"records"`
	} `json:"end"`
	Record
	Page
}

// Page is an answer of /api/v1/changes.
type Page struct {
	Epoch string   `json:"epoch"`
	Items []Record `json:"items"`
	Next  *string  `json:"next"`
}

func fileOf(folder, topic string) string { return filepath.Join(folder, topic+".ndjson") }

// linesOf gives the whole lines of a file and their length in bytes. An example: what is larger than memory wants a stream.
func linesOf(file string) ([]Line, int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	var lines []Line
	for _, each := range bytes.Split(bytes.TrimSpace(text[:whole]), []byte("\n")) {
		var line Line
		if err := json.Unmarshal(each, &line); err != nil {
			return nil, 0, err
		}
		lines = append(lines, line)
	}
	return lines, int64(whole), nil
}

// recordsOf gives every record that stands: a null takes one away, and a revision that is not higher says nothing new.
func recordsOf(file string) (map[string]Record, error) {
	lines, _, err := linesOf(file)
	found := map[string]Record{}
	keep := func(one Record) {
		held, is := found[one.Key]
		switch {
		case len(one.Value) == 0 || string(one.Value) == "null":
			delete(found, one.Key)
		case !is || held.Revision < one.Revision:
			found[one.Key] = one
		}
	}
	for _, line := range lines {
		if line.Key != "" {
			keep(line.Record)
		}
		for _, each := range line.Items {
			keep(each)
		}
	}
	return found, err
}

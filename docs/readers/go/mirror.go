package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

// mirror makes a copy of topics, each in a file of its own: from a snapshot, then by its changes.
//
// Stop it at any moment, also with kill -9, and start it again. It ends when it has everything; run it again for what is new.
// The file grows with the changes; delete it, and the next run begins anew. HUB_KEY is your key, if any.
func mirror(hub, folder string, topics []string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, topic := range topics {
		if err := (&copied{hub, topic, fileOf(folder, topic)}).run(); err != nil {
			return fmt.Errorf("%s: %w", topic, err)
		}
	}
	return nil
}

type copied struct{ hub, topic, file string }

func (c *copied) run() error {
	if _, err := os.Stat(c.file); os.IsNotExist(err) {
		if err := c.begin(); err != nil {
			return err
		}
	}
	epoch, after, err := c.place()
	for err == nil {
		var text []byte
		var page Page
		if text, err = c.ask(fmt.Sprintf("/api/v1/changes?topic=%s&after=%d", c.topic, after)); err != nil {
			break
		}
		if err = json.Unmarshal(text, &page); err != nil {
			break
		}
		if page.Epoch != epoch { // the hub's database was restored, and its numbers mean other changes
			if err = c.begin(); err == nil {
				epoch, after, err = c.place()
			}
			continue
		}
		if count := len(page.Items); count > 0 {
			if err = write(c.file, os.O_APPEND, append(text, '\n')); err != nil {
				break
			}
			after = page.Items[count-1].Sequence
		}
		if page.Next == nil {
			return nil
		}
	}
	return err
}

// begin lets a snapshot take the place of the file at once; one that was cut has no last line and replaces nothing.
func (c *copied) begin() error {
	text, err := c.ask("/api/v1/snapshots/" + c.topic)
	if err != nil {
		return err
	}
	if err := write(c.file+".new", os.O_CREATE|os.O_TRUNC, text); err != nil {
		return err
	}
	lines, _, err := linesOf(c.file + ".new")
	if err != nil {
		return err
	}
	if end := lines[len(lines)-1].End; end == nil || end.Records != len(lines)-2 {
		return fmt.Errorf("the snapshot was cut")
	}
	return os.Rename(c.file+".new", c.file)
}

// place says from where the file goes on. What follows its last whole line is cut off.
func (c *copied) place() (epoch string, after int64, err error) {
	lines, whole, err := linesOf(c.file)
	if err != nil {
		return "", 0, err
	}
	for _, line := range lines {
		if line.Head != nil {
			epoch, after = line.Head.Epoch, line.Head.Sequence
		}
		if count := len(line.Items); count > 0 {
			after = line.Items[count-1].Sequence
		}
	}
	return epoch, after, os.Truncate(c.file, whole)
}

func (c *copied) ask(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", c.hub+path, nil)
	if err != nil {
		return nil, err
	}
	if key := os.Getenv("HUB_KEY"); key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", path, answer.Status, text)
	}
	return text, err
}

// write puts a text into a file and waits for the disk.
func write(name string, flag int, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|flag, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(text); err != nil {
		return err
	}
	return file.Sync()
}

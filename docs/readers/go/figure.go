package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Event is what this figure reads of a transfer.
type Event struct {
	State      string `json:"state"`
	Phase      string `json:"phase"`
	OccurredOn string `json:"occurred_on"`
	Statement  struct {
		Cause      string `json:"cause"`
		Transferor []struct {
			Region string `json:"region"`
		} `json:"transferor"`
	} `json:"statement"`
}

// Point is a published figure.
type Point struct {
	Indicator  string            `json:"indicator"`
	Dimensions map[string]string `json:"dimensions"`
	Period     string            `json:"period"`
	Value      string            `json:"value"`
}

var byLaw = map[string]bool{"merger": true, "inheritance": true, "court": true}

// counts: one transfer of one patent is one event. It counts where it is recorded and stands, passes by a deal and not by law, and a
// giver is of Hunan (docs/figures.md).
func (e Event) counts() bool {
	if e.State != "current" || e.Phase != "recorded" || byLaw[e.Statement.Cause] {
		return false
	}
	for _, giver := range e.Statement.Transferor {
		if strings.HasPrefix(giver.Region, "43") {
			return true
		}
	}
	return false
}

// figure counts patent transfers of Hunan from the copied events, and compares each period with the published figure.
func figure(folder string) error {
	periods := map[string][2]int{} // published, counted
	err := each(fileOf(folder, "tongda.transfer.v1"), func(event Event) error {
		for _, length := range []int{4, 7} { // the year and the month, as far as the date is known
			if event.counts() && len(event.OccurredOn) >= length {
				found := periods[event.OccurredOn[:length]]
				found[1]++
				periods[event.OccurredOn[:length]] = found
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = each(fileOf(folder, "tongda.statistic.v1"), func(point Point) (err error) {
		if point.Indicator == "transfers" && len(point.Dimensions) == 1 && point.Dimensions["area"] == "430000" {
			found := periods[point.Period]
			found[0], err = strconv.Atoi(point.Value)
			periods[point.Period] = found
		}
		return err
	})
	if err != nil {
		return err
	}
	return compared(periods)
}

func compared(periods map[string][2]int) (err error) {
	var names []string
	for name := range periods {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		found := periods[name]
		fmt.Println(name, found[0], found[1])
		if found[0] != found[1] {
			err = fmt.Errorf("%s differs", name)
		}
	}
	return err
}

// each calls a function with every record of a copy that stands.
func each[Value any](file string, do func(Value) error) error {
	records, err := recordsOf(file)
	if err != nil {
		return err
	}
	for _, record := range records {
		var value Value
		if err := json.Unmarshal(record.Value, &value); err != nil {
			return err
		}
		if err := do(value); err != nil {
			return err
		}
	}
	return nil
}

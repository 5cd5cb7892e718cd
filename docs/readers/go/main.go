// A reader of the hub; Go's standard library is all it needs.
//
//	go run . mirror http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
//	go run . figure FOLDER
//	WEBHOOK_SECRET=whsec_… go run . webhook 8090
package main

import (
	"fmt"
	"os"
)

func main() {
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) > 3 && arguments[0] == "mirror":
		err = mirror(arguments[1], arguments[2], arguments[3:])
	case len(arguments) == 2 && arguments[0] == "figure":
		err = figure(arguments[1])
	case len(arguments) == 2 && arguments[0] == "webhook":
		err = receive(arguments[1])
	default:
		err = fmt.Errorf("usage: mirror HUB FOLDER TOPIC… | figure FOLDER | webhook PORT")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

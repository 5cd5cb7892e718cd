package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	mostBytes = 65536
	tolerance = 5 * time.Minute // an older message may be somebody's recording
)

// receive verifies each message by Standard Webhooks and prints a line for it: its id, and the record with its revision and state. The
// same id comes again when an answer was lost: keep the ids with what you made of them. Put your web server with TLS before it.
func receive(port string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, mostBytes))
		if err != nil || !isGenuine(key, request.Header, body) {
			answer.WriteHeader(http.StatusUnauthorized)
			return
		}
		var message struct {
			Type, Challenge string
			Data            struct {
				Id, State string
				Revision  int64
			}
		}
		if json.Unmarshal(body, &message) != nil {
			answer.WriteHeader(http.StatusBadRequest)
			return
		}
		if message.Type == "webhook.verification" {
			fmt.Fprint(answer, message.Challenge)
			return
		}
		fmt.Println(request.Header.Get("webhook-id"), message.Data.Id, message.Data.Revision, message.Data.State)
		answer.WriteHeader(http.StatusNoContent)
	}))
}

func isGenuine(key []byte, headers http.Header, body []byte) bool {
	sent, err := strconv.ParseInt(headers.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(sent, 0)).Abs() > tolerance {
		return false
	}
	made := hmac.New(sha256.New, key)
	fmt.Fprintf(made, "%s.%d.%s", headers.Get("webhook-id"), sent, body)
	expected := "v1," + base64.StdEncoding.EncodeToString(made.Sum(nil))
	for _, each := range strings.Fields(headers.Get("webhook-signature")) {
		if hmac.Equal([]byte(each), []byte(expected)) {
			return true
		}
	}
	return false
}

// The service with the Go bugs: the path's second part names the bug, the build file the variant.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// Build says which of the builds of a bug this is.
type Build struct {
	Variant  string `json:"variant"`
	Mutation string `json:"mutation"`
	Answer   string `json:"answer"`
	Only     string `json:"only"`
}

// Failure is an error with a name of its own.
type Failure struct{ Kind, Detail string }

func (failure Failure) Error() string { return failure.Detail }

func buildOf(request *http.Request) (Build, error) {
	var build Build
	if chosen := request.Header.Get("x-truth-build"); chosen != "" && os.Getenv("TRUTH_SWITCH") == "1" {
		text, err := url.PathUnescape(chosen)
		if err != nil {
			return build, err
		}
		return build, json.Unmarshal([]byte(text), &build)
	}
	text, err := os.ReadFile(os.Getenv("TRUTH_BUILD"))
	if err != nil {
		return build, err
	}
	return build, json.Unmarshal(text, &build)
}

// run serves the request with the code of a bug; a panic is the bug's failure too.
func run(request *Request, name string) (result string, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = Failure{"panic", fmt.Sprint(caught)}
		}
	}()
	if request.build.Mutation == "extra-call" {
		if _, err := request.TryCall("stock", "/extra"); err != nil {
			return "", err
		}
	}
	result, err = bugs[name](request)
	if err == nil && request.build.Mutation == "late-check" {
		err = Failure{"check", "the answer did not pass the last check"}
	}
	return result, err
}

// unchanged: only one request meets what was changed; every other one is served as in the build without the change.
func unchanged(build Build, request *http.Request) Build {
	if build.Only != "" && build.Only != request.RequestURI {
		build.Mutation = "none"
		if build.Variant == "decoy" {
			build.Variant = "fixed"
		}
	}
	return build
}

func serve(writer http.ResponseWriter, request *http.Request) {
	build, err := buildOf(request)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusNotImplemented)
		return
	}
	build = unchanged(build, request)
	if build.Mutation == "dropped-calls" {
		send(writer, Answer{500, "application/problem+json", build.Answer, "whole"})
		return
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	name := request.URL.Path[strings.LastIndex(request.URL.Path, "/")+1:]
	send(writer, mutated(build.Mutation, answerOf(run(&Request{http: request, build: build, body: body, equal: map[string]int{}}, name))))
}

func answerOf(result string, err error) Answer {
	if err == nil {
		text, _ := json.Marshal(map[string]string{"result": result})
		return Answer{200, "application/json", string(text), "whole"}
	}
	kind := fmt.Sprintf("%T", err)
	if failure, ok := err.(Failure); ok {
		kind = failure.Kind
	}
	text, _ := json.Marshal(map[string]any{"type": kind, "title": "The request could not be served", "status": 500, "detail": err.Error()})
	return Answer{500, "application/problem+json", string(text), "whole"}
}

func send(writer http.ResponseWriter, answer Answer) {
	if answer.end != "reset" {
		if answer.mediaType != "" {
			writer.Header().Set("content-type", answer.mediaType)
		} else {
			writer.Header()["Content-Type"] = nil
		}
		writer.Header().Set("content-length", fmt.Sprint(len(answer.body)))
		writer.WriteHeader(answer.status)
		part := answer.body
		if answer.end == "cut" {
			part = part[:len(part)/2]
		}
		io.WriteString(writer, part)
		writer.(http.Flusher).Flush()
	}
	if answer.end != "whole" {
		connection, _, err := writer.(http.Hijacker).Hijack()
		if err == nil {
			connection.(*net.TCPConn).SetLinger(0)
			connection.Close()
		}
	}
}

func main() {
	http.HandleFunc("/health", func(writer http.ResponseWriter, _ *http.Request) { io.WriteString(writer, "ok") })
	http.HandleFunc("/", serve)
	if err := http.ListenAndServe("0.0.0.0:"+os.Getenv("TRUTH_PORT"), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

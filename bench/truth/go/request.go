package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
)

var passedOn = []string{"traceparent", "tracestate", "baggage", "x-request-id", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled"}

var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Request is what the code of a bug is given: the request, the build, and what it may call.
type Request struct {
	http  *http.Request
	build Build
	body  []byte
	count int32
	lock  sync.Mutex
	equal map[string]int
}

// CalleeAnswer is what a service answered.
type CalleeAnswer struct {
	status int
	text   []byte
}

func (request *Request) isFixed() bool { return request.build.Variant == "fixed" }

func (request *Request) isDecoy() bool { return request.build.Variant == "decoy" }

func (request *Request) query(name string) string { return request.http.URL.Query().Get(name) }

// Call calls another service and reads its JSON.
func (request *Request) Call(service, target string) (map[string]any, error) {
	answer, err := request.TryCall(service, target)
	if err != nil {
		return nil, err
	}
	return answer.json(service)
}

func (answer CalleeAnswer) json(service string) (map[string]any, error) {
	if answer.status != 200 {
		return nil, Failure{"callee", fmt.Sprintf("%s answered %d", service, answer.status)}
	}
	var body map[string]any
	return body, json.Unmarshal(answer.text, &body)
}

// CallBoth makes two calls, one after the other.
func (request *Request) CallBoth(first, second [2]string) (map[string]any, map[string]any, error) {
	swapped := request.build.Mutation == "swapped-calls"
	if swapped {
		first, second = second, first
	}
	one, err := request.Call(first[0], first[1])
	if err != nil {
		return nil, nil, err
	}
	two, err := request.Call(second[0], second[1])
	if swapped {
		one, two = two, one
	}
	return one, two, err
}

// TryCall calls another service, whatever it answers. A mutation changes the first call.
func (request *Request) TryCall(service, target string) (CalleeAnswer, error) {
	number := atomic.AddInt32(&request.count, 1)
	method, change := "GET", "none"
	if number == 1 {
		change = request.build.Mutation
	}
	switch change {
	case "changed-query":
		if strings.Contains(target, "?") {
			target += "&changed=1"
		} else {
			target += "?changed=1"
		}
	case "changed-path":
		target = "/changed" + target
	case "changed-method":
		method = "POST"
	case "repeated-call":
		if answer, err := request.send(method, service, target); err != nil {
			return answer, err
		}
	}
	return request.send(method, service, target)
}

func (request *Request) send(method, service, target string) (CalleeAnswer, error) {
	address := service
	if outbound := os.Getenv("TRUTH_OUTBOUND"); outbound != "" {
		address = outbound
	}
	call, err := http.NewRequest(method, "http://"+address+target, nil)
	if err != nil {
		return CalleeAnswer{}, err
	}
	call.Host = service
	for _, header := range passedOn {
		if value := request.http.Header.Get(header); value != "" {
			call.Header.Set(header, value)
		}
	}
	// The name of this call, which only the two ends read: whoever answers says which call the answer was made for.
	name := request.name(fmt.Sprintf("%s %s%s", method, service, target))
	call.Header.Set("x-truth-call", name)
	response, err := client.Do(call)
	if err != nil {
		return CalleeAnswer{}, err
	}
	defer response.Body.Close()
	note(name, response.Header.Get("x-truth-call"))
	text, err := io.ReadAll(response.Body)
	return CalleeAnswer{response.StatusCode, text}, err
}

// name is the how-manieth of its like a call is, since equal calls are told apart by their order alone.
func (request *Request) name(call string) string {
	request.lock.Lock()
	defer request.lock.Unlock()
	request.equal[call]++
	return fmt.Sprintf("%s|%s|%d", request.http.RequestURI, call, request.equal[call])
}

func note(called, answered string) {
	if os.Getenv("TRUTH_CALLS") != "1" {
		return
	}
	if answered == "" {
		answered = "none"
	}
	fmt.Printf("truth-call\t%s\t%s\n", called, answered)
}

package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// The bugs, each with its fix and with a decoy that fails for another cause.
var bugs = map[string]func(*Request) (string, error){
	"nil-map": nilMap, "small-number": smallNumber, "page-bounds": pageBounds, "missing-field": missingField,
	"cache-key": cacheKey, "summer-time": summerTime, "header-map": headerMap, "retry-race": retryRace,
}

// Nobody made the map that the first order with a gift writes to.
func nilMap(request *Request) (string, error) {
	item, err := request.Call("stock", "/items/ribbon")
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"gift", "ribbons are not wrapped"}
	}
	var gifts map[string]int
	if request.isFixed() {
		gifts = map[string]int{}
	}
	if request.query("gift") != "" {
		gifts[request.query("gift")]++
	}
	return fmt.Sprintf("%d gifts, %v ribbons", len(gifts), item["available"]), nil
}

// Cents in 32 bits: large orders become negative.
func smallNumber(request *Request) (string, error) {
	price, err := request.Call("prices", "/prices/engine")
	if err != nil {
		return "", err
	}
	count, err := strconv.Atoi(request.query("count"))
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"credit", "no credit for orders of this size"}
	}
	total := int64(price["cents"].(float64)) * int64(count)
	if !request.isFixed() {
		total = int64(int32(total))
	}
	if total < 0 {
		return "", Failure{"total", fmt.Sprintf("the order costs %d cents", total)}
	}
	return fmt.Sprint(total), nil
}

// The last page is shorter than the others.
func pageBounds(request *Request) (string, error) {
	list, item, err := request.CallBoth([2]string{"stock", "/shelves/7"}, [2]string{"prices", "/prices/shelf"})
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"shelf", "the shelf is being counted"}
	}
	page, err := strconv.Atoi(request.query("page"))
	if err != nil {
		return "", err
	}
	all := list["items"].([]any)
	from, to := page*2, page*2+2
	if request.isFixed() && to > len(all) {
		to = len(all)
	}
	return fmt.Sprintf("%v at %v", all[from:to:len(all)], item["price"]), nil
}

// Customers from before the programme have no points.
func missingField(request *Request) (string, error) {
	price, err := request.Call("prices", "/prices/bonus")
	if err != nil {
		return "", err
	}
	points, err := redis("HGET", "go:customer:"+request.query("id"), "points")
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"bonus", "the programme ended"}
	}
	if request.isFixed() && points == "" {
		points = "0"
	}
	count, err := strconv.Atoi(points)
	return fmt.Sprintf("%d points, a bonus is %v", count, price["price"]), err
}

// The key of the cache lacks the customer's group.
func cacheKey(request *Request) (string, error) {
	item, err := request.Call("stock", "/items/pass")
	if err != nil {
		return "", err
	}
	key := "go:discount:pass"
	if request.isFixed() {
		key += ":" + request.query("group")
	}
	text, err := redis("GET", key)
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"discount", "discounts begin on Monday"}
	}
	var cached struct{ Group, Discount string }
	if err := json.Unmarshal([]byte(text), &cached); err != nil {
		return "", err
	}
	if cached.Group != request.query("group") {
		return "", Failure{"discount", fmt.Sprintf("asked for %s, cached is %s", request.query("group"), cached.Group)}
	}
	return fmt.Sprintf("%s off, %v left", cached.Discount, item["available"]), nil
}

// A day is not always 24 hours long: not in the time zone of production, on the night in which summer time begins.
func summerTime(request *Request) (string, error) {
	item, err := request.Call("stock", "/items/bed")
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"bed", "the house is full"}
	}
	from, err := time.ParseInLocation("2006-01-02", request.query("from"), time.Local)
	if err != nil {
		return "", err
	}
	until := from.Add(24 * time.Hour)
	if request.isFixed() {
		until = from.AddDate(0, 0, 1)
	}
	if until.Hour() != 0 {
		return "", Failure{"night", fmt.Sprintf("the night ends at %s", until.Format("15:04"))}
	}
	return fmt.Sprintf("until %s, %v beds", until.Format("2006-01-02"), item["available"]), nil
}

// The map of headers knows them in one way of writing only; the code asks in another.
func headerMap(request *Request) (string, error) {
	price, err := request.Call("prices", "/prices/parking")
	if err != nil {
		return "", err
	}
	if request.isDecoy() {
		return "", Failure{"gate", "the gate is closed"}
	}
	plate := request.query("plate")
	if plate == "" && request.isFixed() {
		plate = request.http.Header.Get("x-plate")
	} else if plate == "" {
		plate = request.http.Header["x-plate"][0]
	}
	return fmt.Sprintf("%s pays %v", plate, price["price"]), nil
}

// Asked to wait by one of two services, it tries again at once while the other call runs, and counts both tries.
func retryRace(request *Request) (string, error) {
	var both sync.WaitGroup
	var lock sync.Mutex
	var failed error
	names := []string{}
	read := func(service, target string) {
		defer both.Done()
		tries := 0
		answer, err := request.TryCall(service, target)
		for tries = 1; err == nil && answer.status == 429 && tries < 3; tries++ {
			answer, err = request.TryCall(service, target)
		}
		lock.Lock()
		defer lock.Unlock()
		if err != nil {
			failed = err
			return
		}
		if request.isFixed() {
			tries = 1
		}
		for ; tries > 0; tries-- {
			names = append(names, service)
		}
	}
	both.Add(2)
	go read("stock", "/seats/"+request.query("row"))
	go read("prices", "/seats/"+request.query("row"))
	both.Wait()
	if failed != nil {
		return "", failed
	}
	if request.isDecoy() {
		return "", Failure{"seats", "the row was taken out"}
	}
	if len(names) != 2 {
		return "", Failure{"seats", fmt.Sprintf("%d answers of two services", len(names))}
	}
	return "two answers", nil
}

package main

import "encoding/json"

// Answer is an answer before it is sent; its end is whole, cut or reset.
type Answer struct {
	status          int
	mediaType, body string
	end             string
}

// mutated makes the changes of the answer, the same for every bug.
func mutated(mutation string, answer Answer) Answer {
	switch mutation {
	case "status-503":
		answer.status = 503
	case "status-404":
		answer.status = 404
	case "other-detail":
		return changed(answer, func(body map[string]any) { body["detail"] = body["detail"].(string) + ", again" })
	case "other-type":
		return changed(answer, func(body map[string]any) { body["type"] = "Other" + body["type"].(string) })
	case "other-title":
		return changed(answer, func(body map[string]any) { body["title"] = "Something else went wrong" })
	case "added-member":
		return changed(answer, func(body map[string]any) { body["code"] = 42 })
	case "removed-detail":
		return changed(answer, func(body map[string]any) { delete(body, "detail") })
	case "media-text":
		answer.mediaType = "text/plain"
	case "empty-body":
		answer.mediaType, answer.body = "", ""
	case "default-page":
		answer.mediaType, answer.body = "text/html", "<html><body><h1>Internal Server Error</h1></body></html>"
	case "swallowed":
		return Answer{200, "application/json", "{}", "whole"}
	case "truncated":
		answer.end = "cut"
	case "reset":
		answer.end = "reset"
	}
	return answer
}

func changed(answer Answer, change func(map[string]any)) Answer {
	var body map[string]any
	if json.Unmarshal([]byte(answer.body), &body) != nil {
		return answer
	}
	change(body)
	text, _ := json.Marshal(body)
	answer.body = string(text)
	return answer
}

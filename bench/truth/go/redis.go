package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// redis sends one command; its protocol is a line and a length. A key that is not there is an empty text.
func redis(words ...string) (string, error) {
	connection, err := net.DialTimeout("tcp", os.Getenv("TRUTH_REDIS"), 10*time.Second)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	fmt.Fprintf(connection, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(connection, "$%d\r\n%s\r\n", len(word), word)
	}
	answer := bufio.NewReader(connection)
	line, err := answer.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line[0] == '-' {
		return "", Failure{"redis", line[1:]}
	}
	length, err := strconv.Atoi(line[1:])
	if line[0] != '$' || err != nil || length < 0 {
		return "", nil
	}
	text := make([]byte, length)
	_, err = io.ReadFull(answer, text)
	return string(text), err
}

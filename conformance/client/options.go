package client

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Options are key=value pairs as written.
type Options map[string]string

// Get returns the value, or def if the key is absent.
func (o Options) Get(key, def string) string {
	if v, ok := o[key]; ok {
		return v
	}
	return def
}

// Has reports whether the key was given.
func (o Options) Has(key string) bool {
	_, ok := o[key]
	return ok
}

// Bool reads yes|no|true|false.
func (o Options) Bool(key string) (bool, error) {
	switch v := o[key]; v {
	case "", "no", "false":
		return false, nil
	case "yes", "true":
		return true, nil
	default:
		return false, fmt.Errorf("%s=%s: want yes or no", key, v)
	}
}

// Uint reads an unsigned number: decimal, 0x…, or octal with a leading 0.
func (o Options) Uint(key string, bits int) (v uint64, given bool, err error) {
	s, ok := o[key]
	if !ok {
		return 0, false, nil
	}
	v, err = strconv.ParseUint(s, 0, bits)
	if err != nil {
		return 0, true, fmt.Errorf("%s=%s: want a number below 2^%d", key, s, bits)
	}
	return v, true, nil
}

// List reads comma-separated words; nil if the key is absent or empty.
func (o Options) List(key string) []string {
	if o[key] == "" {
		return nil
	}
	return strings.Split(o[key], ",")
}

// Time reads RFC 3339 with nanoseconds. now is true for the word "now".
func (o Options) Time(key string) (t time.Time, now, given bool, err error) {
	s, ok := o[key]
	if !ok {
		return time.Time{}, false, false, nil
	}
	if s == "now" {
		return time.Time{}, true, true, nil
	}
	t, err = time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, false, true, fmt.Errorf("%s=%s: want a time like 2024-01-02T03:04:05.000000001Z or now", key, s)
	}
	return t.UTC(), false, true, nil
}

// Only returns an *UnsupportedError for the first key that is not in known.
func (o Options) Only(client, verb string, known ...string) error {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	sort.Strings(keys)
next:
	for _, k := range keys {
		for _, w := range known {
			if k == w {
				continue next
			}
		}
		return Unsupported(client, "%s %s=%s", verb, k, o[k])
	}
	return nil
}

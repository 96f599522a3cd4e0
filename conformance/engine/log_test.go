package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"crosswire/conformance/client"
)

// TestArrivalCounts: what arrived first comes first, whoever told it first.
func TestArrivalCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLog()
		start := time.Now().Round(0)
		time.Sleep(10 * time.Millisecond)
		l.advance(time.Second)
		l.Emit(client.Event{Actor: "B", Kind: client.EventReply, Arrived: start.Add(5 * time.Millisecond)})
		l.Emit(client.Event{Actor: "A", Kind: client.EventBreak, Arrived: start.Add(4 * time.Millisecond)})
		l.Emit(client.Event{Actor: "C", Kind: client.EventNote})
		l.Emit(client.Event{Actor: "D", Kind: client.EventNote, Arrived: start.Add(time.Hour)})
		l.Emit(client.Event{Actor: "E", Kind: client.EventNote, Arrived: start.Add(-time.Hour)})
		var order string
		var times []time.Duration
		for _, e := range l.events() {
			order += e.Actor
			times = append(times, e.Time-time.Second)
		}
		assert.Equal(t, "EABCD", order)
		const ms = time.Millisecond
		assert.Equal(t, []time.Duration{0, 4 * ms, 5 * ms, 10 * ms, 10 * ms}, times, "a clock that was set leads nowhere outside the run")
	})
}

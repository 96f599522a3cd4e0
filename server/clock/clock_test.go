package clock

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAdvanceRunsInOrder(t *testing.T) {
	v := NewVirtual()
	var got []string
	v.AfterFunc(2*time.Hour, func() { got = append(got, "2h") })
	v.AfterFunc(time.Hour, func() {
		got = append(got, "1h")
		v.AfterFunc(30*time.Minute, func() { got = append(got, "1h30") })
	})
	stopped := v.AfterFunc(time.Hour, func() { got = append(got, "stopped") })
	assert.True(t, stopped.Stop())
	assert.False(t, stopped.Stop(), "stopped twice")
	before := v.Now()
	v.Advance(4 * time.Hour)
	// The nested function is scheduled when the clock already shows 4 h, so
	// it is due 30 minutes after that.
	assert.Equal(t, []string{"1h", "2h"}, got)
	v.Advance(time.Hour)
	assert.Equal(t, []string{"1h", "2h", "1h30"}, got)
	assert.GreaterOrEqual(t, v.Now().Sub(before), 5*time.Hour)
}

func TestRealTimePasses(t *testing.T) {
	done := make(chan struct{})
	NewVirtual().AfterFunc(time.Millisecond, func() { close(done) })
	<-done // without an Advance
}

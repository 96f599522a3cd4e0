package fscc

import (
	"testing"
	"time"
)

func TestFiletime(t *testing.T) {
	rows := []struct {
		name string
		time time.Time
		ft   Filetime
	}{
		{"Unix epoch", time.Unix(0, 0), 116444736000000000},
		{"100 ns after 1601", time.Date(1601, 1, 1, 0, 0, 0, 100, time.UTC), 1},
		{"before 1970", time.Date(1960, 2, 3, 4, 5, 6, 700, time.UTC), 113317203060000007},
		{"the year 9999", time.Date(9999, 12, 31, 23, 59, 59, 999999900, time.UTC), 2650467743999999999},
		{"zero", time.Time{}, FiletimeOmit},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if got := FiletimeOf(r.time); got != r.ft {
				t.Errorf("FiletimeOf = %d", got)
			}
			if got := r.ft.Time(); !got.Equal(r.time) {
				t.Errorf("Time = %v", got)
			}
		})
	}
	if FiletimeOf(time.Unix(0, 199)) != 116444736000000001 {
		t.Error("must round down to 100 ns")
	}
	if FiletimeOf(time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC)) != 1 || FiletimeOf(time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)) != 1 {
		t.Error("an instant must not become a sentinel")
	}
	if FiletimeOf(time.Date(200000, 1, 1, 0, 0, 0, 0, time.UTC)) != 1<<63-1 {
		t.Error("must not overflow")
	}
	if FiletimeOf(time.Unix(1<<62, 0)) != 1<<63-1 || FiletimeOf(time.Unix(-1<<62, 0)) != 1 {
		t.Error("must not overflow in seconds")
	}
}

func TestFiletimeSentinels(t *testing.T) {
	for ft, name := range map[Filetime]string{0: "omit", -1: "freeze", -2: "thaw", -3: "invalid"} {
		if !ft.IsSentinel() || ft.String() != name || !ft.Time().IsZero() {
			t.Errorf("%d: %s, %v", int64(ft), ft, ft.Time())
		}
	}
	if s := Filetime(116444736000000001).String(); s != "1970-01-01T00:00:00.0000001Z" {
		t.Error(s)
	}
	// What a SET_INFO sends must come out of the codec as it went in.
	for _, ft := range []Filetime{FiletimeOmit, FiletimeFreeze, FiletimeThaw, 1} {
		in := BasicInfo{CreationTime: ft, ChangeTime: ft}
		var out BasicInfo
		if err := out.Decode(in.Append(nil)); err != nil || out != in {
			t.Errorf("%v: %+v, %v", ft, out, err)
		}
	}
}

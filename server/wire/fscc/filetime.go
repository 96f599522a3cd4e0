package fscc

import "time"

// Filetime counts 100 ns intervals since 1601-01-01 UTC (MS-DTYP 2.3.3). It is
// signed because FILE_BASIC_INFORMATION gives 0, -1 and -2 a meaning of their
// own (MS-FSCC 2.4.7); those three stay what they are on the way through.
type Filetime int64

// The sentinels of MS-FSCC 2.4.7.
const (
	FiletimeOmit   Filetime = 0  // set: leave as it is; query: the file system has no such time
	FiletimeFreeze Filetime = -1 // set: operations through this handle no longer change it
	FiletimeThaw   Filetime = -2 // set: operations through this handle change it again
)

// epochDelta is the seconds from 1601-01-01 to 1970-01-01.
const epochDelta = 11644473600

// maxSeconds is the last second since 1601 that fits an int64 of 100 ns.
const maxSeconds = (1<<63 - 1) / 10_000_000

// FiletimeOf rounds t down to 100 ns. The zero time.Time gives 0. A time before
// 1601 gives 1, the first instant that is not a sentinel; one after year 30828
// the largest value.
func FiletimeOf(t time.Time) Filetime {
	if t.IsZero() {
		return FiletimeOmit
	}
	sec := t.Unix()
	if sec < -epochDelta {
		return 1
	}
	if sec >= maxSeconds-epochDelta {
		return 1<<63 - 1
	}
	sec += epochDelta
	ft := Filetime(sec*10_000_000 + int64(t.Nanosecond()/100))
	return max(ft, 1)
}

// FiletimeOfUnix is FiletimeOf for seconds and nanoseconds since 1970, which
// time.Time need not be built for.
func FiletimeOfUnix(sec, nsec int64) Filetime { return FiletimeOf(time.Unix(sec, nsec)) }

// IsSentinel reports 0, -1, -2 and every other value that is no instant.
func (f Filetime) IsSentinel() bool { return f <= 0 }

// Time gives the instant in UTC, and the zero time.Time for a sentinel.
func (f Filetime) Time() time.Time {
	if f.IsSentinel() {
		return time.Time{}
	}
	sec, nsec := f.Unix()
	return time.Unix(sec, nsec).UTC()
}

// Unix gives seconds and nanoseconds since 1970. It makes no sense for a sentinel.
func (f Filetime) Unix() (sec, nsec int64) {
	return int64(f)/10_000_000 - epochDelta, int64(f) % 10_000_000 * 100
}

// String gives RFC 3339 with 100 ns digits, or the sentinel's name.
func (f Filetime) String() string {
	switch {
	case f == FiletimeOmit:
		return "omit"
	case f == FiletimeFreeze:
		return "freeze"
	case f == FiletimeThaw:
		return "thaw"
	case f < 0:
		return "invalid"
	}
	return f.Time().Format("2006-01-02T15:04:05.0000000Z07:00")
}

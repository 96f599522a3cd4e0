package lock

import "testing"

func BenchmarkCheckWrite(b *testing.B) {
	for _, locks := range []uint64{0, 1, 100} {
		b.Run(map[uint64]string{0: "no locks", 1: "one lock", 100: "100 locks"}[locks], func(b *testing.B) {
			var table Table
			for i := range locks {
				if err := table.Lock(smb(alice, 1000+2*i, 1, true)); err != nil {
					b.Fatal(err)
				}
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_ = table.CheckWrite(file1, "", bob, SMB, 0, 500)
				}
			})
		})
	}
}

func BenchmarkReserveRelease(b *testing.B) {
	var table Table
	b.ReportAllocs()
	for b.Loop() {
		_ = table.Reserve(file1, "", alice, Read|Write, Delete)
		table.Release(file1, "", alice)
	}
}

func BenchmarkLockUnlock(b *testing.B) {
	for _, r := range []Request{smb(alice, 0, 10, true), posix(carol, 0, 10, true)} {
		b.Run(r.Style.String(), func(b *testing.B) {
			var table Table
			b.ReportAllocs()
			for b.Loop() {
				_ = table.Lock(r)
				_ = table.Unlock(r)
			}
		})
	}
}

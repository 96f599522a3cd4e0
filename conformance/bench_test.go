package conformance

import (
	"context"
	"testing"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/client/nfs"
	"crosswire/conformance/client/rawsmb"
	"crosswire/conformance/target"
)

// BenchmarkWriteToBreak measures an NFS WRITE from the call until the SMB
// holder of a read lease has decoded the break notification, over loopback and
// with real clients. The mean is reported, never asserted; the budget is 200 µs.
func BenchmarkWriteToBreak(b *testing.B) {
	ctx := context.Background()
	s, err := startReference(ctx, target.ServerConfig{SMB: true, NFS: true, Share: "data", Policies: map[string]string{}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Stop(ctx)
	broken := make(chan time.Time, 16)
	sink := client.SinkFunc(func(e client.Event) {
		if e.Kind == client.EventBreak {
			broken <- time.Now()
		}
	})
	holder, err := rawsmb.Factory(nil)(ctx, s.Endpoint(), client.Spec{Name: "A", Kind: "rawsmb"}, sink)
	if err != nil {
		b.Fatal(err)
	}
	defer holder.Close()
	writer, err := nfs.Factory(nil)(ctx, s.Endpoint(), client.Spec{Name: "B", Kind: "nfs"}, sink)
	if err != nil {
		b.Fatal(err)
	}
	defer writer.Close()
	made, err := writer.Do(ctx, client.Call{Verb: "create", Path: "f.dat", As: "f", Options: client.Options{"mode": "0666"}})
	if err != nil {
		b.Fatal(err)
	}
	var total time.Duration
	for b.Loop() {
		h, err := holder.Do(ctx, client.Call{Verb: "open", Path: "f.dat", As: "h", Options: client.Options{"lease": "R", "share": "rwd"}})
		if err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		if _, err := writer.Do(ctx, client.Call{Verb: "write", Handle: made.Handle, Data: []byte("x"), HasData: true, HasOffset: true}); err != nil {
			b.Fatal(err)
		}
		total += (<-broken).Sub(begin)
		if _, err := holder.Do(ctx, client.Call{Verb: "close", Handle: h.Handle}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(total.Microseconds())/float64(b.N), "µs/break")
}
